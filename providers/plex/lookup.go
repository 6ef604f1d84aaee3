package plex

import (
	"context"
	"net/http"
	"net/url"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// LookUp implements provider.Confirmer: it reads items by key, past all lists.
// An item that the user cannot see is not held.
func (a *account) LookUp(ctx context.Context, f media.Feature, items []media.Item) ([]provider.Answer, error) {
	if f == media.Watchlist {
		return a.lookUpListed(ctx, items)
	}
	if _, _, err := a.server.reach(ctx); err != nil {
		return nil, err
	}
	answers := make([]provider.Answer, len(items))
	keys := make([]string, len(items))
	var asked []string
	for i, it := range items {
		key, err := a.keyOf(ctx, it)
		if err != nil {
			return nil, err
		}
		answers[i].Key, keys[i] = it.Key, key
		if key != "" {
			asked = append(asked, key)
		}
	}
	found, err := a.byKey(ctx, asked)
	if err != nil {
		return nil, err
	}
	for i, key := range keys {
		if it, ok := found[key]; ok && key != "" {
			a.tell(ctx, f, it, &answers[i])
		}
	}
	return answers, nil
}

// keyOf is the server's key of an item: its own, or the one that its ids have
// in the libraries; "" when there is none.
func (a *account) keyOf(ctx context.Context, it media.Item) (string, error) {
	if ofLibrary(it.Key) {
		return it.Key, nil
	}
	return a.held(ctx, it)
}

// tell answers for one item that is held.
func (a *account) tell(ctx context.Context, f media.Feature, it item, answer *provider.Answer) {
	row, why, ok := it.value(f)
	if answer.Key == "" {
		answer.Key = row.Key
	}
	if !ok || why != "" {
		return // nothing that can be said of it
	}
	row.Key = answer.Key
	if f != media.History {
		answer.Held, answer.Rows = true, []provider.Row{row}
		return
	}
	plays, err := a.plays(ctx, url.Values{"metadataItemID": {string(it.RatingKey)}})
	if err != nil {
		answer.Err = provider.AsError(err)
		return
	}
	var last media.Moment
	for _, p := range plays.items {
		if p.RatingKey == it.RatingKey {
			play := playRow(p)
			play.Key = answer.Key
			answer.Rows = append(answer.Rows, play)
			last = max(last, play.Value.PlayedAt())
		}
	}
	if row.Value.Set && !row.Value.PlayedAt().Known() {
		row.Value = media.Watched(last)
	}
	answer.Held, answer.Rows = true, append(answer.Rows, row)
}

// lookUpListed asks the catalogue for the user's own state of each title,
// which is current at once.
func (a *account) lookUpListed(ctx context.Context, items []media.Item) ([]provider.Answer, error) {
	answers := make([]provider.Answer, len(items))
	for i, it := range items {
		answers[i].Key = it.Key
		key := titleKey(it)
		if key == "" {
			found, err := a.title(ctx, it)
			if err != nil {
				return nil, a.noWatchlist(ctx, err)
			}
			if found == nil {
				continue
			}
			key = found.Key
		}
		listed, known, err := a.listed(ctx, key)
		if err != nil {
			return nil, a.noWatchlist(ctx, err)
		}
		if answers[i].Key == "" {
			answers[i].Key = key
		}
		answers[i].Held = known
		if known && listed {
			answers[i].Rows = []provider.Row{{Key: answers[i].Key, Value: media.Listed()}}
		}
	}
	return answers, nil
}

// titleKey is the catalogue's key of an item, when it or its ids tell.
func titleKey(it media.Item) string {
	if key, ok := media.CleanID(media.Plex, it.Key); ok {
		return key
	}
	for _, t := range it.Tokens {
		if t.Namespace == media.Plex && t.Kind == it.Kind {
			return t.ID
		}
	}
	return ""
}

// listed tells whether a title is on the watchlist; known is false when the
// catalogue has no such title.
func (a *account) listed(ctx context.Context, key string) (listed, known bool, err error) {
	path := "/library/metadata/" + key + "/userState"
	c, _, err := a.cloud.container(ctx, discover+path, nil, 0, 0)
	if e := provider.AsError(err); e != nil && e.Status == http.StatusNotFound {
		return false, false, nil
	}
	if err != nil {
		return false, false, err
	}
	states := decoded[userState](c.UserState)
	if len(states) != 1 || len(c.UserState) != 1 || states[0].WatchlistedAt.odd {
		return false, false, provider.Failed(provider.Contract, "get "+path, errNoState)
	}
	return states[0].WatchlistedAt.or(0) > 0, true, nil
}
