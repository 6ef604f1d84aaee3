package anilist

import (
	"context"
	"errors"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

var (
	errTooMany = errors.New("more changes than fit one write")
	errKind    = errors.New("anilist keeps entries for parts of anime, and counts their episodes")
	// errOtherwise: a later part has a score of its own, and a first one stands
	// on the watchlist as its show.
	errOtherwise = errors.New("at anilist this is not one entry: the show has several parts there, or the part goes by its show")
	errNoUnplay  = errors.New("what was watched is a count at anilist, which is never lowered")
	errNotShown  = errors.New("the answer does not show the change")
)

// change is one change with the title that it is about.
type change struct {
	index int
	provider.Change
	ref
}

// step is one mutation and the changes that it does. No mutation: the changes
// are so already, or refused.
type step struct {
	save   map[string]any // variables of a save
	delete int            // entry to delete
	does   []change
	// shown tells whether an entry in the reply proves a change.
	shown func(entry, change) (provider.Row, bool)
}

// Write does the changes of one feature, title by title in the order of their
// first change. Each title's entry is read afresh before it is changed, so
// that nothing a person has put there is lost, and each change of an entry is
// a request of its own, so that one outcome never hides behind another's.
func (a *account) Write(ctx context.Context, changes []provider.Change) ([]provider.Result, error) {
	results := make([]provider.Result, len(changes))
	if len(changes) == 0 {
		return results, nil
	}
	if len(changes) > batchLimit {
		return results, abandon(results, provider.Failed(provider.Contract, "write", errTooMany))
	}
	if err := ctx.Err(); err != nil {
		return results, abandon(results, provider.Failed(provider.Transient, "write", err))
	}
	n := a.atlas()
	titles, s, err := a.prepare(ctx, n, changes, results)
	if err != nil {
		e := *provider.AsError(err)
		e.Sent = false // nothing but questions was sent
		return results, abandon(results, &e)
	}
	v, err := a.known(ctx)
	if err != nil {
		return results, abandon(results, provider.AsError(err))
	}
	for _, group := range titles {
		t, _ := s.title(group[0].id)
		target := target{title: t, zone: v.zone()}
		if e, has := s.entries[group[0].id]; has {
			target.entry = &e
		}
		if err := a.change(ctx, target.plan(group, results), v, results); err != nil {
			return results, abandon(results, err)
		}
	}
	return results, nil
}

// abandon notes why the rest was not attempted, and passes that on.
func abandon(results []provider.Result, err *provider.Error) error {
	for i := range results {
		if results[i].Outcome == provider.NotApplied {
			results[i].Err = err
		}
	}
	return err
}

// prepare names the titles, reads their entries and groups the changes by
// title. What cannot be done at all is refused here.
func (a *account) prepare(ctx context.Context, n atlas, changes []provider.Change, results []provider.Result) ([][]change, shelf, error) {
	items := make([]media.Item, len(changes))
	for i, c := range changes {
		items[i] = c.Item
		if why := impossible(c); why != nil {
			results[i] = refused(why)
			items[i] = media.Item{} // nothing to ask about
		}
	}
	refs, err := a.resolve(ctx, n, items)
	if err != nil {
		return nil, shelf{}, err
	}
	s, err := a.shelf(ctx, ids(refs))
	if err != nil {
		return nil, s, err
	}
	var groups [][]change
	at := map[int]int{}
	for i, c := range changes {
		if results[i].Outcome != provider.NotApplied {
			continue
		}
		r := refs[i]
		t, ok := s.title(r.id)
		t.ID = digits(r.id)
		switch {
		case !ok:
			results[i] = absent(c.Action)
			continue
		case c.Feature != media.History && n.whole(t, c.Feature).key() != r.key():
			results[i] = refused(errOtherwise)
			continue
		}
		if _, ok := at[r.id]; !ok {
			at[r.id] = len(groups)
			groups = append(groups, nil)
		}
		groups[at[r.id]] = append(groups[at[r.id]], change{i, c, r})
	}
	return groups, s, nil
}

// keeps tells whether the service keeps a feature for a kind.
func keeps(f media.Feature, k media.Kind) bool {
	return capabilities().Feature(f).Of(k) >= provider.AddIt
}

// impossible says what the service has no place for.
func impossible(c provider.Change) error {
	switch {
	case !capabilities().Features[c.Feature].Offered():
		return errNotOffered
	case !keeps(c.Feature, c.Item.Kind):
		return errKind
	case c.Feature == media.History && c.Action != provider.Add:
		return errNoUnplay
	}
	return nil
}

func refused(why error) provider.Result {
	return provider.Result{Outcome: provider.Refused, Err: provider.Failed(provider.Rejected, "write", why)}
}

// absent: what is not there cannot be added, and need not be removed.
func absent(action provider.Action) provider.Result {
	if action == provider.Remove {
		return provider.Result{Outcome: provider.Already}
	}
	return refused(errUnknown)
}

// change sends the steps for one title. The error ends the whole write.
func (a *account) change(ctx context.Context, steps []step, v viewer, results []provider.Result) *provider.Error {
	for _, s := range steps {
		var failed *provider.Error
		if s.delete > 0 {
			failed = a.drop(ctx, s, results)
		} else {
			failed = a.save(ctx, s, v, results)
		}
		if failed == nil {
			continue
		}
		outcome := provider.NotApplied
		switch {
		case failed.Sent:
			outcome = provider.Unproven
		case failed.Kind == provider.Rejected:
			outcome = provider.Refused
		}
		for _, c := range s.does {
			results[c.index] = provider.Result{Outcome: outcome, Err: failed}
		}
		if failed.Kind != provider.Rejected {
			return failed
		}
	}
	return nil
}

// save sends one entry. The reply is the entry as it is now: what it shows is
// confirmed, what it does not show was taken without proof.
func (a *account) save(ctx context.Context, s step, v viewer, results []provider.Result) *provider.Error {
	var data struct {
		Saved *entry `json:"SaveMediaListEntry"`
	}
	if _, err := a.do(ctx, saveMutation, s.save, &data); err != nil {
		return provider.AsError(err)
	}
	for _, c := range s.does {
		results[c.index] = provider.Result{Outcome: provider.Accepted, Key: c.key()}
		if data.Saved == nil || data.Saved.MediaID.whole() != c.id {
			err := named(provider.Failed(provider.Contract, "", errNotShown), saveMutation)
			err.Sent = true
			results[c.index] = provider.Result{Outcome: provider.Unproven, Key: c.key(), Err: err}
			continue
		}
		if row, ok := s.shown(*data.Saved, c); ok && near(row, c, v) {
			results[c.index].Outcome, results[c.index].Row = provider.Confirmed, &row
		}
	}
	return nil
}

// near tells whether a shown value is the one that was sent, as far as the
// person's own format can hold it.
func near(row provider.Row, c change, v viewer) bool {
	if c.Feature != media.Ratings {
		return true
	}
	d := row.Value.N - c.New.N
	return max(d, -d) <= tolerance(string(v.Listing.ScoreFormat))
}

// drop deletes one entry. The reply shows no state, so that it proves nothing.
func (a *account) drop(ctx context.Context, s step, results []provider.Result) *provider.Error {
	var data struct {
		Reply *struct {
			Deleted truth `json:"deleted"`
		} `json:"DeleteMediaListEntry"`
	}
	if _, err := a.do(ctx, deleteMutation, map[string]any{"id": s.delete}, &data); err != nil {
		return provider.AsError(err)
	}
	for _, c := range s.does {
		results[c.index] = provider.Result{Outcome: provider.Accepted, Key: c.key()}
		if data.Reply == nil || !data.Reply.Deleted.value {
			err := named(provider.Failed(provider.Transient, "", errNotShown), deleteMutation)
			err.Sent = true
			results[c.index] = provider.Result{Outcome: provider.Unproven, Key: c.key(), Err: err}
		}
	}
	return nil
}
