package plex

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"

	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/paging"
)

const (
	pageSize  = 500 // of a library with ids
	plainSize = 1000
	listSize  = 100 // the most that the watchlist gives since the end of 2025
	mostRows  = 5_000_000
)

var (
	errNoTotal = errors.New("the answer does not say how long the list is")
	errOther   = errors.New("another page came than was asked for")
	errNoList  = errors.New("the answer is not a list")
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

// scan reads a list to its end and returns each item once.
func scan(ctx context.Context, doing string, size int, get asked) (list, error) {
	all, err := paging.Read(ctx, doing, item.id, func(ctx context.Context, start int) (paging.Page[item], error) {
		c, err := get(ctx, start, size)
		if err != nil {
			return paging.Page[item]{}, err
		}
		total, err := c.total(start, size)
		if err != nil {
			return paging.Page[item]{}, provider.Failed(provider.Contract, doing, err)
		}
		return paging.Page[item]{Rows: c.Metadata.items(), Total: total}, nil
	})
	l := sift(all.Rows)
	l.total, l.received = all.Total, all.Received
	return l, err
}

// items are the rows as far as they can be read; one that cannot has no id.
func (page rows) items() []item {
	out := make([]item, len(page))
	for i, raw := range page {
		if json.Unmarshal(raw, &out[i]) != nil {
			out[i] = item{Title: out[i].Title}
		}
	}
	return out
}

// sift lists rows without an id as skipped.
func sift(rows []item) list {
	l := list{total: len(rows), received: len(rows)}
	for _, it := range rows {
		if it.id() == "" {
			l.skipped = append(l.skipped, provider.Skipped{Title: string(it.Title), Reason: "a row without key"})
			continue
		}
		l.items = append(l.items, it)
	}
	return l
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
