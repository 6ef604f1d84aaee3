package plex

import (
	"context"
	"net/http"
	"net/url"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/transport"
)

// list puts a title on the watchlist or takes it off. What it is now, and what
// came of it, is asked of the title itself.
func (a *account) list(ctx context.Context, c provider.Change) provider.Result {
	if !listable(c.Item.Kind) {
		return refused(errReadOnly)
	}
	key, listed, err := a.listing(ctx, c.Item)
	if err != nil {
		return unread(a.noWatchlist(ctx, err))
	}
	want := c.Action != provider.Remove
	switch {
	case key == "":
		return refused(errUnknownTitle)
	case listed == want:
		return provider.Result{Outcome: provider.Already, Key: key, Row: listRow(key, listed)}
	}
	err = a.setListed(ctx, key, want)
	e := provider.AsError(err)
	if e != nil && (e.Sent || e.Kind != provider.Rejected) {
		return failed(a.noWatchlist(ctx, err))
	}
	// An error may mean that it was so already, and a yes may mean nothing.
	listed, known, unknown := a.listed(ctx, key)
	switch {
	case e != nil && unknown == nil && known && listed == want:
		return provider.Result{Outcome: provider.Already, Key: key, Row: listRow(key, listed)}
	case e != nil:
		return failed(err)
	case unknown == nil && known && listed == want:
		return provider.Result{Outcome: provider.Confirmed, Key: key, Row: listRow(key, listed)}
	}
	return provider.Result{Outcome: provider.Accepted, Key: key}
}

func listRow(key string, listed bool) *provider.Row {
	return &provider.Row{Key: key, Value: media.Value{Set: listed}}
}

// listing finds a title and tells whether it is listed. A title whose page is
// gone may stand under another key.
func (a *account) listing(ctx context.Context, it media.Item) (key string, listed bool, err error) {
	if key = titleKey(it); key != "" {
		listed, known, err := a.listed(ctx, key)
		if err != nil || known {
			return key, listed, err
		}
	}
	found, err := a.title(ctx, it)
	if err != nil || found == nil || found.Key == key {
		return "", false, err
	}
	listed, _, err = a.listed(ctx, found.Key)
	return found.Key, listed, err
}

func (a *account) setListed(ctx context.Context, key string, on bool) error {
	action := "/actions/addToWatchlist"
	if !on {
		action = "/actions/removeFromWatchlist"
	}
	_, err := a.cloud.http.JSON(ctx, transport.Request{Method: http.MethodPut, URL: discover + action, Query: url.Values{"ratingKey": {key}}}, nil)
	return err
}
