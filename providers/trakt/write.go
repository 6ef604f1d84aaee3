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
	errOnce     = errors.New("the account is set to one play per title, and has one")
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
	if err := ctx.Err(); err != nil {
		return results, abandon(results, provider.Failed(provider.Transient, "write", err))
	}
	if changes[0].Feature == media.Progress {
		return results, a.writeProgress(ctx, changes, results)
	}
	var adds, removes []sending
	shows, played := finds{}, map[address]bool{}
	for i, c := range changes {
		s, err := a.prepare(ctx, i, c, shows)
		if err == nil && s.details.WatchedAt != "" && a.once() {
			if played[s.address] {
				err = errOnce
			}
			played[s.address] = true
		}
		var down *provider.Error
		switch {
		case errors.As(err, &down):
			return results, abandon(results, down)
		case errors.Is(err, errAbsent):
			results[i] = absentResult(c.Action)
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
		return results, abandon(results, err)
	}
	if err := a.send(ctx, path+"/remove", removes, results); err != nil {
		return results, abandon(results, err)
	}
	return results, nil
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

// prepare names the change's title, or says why it cannot be sent. A
// *provider.Error means that it could not be found out.
func (a *account) prepare(ctx context.Context, i int, c provider.Change, shows finds) (sending, error) {
	s := sending{index: i, action: c.Action, details: details(c)}
	var err error
	switch {
	case c.Feature != media.History:
		s.address, err = a.ownAddress(ctx, c.Item, shows)
	case kindNames[c.Item.Kind] == "":
		err = errKind
	case !c.Item.Kind.Leaf():
		err = errLeaf
	case c.Action == provider.Update:
		err = errNoUpdate
	case c.Action == provider.Remove:
		s.kind = c.Item.Kind
		if s.play, err = strconv.ParseInt(c.PlayKey, 10, 64); err != nil || s.play <= 0 {
			err = errNoPlay
		}
	default:
		if s.address, err = addressOf(c.Item, true); err == nil && a.once() {
			err = a.unwatched(ctx, c.Item, shows)
		}
	}
	return s, err
}

// unwatched refuses a further play where the person wants one per title.
func (a *account) unwatched(ctx context.Context, it media.Item, shows finds) error {
	had := a.plays(ctx, it, shows)
	switch {
	case had.Err != nil:
		return had.Err
	case len(had.Rows) > 0:
		return errOnce
	}
	return nil
}

// ownAddress names an item by ids of its own, and asks the service for them
// where only its show and numbers are known.
func (a *account) ownAddress(ctx context.Context, it media.Item, shows finds) (address, error) {
	to, err := addressOf(it, false)
	if _, part := numbered(it); !errors.Is(err, errUnsent) || !part {
		return to, err
	}
	found, err := a.find(ctx, it, shows)
	switch {
	case err != nil:
		return to, provider.AsError(err)
	case found == nil:
		return to, errAbsent
	}
	return addressOf(*found, false)
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
			return err
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
