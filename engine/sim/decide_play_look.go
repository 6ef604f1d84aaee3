package sim

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/observe"
	"watchkeeper/engine/plan"
	"watchkeeper/engine/provider"
)

// glimpse is one account's history as a run reads it.
type glimpse struct {
	account *toyAccount
	reading observe.Reading
	verdict observe.Verdict
	rows    []observe.Sighting
}

// observePlays looks at all accounts: the plays of all of them are held against
// each other before anything is concluded (R16).
func (d *decision) observePlays(order []int) {
	d.found = map[media.PlayID]bool{}
	var all []glimpse
	var fresh []observe.AccountSighting
	for _, i := range order {
		g := d.glimpse(d.shelves[i])
		all = append(all, g)
		fresh = append(fresh, d.unlinked(g.account, g.rows)...)
	}
	d.link(fresh)
	for _, g := range all {
		a := g.account
		delta, asks := observe.Observe(g.reading, g.verdict, g.rows, a.known, nil)
		if len(asks) > 0 && a.caps.Features[media.History].LookUp {
			var answers []observe.Answered
			for _, q := range asks {
				answers = append(answers, d.playAnswer(a, q.Work, a.log[q.Work]))
			}
			delta, _ = observe.Observe(g.reading, g.verdict, g.rows, a.known, answers)
		}
		d.keep(a, delta)
		d.trust(a, g.verdict)
	}
}

func (d *decision) glimpse(a *toyAccount) glimpse {
	if a.frozen == 0 {
		a.lists, a.reads = maps.Clone(a.log), append(a.reads, d.now)
	} else {
		a.frozen--
	}
	c := a.caps.Features[media.History]
	var rows []observe.Sighting
	for _, w := range d.works {
		rows = append(rows, sightings(w.ID, a.lists[w.ID], c)...)
	}
	a.remember(d.now, rows)
	d.chance.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	r := d.reading(a)
	r.View = d.view(a, rows)
	return glimpse{a, r, observe.Judge(r), rows}
}

// remember notes what the oracle must know about a list: whether it still shows a
// mark that was taken away, and whether it is as it was before the last change.
func (a *toyAccount) remember(now media.Moment, rows []observe.Sighting) {
	for w, plays := range a.lists {
		if len(plays) > 0 && a.unwatched[w].Known() && plays[0].came <= a.unwatched[w] {
			a.showedOn[w] = now
		}
	}
	look := fmt.Sprint(rows) // in the order of works
	switch n := len(a.looks); {
	case n > 0 && a.looks[n-1] == look:
		return
	case slices.Contains(a.looks, look):
		a.back = append(a.back, now)
	}
	a.looks = append(a.looks, look)
}

// sightings are the rows of a work; a catalogue says no as well.
func sightings(w media.WorkID, plays []toyPlay, c provider.FeatureCaps) (out []observe.Sighting) {
	key := keyOf(w).Key
	for _, p := range plays {
		out = append(out, observe.Sighting{Row: provider.Row{Key: key, PlayKey: p.key, Value: p.value, Count: p.count}, Work: w})
	}
	if len(plays) == 0 && c.Coverage == provider.Catalogue {
		out = append(out, observe.Sighting{Row: provider.Row{Key: key}, Work: w})
	}
	return out
}

// unlinked are the rows that must be given their viewing; the others keep it.
func (d *decision) unlinked(a *toyAccount, rows []observe.Sighting) (out []observe.AccountSighting) {
	fresh := observe.Unlinked(rows, a.known)
	for i := range rows {
		s := &rows[i]
		before := a.known.Shown[ledger.RowKey{Key: s.Key, PlayKey: s.PlayKey}]
		if !slices.Contains(fresh, s) {
			s.Play = before.Play
			continue
		}
		out = append(out, observe.AccountSighting{Account: a.id, Caps: a.caps.Features[media.History],
			IntervalMS: d.world.Settings.IntervalMS, Before: before.State, Sighting: s})
	}
	return out
}

// link gives plays their numbers, from what is believed of all accounts.
func (d *decision) link(fresh []observe.AccountSighting) {
	if len(fresh) == 0 {
		return
	}
	in := observe.PlayInput{Now: d.now, Works: map[media.WorkID]ledger.Work{}, Live: map[media.PlayID]bool{}, Linked: map[ledger.ShownRef]ledger.Shown{},
		Seen: map[media.PlayID]media.Moment{}, Sightings: fresh, Next: media.PlayID(len(d.plays) + 1)}
	for _, w := range d.works {
		in.Works[w.ID] = w
	}
	known := maps.Clone(d.found)
	for _, st := range d.saidOfPlays() {
		in.Live[st.Play], known[st.Play] = !st.Cleared, true
		if !st.Cleared {
			in.Said = append(in.Said, st)
		}
		if at, seen := in.Seen[st.Play]; st.Seen.Known() && (!seen || st.Seen < at) {
			in.Seen[st.Play] = st.Seen
		}
	}
	for _, a := range d.shelves {
		for key, row := range a.known.Shown {
			if row.Play != 0 {
				in.Linked[ledger.ShownRef{Account: a.id, Feature: media.History, RowKey: key}] = row
				known[row.Play] = true
			}
		}
		for _, queue := range a.known.Pending {
			in.Pending = append(in.Pending, queue...)
		}
	}
	slices.SortFunc(in.Pending, func(x, y ledger.Pending) int { return cmp.Or(cmp.Compare(x.Sent, y.Sent), cmp.Compare(x.Op, y.Op)) })
	for _, p := range in.Pending {
		known[p.Play] = true
	}
	for _, p := range d.plays {
		if known[p.ID] {
			in.Plays = append(in.Plays, p)
			if _, said := in.Live[p.ID]; !said {
				in.Live[p.ID] = true
			}
		}
	}
	plays, _ := observe.LinkPlays(in)
	for _, p := range plays {
		if int(p.ID) > len(d.plays) {
			d.plays = append(d.plays, p)
		}
		d.plays[p.ID-1], d.found[p.ID] = p, true
	}
}

