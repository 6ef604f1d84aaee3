package plex

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

var (
	errNotHeld      = errors.New("the libraries do not hold this title")
	errReadOnly     = errors.New("plex does not keep this")
	errMeanwhile    = errors.New("it has changed at the server since it was read")
	errOtherWork    = errors.New("the server's item is another title than was meant")
	errNoClear      = errors.New("plex cannot forget a position without taking the watched mark away")
	errWouldPlay    = errors.New("the server would take this position for a play")
	errNoLength     = errors.New("the server does not know how long this is, and would ignore a position")
	errNoState      = errors.New("the answer does not tell the state of the title")
	errUnknownTitle = errors.New("plex does not know this title by any of its ids")
	errOnePlay      = errors.New("single plays stay in the server's own history")
)

// Write implements provider.Provider. Marking is not repeatable at the server:
// each call adds a play to the count and dates it now. So an item is read
// first, left alone when it is so already or somebody acted in between, and
// read again after: the answer itself says nothing.
func (a *account) Write(ctx context.Context, changes []provider.Change) ([]provider.Result, error) {
	results := make([]provider.Result, len(changes))
	if len(changes) == 0 {
		return results, nil
	}
	if changes[0].Feature != media.Watchlist {
		if _, _, err := a.server.reach(ctx); err != nil {
			return results, err
		}
	}
	for i, c := range changes {
		if c.Feature == media.Watchlist {
			results[i] = a.list(ctx, c)
		} else {
			results[i] = a.change(ctx, c)
		}
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

func refused(why error) provider.Result {
	return provider.Result{Outcome: provider.Refused, Err: provider.Failed(provider.Rejected, "", why)}
}

// failed judges a request that was not answered well.
func failed(err error) provider.Result {
	switch e := provider.AsError(err); {
	case e.Sent:
		return provider.Result{Outcome: provider.Unproven, Err: e}
	case e.Kind == provider.Rejected:
		return provider.Result{Outcome: provider.Refused, Err: e}
	default:
		return provider.Result{Outcome: provider.NotApplied, Err: e}
	}
}

// unread judges a request that only read: nothing was written.
func unread(err error) provider.Result {
	e := *provider.AsError(err)
	e.Sent = false
	return failed(&e)
}

// change makes one change at the server.
func (a *account) change(ctx context.Context, c provider.Change) provider.Result {
	key, err := a.keyOf(ctx, c.Item)
	if err != nil {
		return unread(err)
	}
	if key == "" {
		return refused(errNotHeld)
	}
	w := write{account: a, change: c, key: key}
	if err := w.read(ctx); err != nil {
		return unread(err)
	}
	if why := w.forbidden(); why != nil {
		return refused(why)
	}
	switch w.judge() {
	case provider.Already:
		return provider.Result{Outcome: provider.Already, Key: key, Row: &w.now}
	case provider.NotApplied:
		return provider.Result{Outcome: provider.NotApplied, Row: &w.now, Err: provider.Failed(provider.Rejected, "", errMeanwhile)}
	}
	return w.send(ctx)
}

// write is one change on its way.
type write struct {
	*account
	change provider.Change
	key    string
	item   *item // as it was last seen; nil: not held
	shows  shows
	now    provider.Row
}

// read reads the item as it is now.
func (w *write) read(ctx context.Context) error {
	found, err := w.byKey(ctx, []string{w.key})
	if err != nil {
		return err
	}
	w.item = nil
	it, held := found[w.key]
	if !held {
		return nil
	}
	w.item = &it
	w.now, _, _ = it.value(w.change.Feature)
	if w.shows == nil {
		w.shows, err = w.showsOf(ctx, []item{it})
	}
	return err
}

// forbidden tells why the change must not be sent; nil: go on.
func (w *write) forbidden() error {
	c := w.change
	if w.item == nil {
		return errNotHeld
	}
	kind, allowed := w.item.kind(), w.caps.Feature(c.Feature).Of(w.item.kind())
	switch described := w.shows.describe(*w.item); {
	case allowed < provider.AddIt || kind != c.Item.Kind:
		return errReadOnly
	case c.Action == provider.Remove && allowed < provider.FullUse:
		return errNoClear
	case c.Action == provider.Remove && c.PlayKey != "":
		return errOnePlay
	case contradicts(described.Tokens, c.Item.Tokens):
		return errOtherWork
	}
	return nil
}

// judge compares what the item shows now with what the plan saw: Already,
// NotApplied when somebody acted in between, else Accepted for "go on".
func (w *write) judge() provider.Outcome {
	c, now := w.change, w.now.Value
	switch {
	case c.Feature == media.History && c.Action != provider.Remove && now.Set,
		c.Action == provider.Remove && !now.Set:
		return provider.Already
	case c.Feature == media.History && c.Action == provider.Remove && c.Old.PlayedAt().Known() && now.N > c.Old.N:
		return provider.NotApplied // watched once more
	case c.Feature == media.History:
		return provider.Accepted
	case c.Action != provider.Remove && same(c.Feature, now, w.wanted()):
		return provider.Already
	case same(c.Feature, now, c.Old):
		return provider.Accepted
	}
	return provider.NotApplied
}

// tolerance is how far a position may be from what was asked, in ms.
const tolerance = 1000

// same compares values as the server can tell them apart.
func same(f media.Feature, a, b media.Value) bool {
	if a.Set != b.Set || !a.Set {
		return a.Set == b.Set
	}
	if f == media.Progress {
		return max(a.N-b.N, b.N-a.N) <= tolerance
	}
	return a.N == b.N
}

// wanted is the new value in the item's own length: a position in another cut,
// or a share of an unknown length, becomes a position in this file.
func (w *write) wanted() media.Value {
	v, length := w.change.New, w.item.Duration.or(0)
	if w.change.Feature != media.Progress || !v.Set || v.Of != 0 {
		return v
	}
	return media.Position(v.N*length/media.FractionWhole, length)
}

// send writes, and proves it by reading the item again.
func (w *write) send(ctx context.Context) provider.Result {
	var err error
	switch {
	case w.change.Feature == media.History:
		err = w.mark(ctx)
	case w.change.Feature == media.Ratings && w.change.Action == provider.Remove:
		return w.unrate(ctx)
	case w.change.Feature == media.Ratings:
		err = w.rate(ctx, float64(w.change.New.N)/10)
	default:
		return w.position(ctx)
	}
	if err != nil {
		return failed(err)
	}
	return w.proven(ctx)
}

// identifier names the part of the server that keeps its libraries.
const identifier = "com.plexapp.plugins.library"

func (w *write) mark(ctx context.Context) error {
	path := "/:/scrobble"
	if w.change.Action == provider.Remove {
		path = "/:/unscrobble"
	}
	return w.server.send(ctx, http.MethodPut, path, url.Values{"identifier": {identifier}, "key": {w.key}})
}

// rate sends a rating of 0 to 10, dated unless it is taken away. The server
// refuses dates ahead of its clock.
func (w *write) rate(ctx context.Context, rating float64) error {
	q := url.Values{"identifier": {identifier}, "key": {w.key}, "rating": {strconv.FormatFloat(rating, 'f', -1, 64)}}
	if rating > 0 && w.change.At.Known() {
		q.Set("ratedAt", strconv.FormatInt(int64(w.change.At)/1000, 10))
	}
	err := w.server.send(ctx, http.MethodPut, "/:/rate", q)
	if e := provider.AsError(err); e != nil && e.Status == http.StatusBadRequest && q.Has("ratedAt") {
		q.Del("ratedAt")
		err = w.server.send(ctx, http.MethodPut, "/:/rate", q)
	}
	return err
}

// unrate takes a rating away: by -1, as the server's own programs do, and by 0
// where a version does not take that. Both set a state, so both may be sent.
func (w *write) unrate(ctx context.Context) provider.Result {
	err := w.rate(ctx, -1)
	if e := provider.AsError(err); e != nil && e.Kind != provider.Rejected {
		return failed(err)
	}
	if err == nil {
		if res := w.proven(ctx); res.Outcome == provider.Confirmed || res.Row == nil {
			return res
		}
	}
	if err := w.rate(ctx, 0); err != nil {
		return failed(err)
	}
	return w.proven(ctx)
}

// proven reads the item again. A server that said yes and shows the old value
// has accepted, and proved nothing.
func (w *write) proven(ctx context.Context) provider.Result {
	res := provider.Result{Outcome: provider.Accepted, Key: w.key}
	if w.read(ctx) != nil || w.item == nil {
		return res
	}
	res.Row = &w.now
	switch c := w.change; {
	case c.Action == provider.Remove && !w.now.Value.Set,
		c.Action != provider.Remove && c.Feature == media.History && w.now.Value.Set,
		c.Action != provider.Remove && c.Feature != media.History && same(c.Feature, w.now.Value, w.wanted()):
		res.Outcome = provider.Confirmed
	}
	return res
}

// position moves the resume point the way a player does that stops. Without
// length and client the server takes the call and ignores it.
func (w *write) position(ctx context.Context) provider.Result {
	length := w.item.Duration.or(0)
	at := w.wanted().N
	limit, err := w.playsFrom(ctx)
	switch {
	case err != nil:
		return unread(err)
	case length <= 0:
		return refused(errNoLength)
	case at*100 >= length*limit:
		return refused(errWouldPlay)
	}
	q := url.Values{"ratingKey": {w.key}, "key": {"/library/metadata/" + w.key}, "state": {"stopped"},
		"time": {strconv.FormatInt(at, 10)}, "duration": {strconv.FormatInt(length, 10)}}
	if err := w.server.send(ctx, http.MethodPost, "/:/timeline", q); err != nil {
		return failed(err)
	}
	return w.proven(ctx)
}

// playsFrom is the percent from which the server takes a position for a play,
// asked once. Only owners may know; the default serves the others.
func (a *account) playsFrom(ctx context.Context) (int64, error) {
	k, err := a.keeper.load(ctx)
	a.mu.Lock()
	known := a.threshold
	a.mu.Unlock()
	switch {
	case err != nil || known > 0:
		return known, err
	case !k.Owned:
		return completePct, nil
	}
	c, err := a.server.get(ctx, "/:/prefs", nil, 0, 0)
	if e := provider.AsError(err); e != nil && e.Kind != provider.Rejected {
		return 0, err
	}
	limit := int64(completePct)
	if err == nil {
		limit = c.threshold()
	}
	a.mu.Lock()
	a.threshold = limit
	a.mu.Unlock()
	return limit, nil
}

// threshold reads the server's setting.
func (c *container) threshold() int64 {
	type setting struct {
		ID    text   `json:"id"`
		Value number `json:"value"`
	}
	for _, s := range decoded[setting](c.Setting) {
		if s.ID == "LibraryVideoPlayedThreshold" && s.Value.or(0) > 0 && s.Value.N <= 100 {
			return s.Value.N
		}
	}
	return completePct
}
