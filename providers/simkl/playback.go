package simkl

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"net/url"
	"strconv"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/transport"
)

// session is one resume point: a row of /sync/playback, and the reply to a
// pause.
type session struct {
	ID       number   `json:"id"`
	Action   text     `json:"action"`
	Progress number   `json:"progress"`
	PausedAt text     `json:"paused_at"`
	Movie    *title   `json:"movie"`
	Show     *title   `json:"show"`
	Anime    *title   `json:"anime"`
	Episode  *stopped `json:"episode"`
}

// stopped is the episode of a session. Its number has two names.
type stopped struct {
	Title      text   `json:"title"`
	Season     number `json:"season"`
	Number     number `json:"number"`
	Episode    number `json:"episode"`
	TVDBSeason number `json:"tvdb_season"`
	TVDBNumber number `json:"tvdb_number"`
}

// mostSessions is the most that the service lists at once.
const mostSessions = 10_000

var errManySessions = errors.New("the list of positions is cut")

// sessions lists every resume point.
func (a *account) sessions(ctx context.Context, fresh bool) ([]json.RawMessage, error) {
	const path = "/sync/playback"
	var raw json.RawMessage
	q := url.Values{"limit": {strconv.Itoa(mostSessions)}}
	if _, err := a.api.JSON(ctx, a.get(path, q, fresh), &raw); err != nil {
		return nil, err
	}
	rows, err := lists{"": raw}.rows("")
	if err == nil && len(rows) >= mostSessions {
		err = errManySessions
	}
	if err != nil {
		return nil, provider.Failed(provider.Contract, "get "+path, err)
	}
	return rows, nil
}

// positions fills a view of the resume points.
func (a *account) positions(ctx context.Context, v *provider.View, fresh bool, c *collector) error {
	rows, err := a.sessions(ctx, fresh)
	if err != nil {
		return err
	}
	at := map[string]int{}
	for _, raw := range rows {
		it, row, err := readSession(raw, a.shelf.titles())
		if err != nil {
			v.Skipped = append(v.Skipped, notUnderstood(it.Key, it.Title+it.ShowTitle, err))
			continue
		}
		c.describe(it)
		if i, double := at[row.Key]; double {
			if v.Rows[i].At < row.At {
				v.Rows[i] = row
			}
			continue
		}
		at[row.Key] = len(v.Rows)
		v.Rows = append(v.Rows, row)
	}
	v.Evidence.Received = len(rows)
	return nil
}

// readSession is what one resume point says, and of which work.
func readSession(raw json.RawMessage, known titles) (media.Item, provider.Row, error) {
	var s session
	if raw[0] != '{' || json.Unmarshal(raw, &s) != nil {
		return media.Item{}, provider.Row{}, errShape
	}
	known.complete(s.Anime)
	it, err := s.item()
	if err != nil {
		return it, provider.Row{}, err
	}
	pct := s.Progress.Float()
	if pct < 0 || pct > 100 {
		return it, provider.Row{}, errPercent
	}
	pos := media.Position(int64(math.Round(pct*media.FractionWhole/100)), 0)
	return it, provider.Row{Key: it.Key, Value: pos, At: s.PausedAt.moment()}, nil
}

// titles are the records of the library by key.
type titles map[string]record

// complete gives an anime of a session the show's TVDB id that its numbers
// belong to: sessions leave it out where the library tells it.
func (known titles) complete(t *title) {
	if t == nil || t.hasTVDB() {
		return
	}
	if id, ok := t.IDs.own(); ok {
		if r, ok := known[anime.key(id)]; ok && r.about() != nil {
			t.IDs.TVDB = r.about().IDs.TVDB
		}
	}
}

// item is the film or episode of a session. Without a place of its own an
// anime's episode gives its title only.
func (s session) item() (media.Item, error) {
	b, t := movies, s.Movie
	switch {
	case s.Anime != nil:
		b, t = anime, s.Anime
	case s.Show != nil:
		b, t = shows, s.Show
	}
	if t == nil {
		return media.Item{}, errNoTitle
	}
	if _, ok := t.IDs.own(); !ok {
		return media.Item{Title: string(t.Title)}, errNoID
	}
	whole := t.item(b, "")
	if whole.Kind == media.Film {
		return whole, nil
	}
	if s.Episode == nil {
		return whole, errNumber
	}
	number := s.Episode.Number
	if number == "" {
		number = s.Episode.Episode
	}
	e := episode{Number: number, TVDB: numbered{s.Episode.TVDBSeason, s.Episode.TVDBNumber}}
	season, n, err := e.place(b, s.Episode.Season)
	if err == nil && b == anime && !t.hasTVDB() {
		err = errPart
	}
	if err != nil {
		return whole, err
	}
	it := t.part(b, season, n)
	it.Title = string(s.Episode.Title)
	return it, nil
}

