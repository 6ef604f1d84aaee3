package jellyfin

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/mediabrowser"
	"watchkeeper/providers/internal/transport"
)

var (
	errNotHeld   = errors.New("the server does not hold this title")
	errReadOnly  = errors.New("the server does not keep this, or writing it is switched off")
	errMeanwhile = errors.New("it has changed at the server since it was read")
	errKeptOld   = errors.New("the server said yes and kept its old value")
	errOtherPart = errors.New("the file holds several episodes; it is marked when all of them are")
	errNoDate    = errors.New("this user may only mark as watched with a date")
)

// Write implements provider.Provider. It reads the items once, skips what is
// so already, leaves alone what somebody changed since the plan was made, and
// believes an answer only as far as it shows the new value.
func (a *account) Write(ctx context.Context, changes []provider.Change) ([]provider.Result, error) {
	results := make([]provider.Result, len(changes))
	kept, err := a.server.SignedIn(ctx)
	if err != nil {
		return results, err
	}
	held, err := a.heldNow(ctx, kept.UserID, changes)
	if err != nil {
		return results, err
	}
	if a.parts == nil {
		a.parts = mediabrowser.OpenParts(a.env.Dir)
	}
	if err := a.parts.Note(held, changes); err != nil && a.env.Log != nil {
		a.env.Log.Warn("wishes for files of several episodes are not remembered", "why", err)
	}
	for i, c := range changes {
		id, _, _ := mediabrowser.Split(c.Item.Key)
		w := write{account: a, user: kept.UserID, change: c, id: id, item: held[id]}
		results[i] = w.do(ctx)
		held[id] = w.item
		if e := results[i].Err; e != nil && endsBatch(e) {
			return results, e
		}
	}
	return results, nil
}

// endsBatch tells whether the account as a whole has a problem; a refusal of
// one item, or an answer of 500 to it, stops nobody else.
func endsBatch(e *provider.Error) bool {
	return e.Kind != provider.Rejected && !(e.Kind == provider.Transient && e.Status == http.StatusInternalServerError)
}

// heldNow reads the items of the changes as they are now.
func (a *account) heldNow(ctx context.Context, user string, changes []provider.Change) (map[string]*mediabrowser.Item, error) {
	items := make([]media.Item, len(changes))
	for i, c := range changes {
		items[i] = c.Item
	}
	return a.held(ctx, user, items)
}

// write is one change on its way.
type write struct {
	*account
	user   string
	change provider.Change
	id     string
	item   *mediabrowser.Item // as it was last seen; nil: not held
}

// do makes one change.
func (w *write) do(ctx context.Context) provider.Result {
	switch {
	case w.item == nil:
		return refused(errNotHeld)
	case w.caps.Feature(w.change.Feature).Of(mediabrowser.Kind(*w.item)) != provider.FullUse:
		return refused(errReadOnly)
	}
	now, ok := mediabrowser.Value(*w.item, w.change.Feature)
	if !ok {
		return refused(errReadOnly)
	}
	now.Key = w.change.Item.Key
	switch mediabrowser.Judge(w.change, *w.item, now.Value) {
	case provider.Already:
		return provider.Result{Outcome: provider.Already, Row: &now}
	case provider.NotApplied:
		return provider.Result{Outcome: provider.NotApplied, Row: &now, Err: provider.Failed(provider.Rejected, "", errMeanwhile)}
	}
	if !w.parts.Agree(*w.item, w.change) {
		return refused(errOtherPart)
	}
	return w.send(ctx, true)
}

func refused(why error) provider.Result {
	return provider.Result{Outcome: provider.Refused, Err: provider.Failed(provider.Rejected, "", why)}
}

// send writes and reads the answer. The same write may be sent once more: all
// of them set a state and add nothing.
func (w *write) send(ctx context.Context, again bool) provider.Result {
	req := w.request()
	var got *mediabrowser.UserData
	_, err := w.server.http.JSON(ctx, req, &got)
	if e := provider.AsError(err); e != nil {
		if e.Status == http.StatusForbidden && w.change.Feature == media.History && w.change.Action != provider.Remove {
			return w.mark(ctx)
		}
		return failed(e)
	}
	return w.proven(ctx, got, again)
}

func failed(e *provider.Error) provider.Result {
	switch {
	case e.Status == http.StatusNoContent:
		return provider.Result{Outcome: provider.Accepted} // what came of it is for a look-up to tell
	case e.Sent:
		return provider.Result{Outcome: provider.Unproven, Err: e}
	case e.Kind == provider.Rejected:
		return provider.Result{Outcome: provider.Refused, Err: e}
	}
	return provider.Result{Outcome: provider.NotApplied, Err: e}
}

