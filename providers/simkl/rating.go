package simkl

import (
	"context"
	"encoding/json"
	"net/url"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// asked is a film of a look-up by whatever ids are known.
type asked struct {
	sentIDs
	Type string `json:"type"`
}

// listFirst puts films that are about to be rated and are on no list on the
// watchlist: the service completes a film that is rated without being listed,
// and nobody watched it. That a rating lists a title is the lesser effect, and
// the one that the capabilities declare. It returns the ratings that can be
// sent.
func (a *account) listFirst(ctx context.Context, adds []sending, results []provider.Result) ([]sending, error) {
	var ready, open []sending
	for _, s := range adds {
		if s.kind == media.Film && s.change.Feature == media.Ratings && !a.listed(s.change.Item) {
			open = append(open, s)
		} else {
			ready = append(ready, s)
		}
	}
	if len(open) == 0 {
		return adds, nil
	}
	found, err := a.onNoList(ctx, open)
	if err != nil {
		return nil, err
	}
	var unlisted []sending
	for i, s := range open {
		switch found[i] {
		case "false":
			unlisted = append(unlisted, s)
		case "not_found":
			results[s.index] = refused(errAbsent)
		default:
			ready = append(ready, s)
		}
	}
	now, err := a.plan(ctx, unlisted, results)
	return append(ready, now...), err
}

// listed tells whether a film is known to be on a list: by the last read, or
// by what was written since.
func (a *account) listed(it media.Item) bool {
	_, _, known := a.shelf.titles().find(it)
	return known || a.justWritten(it)
}

// onNoList asks the service itself, past lists, because planning a title takes
// it off the list it is on. The words are those of /sync/watched.
func (a *account) onNoList(ctx context.Context, films []sending) ([]result, error) {
	const path = "/sync/watched"
	asks := make([]asked, len(films))
	for i, s := range films {
		asks[i] = asked{s.ids, "movie"}
	}
	var got []looked
	_, err := a.api.JSON(ctx, a.post(path, url.Values{"extended": {"counters"}}, asks), &got)
	out := make([]result, len(films))
	switch failed := provider.AsError(err); {
	case failed != nil && noSuchCall(failed):
		return out, a.onNoListed(ctx, films, out)
	case failed != nil:
		failed.Sent = false // a question changes nothing
		return nil, failed
	case len(got) != len(asks):
		return nil, provider.Failed(provider.Contract, "post "+path, errAnswers)
	}
	for i, g := range got {
		if !g.IDs.share(films[i].ids) {
			return nil, provider.Failed(provider.Contract, "post "+path, errOtherTitle)
		}
		out[i] = g.Result
	}
	return out, nil
}

// onNoListed asks the list, where there is no look-up.
func (a *account) onNoListed(ctx context.Context, films []sending, out []result) error {
	lists := guard{account: a, now: map[string]*haul{}}
	h, err := lists.list(ctx, "/sync/all-items/"+string(movies))
	if err != nil {
		return err
	}
	for i, s := range films {
		if _, _, ok := h.records.find(s.change.Item); !ok {
			out[i] = "false"
		}
	}
	return nil
}

// plan lists films; what could not be listed for sure is not rated now.
func (a *account) plan(ctx context.Context, films []sending, results []provider.Result) (ready []sending, err error) {
	if len(films) == 0 {
		return nil, nil
	}
	var b body
	for i := range films {
		b.add(films[i].address, provider.Change{Action: provider.Add, Feature: media.Watchlist})
	}
	path := addPaths[media.Watchlist]
	var raw json.RawMessage
	if _, err := a.api.JSON(ctx, a.post(path, nil, b), &raw); err != nil {
		failed := provider.AsError(err)
		failed.Sent = false // the ratings were not
		return nil, failed
	}
	placed := make([]provider.Result, len(results))
	judge(path, raw, films, placed)
	for _, s := range films {
		switch r := placed[s.index]; r.Outcome {
		case provider.Accepted:
			ready = append(ready, s)
		case provider.Refused:
			results[s.index] = r
		default:
			results[s.index] = provider.Result{Outcome: provider.NotApplied, Err: r.Err}
		}
	}
	return ready, nil
}
