package plex

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

const watchlistPath = "/library/sections/watchlist/all"

var errNoWatchlist = errors.New("plex.tv keeps no watchlist for this member of the home")

// readWatchlist adds the view of the watchlist.
func (a *account) readWatchlist(ctx context.Context, w *writer) {
	l, err := a.myWatchlist(ctx)
	if err != nil {
		w.failed(media.Watchlist, a.noWatchlist(ctx, err))
		return
	}
	if !w.snap.ClockKnown {
		w.snap.ClockMS, w.snap.ClockKnown = l.clockMS, l.clockKnown
	}
	v := provider.View{Feature: media.Watchlist, Coverage: provider.Whole, Skipped: l.skipped,
		Evidence: provider.Evidence{Announced: l.total, Received: l.received, UserID: l.user}}
	items := a.titles(ctx, l.items)
	for i, it := range l.items {
		switch kind := items[i].Kind; {
		case kind != media.Film && kind != media.Show:
			v.Skipped = append(v.Skipped, provider.Skipped{Key: string(it.RatingKey), Title: string(it.Title), Reason: "neither a film nor a show"})
		default:
			w.add(&v, provider.Row{Key: items[i].Key, Value: media.Listed()}, func() media.Item { return items[i] })
		}
	}
	w.snap.Views = append(w.snap.Views, v)
}

// myWatchlist reads the list of the user who signed in, and of nobody else.
func (a *account) myWatchlist(ctx context.Context) (watchlist, error) {
	k, err := a.keeper.load(ctx)
	if err != nil {
		return watchlist{}, err
	}
	me, _, err := a.cloud.me(ctx)
	if err != nil {
		return watchlist{}, err
	}
	if string(me.ID) != k.User {
		return watchlist{}, provider.Failed(provider.WrongUser, "get /api/v2/user", nil)
	}
	w, err := a.watchlist(ctx)
	w.user = k.User
	return w, err
}

// watchlist is the list as it was read, with the clock of plex.tv.
type watchlist struct {
	list
	user       string
	clockMS    int64
	clockKnown bool
}

// watchlist reads the list to its end.
func (a *account) watchlist(ctx context.Context) (w watchlist, err error) {
	page := func(sort string) asked {
		return func(ctx context.Context, start, size int) (*container, error) {
			q := url.Values{"sort": {sort}, "includeCollections": {"1"}, "includeExternalMedia": {"1"}}
			c, resp, err := a.cloud.container(ctx, discover+watchlistPath, q, start, size)
			if ms, known := resp.ClockMS(); known {
				w.clockMS, w.clockKnown = ms, true
			}
			return c, err
		}
	}
	w.list, err = scan(ctx, "get "+watchlistPath, listSize, page("watchlistedAt:desc"))
	e := provider.AsError(err)
	if e == nil || e.Status != http.StatusNotFound {
		return w, err
	}
	// An empty list was seen as 404; so was a host that had moved. Only the
	// same list in another order can tell.
	again, other := scan(ctx, "get "+watchlistPath, listSize, page("titleSort:asc"))
	if other == nil && again.total == 0 {
		w.list = again
		return w, nil
	}
	return w, &provider.Error{Kind: provider.Transient, Doing: e.Doing, Status: e.Status}
}

// noWatchlist tells why there is none: managed members of a home have no
// access, although their sign-in is good.
func (a *account) noWatchlist(ctx context.Context, err error) error {
	e := provider.AsError(err)
	if e.Kind != provider.Auth && e.Status != http.StatusForbidden {
		return err
	}
	if _, _, bad := a.cloud.me(ctx); bad == nil {
		return provider.Failed(provider.Rejected, e.Doing, errNoWatchlist)
	}
	return err
}

const (
	// mostLookUps bounds the requests for ids of one read; the rest follow
	// with the next ones. A title is known by its Plex id until then.
	mostLookUps = 40
	idBatch     = 20
)

// titles describes titles of the catalogue, with their public ids as far as
// these are known or can be asked for now.
func (a *account) titles(ctx context.Context, list []item) []media.Item {
	var unknown []string
	for _, it := range list {
		if _, known := a.ids.get(catalogueKey(it)); !known && catalogueKey(it) != "" {
			unknown = append(unknown, catalogueKey(it))
		}
	}
	a.learnIDs(ctx, unknown)
	out := make([]media.Item, len(list))
	for i, it := range list {
		out[i] = shows{}.describe(it)
		key := catalogueKey(it)
		tokens, _ := a.ids.get(key)
		if key != "" {
			out[i].Key = key
			tokens = append(slices.Clone(tokens), media.OwnToken(out[i].Kind, media.Plex, key))
		}
		for _, t := range tokens {
			if t.Kind == out[i].Kind {
				out[i].Tokens = append(out[i].Tokens, t)
			}
		}
		out[i].Tokens = sorted(out[i].Tokens)
	}
	return out
}

// catalogueKey is the key of a title of the catalogue: the tail of its guid.
func catalogueKey(it item) string {
	for _, form := range []string{string(it.RatingKey), string(it.GUID[strings.LastIndexByte(string(it.GUID), '/')+1:])} {
		if key, ok := media.CleanID(media.Plex, form); ok {
			return key
		}
	}
	return ""
}

// learnIDs asks for the ids of titles: many at once where the catalogue
// answers that, else one by one. What it does not answer now waits.
func (a *account) learnIDs(ctx context.Context, keys []string) {
	budget := mostLookUps
	for chunk := range slices.Chunk(keys, idBatch) {
		if !a.learnSome(ctx, chunk, &budget) {
			break
		}
	}
	if err := a.ids.save(); err != nil && a.env.Log != nil {
		a.env.Log.WarnContext(ctx, "ids of the watchlist are not remembered", "why", err)
	}
}

// learnSome asks for one batch, then singly for what that left open. It tells
// whether the catalogue can be asked more.
func (a *account) learnSome(ctx context.Context, keys []string, budget *int) bool {
	if *budget == 0 {
		return false
	}
	*budget--
	missing, err := a.idsOf(ctx, keys)
	if err != nil && !lonely(err) || len(keys) == 1 {
		return err == nil || lonely(err)
	}
	for _, key := range missing {
		if !a.learnSome(ctx, []string{key}, budget) {
			return false
		}
	}
	return true
}

// lonely tells whether an error is about the titles that were asked for, not
// about the catalogue.
func lonely(err error) bool { return provider.AsError(err).Kind == provider.Rejected }

// idsOf asks for the ids of some titles and returns those without an answer.
// A single title that the catalogue does not have is remembered as such.
func (a *account) idsOf(ctx context.Context, keys []string) (missing []string, err error) {
	c, _, err := a.cloud.container(ctx, metadata+"/library/metadata/"+strings.Join(keys, ","), url.Values{"includeGuids": {"1"}}, 0, 0)
	if e := provider.AsError(err); e != nil {
		if len(keys) == 1 && e.Status == http.StatusNotFound {
			a.ids.put(keys[0], nil, true)
		}
		return keys, err
	}
	answered := map[string]bool{}
	for _, it := range decoded[item](c.Metadata) {
		if key := catalogueKey(it); slices.Contains(keys, key) {
			answered[key] = true
			a.ids.put(key, ownTokens(it, it.kind()), false)
		}
	}
	return slices.DeleteFunc(slices.Clone(keys), func(k string) bool { return answered[k] }), nil
}
