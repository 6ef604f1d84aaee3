package engine

import (
	"encoding/json"
	"slices"
	"sync"
	"time"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

const (
	// together is how far two clocks may be apart and still tell the same time.
	together = 10 * time.Second
	// aheadSetting keeps the timeline's correction over a restart.
	aheadSetting = "engine.clock"
)

// timeline is the time that the engine lives by: the wall clock and what it
// must be corrected by, because it was set and the services' clocks were not
// (S11). It never goes back behind a moment at which something was believed:
// what is said later must stay later, so a time that ran ahead is kept.
type timeline struct {
	wall  func() time.Time
	mu    sync.Mutex
	ahead time.Duration // of the wall clock
	floor media.Moment  // the latest moment at which something was believed
}

func (t *timeline) now() media.Moment {
	t.mu.Lock()
	defer t.mu.Unlock()
	return max(media.At(t.wall().Add(t.ahead)), t.floor)
}

// offset is what the wall clock is corrected by.
func (t *timeline) offset() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.ahead
}

// begun tells whether anything was believed yet.
func (t *timeline) begun() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.floor.Known()
}

// behind is how far the corrected wall clock lies before what was believed
// last: then it was set back. Negative: so far it lies after it.
func (t *timeline) behind() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.floor.Sub(media.At(t.wall().Add(t.ahead)))
}

// remember takes over what is stored.
func (t *timeline) remember(stored map[string]json.RawMessage, trust []ledger.Trust) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var ms int64
	if value, ok := stored[aheadSetting]; ok && json.Unmarshal(value, &ms) == nil {
		t.ahead = time.Duration(ms) * time.Millisecond
	}
	for _, one := range trust {
		t.floor = max(t.floor, one.LastTrusted)
	}
}

// shift corrects the wall clock by so much more, and lets no moment be earlier
// than this one.
func (t *timeline) shift(by time.Duration) (ahead time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ahead += by
	t.floor = max(t.floor, media.At(t.wall().Add(t.ahead)))
	return t.ahead
}

// clocks is what accounts that were read tell about time.
type clocks struct {
	moved  []time.Duration // by how much each service's clock moved against the timeline since it was read last
	ahead  time.Duration   // the correction so far
	behind time.Duration   // by which the timeline lies before what was believed last
}

// settle finds by how much more the wall clock is off: most clocks, ours
// included, tell whose was set. Ours has no say where it lies behind what was
// believed, and nothing brings the timeline back behind that. Where as many
// speak for either, it is surely ours only if it was off and is right again;
// else the later time is taken, and sure is false.
func (c clocks) settle() (by time.Duration, sure bool) {
	all := slices.Clone(c.moved)
	if c.behind <= together {
		all = append(all, 0)
	}
	var best []time.Duration
	most := 0
	for _, one := range all {
		n := count(all, one)
		switch {
		case one < c.behind-together: // it would go back
		case n > most:
			most, best = n, []time.Duration{one}
		case n == most && count(best, one) == 0:
			best = append(best, one)
		}
	}
	back := slices.IndexFunc(best, func(one time.Duration) bool { return c.ahead != 0 && near(c.ahead+one, 0) })
	switch {
	case len(best) == 0:
		return max(c.behind, 0), len(c.moved) == 0
	case len(best) == 1 && near(best[0], 0):
		return 0, true
	case len(best) == 1:
		return best[0], true
	case back >= 0:
		return best[back], true
	}
	return slices.Max(best), false
}

func near(a, b time.Duration) bool { return a-b <= together && b-a <= together }

func count(all []time.Duration, one time.Duration) (n int) {
	for _, other := range all {
		if near(one, other) {
			n++
		}
	}
	return n
}