// saidOfPlays are all statements about plays, the deciding one of each last.
func (d *decision) saidOfPlays() (out []ledger.Statement) {
	for _, a := range d.shelves {
		for s, st := range a.known.Statements {
			if s.Play != 0 {
				out = append(out, st)
			}
		}
	}
	slices.SortFunc(out, func(x, y ledger.Statement) int {
		sets := 0
		if x.Cleared != y.Cleared {
			if sets = 1; x.Cleared {
				sets = -1
			}
		}
		return cmp.Or(cmp.Compare(x.Play, y.Play), cmp.Compare(x.At, y.At), sets, cmp.Compare(x.Seq, y.Seq))
	})
	return out
}

// playAnswer is a point look-up of a work's plays.
func (d *decision) playAnswer(a *toyAccount, w media.WorkID, plays []toyPlay) observe.Answered {
	out := observe.Answered{Key: keyOf(w).Key, Work: w, At: d.now, Answer: provider.Answer{Key: keyOf(w).Key, Held: true},
		Sightings: sightings(w, plays, a.caps.Features[media.History])}
	for _, s := range out.Sightings {
		out.Answer.Rows = append(out.Answer.Rows, s.Row)
	}
	d.link(d.unlinked(a, out.Sightings))
	return out
}

// reread reads plays afresh where the plan asks for it, past a frozen list where
// the service can, and plans again (R16).
func (d *decision) reread(p ledger.Plan, files []ledger.Dossier) (ledger.Plan, []ledger.Dossier) {
	if len(p.Questions) == 0 {
		return p, files
	}
	d.afresh = map[media.WorkID][]ledger.AccountID{}
	for _, q := range p.Questions {
		if q.Kind != ledger.Reread {
			continue
		}
		a := d.shelves[q.Account-1]
		switch {
		case d.careless:
		case a.caps.Features[media.History].LookUp:
			d.keep(a, observe.Settle(d.reading(a), a.known, []observe.Answered{d.playAnswer(a, q.Work, a.log[q.Work])}))
		case !a.saw(d.now-1, d.now):
			continue
		}
		d.afresh[q.Work] = append(d.afresh[q.Work], a.id)
	}
	files = d.files()
	d.afresh = nil
	return plan.Make(&d.world, files), files
}

// lookAfterPlay looks up a work's plays after something was written to it, where
// it tells what was before the write at the most.
func (d *decision) lookAfterPlay(a *toyAccount, w media.WorkID, sent media.Moment) {
	plays := a.log[w]
	if a.came[w] == sent && d.chance.IntN(100) < a.fibs {
		plays = a.earlier[w]
	}
	d.keep(a, observe.Settle(d.reading(a), a.known, []observe.Answered{d.playAnswer(a, w, plays)}))
}

// playFile adds what is believed about the plays of a work.
func (d *decision) playFile(f *ledger.Dossier) {
	f.Reread = d.afresh[f.Work.ID]
	for _, p := range d.plays {
		if p.Work == f.Work.ID {
			f.Plays = append(f.Plays, p)
		}
	}
	for _, a := range d.shelves {
		f.Links = append(f.Links, ledger.Link{Account: a.id, Key: keyOf(f.Work.ID).Key, Work: f.Work.ID, By: ledger.ByToken})
		for _, row := range a.known.Shown {
			if row.Work == f.Work.ID {
				f.Shown = append(f.Shown, row)
			}
		}
		for s, st := range a.known.Statements {
			if s.Work == f.Work.ID {
				f.Statements = append(f.Statements, st)
			}
		}
		for _, proof := range a.known.Proofs {
			if proof.Work == f.Work.ID {
				f.Proofs = append(f.Proofs, proof)
			}
		}
		for s, queue := range a.known.Pending {
			if s.Work == f.Work.ID {
				f.Pending = append(f.Pending, queue...)
			}
		}
		for s, set := range a.known.Quarantine {
			if s.Work == f.Work.ID {
				f.Quarantine = append(f.Quarantine, set...)
			}
		}
	}
	slices.SortFunc(f.Shown, func(x, y ledger.Shown) int {
		return cmp.Or(cmp.Compare(x.Account, y.Account), x.RowKey.Compare(y.RowKey))
	})
	slices.SortFunc(f.Statements, func(x, y ledger.Statement) int {
		return cmp.Or(cmp.Compare(x.Account, y.Account), cmp.Compare(x.Play, y.Play))
	})
	slices.SortFunc(f.Proofs, func(x, y ledger.Proof) int {
		return cmp.Or(cmp.Compare(x.Account, y.Account), x.RowKey.Compare(y.RowKey))
	})
	slices.SortFunc(f.Pending, func(x, y ledger.Pending) int {
		return cmp.Or(cmp.Compare(x.Account, y.Account), cmp.Compare(x.Sent, y.Sent), cmp.Compare(x.Op, y.Op))
	})
	slices.SortStableFunc(f.Quarantine, func(x, y ledger.Quarantine) int {
		return cmp.Or(cmp.Compare(x.Account, y.Account), cmp.Compare(x.Play, y.Play))
	})
}
