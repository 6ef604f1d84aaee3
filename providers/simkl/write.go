package simkl

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// sending is one change on its way.
type sending struct {
	index  int // of the change and its result
	change provider.Change
	address
}

var (
	errNoUpdate = errors.New("simkl keeps the first date of what was watched")
	errTooMany  = errors.New("more changes than fit one write")
)

// write does the changes of one feature. Adds and updates go in one post,
// removals in another; positions one by one. Nothing is sent twice. What would
// take more from the library than the change says is refused: see guard.go.
func (a *account) write(ctx context.Context, changes []provider.Change) ([]provider.Result, error) {
	results := make([]provider.Result, len(changes))
	if len(changes) == 0 {
		return results, nil
	}
	if len(changes) > batchLimit {
		return results, abandon(results, provider.Failed(provider.Contract, "write", errTooMany))
	}
	err := ctx.Err()
	if err != nil {
		return results, abandon(results, provider.Failed(provider.Transient, "write", err))
	}
	if err := a.shelf.take(ctx); err != nil {
		return results, abandon(results, err)
	}
	defer a.shelf.give()
	if changes[0].Feature == media.Progress {
		return results, a.writeProgress(ctx, changes, results)
	}
	return results, a.writeBatch(ctx, changes, results)
}

// writeBatch sorts the changes and sends them.
func (a *account) writeBatch(ctx context.Context, changes []provider.Change, results []provider.Result) error {
	var adds, removes []sending
	g := guard{account: a, now: map[string]*haul{}}
	for i, c := range changes {
		s := sending{index: i, change: c}
		var err error
		if s.address, err = prepare(c); err == nil {
			err = g.check(ctx, c)
		}
		var down *provider.Error
		switch {
		case errors.As(err, &down):
			return abandon(results, down)
		case errors.Is(err, errAlready):
			results[i] = provider.Result{Outcome: provider.Already}
		case err != nil:
			results[i] = refused(err)
		case c.Action == provider.Remove:
			removes = append(removes, s)
		default:
			adds = append(adds, s)
		}
	}
	f := changes[0].Feature
	if err := a.send(ctx, addPaths[f], adds, results); err != nil {
		return abandon(results, err)
	}
	if err := a.send(ctx, removePaths[f], removes, results); err != nil {
		return abandon(results, err)
	}
	return nil
}

// addPaths and removePaths are where the posts of a feature go.
var (
	addPaths = map[media.Feature]string{media.History: "/sync/history", media.Ratings: "/sync/ratings", media.Watchlist: "/sync/add-to-list"}
	// The watchlist has no removal of its own.
	removePaths = map[media.Feature]string{media.History: "/sync/history/remove", media.Ratings: "/sync/ratings/remove", media.Watchlist: "/sync/history/remove"}
)

// prepare names the change's title, or says why it cannot be sent.
func prepare(c provider.Change) (address, error) {
	leaf := c.Item.Kind == media.Film || c.Item.Kind == media.Episode
	switch {
	case c.Feature == media.History && !leaf:
		return address{}, errLeaf
	case c.Feature == media.History && c.Action == provider.Update:
		return address{}, errNoUpdate
	case c.Feature != media.History && c.Item.Kind == media.Episode:
		return address{}, errKind
	}
	return addressOf(c.Item)
}

// abandon notes why the rest was not attempted, and passes that on.
func abandon(results []provider.Result, err error) error {
	for i := range results {
		if results[i].Outcome == provider.NotApplied {
			results[i].Err = provider.AsError(err)
		}
	}
	return err
}

// send posts a batch and gives each of its changes a result. The error is for
// what ends the whole write.
func (a *account) send(ctx context.Context, path string, batch []sending, results []provider.Result) error {
	if len(batch) == 0 {
		return nil
	}
	var b body
	for _, s := range batch {
		b.add(s.address, s.change)
	}
	var raw json.RawMessage
	_, err := a.api.JSON(ctx, a.post(path, nil, b), &raw)
	if err == nil {
		a.noteWrites(batch)
		judge(path, raw, batch, results)
		return nil
	}
	failed := provider.AsError(err)
	if failed.Sent {
		a.noteWrites(batch)
	}
	for _, s := range batch {
		results[s.index] = lost(failed)
	}
	if failed.Kind == provider.Rejected {
		return nil
	}
	return failed
}

// lost is the result of a change whose request failed.
func lost(e *provider.Error) provider.Result {
	switch {
	case e.Sent:
		return provider.Result{Outcome: provider.Unproven, Err: e}
	case e.Kind == provider.Rejected, e.Kind == provider.PlanLimit:
		return provider.Result{Outcome: provider.Refused, Err: e}
	}
	return provider.Result{Outcome: provider.NotApplied, Err: e}
}

// one is the result of a single failed request. The error is passed on unless
// it is about this title alone.
func one(err error) (provider.Result, error) {
	e := provider.AsError(err)
	switch {
	case e.Status == http.StatusNotFound:
		return refused(errAbsent), nil
	case e.Status == http.StatusConflict:
		return provider.Result{Outcome: provider.Refused, Err: e}, nil
	}
	r := lost(e)
	if r.Outcome == provider.Refused {
		return r, nil
	}
	return r, err
}

func refused(why error) provider.Result {
	return provider.Result{Outcome: provider.Refused, Err: provider.Failed(provider.Rejected, "write", why)}
}
