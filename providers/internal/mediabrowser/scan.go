package mediabrowser

import (
	"context"
	"errors"
	"fmt"

	"watchkeeper/engine/provider"
)

// PageSize is how many rows one page of a scan has.
const PageSize = 500

var (
	errNoData  = errors.New("a row came without user data")
	errMoved   = errors.New("the list kept changing while it was read")
	errNoTotal = errors.New("the server does not say how long the list is")
	errNoID    = errors.New("a row came without id")
)

// Scan reads a list to its end, page by page, and returns each item once.
// Rows move between pages when the list changes meanwhile: then it is read
// once more, and failing that there is no list (R1).
func Scan(ctx context.Context, page func(ctx context.Context, start int) (Page, error)) ([]Item, error) {
	for try := 0; ; try++ {
		items, whole, err := scanOnce(ctx, page)
		if err != nil || whole {
			return items, err
		}
		if try == 1 {
			return nil, provider.Failed(provider.Transient, "read library", fmt.Errorf("%w: %d rows", errMoved, len(items)))
		}
	}
}

func scanOnce(ctx context.Context, page func(context.Context, int) (Page, error)) (items []Item, whole bool, err error) {
	seen := map[string]bool{}
	total := -1
	for start := 0; total < 0 || start < total; {
		p, err := page(ctx, start)
		if err != nil {
			return nil, false, err
		}
		switch {
		case p.TotalRecordCount == nil:
			return nil, false, provider.Failed(provider.Contract, "read library", errNoTotal)
		case total >= 0 && *p.TotalRecordCount != total:
			return items, false, nil
		}
		total = *p.TotalRecordCount
		if len(p.Items) == 0 {
			break
		}
		start += len(p.Items)
		for _, it := range p.Items {
			if err := check(it); err != nil {
				return nil, false, err
			}
			if !seen[it.ID] {
				seen[it.ID] = true
				items = append(items, it)
			}
		}
	}
	return items, len(items) == total, nil
}

// check holds a row to what every row must have.
func check(it Item) error {
	switch {
	case it.ID == "":
		return provider.Failed(provider.Contract, "read library", errNoID)
	case it.UserData == nil:
		return provider.Failed(provider.Contract, "read library", errNoData)
	}
	return nil
}

// Check holds the rows of a short list to what every row must have.
func Check(items []Item) error {
	for _, it := range items {
		if err := check(it); err != nil {
			return err
		}
	}
	return nil
}
