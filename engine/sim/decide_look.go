package sim

import (
	"maps"
	"slices"
	"time"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/observe"
	"watchkeeper/engine/provider"
)

// observe looks at one account and keeps what it means.
func (d *decision) observe(a *toyAccount) {
	if a.frozen == 0 {
		a.shows, a.reads = maps.Clone(a.truth), append(a.reads, d.now)
	} else {
		a.frozen--
	}
	rows := d.rows(a, a.sortedWorks())
	d.chance.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	r := d.reading(a)
	r.View = d.view(a, rows)
	v := observe.Judge(r)
	delta, asks := observe.Observe(r, v, rows, a.known, nil)
	if len(asks) > 0 && a.caps.Features[d.feature].LookUp {
		delta, _ = observe.Observe(r, v, rows, a.known, d.answers(a, asks))
	}
	d.keep(a, delta)
	d.trust(a, v)
}

func (d *decision) reading(a *toyAccount) observe.Reading {
	return observe.Reading{Now: d.now, Run: d.run, Party: d.world.Parties[a.id-1], Feature: d.feature, Trust: a.trust,
		IntervalMS: d.world.Settings.IntervalMS}
}

// view is a list of rows in any order.
func (d *decision) view(a *toyAccount, rows []observe.Sighting) provider.View {
	v := provider.View{Feature: d.feature, Coverage: a.caps.Features[d.feature].Coverage,
		Evidence: provider.Evidence{Announced: -1, Received: len(rows)}, Rows: make([]provider.Row, 0, len(rows))}
	for _, s := range rows {
		v.Rows = append(v.Rows, s.Row)
	}
	return v
}

func (d *decision) trust(a *toyAccount, v observe.Verdict) {
	party := &d.world.Parties[a.id-1]
	party.TrustedNow[d.feature], party.Trust[d.feature] = v.Trusted, a.trust
}

// rows are what a list shows; a catalogue says no as well.
func (d *decision) rows(a *toyAccount, works []media.WorkID) (out []observe.Sighting) {
	caps := a.caps.Features[d.feature]
	if caps.Coverage == provider.Catalogue {
		works = nil
		for _, w := range d.works {
			works = append(works, w.ID)
		}
	}
	out = make([]observe.Sighting, 0, len(works))
	for _, w := range works {
		have := a.shows[w]
		if !have.value.Set && caps.Coverage == provider.Whole {
			continue
		}
		out = append(out, sighting(w, have, caps.Times))
	}
	return out
}

func sighting(w media.WorkID, have toyValue, timed bool) observe.Sighting {
	row := provider.Row{Key: keyOf(w).Key, Value: have.value}
	if timed && have.value.Set {
		row.At = have.at
	}
	return observe.Sighting{Row: row, Work: w}
}

// answers are point look-ups, past every list, which may lie.
func (d *decision) answers(a *toyAccount, asks []ledger.Question) (out []observe.Answered) {
	for _, q := range asks {
		out = append(out, d.answer(a, q.Work, q.Key, d.testimony(a, q.Work)))
	}
	return out
}

func (d *decision) answer(a *toyAccount, w media.WorkID, key string, have toyValue) observe.Answered {
	s := sighting(w, have, a.caps.Features[d.feature].Times)
	return observe.Answered{Key: key, Work: w, At: d.now,
		Answer: provider.Answer{Key: key, Held: true, Rows: []provider.Row{s.Row}}, Sightings: []observe.Sighting{s}}
}

// testimony is what a look-up tells: the truth, or what was true before. Where
// its list tells the same, or the look-up before it, nobody can see through it (R6).
func (d *decision) testimony(a *toyAccount, w media.WorkID) toyValue {
	have, before := a.truth[w], a.before[w]
	if d.chance.IntN(100) >= a.fibs || before.value == have.value {
		delete(a.lie, w)
		return have
	}
	d.engaged["lie"]++
	a.fibbed[w] = true
	if before.value == a.shows[w].value {
		d.engaged["consistent lie"]++
		d.fooled[w] = true
	}
	if last, again := a.lie[w]; again && last.value == before.value && last.at < d.now {
		d.engaged["repeated lie"]++
		d.fooled[w] = true
	}
	a.lie[w] = toyValue{before.value, d.now}
	return before
}

// lookAfter looks up what was written just now, where a service can (R8), each
// work once. Such a look-up tells what was before the write at the most.
func (d *decision) lookAfter(ops []ledger.Op) {
	sent := d.now
	d.now = d.now.Add(time.Second)
	type shelf struct {
		account ledger.AccountID
		work    media.WorkID
	}
	asked := map[shelf]bool{}
	for _, op := range ops {
		a, s := d.shelves[op.Account-1], shelf{op.Account, op.Work}
		if asked[s] {
			continue
		}
		asked[s] = true
		if !a.caps.Features[d.feature].LookUp || d.chance.IntN(100) < a.lost {
			continue
		}
		if d.feature == media.History {
			d.lookAfterPlay(a, op.Work, sent)
			continue
		}
		have := a.truth[op.Work]
		if a.came[op.Work] == sent && d.chance.IntN(100) < a.fibs {
			have = a.before[op.Work]
		}
		d.keep(a, observe.Settle(d.reading(a), a.known, []observe.Answered{d.answer(a, op.Work, keyOf(op.Work).Key, have)}))
	}
}

// keep applies a delta as the store does.
func (d *decision) keep(a *toyAccount, delta ledger.Delta) {
	k := &a.known
	for _, ref := range delta.ShownGone {
		delete(k.Shown, ref.RowKey)
	}
	for _, row := range delta.Shown {
		k.Shown[row.RowKey] = row
	}
	for _, ref := range delta.Forgotten {
		delete(k.Statements, ref.Subject)
	}
	for _, st := range delta.Statements {
		d.seq++
		st.Seq = d.seq
		if st.Origin == st.Account && st.OriginSeq == 0 {
			st.OriginSeq = st.Seq
		}
		k.Statements[st.Subject] = st
	}
	for _, ref := range delta.ProofsGone {
		delete(k.Proofs, ref.RowKey)
	}
	for _, proof := range delta.Proofs {
		k.Proofs[proof.RowKey] = proof
	}
	for _, op := range delta.PendingGone {
		a.dropPending(op)
	}
	for _, p := range delta.Pending {
		a.dropPending(p.Op)
		k.Pending[p.Subject] = append(k.Pending[p.Subject], p)
		slices.SortFunc(k.Pending[p.Subject], func(x, y ledger.Pending) int { return int(x.Sent - y.Sent) })
	}
	for _, ref := range delta.Freed {
		delete(k.Quarantine, ref.Subject)
	}
	for _, q := range delta.Quarantine {
		rest := slices.DeleteFunc(k.Quarantine[q.Subject], func(o ledger.Quarantine) bool { return o.Value == q.Value })
		k.Quarantine[q.Subject] = append(rest, q)
	}
	for _, t := range delta.Trust {
		a.trust = t
	}
}

func (a *toyAccount) dropPending(op ledger.OpID) {
	for s, queue := range a.known.Pending {
		queue = slices.DeleteFunc(queue, func(p ledger.Pending) bool { return p.Op == op })
		if len(queue) == 0 {
			delete(a.known.Pending, s)
			continue
		}
		a.known.Pending[s] = queue
	}
}
