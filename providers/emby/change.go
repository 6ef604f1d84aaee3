package emby

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/mediabrowser"
	"watchkeeper/providers/internal/transport"
)

// toTheSecond brings a change of plays to the precision that the server keeps.
func toTheSecond(c provider.Change) provider.Change {
	c.Old, c.New = kept(c.Feature, c.Old), kept(c.Feature, c.New)
	return c
}

// kept is a value as the server keeps it: plays to the second.
func kept(f media.Feature, v media.Value) media.Value {
	if f == media.History {
		v.N = int64(v.PlayedAt().Truncate(time.Second))
	}
	return v
}

// one makes one change.
func (w *writing) one(ctx context.Context, c provider.Change) provider.Result {
	id, _, _ := mediabrowser.Split(c.Item.Key)
	if res, over := w.judge(id, c); over {
		return res
	}
	switch {
	case !w.parts.Agree(*w.held[id], c):
		return refused(errOtherPart)
	case c.Feature != media.Watchlist && slices.Contains(w.playing, id):
		return provider.Result{Err: provider.Failed(provider.Rejected, "", errPlaying)}
	}
	if w.aged && replaces(c) {
		if err := w.refresh(ctx, id); err != nil {
			return provider.Result{Err: err}
		}
		if res, over := w.judge(id, c); over {
			return res
		}
	}
	w.aged = true
	return w.send(ctx, c, *w.held[id])
}

// judge ends a change that cannot or need not be made; over is false where
// it is to be sent.
func (w *writing) judge(id string, c provider.Change) (res provider.Result, over bool) {
	it := w.held[id]
	switch {
	case it == nil:
		return refused(errNotHeld), true
	case w.caps.Feature(c.Feature).Of(mediabrowser.Kind(*it)) != provider.FullUse:
		return refused(errReadOnly), true
	}
	now, ok := mediabrowser.Value(*it, c.Feature)
	if !ok {
		return refused(errOdd), true
	}
	now.Key = c.Item.Key
	switch mediabrowser.Judge(c, *it, kept(c.Feature, now.Value)) {
	case provider.Already:
		return provider.Result{Outcome: provider.Already, Row: &now}, true
	case provider.NotApplied:
		return provider.Result{Row: &now, Err: provider.Failed(provider.Rejected, "", errMeanwhile)}, true
	}
	return provider.Result{}, false
}

func refused(why error) provider.Result {
	return provider.Result{Outcome: provider.Refused, Err: provider.Failed(provider.Rejected, "", why)}
}

// refresh reads one item again right before its record is replaced.
func (w *writing) refresh(ctx context.Context, id string) *provider.Error {
	items, err := w.server.byID(ctx, []string{id})
	if err != nil {
		return provider.AsError(err)
	}
	delete(w.held, id)
	if len(items) > 0 {
		w.held[id] = &items[0]
	}
	return nil
}

// send makes the request.
func (w *writing) send(ctx context.Context, c provider.Change, it mediabrowser.Item) provider.Result {
	_, err := w.server.http.JSON(ctx, w.request(c, it), nil)
	e := provider.AsError(err)
	if e != nil && canMark(e.Status) && c.Feature == media.History && !it.UserData.Played && c.New.PlayedAt().Known() {
		_, err = w.server.http.JSON(ctx, w.mark(c, it.ID), nil)
		e = provider.AsError(err)
	}
	switch {
	case e == nil:
		return provider.Result{Outcome: provider.Accepted}
	case e.Sent:
		return provider.Result{Outcome: provider.Unproven, Err: e}
	case e.Kind == provider.Rejected:
		return provider.Result{Outcome: provider.Refused, Err: e}
	}
	return provider.Result{Err: e}
}

// canMark tells whether the server refused the record as such, so that the
// call that only marks is worth trying.
func canMark(status int) bool {
	return status == http.StatusForbidden || status == http.StatusNotFound || status == http.StatusMethodNotAllowed
}

// mark is the call that marks as watched. It takes the date of a play of an
// item that was not watched before, in its own form.
func (w *writing) mark(c provider.Change, id string) transport.Request {
	return transport.Request{Method: http.MethodPost, URL: w.path("/PlayedItems/" + id),
		Query: url.Values{"DatePlayed": {c.New.PlayedAt().Time().Format("20060102150405")}}}
}

func (w *writing) path(below string) string {
	return w.server.address + "/Users/" + url.PathEscape(w.user) + below
}

// replaces tells whether a change is made by replacing the whole record. What
// has a call of its own touches nothing else.
func replaces(c provider.Change) bool {
	return c.Feature == media.Progress || c.Feature != media.Watchlist && c.Action != provider.Remove
}

// request is the call for the change (API: UserLibraryService,
// PlaystateService).
func (w *writing) request(c provider.Change, it mediabrowser.Item) transport.Request {
	req := transport.Request{Method: http.MethodPost}
	switch {
	case replaces(c):
		req.URL, req.Body = w.path("/Items/"+it.ID+"/UserData"), changed(c, it)
		return req
	case c.Feature == media.Watchlist:
		req.URL = w.path("/FavoriteItems/" + it.ID)
	case c.Feature == media.History:
		req.URL = w.path("/PlayedItems/" + it.ID)
	default:
		req.URL = w.path("/Items/" + it.ID + "/Rating")
	}
	if c.Action == provider.Remove {
		req.Method = http.MethodDelete
	}
	return req
}
