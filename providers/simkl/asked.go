package simkl

import (
	"context"
	"encoding/json"
	"errors"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// askSessions answers from the list of positions, which knows no caches.
func (a *account) askSessions(ctx context.Context, items []media.Item, out []provider.Answer) error {
	rows, err := a.sessions(ctx, true)
	failed := provider.AsError(err)
	if failed != nil && (wholeAccount(failed.Kind) || ctx.Err() != nil) {
		return failed
	}
	for i, it := range items {
		if failed != nil {
			out[i] = unanswered(it, failed)
			continue
		}
		if out[i] = answerOf(rows, it, a.shelf.titles()); out[i].Held || out[i].Err != nil {
			continue
		}
		k, answer, stop := a.absent(ctx, it)
		if stop != nil {
			return stop
		}
		if out[i] = answer; k != "" {
			out[i] = titles{}.answered(media.Progress, it, k)
		}
	}
	return nil
}

// answerOf is what a list of positions shows of an item, if it does. A row that
// is not understood and may be the item's makes the list no answer.
func answerOf(rows []json.RawMessage, it media.Item, known titles) (out provider.Answer) {
	for _, raw := range rows {
		listed, row, err := readSession(raw, known)
		switch {
		case err == nil && sameItem(listed, it):
			out = provider.Answer{Key: row.Key, Held: true, Rows: []provider.Row{row}}
		case err != nil && !out.Held && (sameItem(listed, it) || notUnderstood(listed.Key, "", err).Key == ""):
			out = unanswered(it, provider.Failed(provider.Contract, "look up", errOddNow))
		}
	}
	return out
}

// absent tells an item that a list does not have from one that the service
// does not know: k is the title's native key, "" when there is none, and then
// the answer says why.
func (a *account) absent(ctx context.Context, it media.Item) (k string, answer provider.Answer, stop error) {
	q, err := a.question(ctx, it)
	switch {
	case err == nil:
		return q.key, answer, nil
	case errors.Is(err, errUnknown):
		return "", provider.Answer{Key: it.Key}, nil
	case wholeAccount(err.Kind) || ctx.Err() != nil:
		return "", answer, err
	}
	return "", unanswered(it, err), nil
}

var errShort = errors.New("the list lacks a title that is in the library")

// answer reads the item's record in its list, past caches. A record that is not
// there tells nothing where the title is known to be in the library.
func (g guard) answer(ctx context.Context, f media.Feature, it media.Item, k string, inside bool) provider.Answer {
	b, _, _ := parseKey(k)
	q := detail()
	if f == media.Ratings {
		q = nil // the titles' own rows will do
	}
	h, err := g.list(ctx, "/sync/all-items/"+string(b), q)
	if err != nil {
		return unanswered(it, provider.AsError(err))
	}
	_, listed := h.records[k]
	switch {
	case len(h.odd) > 0:
		return unanswered(it, provider.Failed(provider.Contract, "look up", errOddNow))
	case !listed && inside:
		return unanswered(it, provider.Failed(provider.Contract, "look up", errShort))
	}
	return h.records.answered(f, it, k)
}

// answered is what records tell about an item of a title, or that they are not
// understood.
func (known titles) answered(f media.Feature, it media.Item, k string) provider.Answer {
	answer, sure := known.answer(f, it, k)
	if !sure {
		return unanswered(it, provider.Failed(provider.Contract, "look up", errOddNow))
	}
	return answer
}

// answer says what records tell about an item of a title; sure is false when
// they are not understood.
func (known titles) answer(f media.Feature, it media.Item, k string) (out provider.Answer, sure bool) {
	out = provider.Answer{Key: k, Held: true}
	if it.Kind == media.Episode {
		to, err := episodeAddress(it)
		if err != nil {
			return out, false
		}
		out.Key = episodeKey(k, to.season, to.episode)
	}
	r, ok := known[k]
	if !ok {
		return out, true
	}
	b, _, _ := parseKey(k)
	v := provider.View{Feature: f}
	r.show(&v, b, k, &collector{seen: map[string]bool{}})
	for _, row := range v.Rows {
		if row.Key == out.Key {
			out.Rows = append(out.Rows, row)
		}
	}
	return out, len(v.Skipped) == 0
}
