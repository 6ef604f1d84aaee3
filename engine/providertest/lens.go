package providertest

import (
	"cmp"
	"slices"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// lens is what a list shows: a picture, the truth late, or the truth.
func (w *Weather) lens(f media.Feature, a *account) []provider.Row {
	switch {
	case w.lists[f].frozen.cast():
		return slices.Clone(w.lists[f].picture)
	case w.lists[f].lag != nil:
		return w.lists[f].lag.look(a.rowsOf(f))
	}
	return a.rowsOf(f)
}

// look lists the truth late: a difference shows after as many reads as the
// lag says, counted from the first read that could have shown it.
func (l *lag) look(truth []provider.Row) []provider.Row {
	l.reads++
	now := make(map[rowKey]provider.Row, len(truth))
	for _, r := range truth {
		k := rowKey{r.Key, r.PlayKey}
		now[k] = r
		old, shown := l.shown[k]
		if shown && old == r {
			delete(l.since, k)
			continue
		}
		wait := l.adds
		if shown && old.Value.Set && !r.Value.Set {
			wait = l.removes
		}
		if l.due(k, wait) {
			l.shown[k] = r
		}
	}
	for k := range l.shown {
		if _, still := now[k]; !still && l.due(k, l.removes) {
			delete(l.shown, k)
		}
	}
	return l.rows()
}

func (l *lag) due(k rowKey, wait int) bool {
	first, waiting := l.since[k]
	if !waiting {
		first, l.since[k] = l.reads, l.reads
	}
	if l.reads-first < wait {
		return false
	}
	delete(l.since, k)
	return true
}

func (l *lag) rows() []provider.Row {
	rows := make([]provider.Row, 0, len(l.shown))
	for _, r := range l.shown {
		rows = append(rows, r)
	}
	slices.SortFunc(rows, func(a, b provider.Row) int {
		return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.PlayKey, b.PlayKey))
	})
	return rows
}

// stamp is the version stamp of a feature as shown.
func (w *Weather) stamp(f media.Feature, a *account) stamp {
	if w.lists[f].stuck.cast() {
		return w.lists[f].stuckAt
	}
	return a.stamps[f]
}

// spoil cuts, doubles and mixes the rows of a view.
func (w *Weather) spoil(v *provider.View) {
	f := v.Feature
	if w.lists[f].cut.spell.cast() {
		w.truncate(v, w.lists[f].cut)
	}
	if len(v.Rows) > 0 && w.lists[f].doubled.cast() {
		w.double(v)
	}
	if n := len(v.Rows); n > 1 && w.lists[f].slipped.cast() {
		i := w.listing.IntN(n - 1)
		v.Rows[i+1] = v.Rows[i]
	}
	if w.shuffled != 0 {
		w.listing.Shuffle(len(v.Rows), func(i, j int) { v.Rows[i], v.Rows[j] = v.Rows[j], v.Rows[i] })
	}
}

// truncate shortens a list. An honest reader sees where a right total and the
// rows differ, or where a total is missing that always was there, and has no
// view.
func (w *Weather) truncate(v *provider.View, c cut) {
	all := len(v.Rows)
	kept := v.Rows[:all*c.percent/100]
	if c.random {
		kept = nil
		for _, r := range v.Rows {
			if w.listing.IntN(100) < c.percent {
				kept = append(kept, r)
			}
		}
	}
	v.Rows, v.Evidence.Received = kept, len(kept)
	switch {
	case c.total == RightTotal && len(kept) != all:
		failed(v, w.m.failure(&failing{kind: provider.Transient}, "read "+v.Feature.String()+": list cut short"))
	case c.total == AbsentTotal && w.m.profile.Totals:
		failed(v, w.m.failure(&failing{kind: provider.Contract}, "read "+v.Feature.String()+": no total"))
	case c.total == WrongTotal && w.m.profile.Totals:
		v.Evidence.Announced = len(kept)
	}
}

// failed takes everything from a view but its error.
func failed(v *provider.View, err *provider.Error) {
	*v = provider.View{Feature: v.Feature, Err: err}
}

// orphans breaks the contract: the items of all rows are missing.
func (w *Weather) orphans(s *provider.Snapshot) {
	if w.orphaned.cast() {
		s.Items = nil
	}
	if w.shuffled.cast() {
		w.listing.Shuffle(len(s.Items), func(i, j int) { s.Items[i], s.Items[j] = s.Items[j], s.Items[i] })
	}
}

// LookUpsStale lets percent of the looked-up items answer what they showed
// when this was called.
func (w *Weather) LookUpsStale(percent int) {
	p := w.Picture()
	defer w.lock()()
	w.stale = lie{percent: percent}
	for f, rows := range p {
		w.stale.picture[f] = map[string][]provider.Row{}
		for _, r := range rows {
			w.stale.picture[f][r.Key] = append(w.stale.picture[f][r.Key], r)
		}
	}
}

// LookUpsDeny lets percent of the looked-up items answer that there is nothing.
func (w *Weather) LookUpsDeny(percent int) {
	defer w.lock()()
	w.denying = lie{percent: percent}
}

// testify answers a look-up, truly or not. Every item draws, whatever it
// answers, so that one lie more moves no other.
func (w *Weather) testify(f media.Feature, ans provider.Answer) provider.Answer {
	draw := w.answering.IntN(100)
	switch {
	case !ans.Held:
	case draw < w.stale.percent:
		ans.Rows = slices.Clone(w.stale.picture[f][ans.Key])
	case draw < w.denying.percent:
		ans.Rows = nil
	}
	return ans
}
