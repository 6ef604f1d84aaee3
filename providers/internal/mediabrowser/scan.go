package mediabrowser

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"watchkeeper/engine/provider"
)

// PageSize is how many rows one page of a scan has.
const PageSize = 500

var (
	errNoData  = errors.New("rows came without user data")
	errMoved   = errors.New("the list kept changing while it was read")
	errNoTotal = errors.New("the server does not say how long the list is")
	errNoID    = errors.New("rows came without id")
)

// Scan reads a list to its end, page by page, and returns each item once.
// Rows move between pages when the list changes meanwhile: then it is read
// once more, and failing that there is no list (R1). A server that lists an
// item twice lists the very same again.
func Scan(ctx context.Context, page func(ctx context.Context, start int) (Page, error)) ([]Item, error) {
	first, err := scanOnce(ctx, page)
	if err != nil || first.whole() && first.doubles == 0 {
		return first.items, err
	}
	second, err := scanOnce(ctx, page)
	if err != nil || second.whole() && (second.doubles == 0 || second.same(first)) {
		return second.items, err
	}
	return nil, provider.Failed(provider.Transient, "read library", fmt.Errorf("%w: %d rows", errMoved, len(second.items)))
}

// reading is one way through a list.
type reading struct {
	items    []Item // each once
	doubles  int    // rows that came again
	received int
	total    int // as announced; -1 when it changed meanwhile
}

func (r reading) whole() bool { return r.received == r.total }

func (r reading) same(o reading) bool {
	return o.whole() && slices.EqualFunc(r.items, o.items, func(a, b Item) bool { return a.ID == b.ID })
}

func scanOnce(ctx context.Context, page func(context.Context, int) (Page, error)) (reading, error) {
	r := reading{total: -1}
	seen := map[string]bool{}
	for r.total < 0 || r.received < r.total {
		p, err := page(ctx, r.received)
		if err == nil {
			err = Check(p.Items)
		}
		switch {
		case err != nil:
			return reading{}, err
		case p.TotalRecordCount == nil:
			return reading{}, provider.Failed(provider.Contract, "read library", errNoTotal)
		case r.total >= 0 && *p.TotalRecordCount != r.total:
			r.total = -1
			return r, nil
		}
		if r.total = *p.TotalRecordCount; len(p.Items) == 0 {
			break
		}
		r.received += len(p.Items)
		for _, it := range p.Items {
			if it.ID != "" && seen[it.ID] {
				r.doubles++
				continue
			}
			seen[it.ID] = true
			r.items = append(r.items, it)
		}
	}
	return r, nil
}

// Check holds the rows of a list to what rows must have. One without user data
// is not understood; a list without any was not asked for as it should be.
func Check(items []Item) error {
	bare, nameless := 0, 0
	for i := range items {
		if items[i].ID == "" {
			nameless++
		}
		if items[i].UserData == nil {
			items[i].UserData = &UserData{odd: true}
			bare++
		}
	}
	switch {
	case len(items) > 0 && nameless == len(items):
		return provider.Failed(provider.Contract, "read library", errNoID)
	case len(items) > 0 && bare == len(items):
		return provider.Failed(provider.Contract, "read library", errNoData)
	}
	return nil
}
