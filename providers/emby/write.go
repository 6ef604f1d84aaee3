package emby

import (
	"context"
	"errors"
	"net/http"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/mediabrowser"
)

var (
	errNotHeld   = errors.New("the server does not hold this title")
	errReadOnly  = errors.New("the server does not keep this, or writing it is switched off")
	errOdd       = errors.New("the item's user data has an unknown form")
	errMeanwhile = errors.New("it has changed at the server since it was read")
	errPlaying   = errors.New("it is being played right now")
	errOtherPart = errors.New("the file holds several episodes; it is marked when all of them are")
)

// Write implements provider.Provider. It reads the items, skips what is so
// already, leaves alone what somebody changed since the plan was made or is
// playing, and believes nothing but what a read shows afterwards: a change
// that the server took and does not show is accepted without proof.
func (a *account) Write(ctx context.Context, changes []provider.Change) ([]provider.Result, error) {
	results := make([]provider.Result, len(changes))
	if len(changes) == 0 {
		return results, nil
	}
	w, err := a.begin(ctx, changes)
	if err != nil {
		return results, err
	}
	for i, c := range changes {
		results[i] = w.one(ctx, toTheSecond(c))
		if e := results[i].Err; e != nil && endsBatch(e) {
			err = e
			break
		}
	}
	w.prove(ctx, changes, results)
	return results, err
}

// endsBatch tells whether the account as a whole has a problem; a refusal of
// one item, or an answer of 500 to it, stops nobody else.
func endsBatch(e *provider.Error) bool {
	return e.Kind != provider.Rejected && !(e.Kind == provider.Transient && e.Status == http.StatusInternalServerError)
}

// writing is what the changes of one call share.
type writing struct {
	*account
	user    string
	held    map[string]*mediabrowser.Item
	playing []string
	aged    bool // something was written since held was read
}

// begin reads the items of the changes and what is being played.
func (a *account) begin(ctx context.Context, changes []provider.Change) (*writing, error) {
	sessions, err := a.server.sessions(ctx)
	if err == nil {
		err = sessions.check()
	}
	if err != nil {
		return nil, err
	}
	held, err := a.held(ctx, itemsOf(changes))
	if err != nil {
		return nil, err
	}
	if a.parts == nil {
		a.parts = mediabrowser.OpenParts(a.env.Dir)
	}
	if err := a.parts.Note(held, changes); err != nil && a.env.Log != nil {
		a.env.Log.Warn("wishes for files of several episodes are not remembered", "why", err)
	}
	return &writing{account: a, user: sessions.kept.UserID, held: held, playing: sessions.playing()}, nil
}

func itemsOf(changes []provider.Change) []media.Item {
	out := make([]media.Item, len(changes))
	for i, c := range changes {
		out[i] = c.Item
	}
	return out
}

// prove reads what was accepted and confirms what shows. Where it does not
// show yet, or no answer comes, the change stays accepted.
func (w *writing) prove(ctx context.Context, changes []provider.Change, results []provider.Result) {
	var accepted []media.Item
	for i, r := range results {
		if r.Outcome == provider.Accepted {
			accepted = append(accepted, changes[i].Item)
		}
	}
	held, err := w.account.held(ctx, accepted)
	if err != nil {
		return
	}
	for i, c := range changes {
		id, _, _ := mediabrowser.Split(c.Item.Key)
		if results[i].Outcome != provider.Accepted || held[id] == nil {
			continue
		}
		row, ok := mediabrowser.Value(*held[id], c.Feature)
		if ok && mediabrowser.Shows(toTheSecond(c), *held[id], kept(c.Feature, row.Value)) {
			row.Key = c.Item.Key
			results[i] = provider.Result{Outcome: provider.Confirmed, Key: row.Key, Row: &row}
		}
	}
}
