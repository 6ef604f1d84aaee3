package sim

import (
	"maps"
	"slices"

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
	party := &d.world.Parties[a.id-1]
	rows := d.rows(a, a.sortedWorks())
	d.chance.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	r := observe.Reading{Now: d.now, Run: d.run, Party: *party, Feature: d.feature, Trust: a.trust,
		IntervalMS: d.world.Settings.IntervalMS,
		View: provider.View{Feature: d.feature, Coverage: a.caps.Features[d.feature].Coverage,
			Evidence: provider.Evidence{Announced: -1, Received: len(rows)}}}
	r.View.Rows = make([]provider.Row, 0, len(rows))
	for _, s := range rows {
		r.View.Rows = append(r.View.Rows, s.Row)
	}
	v := observe.Judge(r)
	delta, asks := observe.Observe(r, v, rows, a.known, nil)
	if len(asks) > 0 && a.caps.Features[d.feature].LookUp {
		delta, _ = observe.Observe(r, v, rows, a.known, d.answers(a, asks))
	}
	d.keep(a, delta)
	party.TrustedNow[d.feature] = v.Trusted
	party.Trust[d.feature] = a.trust
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
		have := d.testimony(a, q.Work)
		s := sighting(q.Work, have, a.caps.Features[d.feature].Times)
		out = append(out, observe.Answered{Key: q.Key, Work: q.Work, At: d.now,
			Answer: provider.Answer{Key: q.Key, Held: true, Rows: []provider.Row{s.Row}}, Sightings: []observe.Sighting{s}})
	}
	return out
}

// testimony is what a look-up tells: the truth, or what was true before. Where
// its list tells the same, nobody can see through it.
func (d *decision) testimony(a *toyAccount, w media.WorkID) toyValue {
	have := a.truth[w]
	if d.chance.IntN(100) >= a.fibs || a.before[w].value == have.value {
		return have
	}
	d.engaged["lie"]++
	a.fibbed[w] = true
	if a.before[w].value == a.shows[w].value {
		d.engaged["consistent lie"]++
		d.fooled[w] = true
	}
	return a.before[w]
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
