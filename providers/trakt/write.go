package trakt

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/transport"
)

// sending is one change on its way.
type sending struct {
	index  int // of the change and its result
	action provider.Action
	address
	details Details
	play    int64 // history id to remove
}

var (
	errNoPlay   = errors.New("the play has no history id, and removing by title would delete every play")
	errNoUpdate = errors.New("a play at trakt keeps its date")
	errLeaf     = errors.New("plays and positions are kept for films and episodes only")
	errTooMany  = errors.New("more changes than fit one write")
)

// Write does the changes of one feature. Adds and updates go in one post,
// removals in another; positions one by one. Nothing is sent twice, with one
// exception: a post that was refused as a whole for its size or its contents
// is sent again in halves, so that one title does not stop the others; plays
// only where the refusal says that nothing was stored.
func (a *account) Write(ctx context.Context, changes []provider.Change) ([]provider.Result, error) {
	results := make([]provider.Result, len(changes))
	if len(changes) == 0 {
		return results, nil
	}
	if len(changes) > batchLimit {
		return results, provider.Failed(provider.Contract, "write", errTooMany)
	}
	if changes[0].Feature == media.Progress {
		return results, a.writeProgress(ctx, changes, results)
	}
	var adds, removes []sending
	for i, c := range changes {
		s, err := prepare(i, c)
		switch {
		case err != nil:
			results[i] = refused(err)
		case c.Action == provider.Remove:
			removes = append(removes, s)
		default:
			adds = append(adds, s)
		}
	}
	path := paths[changes[0].Feature]
	if err := a.send(ctx, path, adds, results); err != nil {
		return results, withhold(results, removes, err)
	}
	return results, a.send(ctx, path+"/remove", removes, results)
}

// prepare names the change's title, or says why it cannot be sent.
func prepare(i int, c provider.Change) (sending, error) {
	s := sending{index: i, action: c.Action, details: details(c)}
	var err error
	if c.Feature == media.History {
		switch {
		case !c.Item.Kind.Leaf():
			return s, errLeaf
		case c.Action == provider.Update:
			return s, errNoUpdate
		case c.Action == provider.Remove:
			if s.play, err = strconv.ParseInt(c.PlayKey, 10, 64); err != nil || s.play <= 0 {
				return s, errNoPlay
			}
			s.kind = c.Item.Kind
			return s, nil
		}
	}
	s.address, err = addressOf(c.Item)
	return s, err
}

// send posts a batch and gives each of its changes a result. The error is for
// what ends the whole write.
func (a *account) send(ctx context.Context, path string, batch []sending, results []provider.Result) error {
	if len(batch) == 0 {
		return nil
	}
	var body post
	for _, s := range batch {
		if s.play != 0 {
			body.IDs = append(body.IDs, s.play)
		} else {
			body.add(s.address, s.details)
		}
	}
	var reply answer
	_, err := a.api.JSON(ctx, transport.Request{Method: http.MethodPost, URL: apiURL + path, Body: body}, &reply)
	if err == nil {
		reply.judge(batch, results)
		return nil
	}
	failed := provider.AsError(err)
	if len(batch) > 1 && divisible(path, failed) {
		return a.halves(ctx, path, batch, results)
	}
	for _, s := range batch {
		results[s.index] = lost(failed, s, len(batch))
	}
	if failed.Kind == provider.Rejected || failed.Kind == provider.PlanLimit {
		return nil
	}
	return failed
}

// halves sends the two halves of a refused batch. The second is not tried
// when the first could not place a single title for want of room.
func (a *account) halves(ctx context.Context, path string, batch []sending, results []provider.Result) error {
	for len(batch) > 0 {
		n := (len(batch) + 1) / 2
		if err := a.send(ctx, path, batch[:n], results); err != nil {
			return withhold(results, batch[n:], err)
		}
		last := results[batch[n-1].index]
		if full := last.Err != nil && last.Err.Kind == provider.PlanLimit; full {
			for _, s := range batch[n:] {
				results[s.index] = last
			}
			return nil
		}
		batch = batch[n:]
	}
	return nil
}

// divisible tells whether a refusal is about the batch as a whole. A full
// history may have taken some of the plays, and plays double when sent again.
func divisible(path string, e *provider.Error) bool {
	switch e.Status {
	case http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
		return true
	case statusRoom:
		return path != paths[media.History]
	}
	return false
}

// lost is the result of a change whose post failed. A play that is there
// already (409) is so; of several nobody knows which.
func lost(e *provider.Error, s sending, batch int) provider.Result {
	switch {
	case e.Sent:
		return provider.Result{Outcome: provider.Unproven, Err: e}
	case e.Status == http.StatusConflict && batch == 1 && s.action == provider.Add:
		return provider.Result{Outcome: provider.Already}
	case e.Status == http.StatusConflict:
		return provider.Result{Outcome: provider.Unproven, Err: e}
	case e.Kind == provider.Rejected, e.Kind == provider.PlanLimit:
		return provider.Result{Outcome: provider.Refused, Err: e}
	}
	return provider.Result{Outcome: provider.NotApplied, Err: e}
}

// withhold notes why the rest was not attempted.
func withhold(results []provider.Result, rest []sending, err error) error {
	for _, s := range rest {
		results[s.index] = provider.Result{Outcome: provider.NotApplied, Err: provider.AsError(err)}
	}
	return err
}
