package providertest

import (
	"testing"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// rig is the suite's view of an account in memory.
func rig(p Profile) *Rig {
	m := New(p, func() media.Moment { return noon }, 11)
	for _, k := range media.Kinds {
		w, ok := m.named(stranger(k))
		if ok {
			m.Weather().Unknown(append(keysOf(m.weather.unknown), w)...)
		}
	}
	r := &Rig{Provider: m.Provider(), Know: m.know, Seed: m.seed, Truth: m.held, Fault: m.fault,
		Calm:    func() { m.Weather().Clear(); m.Weather().SignedInAs("") },
		Changes: func() int { return m.Requests().Writes },
		Now:     func() media.Moment { return noon },
		Clock:   func(d time.Duration) { m.Weather().Clock(d.Milliseconds()) },
		Many:    7}
	r.Sentinel = func(it media.Item) bool { return m.seedPlay(it, 1000) }
	return r
}

func keysOf(set map[Work]bool) (out []Work) {
	for w := range set {
		out = append(out, w)
	}
	return out
}

func (m *Memory) know(w Work) (media.Item, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.profile.knows(w) {
		return media.Item{}, false
	}
	it := w.Item()
	if m.profile.holds() {
		it.Key = m.account().ensure(w, false).key
	}
	return it, true
}

func (m *Memory) entryOf(f media.Feature, it media.Item) *entry {
	w, _ := m.resolve(it, f)
	return m.account().ensure(w, m.apart(f))
}

func (m *Memory) seed(f media.Feature, it media.Item, v media.Value, at media.Moment) bool {
	if f == media.History && v.Set {
		return m.seedPlay(it, v.PlayedAt())
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	a, e := m.account(), m.entryOf(f, it)
	switch {
	case v.Set:
		a.set(e, f, a.keep(e, f, v), at, m.now())
	case f == media.History:
		a.downTo(e, m.now())
	default:
		a.clear(e, f, m.now())
	}
	return true
}

func (m *Memory) seedPlay(it media.Item, date media.Moment) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.profile.Prefix && date != 0 || date == 0 && !m.profile.Caps.Features[media.History].UndatedPlays {
		return false
	}
	a, e := m.account(), m.entryOf(media.History, it)
	a.upTo(e, date, m.now(), a.rows() && (a.logs() || date != 0))
	return true
}

func (m *Memory) held(f media.Feature, it media.Item) (out []media.Value) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e, a := m.entryOf(f, it), m.account()
	if f == media.History && a.logs() {
		for _, p := range e.plays {
			out = append(out, media.Watched(p.at))
		}
		return out
	}
	if v := e.cells[f].value; v.Set {
		out = append(out, v)
	}
	return out
}

func (m *Memory) fault(f Fault) bool {
	w := m.Weather()
	switch f {
	case Unauthorised:
		w.Fail(-1, provider.Auth)
	case TooMany:
		w.Fail(-1, provider.RateLimited)
	case ServerError, LoginPage, WrongType, NotSent:
		w.Fail(-1, provider.Transient)
	case CutBody, EndlessBody:
		w.Fail(-1, provider.Contract)
	case CutPages:
		w.Truncate(-1, 50, false, RightTotal)
	case NoTotals:
		if !m.profile.Totals {
			return false
		}
		w.Truncate(-1, 100, false, AbsentTotal)
	case LostBefore:
		w.LoseAnswers(-1, NoEffect)
	case LostAfter:
		w.LoseAnswers(-1, AllEffect)
	case Stalled:
		w.Hang(-1, Everything...)
	case Unmodified:
		w.Cache(-1)
	case FrozenLists:
		w.Freeze(-1)
	case OtherUser:
		w.SignedInAs("stranger")
	}
	return true
}

func TestEveryProfileKeepsTheContract(t *testing.T) {
	for _, p := range Profiles() {
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			Run(t, Harness{Bubble: true, Fresh: func(*testing.T) *Rig { return rig(p) }})
		})
	}
}
