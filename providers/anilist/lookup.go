package anilist

import (
	"context"
	"errors"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

var errOther = errors.New("the answer is about another title")

// LookUp asks for the entries of given titles, past the list. A title without
// an entry is held: the account shows an explicit no.
func (a *account) LookUp(ctx context.Context, f media.Feature, items []media.Item) ([]provider.Answer, error) {
	out := make([]provider.Answer, len(items))
	failed := func(err error) ([]provider.Answer, error) {
		for i, it := range items {
			out[i] = provider.Answer{Key: it.Key, Err: provider.AsError(err)}
		}
		return out, err
	}
	if !capabilities().Features[f].Offered() {
		return failed(provider.Failed(provider.Rejected, "look up "+f.String(), errNotOffered))
	}
	n := a.atlas()
	refs, err := a.resolve(ctx, n, items)
	if err != nil {
		return failed(err)
	}
	s, err := a.shelf(ctx, ids(refs))
	if err != nil {
		return failed(err)
	}
	for i, it := range items {
		out[i] = s.answer(n, f, it.Key, refs[i])
	}
	return out, nil
}

// shelf is some titles with the entries that the person has of them.
type shelf struct {
	entries map[int]entry
	titles  map[int]title // of those without an entry
}

// shelf asks for both; titles that have an entry come with it.
func (a *account) shelf(ctx context.Context, ids []int) (shelf, error) {
	s := shelf{}
	var err error
	if s.entries, err = a.entries(ctx, ids); err != nil {
		return s, err
	}
	var rest []int
	for _, id := range ids {
		if _, has := s.entries[id]; !has {
			rest = append(rest, id)
		}
	}
	s.titles, err = a.titles(ctx, rest)
	return s, err
}

// title is what is known of one; ok is false for one that does not exist.
func (s shelf) title(id int) (t title, ok bool) {
	if e, has := s.entries[id]; has {
		return e.Media, true
	}
	t, ok = s.titles[id]
	return t, ok
}

// answer is what the person's entry says of one item; one that is listed by
// another name in this feature is not held by this.
func (s shelf) answer(n atlas, f media.Feature, key string, r ref) provider.Answer {
	out := provider.Answer{Key: key}
	t, ok := s.title(r.id)
	t.ID = digits(r.id)
	if !ok || !n.fits(t, r, f) {
		return out
	}
	out.Held = true
	e, has := s.entries[r.id]
	if !has {
		return out
	}
	shows, err := n.shows(e, f)
	if err != nil {
		return provider.Answer{Key: key, Err: provider.Failed(provider.Contract, "look up "+f.String(), err)}
	}
	for _, v := range shows {
		if v.key() == r.key() {
			out.Rows = append(out.Rows, provider.Row{Key: r.key(), Value: v.value})
		}
	}
	return out
}

// fits tells whether a title has a place for a ref in a feature.
func (n atlas) fits(t title, r ref, f media.Feature) bool {
	if f == media.History {
		return r.lo > 0 && (t.episodes() == 0 || r.hi <= t.episodes())
	}
	return n.whole(t, f).key() == r.key()
}
