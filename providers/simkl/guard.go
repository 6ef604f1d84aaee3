package simkl

import (
	"context"
	"errors"
	"net/url"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

var (
	errAlready = errors.New("it is so already")
	errStands  = errors.New("the title stands on another list at simkl; planning it would take it from there")
	errBegun   = errors.New("the title was begun; taking it off the watchlist would delete what was watched")
	errKept    = errors.New("the title is rated; simkl can only take it out of the library together with its rating")
	errOddNow  = errors.New("the title's record is not understood")
)

// guard keeps writes from taking more than they say. The service has one
// status per title and no removal but out of the library, with rating and
// progress: so the watchlist takes titles that stand nowhere else, and lets go
// of untouched ones only.
type guard struct {
	*account
	now map[string]*haul // lists read in this write, by address
}

// check tells whether a change may be sent: errAlready when there is nothing
// to do, a *provider.Error when it could not be found out.
func (g guard) check(ctx context.Context, c provider.Change) error {
	switch {
	case c.Feature == media.Watchlist && c.Action != provider.Remove:
		return g.mayPlan(ctx, c.Item)
	case c.Feature == media.Watchlist:
		return g.mayUnplan(ctx, c.Item)
	case c.Feature == media.History && c.Action == provider.Remove && c.Item.Kind == media.Film:
		return g.mayUnwatch(ctx, c.Item)
	}
	return nil
}

// mayPlan: the library as the run has just read it tells where a title stands.
func (g guard) mayPlan(ctx context.Context, it media.Item) error {
	known := g.shelf.titles()
	if known == nil {
		h, err := g.list(ctx, "/sync/all-items/"+string(listOf(it)), detail())
		if err != nil {
			return err
		}
		known = h.records
	}
	_, r, ok := known.find(it)
	switch {
	case g.justWritten(it):
		return errStands
	case !ok:
		return nil
	case r.Status == "plantowatch":
		return errAlready
	}
	return errStands
}

// justWritten tells whether this run has said something else about a title, or
// an episode of it, which put it on a list since the library was read.
func (a *account) justWritten(it media.Item) bool {
	to, err := addressOf(media.Item{Kind: it.Kind, Tokens: it.Tokens})
	for _, w := range a.shelf.wrote {
		if !w.set || w.feature == media.Watchlist {
			continue
		}
		if sameItem(w.item, it) {
			return true
		}
		of, bad := addressOf(media.Item{Kind: w.item.Kind, Tokens: w.item.Tokens})
		if err == nil && bad == nil && of.list == to.list && of.ids.meets(to.ids) {
			return true
		}
	}
	return false
}

// mayUnplan: what the service says right now decides about a removal.
func (g guard) mayUnplan(ctx context.Context, it media.Item) error {
	h, err := g.list(ctx, "/sync/all-items/"+string(listOf(it))+"/plantowatch", detail())
	if err != nil {
		return err
	}
	_, r, ok := h.records.find(it)
	rating, err := r.rated()
	switch {
	case !ok && len(h.odd) > 0, err != nil:
		return errOddNow
	case !ok, r.Status != "plantowatch":
		return errAlready
	case rating.Value.Set:
		return errKept
	case r.WatchedCount.Whole() > 0, len(r.Seasons) > 0, r.WatchedAt.moment().Known():
		return errBegun
	}
	return nil
}

// mayUnwatch: a film is un-watched by taking it out of the library.
func (g guard) mayUnwatch(ctx context.Context, it media.Item) error {
	h, err := g.list(ctx, "/sync/all-items/"+string(listOf(it)), detail())
	if err != nil {
		return err
	}
	_, r, ok := h.records.find(it)
	rating, err := r.rated()
	play, odd := r.seen()
	switch {
	case !ok && len(h.odd) > 0, ok && (err != nil || odd != nil):
		return errOddNow
	case !ok, !play.Value.Set:
		return errAlready
	case rating.Value.Set:
		return errKept
	}
	return nil
}

// list reads one list past caches, once per write or look-up.
func (g guard) list(ctx context.Context, path string, q url.Values) (*haul, error) {
	name := path + "?" + q.Encode()
	if h := g.now[name]; h != nil {
		return h, nil
	}
	h := newHaul()
	if err := g.account.list(ctx, path, q, true, h); err != nil {
		return nil, provider.AsError(err)
	}
	g.now[name] = h
	return h, nil
}

// listOf is the bucket that holds an item, if any does.
func listOf(it media.Item) bucket {
	if b, _, ok := parseKey(it.Key); ok {
		return b
	}
	switch it.Kind {
	case media.Film:
		return movies
	case media.Part:
		return anime
	}
	return shows
}

// find returns the record of an item's title: by key, else by ids.
func (known titles) find(it media.Item) (string, record, bool) {
	if b, id, ok := parseKey(it.Key); ok {
		k := b.key(id)
		r, there := known[k]
		return k, r, there
	}
	for k, r := range known {
		b, _, _ := parseKey(k)
		if t := r.about(); t != nil && t.named(b, r.AnimeType, it) {
			return k, r, true
		}
	}
	return "", record{}, false
}

// named tells whether one of an item's ids is the title's, or for an episode
// its show's.
func (t title) named(b bucket, animeType text, it media.Item) bool {
	kind := t.kind(b, animeType)
	for _, want := range it.Tokens {
		_, _, byShow := want.Numbered()
		of := kind
		switch {
		case byShow && it.Kind != media.Episode, byShow && kind == media.Film, byShow && b == anime && want.Namespace != media.TVDB:
			continue
		case byShow:
			of = media.Show
		case want.Kind != kind:
			continue
		}
		if id, ok := t.IDs.of(b, of, want.Namespace); ok && id == want.ID {
			return true
		}
	}
	return false
}

// of is the title's id in a namespace, if that names works of the kind.
func (i ids) of(b bucket, kind media.Kind, ns media.Namespace) (string, bool) {
	if ns == media.SIMKL {
		id, ok := i.own()
		return id, ok && (b != anime || kind == media.Part)
	}
	if b == anime && kind == media.Film && ns == media.TVDB {
		return "", false
	}
	for _, s := range i.spaces(kind) {
		if s.ns == ns {
			return media.CleanID(ns, s.id)
		}
	}
	return "", false
}

// sameItem tells whether an item of a list is the one a change means.
func sameItem(listed, meant media.Item) bool {
	if meant.Key != "" && listed.Key != "" {
		return listed.Key == meant.Key
	}
	for _, t := range listed.Tokens {
		for _, o := range meant.Tokens {
			if t == o {
				return true
			}
		}
	}
	return false
}
