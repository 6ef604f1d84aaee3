package providertest

import (
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// store does an allowed change at the service and answers for it.
func (m *Memory) store(a *account, e *entry, c provider.Change) provider.Result {
	if c.Action != provider.Remove && c.Feature != media.History && !a.shows(e, c.Feature).Set && a.full(c.Feature) {
		return refused(provider.PlanLimit, c, errFull)
	}
	if rewrite := m.weather.rewrite; rewrite != nil && c.Action != provider.Remove {
		c.New = rewrite(c.Feature, c.New)
	}
	var outcome provider.Outcome
	switch {
	case c.Feature == media.History && c.Action == provider.Remove:
		return m.storeUnplay(a, e, c)
	case c.Feature == media.History:
		return m.storePlay(a, e, c)
	case c.Action == provider.Remove:
		outcome = m.storeClear(a, e, c)
	default:
		outcome = m.storeValue(a, e, c)
	}
	return m.answer(a, e, c.Feature, outcome)
}

// answer tells as much about a change as the service's replies do.
func (m *Memory) answer(a *account, e *entry, f media.Feature, outcome provider.Outcome) provider.Result {
	res := provider.Result{Outcome: outcome}
	if m.profile.Keys {
		res.Key = e.key
		if n := len(e.plays); f == media.History && n > 0 && outcome == provider.Confirmed {
			res.PlayKey = e.plays[n-1].key
		}
	}
	if outcome != provider.Confirmed {
		return res
	}
	for _, r := range a.appendRows(nil, e, f) {
		if r.PlayKey == res.PlayKey {
			res.Row = &r
		}
	}
	return res
}

// taken is the outcome of a change that had its effect.
func (m *Memory) taken() provider.Outcome {
	if m.profile.Confirms {
		return provider.Confirmed
	}
	return provider.Accepted
}

// full tells whether the account's plan has no room for one more.
func (a *account) full(f media.Feature) bool {
	limit := a.profile.Caps.Features[f].Capacity
	if limit == 0 {
		return false
	}
	n := 0
	for _, e := range a.entries {
		if e.cells[f].value.Set {
			n++
		}
	}
	return n >= limit
}

func (m *Memory) storeValue(a *account, e *entry, c provider.Change) provider.Outcome {
	f, caps, now := c.Feature, m.profile.Caps.Features[c.Feature], m.now()
	v := a.keep(e, f, c.New)
	if f == media.Progress && a.finished(v) {
		a.watched(e, a.dated(e, now), now, a.rows())
		return m.taken()
	}
	// Saying the same rating again moves its date where nobody compares.
	if a.shows(e, f) == v && (f == media.Watchlist || m.profile.Confirms) {
		return provider.Already
	}
	at := now
	if caps.PastDates && c.At != 0 {
		at = c.At
	}
	a.set(e, f, v, at.Truncate(grain(caps)), now)
	return m.taken()
}

func (m *Memory) storeClear(a *account, e *entry, c provider.Change) provider.Outcome {
	if !a.shows(e, c.Feature).Set {
		return provider.Already
	}
	a.clear(e, c.Feature, m.now())
	return m.taken()
}

// storePlay adds a play to a log, as often as it is asked, or sets a flag.
func (m *Memory) storePlay(a *account, e *entry, c provider.Change) provider.Result {
	caps, now := m.profile.Caps.Features[media.History], m.now()
	date := media.Moment(a.keep(e, media.History, c.New).N)
	flag := e.cells[media.History].value
	switch {
	case date == 0 && !caps.UndatedPlays:
		return refused(provider.Rejected, c, errUndated)
	case m.profile.Prefix && e.work.Number > 1 && !a.prefix(e.work):
		return refused(provider.Rejected, c, errGap)
	case a.logs() && a.full(media.History):
		return refused(provider.PlanLimit, c, errFull)
	case !a.logs() && flag.Set && (!caps.PastDates || flag.N == int64(date) || date == 0):
		return m.answer(a, e, media.History, provider.Already)
	case m.profile.Prefix:
		date = 0
	case !caps.PastDates:
		date = now.Truncate(grain(caps))
	}
	if !a.logs() && flag.Set {
		e.cells[media.History] = cell{value: media.Watched(date), version: a.touch(media.History, now)}
		a.counted(e, now)
	} else {
		a.watched(e, date, now, a.logs())
	}
	return m.answer(a, e, media.History, m.taken())
}

// prefix tells whether every episode before this one is watched.
func (a *account) prefix(w Work) bool {
	e := a.find(PartEpisode(w.N, w.Number-1), false)
	return e != nil && e.cells[media.History].value.Set
}

// storeUnplay takes one play off a log, or a mark away.
func (m *Memory) storeUnplay(a *account, e *entry, c provider.Change) provider.Result {
	switch now := m.now(); {
	case c.PlayKey != "":
		if !a.unplay(e, c.PlayKey, now) {
			return m.answer(a, e, media.History, provider.Already)
		}
	case a.logs():
		return refused(provider.Rejected, c, errNoPlay)
	case !e.cells[media.History].value.Set:
		return m.answer(a, e, media.History, provider.Already)
	default:
		a.unwatched(e, now)
	}
	res := m.answer(a, e, media.History, m.taken())
	res.PlayKey, res.Row = "", nil
	return res
}
