package trakt

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

var (
	errNoPoint    = errors.New("trakt can tell this only in its list")
	errOtherTitle = errors.New("the answer is about another title")
	errOddPlay    = errors.New("a play of the title was not understood")
)

// LookUp lists every play of each item, past the log. Only the history can be
// asked for one title; watchlist, ratings and positions cannot.
func (a *account) LookUp(ctx context.Context, f media.Feature, items []media.Item) ([]provider.Answer, error) {
	out := make([]provider.Answer, len(items))
	if f != media.History {
		for i, it := range items {
			out[i] = provider.Answer{Key: it.Key, Err: provider.Failed(provider.Rejected, "look up "+f.String(), errNoPoint)}
		}
		return out, nil
	}
	shows := finds{}
	log := a.log(ctx, items)
	var stop *provider.Error
	for i, it := range items {
		switch {
		case stop != nil:
			out[i] = provider.Answer{Key: it.Key, Err: stop}
		case log != nil && !keyed(it):
			out[i] = log.answer(it)
		default:
			out[i] = a.plays(ctx, it, shows)
		}
		if e := out[i].Err; e != nil && (wholeAccount(e.Kind) || ctx.Err() != nil) {
			stop = e
		}
	}
	if stop != nil {
		return out, stop
	}
	return out, nil
}

// keyed tells whether the service's own id of an item is known.
func keyed(it media.Item) bool {
	_, _, ok := parseKey(it.Key)
	return ok
}

// plays reads the log of one film or episode.
func (a *account) plays(ctx context.Context, it media.Item, shows finds) provider.Answer {
	out := provider.Answer{Key: it.Key}
	k := it.Key
	if !keyed(it) {
		found, err := a.find(ctx, it, shows)
		if err != nil || found == nil {
			out.Err = provider.AsError(err)
			return out
		}
		k = found.Key
	}
	kind, id, ok := parseKey(k)
	if !ok || !kind.Leaf() {
		return out
	}
	path := fmt.Sprintf("/sync/history/%ss/%s", kindNames[kind], id)
	l, err := a.pull(ctx, path, true)
	if e := provider.AsError(err); e != nil {
		if e.Status != http.StatusNotFound {
			out.Err = e
		}
		return out
	}
	v := provider.View{Feature: media.History}
	(&collector{seen: map[string]bool{}}).collect(&v, l)
	for _, r := range v.Rows {
		if r.Key != k {
			out.Err = listError(path, provider.Contract, errOtherTitle)
			return out
		}
	}
	if len(v.Skipped) > 0 {
		out.Err = listError(path, provider.Contract, errOddPlay)
		return out
	}
	out.Held, out.Rows = true, v.Rows
	return out
}

// playLog is the whole history, read past every cache, as an answer to many
// questions at once.
type playLog struct {
	err  *provider.Error
	keys map[media.Token]string
	rows map[string][]provider.Row
}

// manyUnknown is from how many items without a native key on the whole log may
// cost less than a search and a log for each.
const manyUnknown = 10

// log reads the whole history when that is cheaper than to search for the
// items that the service's ids are not known of; else it returns nil. Items
// with a key are always asked for one by one, past the log.
func (a *account) log(ctx context.Context, items []media.Item) *playLog {
	unknown := 0
	for _, it := range items {
		if !keyed(it) {
			unknown++
		}
	}
	if unknown < manyUnknown {
		return nil
	}
	path := paths[media.History]
	if _, p, err := a.page(ctx, path, 1, true, &list{}); err != nil || p.pages > 2*unknown {
		return nil // what failed fails again for the items, and is told there
	}
	out := &playLog{keys: map[media.Token]string{}, rows: map[string][]provider.Row{}}
	l, err := a.pull(ctx, path, true)
	if err != nil {
		out.err = provider.AsError(err)
		return out
	}
	v := provider.View{Feature: media.History}
	c := collector{seen: map[string]bool{}}
	if odd := c.collect(&v, l); len(odd) > 0 {
		out.err = listError(path, provider.Contract, errOddPlay)
		return out
	}
	for _, it := range c.items {
		for _, t := range it.Tokens {
			out.keys[t] = it.Key
		}
	}
	for _, r := range v.Rows {
		out.rows[r.Key] = append(out.rows[r.Key], r)
	}
	return out
}

// answer lists the plays of an item by its ids. A title that is not in the log
// may be unknown to the service.
func (l *playLog) answer(it media.Item) provider.Answer {
	out := provider.Answer{Key: it.Key, Err: l.err}
	for _, t := range it.Tokens {
		if k := l.keys[t]; k != "" && l.err == nil {
			out.Held, out.Rows = true, l.rows[k]
			return out
		}
	}
	return out
}
