package plex

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"

	"watchkeeper/engine/provider"
)

const (
	pageSize  = 500 // of a library with ids
	plainSize = 1000
	listSize  = 100 // the most that the watchlist gives since the end of 2025
	mostRows  = 5_000_000
)

var (
	errNoTotal  = errors.New("the answer does not say how long the list is")
	errMoved    = errors.New("the list kept changing while it was read")
	errSamePage = errors.New("the same page came again")
	errOther    = errors.New("another page came than was asked for")
	errNoList   = errors.New("the answer is not a list")
)

// list is a list that was read to its end.
type list struct {
	items    []item
	skipped  []provider.Skipped
	total    int // rows that were announced
	received int // rows that came
}

// asked gets one page of a list.
type asked func(ctx context.Context, start, size int) (*container, error)

// scan reads a list to its end and returns each item once. Rows move between
// pages when the list changes meanwhile: then it is read once more, and
// failing that there is no list (R1). A server that lists an item twice lists
// the very same again.
func scan(ctx context.Context, doing string, size int, get asked) (list, error) {
	first, whole, err := scanOnce(ctx, doing, size, get)
	if err != nil || whole {
		return first, err
	}
	second, whole, err := scanOnce(ctx, doing, size, get)
	if err == nil && !whole && !second.doubled(first) {
		err = provider.Failed(provider.Transient, doing, errMoved)
	}
	return second, err
}

// doubled tells whether two readings show the same rows, all that were
// announced, some of them twice.
func (l list) doubled(before list) bool {
	return l.received == l.total && before.received == before.total && len(l.skipped) == len(before.skipped) &&
		slices.EqualFunc(l.items, before.items, func(a, b item) bool { return a.id() == b.id() })
}

func scanOnce(ctx context.Context, doing string, size int, get asked) (l list, whole bool, err error) {
	seen, doubled := map[string]bool{}, false
	l.total = -1
	for l.total < 0 || l.received < l.total {
		c, err := get(ctx, l.received, size)
		if err != nil {
			return l, false, err
		}
		total, err := c.total(l.received, size)
		if err != nil {
			return l, false, provider.Failed(provider.Contract, doing, err)
		}
		first := l.total < 0
		if !first && total != l.total || len(c.Metadata) == 0 {
			l.total = total
			return l, first && total == 0, nil // else shorter or longer than it was
		}
		l.total = total
		fresh := l.take(c.Metadata, seen)
		switch {
		case fresh == 0:
			return l, false, provider.Failed(provider.Contract, doing, errSamePage)
		}
		doubled = doubled || fresh < len(c.Metadata)
	}
	return l, !doubled && l.received == l.total, nil
}

// take adds the rows of a page and returns how many of them are new.
func (l *list) take(page rows, seen map[string]bool) (fresh int) {
	for _, raw := range page {
		l.received++
		var it item
		if json.Unmarshal(raw, &it) != nil || it.id() == "" {
			fresh++
			l.skipped = append(l.skipped, provider.Skipped{Title: string(it.Title), Reason: "a row without key"})
			continue
		}
		if seen[it.id()] {
			continue
		}
		seen[it.id()] = true
		fresh++
		l.items = append(l.items, it)
	}
	return fresh
}

// id tells the rows of one list apart.
func (it item) id() string {
	if it.HistoryKey != "" {
		return string(it.HistoryKey)
	}
	return string(it.RatingKey)
}

// total is how long the list is, by body or header. Without either, an answer
// that does not speak of pages at all is the whole list.
func (c *container) total(start, size int) (int, error) {
	if c.Offset.known && c.Offset.N != int64(start) {
		return 0, errOther
	}
	total := c.TotalSize
	if header, err := strconv.ParseInt(c.header.Get("X-Plex-Container-Total-Size"), 10, 64); !total.known && err == nil {
		total = number{N: header, known: true}
	}
	n := len(c.Metadata)
	switch {
	case total.known && total.N >= 0 && total.N <= mostRows:
		return int(total.N), nil
	case !total.known && !c.Offset.known && start == 0 && n != size && c.Size.known && c.Size.N == int64(n):
		return n, nil
	}
	return 0, errNoTotal
}

// whole holds a short list that comes in one piece to its own count.
func (c *container) whole(list rows) bool {
	return !c.Size.known || c.Size.N == int64(len(list))
}
