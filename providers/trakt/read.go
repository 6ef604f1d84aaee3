package trakt

import (
	"context"
	"fmt"
	"math"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// paths are the lists behind the features.
var paths = [len(media.Features)]string{
	media.History: "/sync/history", media.Ratings: "/sync/ratings",
	media.Watchlist: "/sync/watchlist", media.Progress: "/sync/playback",
}

// Read asks for the activity times first and lists only what they say has
// changed since the cursor, or everything when Full or Fresh. A changed
// feature is always listed whole: a play that was back-dated or removed is
// invisible to any narrower question. When a row is newly not understood, the
// view says only what changed, as that row may be a work that was shown before. There is no cache to bypass: no request
// carries If-None-Match, and nothing is remembered between reads.
func (a *account) Read(ctx context.Context, want provider.ReadRequest) (provider.Snapshot, error) {
	snap := provider.Snapshot{AllowanceLeft: -1, Room: map[media.Feature]int{}}
	act, resp, err := a.activity(ctx, want.Fresh)
	snap.ClockMS, snap.ClockKnown = resp.ClockMS()
	if err != nil {
		return snap, provider.AsError(err)
	}
	c := collector{seen: map[string]bool{}}
	var stop *provider.Error
	for _, w := range want.Wants {
		if stop != nil {
			snap.Views = append(snap.Views, provider.View{Feature: w.Feature, Err: stop})
			continue
		}
		v := a.view(ctx, w, act, want, &c)
		snap.Views = append(snap.Views, v)
		if v.Err != nil && wholeAccount(v.Err.Kind) {
			stop = v.Err
		}
	}
	snap.Items = c.items
	a.room(ctx, act, want.Full || want.Fresh, &snap)
	return snap, nil
}

// wholeAccount tells whether an error of one list is sure to meet the next
// one too.
func wholeAccount(k provider.ErrorKind) bool {
	switch k {
	case provider.Auth, provider.AppRejected, provider.WrongUser, provider.Locked, provider.RateLimited:
		return true
	}
	return false
}

func (a *account) view(ctx context.Context, w provider.FeatureRequest, act activities, want provider.ReadRequest, c *collector) provider.View {
	stamp, at := act.stamp(w.Feature)
	v := provider.View{Feature: w.Feature, Evidence: provider.Evidence{Announced: -1, Stamp: stamp, StampAt: at, ServerID: apiHost}}
	state := act.state(w.Feature)
	before := parseCursor(w.Cursor)
	if state != "" && state == before.state && !want.Full && !want.Fresh {
		v.Coverage, v.Cursor, v.Evidence.Unchanged = provider.Changes, w.Cursor, true
		return v
	}
	l, err := a.pull(ctx, paths[w.Feature], want.Fresh)
	if err != nil {
		v.Err = provider.AsError(err)
		return v
	}
	v.Evidence.Announced, v.Evidence.Received = l.announced, l.received
	odd := c.collect(&v, l)
	v.Coverage = provider.Whole
	if w.Cursor != "" && before.hides(odd) {
		v.Coverage, odd = provider.Changes, before.odd
	}
	v.Cursor = cursor{state, l.announced, odd}.String()
	return v
}

// collector turns rows of lists into rows of views, and describes each item
// once.
type collector struct {
	items []media.Item
	seen  map[string]bool
}

// collect returns digests of the rows that were not understood, except those
// of types that are none of ours.
func (c *collector) collect(v *provider.View, l *list) (odd []string) {
	v.Skipped = l.skipped
	for _, s := range l.skipped {
		odd = append(odd, digest(s))
	}
	at := map[[2]string]int{}
	for _, r := range l.rows {
		out, err := r.shown(v.Feature)
		if err != nil {
			s := provider.Skipped{Key: out.Key, Title: r.title(), Reason: why(r, err)}
			v.Skipped = append(v.Skipped, s)
			if !r.foreign() {
				odd = append(odd, digest(s))
			}
			continue
		}
		c.describe(r, out.Key)
		k := [2]string{out.Key, out.PlayKey}
		if i, double := at[k]; double {
			if out.At > v.Rows[i].At {
				v.Rows[i] = out
			}
			continue
		}
		at[k] = len(v.Rows)
		v.Rows = append(v.Rows, out)
	}
	return odd
}

// why says what was wrong with a row, and which it was.
func why(r row, err error) string {
	return fmt.Sprintf("%v (row %.20q of type %.20q)", err, r.ID, r.Type)
}

func (c *collector) describe(r row, k string) {
	if c.seen[k] {
		return
	}
	c.seen[k] = true
	if it, err := r.item(); err == nil { // a row with a key has an item
		c.items = append(c.items, it)
	}
}

// shown is what one row of a list says in one feature.
func (r row) shown(f media.Feature) (provider.Row, error) {
	k, _, kind, err := r.key()
	out := provider.Row{Key: k}
	if err != nil {
		return out, err
	}
	switch f {
	case media.History:
		id, ok := r.playID()
		if !ok {
			return out, errPlayID
		}
		if !kind.Leaf() {
			return out, errType
		}
		out.PlayKey, out.Value = id, media.Watched(r.WatchedAt.moment())
	case media.Ratings:
		n := r.Rating.Whole()
		if n < 1 || n > 10 {
			return out, errRating
		}
		out.Value, out.At = media.Rated(n*10), r.RatedAt.moment()
	case media.Watchlist:
		out.Value, out.At = media.Listed(), r.ListedAt.moment()
	case media.Progress:
		pct := r.Progress.Float()
		if pct < 0 || pct > 100 || !kind.Leaf() {
			return out, errPercent
		}
		out.Value = media.Position(int64(math.Round(pct*media.FractionWhole/100)), 0)
		out.At = r.PausedAt.moment()
	}
	return out, nil
}

// playID is the history id of a play, which names it in removals.
func (r row) playID() (string, bool) {
	n := r.ID.Whole()
	return string(r.ID), n > 0
}

// title names a row for a person who reads why it was skipped.
func (r row) title() string {
	for _, o := range []*object{r.Episode, r.Movie, r.Season, r.Show} {
		if o != nil && o.Title != "" {
			return string(o.Title)
		}
	}
	return ""
}