// proven holds the answer against the wish. One that says nothing of the item
// proves nothing.
func (w *write) proven(ctx context.Context, got *mediabrowser.UserData, again bool) provider.Result {
	item := *w.item
	if item.UserData = got; !item.Understood() {
		return provider.Result{Outcome: provider.Accepted}
	}
	row, _ := mediabrowser.Value(item, w.change.Feature)
	row.Key = w.change.Item.Key
	if w.shows(row.Value) {
		w.item = &item
		return provider.Result{Outcome: provider.Confirmed, Key: w.change.Item.Key, Row: &row}
	}
	if again {
		return w.send(ctx, false)
	}
	return provider.Result{Outcome: provider.Refused, Row: &row, Err: provider.Failed(provider.Rejected, "", errKeptOld)}
}

// shows tells whether the answer shows the wish; dates may lose less than a
// second on the way.
func (w *write) shows(now media.Value) bool {
	if w.change.Feature == media.History && w.change.Action != provider.Remove {
		want := w.change.New.PlayedAt()
		return now.Set && (!want.Known() || now.PlayedAt().Sub(want).Abs() < time.Second)
	}
	return mediabrowser.Shows(w.change, *w.item, now)
}

// userData is a partial update: fields left out stay as they are.
type userData struct {
	Played                *bool    `json:",omitempty"`
	PlayCount             *int     `json:",omitempty"`
	LastPlayedDate        string   `json:",omitempty"`
	PlaybackPositionTicks *int64   `json:",omitempty"`
	Rating                *float64 `json:",omitempty"`
}

// request is the call for the change (API: UserItems, UserPlayedItems,
// UserFavoriteItems, and UserLibrary for ratings).
func (w *write) request() transport.Request {
	remove := w.change.Action == provider.Remove
	req := transport.Request{Method: http.MethodPost, Query: url.Values{"userId": {w.user}}}
	path := "/UserItems/" + w.id + "/UserData"
	switch {
	case w.change.Feature == media.Watchlist:
		path = "/UserFavoriteItems/" + w.id
	case w.change.Feature == media.History && remove:
		path = "/UserPlayedItems/" + w.id
	case w.change.Feature == media.Ratings && remove:
		path = "/UserItems/" + w.id + "/Rating"
	case w.change.Feature == media.History:
		req.Body = w.playedData()
	case w.change.Feature == media.Ratings:
		rating := float64(w.change.New.N) / 10
		req.Body = userData{Rating: &rating}
	default:
		req.Body = w.positionData(remove)
	}
	if remove && req.Body == nil {
		req.Method = http.MethodDelete
	}
	req.URL = w.server.address + path
	return req
}

// playedData marks as watched with exactly the date of the play, or with none.
// Unlike the call that marks, it adds nothing to the count of an item that has
// one, and stamps no date of its own. A position from after the play stays.
func (w *write) playedData() userData {
	yes, now, at := true, w.item.UserData, w.change.New.PlayedAt()
	data := userData{Played: &yes}
	if now.PlayCount < 1 {
		one := 1
		data.PlayCount = &one
	}
	if at.Known() {
		data.LastPlayedDate = mediabrowser.Date(at)
	}
	position, _ := mediabrowser.Value(*w.item, media.Progress)
	if !now.Played && !(position.Value.Set && position.At > at) {
		none := int64(0)
		data.PlaybackPositionTicks = &none
	}
	return data
}

// positionData moves the resume point. The date goes with it, except on a
// watched item, where it is the date of the play, and never backwards.
func (w *write) positionData(remove bool) userData {
	var ticks int64
	if remove {
		return userData{PlaybackPositionTicks: &ticks}
	}
	ticks = mediabrowser.Ticks(mediabrowser.Wanted(w.change, *w.item).N)
	data := userData{PlaybackPositionTicks: &ticks}
	last := w.item.UserData.LastPlayedDate
	if w.change.At.Known() && !w.item.UserData.Played && (last == nil || media.At(last.Time) < w.change.At) {
		data.LastPlayedDate = mediabrowser.Date(w.change.At)
	}
	return data
}

// mark is the way for users who may not edit their own data: the call that
// marks, always with the date of the play; without one it would invent today.
func (w *write) mark(ctx context.Context) provider.Result {
	at := w.change.New.PlayedAt()
	if !at.Known() {
		return refused(errNoDate)
	}
	var got *mediabrowser.UserData
	_, err := w.server.http.JSON(ctx, transport.Request{Method: http.MethodPost, URL: w.server.address + "/UserPlayedItems/" + w.id,
		Query: url.Values{"userId": {w.user}, "datePlayed": {mediabrowser.Date(at)}}}, &got)
	if e := provider.AsError(err); e != nil {
		return failed(e)
	}
	return w.proven(ctx, got, false)
}
