package emby

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/mediabrowser"
)

// Types of items that lists are asked for.
const (
	leaves  = "Movie,Episode"
	tops    = "Movie,Series"
	allKept = "Movie,Series,Episode"
)

// fields are what every row must carry. Without the last two, servers since
// 4.8 show watched items without their date and with a count of none.
const fields = "ProviderIds,Path,OriginalTitle,UserDataLastPlayedDate,UserDataPlayCount"

// listQuery asks for items with the user's own values. Grouping into
// collections would hide films.
func listQuery(types, library string) url.Values {
	q := url.Values{
		"Recursive":                 {"true"},
		"IncludeItemTypes":          {types},
		"Fields":                    {fields},
		"EnableUserData":            {"true"},
		"EnableImages":              {"false"},
		"GroupItemsIntoCollections": {"false"},
	}
	if library != "" {
		q.Set("ParentId", library)
	}
	return q
}

// ordered adds an order and a page to a query.
func ordered(q url.Values, by, order string, limit int) url.Values {
	q.Set("SortBy", by)
	q.Set("SortOrder", order)
	q.Set("Limit", strconv.Itoa(limit))
	return q
}

// filtered adds one filter to a query.
func filtered(q url.Values, by string) url.Values {
	q.Set("Filters", by)
	return q
}

// items reads one page of the user's items.
func (s *server) items(ctx context.Context, q url.Values) (mediabrowser.Page, error) {
	kept, err := s.SignedIn(ctx)
	if err != nil {
		return mediabrowser.Page{}, err
	}
	var p mediabrowser.Page
	_, err = s.get(ctx, "/Users/"+url.PathEscape(kept.UserID)+"/Items", q, &p)
	return p, err
}

// scan reads a list to its end, oldest first: what is added meanwhile comes
// last and moves nothing.
func (s *server) scan(ctx context.Context, q url.Values) ([]mediabrowser.Item, error) {
	ordered(q, "DateCreated,SortName", "Ascending", mediabrowser.PageSize)
	all, err := mediabrowser.Scan(ctx, func(ctx context.Context, start int) (mediabrowser.Page, error) {
		q.Set("StartIndex", strconv.Itoa(start))
		return s.items(ctx, q)
	})
	return slices.DeleteFunc(all, notThere), err
}

// notThere: an item that is known of but has no file is not held.
func notThere(it mediabrowser.Item) bool { return it.LocationType == "Virtual" }

// mostIDs is how many ids one request may name.
const mostIDs = 100

var errNotAsked = errors.New("items that were not asked for")

// byID reads items by their ids, in any number. Ids that the user cannot see
// are missing; an answer with others means that the server did not look at
// the ids at all.
func (s *server) byID(ctx context.Context, ids []string) ([]mediabrowser.Item, error) {
	var out []mediabrowser.Item
	for chunk := range slices.Chunk(ids, mostIDs) {
		q := listQuery(allKept, "")
		q.Set("Ids", strings.Join(chunk, ","))
		p, err := s.items(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, it := range p.Items {
			if !slices.Contains(chunk, it.ID) {
				return nil, provider.Failed(provider.Contract, "get items by id", errNotAsked)
			}
		}
		if err := mediabrowser.Check(p.Items); err != nil {
			return nil, err
		}
		out = append(out, p.Items...)
	}
	return slices.DeleteFunc(out, notThere), nil
}