var (
	errWatched = errors.New("from 80 % on simkl counts a title as watched")
	errOther   = errors.New("simkl took the position for something else")
	errChanged = errors.New("the position has changed since it was read")
	errLeaf    = errors.New("plays and positions are kept for films and episodes only")
)

// pause is the body of a scrobble post.
type pause struct {
	Progress float64     `json:"progress"`
	Movie    *pauseTitle `json:"movie,omitempty"`
	Show     *pauseTitle `json:"show,omitempty"`
	Episode  *pausePart  `json:"episode,omitempty"`
}

type pauseTitle struct {
	IDs sentIDs `json:"ids"`
}

type pausePart struct {
	Season int `json:"season"`
	Number int `json:"number"`
}

// writeProgress sends positions and removals one by one: the service knows no
// other way. What stops one of them stops the rest.
func (a *account) writeProgress(ctx context.Context, changes []provider.Change, results []provider.Result) error {
	var open []json.RawMessage
	listed := false
	for i, c := range changes {
		var err error
		switch {
		case c.Action != provider.Remove:
			results[i], err = a.pause(ctx, c)
		case !listed:
			open, err = a.sessions(ctx, true)
			listed = err == nil
			fallthrough
		default:
			if err == nil {
				results[i], err = a.clear(ctx, c, open)
			}
		}
		if err != nil {
			return abandon(results[i:], err)
		}
	}
	return nil
}

// pause writes one position.
func (a *account) pause(ctx context.Context, c provider.Change) (provider.Result, error) {
	body := pause{Progress: percent(c.New)}
	to, err := addressOf(c.Item)
	switch {
	case !c.Item.Kind.Leaf() || c.Item.Kind == media.Part:
		err = errLeaf
	case body.Progress >= completePct:
		err = errWatched
	case err != nil:
	case to.kind == media.Film:
		body.Movie = &pauseTitle{IDs: to.ids}
	default:
		body.Show = &pauseTitle{IDs: to.ids}
		body.Episode = &pausePart{Season: to.season, Number: to.episode}
	}
	if err != nil {
		return refused(err), nil
	}
	var raw json.RawMessage
	if _, err = a.api.JSON(ctx, a.post("/scrobble/pause", nil, body), &raw); err != nil {
		return one(err)
	}
	return judgePause(raw, a.shelf.titles()), nil
}

// judgePause reads the reply: the session as it is now. What it was taken for
// is not always told.
func judgePause(raw json.RawMessage, known titles) provider.Result {
	var s session
	if len(raw) == 0 || raw[0] != '{' || json.Unmarshal(raw, &s) != nil || s.Action != "" && s.Action != "pause" {
		e := provider.Failed(provider.Rejected, "post /scrobble/pause", errOther)
		e.Sent = true
		return provider.Result{Outcome: provider.Unproven, Err: e}
	}
	_, row, err := readSession(raw, known)
	if err != nil {
		return provider.Result{Outcome: provider.Accepted}
	}
	return provider.Result{Outcome: provider.Confirmed, Key: row.Key, Row: &row}
}

// percent is a position in percent with two decimals.
func percent(v media.Value) float64 {
	whole := v.Of
	if whole == 0 {
		whole = media.FractionWhole
	}
	return math.Round(float64(v.N)*10_000/float64(whole)) / 100
}

// clear removes the resume point of one item, unless it is not what the change
// wants removed: a newer position is never lost (R18).
func (a *account) clear(ctx context.Context, c provider.Change, open []json.RawMessage) (provider.Result, error) {
	out := provider.Result{Outcome: provider.Already}
	for _, raw := range open {
		it, row, err := readSession(raw, a.shelf.titles())
		if err != nil || !sameItem(it, c.Item) {
			continue
		}
		if c.Old.Set && math.Abs(percent(row.Value)-percent(c.Old)) > 0.011 {
			e := provider.Failed(provider.Rejected, "write", errChanged)
			return provider.Result{Outcome: provider.NotApplied, Err: e, Row: &row}, nil
		}
		var s session
		_ = json.Unmarshal(raw, &s) // readSession has read it before
		_, err = a.api.JSON(ctx, transport.Request{Method: http.MethodDelete, URL: apiURL + "/sync/playback/" + string(s.ID)}, nil)
		if e := provider.AsError(err); e != nil && e.Status != http.StatusNotFound {
			return one(err)
		}
		if err == nil {
			out.Outcome = provider.Accepted
		}
	}
	return out, nil
}
