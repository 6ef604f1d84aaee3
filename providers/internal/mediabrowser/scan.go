package mediabrowser

import (
	"context"
	"errors"

	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/paging"
)

// PageSize is how many rows one page of a scan has.
const PageSize = 500

var (
	errNoData  = errors.New("rows came without user data")
	errNoTotal = errors.New("the server does not say how long the list is")
	errNoID    = errors.New("rows came without id")
)

// Scan reads a list to its end, page by page, and returns each item once.
func Scan(ctx context.Context, page func(ctx context.Context, start int) (Page, error)) ([]Item, error) {
	id := func(it Item) string { return it.ID }
	list, err := paging.Read(ctx, "read library", id, func(ctx context.Context, start int) (paging.Page[Item], error) {
		p, err := page(ctx, start)
		if err == nil {
			err = Check(p.Items)
		}
		if err == nil && p.TotalRecordCount == nil {
			err = provider.Failed(provider.Contract, "read library", errNoTotal)
		}
		if err != nil {
			return paging.Page[Item]{}, err
		}
		return paging.Page[Item]{Rows: p.Items, Total: *p.TotalRecordCount}, nil
	})
	return list.Rows, err
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
