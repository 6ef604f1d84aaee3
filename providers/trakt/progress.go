package trakt

import (
	"context"
	"errors"
	"math"
	"net/http"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/transport"
)

var (
	errWatched = errors.New("from 80 % on trakt counts a title as watched")
	errBegun   = errors.New("trakt keeps no position below 1 %")
	errOther   = errors.New("trakt took the position for something else")
	errChanged = errors.New("the position has changed since it was read")
)

// pause is the body of a scrobble post: a film, an episode by its own ids, or
// an episode by its show's.
type pause struct {
	Progress float64       `json:"progress"`
	Movie    *pauseTitle   `json:"movie,omitempty"`
	Show     *pauseTitle   `json:"show,omitempty"`
	Episode  *pauseEpisode `json:"episode,omitempty"`
}

type pauseTitle struct {
	Title string  `json:"title,omitempty"`
	Year  int     `json:"year,omitempty"`
	IDs   sentIDs `json:"ids"`
}

type pauseEpisode struct {
	IDs    *sentIDs `json:"ids,omitempty"`
	Season *int     `json:"season,omitempty"`
	Number *int     `json:"number,omitempty"`
}

// paused is the reply to it.
type paused struct {
	row
	Action text `json:"action"`
}

// writeProgress sends positions and removals one by one: the service knows no
// other way. What stops one of them stops the rest.
func (a *account) writeProgress(ctx context.Context, changes []provider.Change, results []provider.Result) error {
	var listed *list
	for i, c := range changes {
		var err error
		if c.Action != provider.Remove {
			results[i], err = a.pause(ctx, c)
		} else if listed == nil {
			listed, err = a.pull(ctx, paths[media.Progress], true)
		}
		if err == nil && c.Action == provider.Remove {
			results[i], err = a.clear(ctx, c, listed)
		}
		if err != nil {
			return abandon(results[i:], err)
		}
	}
	return nil
}

// pause writes one position.
func (a *account) pause(ctx context.Context, c provider.Change) (provider.Result, error) {
	body, err := pauseBody(c)
	if err != nil {
		return refused(err), nil
	}
	var reply paused
	_, err = a.api.JSON(ctx, transport.Request{Method: http.MethodPost, URL: apiURL + "/scrobble/pause", Body: body}, &reply)
	if err != nil {
		return one(err)
	}
	if reply.Action != "" && reply.Action != "pause" {
		e := provider.Failed(provider.Rejected, "post /scrobble/pause", errOther)
		e.Sent = true
		return provider.Result{Outcome: provider.Unproven, Err: e}, nil
	}
	row, err := reply.row.shown(media.Progress)
	if err != nil {
		return provider.Result{Outcome: provider.Accepted}, nil
	}
	return provider.Result{Outcome: provider.Confirmed, Key: row.Key, Row: &row}, nil
}

func pauseBody(c provider.Change) (pause, error) {
	body := pause{Progress: percent(c.New)}
	switch {
	case !c.Item.Kind.Leaf():
		return body, errLeaf
	case body.Progress >= completePct:
		return body, errWatched
	case body.Progress < 1:
		return body, errBegun
	}
	to, err := addressOf(c.Item, false)
	if byShow, ok := numbered(c.Item); err != nil && ok {
		to, err = byShow, nil
	}
	switch {
	case err != nil:
		return body, err
	case to.byShow:
		body.Show = &pauseTitle{Title: c.Item.ShowTitle, IDs: to.ids}
		body.Episode = &pauseEpisode{Season: &to.season, Number: &to.episode}
	case to.kind == media.Film:
		body.Movie = &pauseTitle{Title: c.Item.Title, Year: c.Item.Year, IDs: to.ids}
	default:
		body.Episode = &pauseEpisode{IDs: &to.ids}
	}
	return body, nil
}

// percent is a position in percent with two decimals.
func percent(v media.Value) float64 {
	whole := v.Of
	if whole == 0 {
		whole = media.FractionWhole
	}
	return math.Round(float64(v.N)*10_000/float64(whole)) / 100
}

// clear removes the resume points of one item, unless they are not what the
// change wants removed: a newer position is never lost (R18).
func (a *account) clear(ctx context.Context, c provider.Change, listed *list) (provider.Result, error) {
	out := provider.Result{Outcome: provider.Already}
	for _, r := range listed.rows {
		it, err := r.item()
		row, odd := r.shown(media.Progress)
		if err != nil || odd != nil || !sameItem(it, c.Item) {
			continue
		}
		if c.Old.Set && math.Abs(percent(row.Value)-percent(c.Old)) > 0.011 {
			e := provider.Failed(provider.Rejected, "write", errChanged)
			return provider.Result{Outcome: provider.NotApplied, Err: e, Row: &row}, nil
		}
		_, err = a.api.JSON(ctx, transport.Request{Method: http.MethodDelete, URL: apiURL + "/sync/playback/" + string(r.ID)}, nil)
		if e := provider.AsError(err); e != nil && e.Status != http.StatusNotFound {
			return one(err)
		}
		if err == nil {
			out.Outcome = provider.Confirmed
		}
	}
	return out, nil
}

// sameItem tells whether an item of a list is the one a change means.
func sameItem(listed, meant media.Item) bool {
	if meant.Key != "" {
		return listed.Key == meant.Key
	}
	for _, t := range listed.Tokens {
		for _, o := range meant.Tokens {
			if t == o {
				return true
			}
		}
	}
	return false
}

// one is the result of a single failed request. The error is passed on unless
// it is about this title alone.
func one(err error) (provider.Result, error) {
	e := provider.AsError(err)
	if e.Status == http.StatusNotFound {
		return refused(errAbsent), nil
	}
	if e.Status == http.StatusConflict {
		return provider.Result{Outcome: provider.Refused, Err: e}, nil
	}
	r := lost(e, sending{}, 1)
	if r.Outcome == provider.Refused {
		return r, nil
	}
	return r, err
}
