package observe

import (
	"cmp"
	"slices"
)

// folded chooses among the rows of one key, whatever their order: the newest, and
// of several values of one time the one that was shown before. Where that says
// nothing either, nobody knows which is true: nil, and the item waits.
func (o *observer) folded(rows []Sighting, all []int) *Sighting {
	var best []*Sighting
	for _, i := range all {
		s := &rows[i]
		if len(best) > 0 && s.At > best[0].At {
			best = nil
		}
		if len(best) == 0 || s.At == best[0].At {
			best = append(best, s)
		}
	}
	slices.SortFunc(best, func(a, b *Sighting) int {
		return cmp.Or(compare(boolInt(a.Value.Set), boolInt(b.Value.Set)), compare(a.Value.N, b.Value.N), compare(a.Value.Of, b.Value.Of), compare(b.Count, a.Count))
	})
	shown := o.k.Shown[best[0].rowKey()].Value
	switch i := slices.IndexFunc(best, func(s *Sighting) bool { return s.Value == shown }); {
	case i >= 0:
		return best[i]
	case best[0].Value == best[len(best)-1].Value:
		return best[0]
	}
	o.undecided(o.seenRow(*best[0]))
	return nil
}

// undecided lets an item wait that the list shows in two ways: for a look-up, or
// for a list that shows it in one.
func (o *observer) undecided(s seen) {
	o.skipped[s.Key] = true
	if s.Work == 0 || o.k.Frozen[s.Work] != "" || o.answeredFor(s.RowKey) {
		return
	}
	if queue := o.queue(s); len(queue) > 0 {
		for _, p := range queue {
			o.met[p.Op] = true
		}
		o.waits(s, queue)
	} else {
		proof, open := o.k.Proofs[s.RowKey]
		open = open && proof.Now == s.value && proof.Work == s.Work
		o.await(o.look(s, proof, open), proof, open)
	}
	o.ask(s.Work, s.Key)
}
