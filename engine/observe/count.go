package observe

import (
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// Losses counts works: what a view would newly lose or change against what is
// shown, for the guards on views. Our own removals, the service's own effects
// and what already waits for proof are no losses.
type Losses struct {
	Known       int // works that show a value
	Lost        int // of these, works that show none any more
	Changed     int // of these, works that show another value
	Compared    int // of these, works that are in the view
	FutureTimes int // rows dated more than ten minutes ahead
}

// fate is what became of one known work.
type fate struct{ listed, same, explained bool }

// Count compares a view with what is shown. A first look and an empty answer
// "nothing changed" lose nothing by rule; only a full list can.
func Count(r Reading, rows []Sighting, k Known) Losses {
	o := newObserver(r, Verdict{}, k, nil)
	var out Losses
	found := make(map[ledger.RowKey]int, len(rows))
	for i := range rows {
		s := &rows[i]
		found[s.rowKey()] = i
		if o.clock.ahead(s.At) || r.Feature == media.History && !s.DateOnly && o.clock.ahead(s.Value.PlayedAt()) {
			out.FutureTimes++
		}
	}
	if firstLook(r) || r.View.Evidence.Unchanged {
		return out
	}
	works := make(map[media.WorkID]fate, len(k.Shown))
	for key, row := range k.Shown {
		if row.State != ledger.ShownValue {
			continue
		}
		f := works[row.Work]
		i, ok := found[key]
		f.listed = f.listed || ok && rows[i].Value.Set || !ok && o.staysUnlisted(key)
		f.same = f.same || !ok || rows[i].Value == row.Value
		f.explained = f.explained || (!f.listed || !f.same) && o.explained(row, key)
		works[row.Work] = f
	}
	for _, f := range works {
		out.add(f)
	}
	return out
}

func (l *Losses) add(f fate) {
	l.Known++
	switch {
	case f.listed:
		l.Compared++
		if !f.same && !f.explained {
			l.Changed++
		}
	case !f.explained:
		l.Lost++
	}
}

// staysUnlisted tells whether a row that is not listed is unchanged, not gone.
func (o *observer) staysUnlisted(key ledger.RowKey) bool {
	return o.hidden(key.Key) || o.r.View.Coverage == provider.Changes && !o.removals[key.Key]
}

// explained tells whether something other than a person or a broken list
// accounts for a difference.
func (o *observer) explained(row ledger.Shown, key ledger.RowKey) bool {
	_, waits := o.k.Proofs[key]
	s := seen{RowKey: key, Work: row.Work, Play: row.Play}
	return waits || len(o.queue(s)) > 0 || o.k.Frozen[row.Work] != "" || o.ownEffect(s, row, o.lastShown(key))
}
