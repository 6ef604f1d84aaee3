package observe

import (
	"slices"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// listed goes through the rows of the view. Rows that show what they showed
// are passed over at once; a repeated key is folded first.
func (o *observer) listed(rows []Sighting) {
	o.rows, o.found = rows, make(map[ledger.RowKey]int, len(rows))
	o.works = make(map[media.WorkID]bool, len(rows))
	var doubled map[ledger.RowKey][]int
	for i := range rows {
		s := &rows[i]
		switch {
		case s.Work == 0 && s.Key != "":
			o.skipped[s.Key] = true // nobody knows what it is about
		case s.Value.Set:
			o.works[s.Work] = true
		}
		key := s.rowKey()
		first, again := o.found[key]
		switch {
		case !again:
			o.found[key] = i
		case doubled == nil:
			doubled = map[ledger.RowKey][]int{key: {first, i}}
		case doubled[key] == nil:
			doubled[key] = []int{first, i}
		default:
			doubled[key] = append(doubled[key], i)
		}
	}
	for i := range rows {
		s := &rows[i]
		key := s.rowKey()
		if all, ok := doubled[key]; ok {
			if o.found[key] != i {
				continue
			}
			if s = o.folded(rows, all); s == nil {
				continue
			}
		}
		old, shown := o.k.Shown[key]
		if shown {
			o.relisted++
		}
		if !o.quiet(s, key, &old) {
			o.row(o.seenRow(*s))
		}
	}
	o.lookedUp()
}

// quiet tells whether nothing can follow from a row: it shows what it showed
// and nothing is open for it, or a look-up has taken its place. old is the
// zero Shown where nothing was shown.
func (o *observer) quiet(s *Sighting, key ledger.RowKey, old *ledger.Shown) bool {
	if len(o.answers) > 0 && o.answeredFor(key) {
		return true
	}
	if o.v.FirstLook || old.Ahead || old.Work != s.Work || len(o.queues) > 0 && len(o.queues[s.Work]) > 0 {
		return false
	}
	if len(o.k.Proofs) > 0 {
		if _, open := o.k.Proofs[key]; open {
			return false
		}
	}
	if !s.Value.Set {
		return old.State == ledger.ShownAbsent
	}
	return old.State == ledger.ShownValue && old.Value == s.Value && old.At == s.At && old.Count == s.Count
}

// answeredFor tells whether a look-up of this run speaks about the row. One
// that lists only plays says nothing about the flag of the same item, and the
// other way round.
func (o *observer) answeredFor(key ledger.RowKey) bool {
	a, ok := o.answers[key.Key]
	if !ok || a.Answer.Err != nil || o.inconclusive(a) {
		return false
	}
	if len(a.Sightings) == 0 {
		return true
	}
	return slices.ContainsFunc(a.Sightings, func(s Sighting) bool { return (s.PlayKey == "") == (key.PlayKey == "") })
}

// inconclusive tells whether an answer lacks the item in a list of the kind that
// lacked it before.
func (o *observer) inconclusive(a Answered) bool {
	return o.caps.SameList && !slices.ContainsFunc(a.Answer.Rows, func(r provider.Row) bool { return r.Value.Set })
}

// lookedUp goes through the answers of look-ups.
func (o *observer) lookedUp() {
	before := o.asked()
	writes := o.writesByKey()
	for _, key := range sorted(o.answers) {
		a := o.answers[key]
		if a.Answer.Err != nil || o.inconclusive(a) {
			continue
		}
		there := map[ledger.RowKey]bool{}
		for _, s := range a.Sightings {
			there[s.rowKey()] = true
			_, shown := o.k.Shown[s.rowKey()]
			_, found := o.found[s.rowKey()]
			o.contradicted = o.contradicted || shown && s.Value.Set && !found && o.r.View.Coverage == provider.Whole
			if s.Work == 0 {
				s.Work = o.k.Shown[s.rowKey()].Work
			}
			o.row(o.provenBy(a, o.seenRow(s)))
		}
		for _, s := range before[key] {
			if !there[s.RowKey] && o.answeredFor(s.RowKey) {
				o.row(o.provenBy(a, s))
			}
		}
		o.missed(a, append(writes[key], a.Work))
	}
}

// asked are the believed rows of the items that were looked up, in order.
func (o *observer) asked() map[string][]seen {
	rows := make(map[string][]seen, len(o.answers))
	if len(o.answers) == 0 {
		return rows
	}
	for _, s := range o.believed(func(k ledger.RowKey) bool { _, asked := o.answers[k.Key]; return asked }) {
		rows[s.Key] = append(rows[s.Key], s)
	}
	return rows
}

// writesByKey are the works with pending writes that name an item.
func (o *observer) writesByKey() map[string][]media.WorkID {
	works := map[string][]media.WorkID{}
	for work, queue := range o.queues {
		for _, p := range queue {
			if _, asked := o.answers[p.Key]; asked {
				works[p.Key] = append(works[p.Key], work)
			}
		}
	}
	return works
}

// missed holds the writes to works that named the item against a look-up that
// shows none of them.
func (o *observer) missed(a Answered, works []media.WorkID) {
	slices.Sort(works)
	for _, work := range slices.Compact(works) {
		for _, p := range o.queues[work] {
			key := ledger.RowKey{Key: a.Key, PlayKey: p.PlayKey}
			about := p.Key == a.Key || p.Key == "" && work == a.Work
			if about && !o.met[p.Op] && o.answeredFor(key) {
				s := o.provenBy(a, seen{RowKey: key, Work: work, Play: p.Play, is: denied})
				o.own(s, o.k.Shown[key], o.queue(s))
			}
		}
	}
}

func (o *observer) provenBy(a Answered, s seen) seen {
	s.proven, s.looked = true, a.At
	if !a.Answer.Held {
		s.is = notHeld
	}
	return s
}

// believed lists the rows that something is believed about, shown or waiting
// for proof, as denied, in order.
func (o *observer) believed(which func(ledger.RowKey) bool) (out []seen) {
	for k, row := range o.k.Shown {
		if which(k) {
			out = append(out, seen{RowKey: k, Work: row.Work, Play: row.Play, is: denied})
		}
	}
	for k, proof := range o.k.Proofs {
		if _, shown := o.k.Shown[k]; !shown && which(k) {
			out = append(out, seen{RowKey: k, Work: proof.Work, Play: proof.Play, is: denied})
		}
	}
	slices.SortFunc(out, func(a, b seen) int { return a.RowKey.Compare(b.RowKey) })
	return out
}

// unlisted goes through what was shown and is not in the list.
func (o *observer) unlisted() {
	if o.r.View.Coverage == provider.Changes {
		o.removed()
		return
	}
	if o.relisted == len(o.k.Shown) && len(o.k.Proofs) == 0 {
		return
	}
	for _, s := range o.believed(func(k ledger.RowKey) bool { return !o.isListed(k) && !o.hidden(k.Key) && !o.answeredFor(k) }) {
		if o.r.View.Coverage == provider.Catalogue {
			s.is = notHeld
		}
		o.row(s)
	}
}

func (o *observer) isListed(key ledger.RowKey) bool {
	_, ok := o.found[key]
	return ok
}

// hidden tells whether an item may be among the rows that came and were not
// understood: nothing is known of it, so it is neither listed nor gone. A row
// without a key may be any.
func (o *observer) hidden(key string) bool { return o.skipped[key] || o.skipped[""] }

// removed goes through the keys that a feed of removals names: proof by itself
// where the service promises it (R6b).
func (o *observer) removed() {
	if len(o.removals) == 0 {
		return
	}
	for _, s := range o.believed(func(k ledger.RowKey) bool { return o.removals[k.Key] && !o.isListed(k) && !o.answeredFor(k) }) {
		s.proven = o.caps.NamesRemovals
		o.row(s)
	}
}

// unmet goes through the pending writes that no row was held against: adds
// that are not listed, removals of what is no longer known.
func (o *observer) unmet() {
	type target struct {
		ledger.Subject
		key string
	}
	for _, work := range sortedWorks(o.queues) {
		var order []target
		queues := map[target][]ledger.Pending{}
		for _, p := range o.queues[work] {
			if t := (target{p.Subject, p.Key}); !o.met[p.Op] {
				order, queues[t] = append(order, t), append(queues[t], p)
			}
		}
		for _, t := range order {
			if queue := queues[t]; queue != nil {
				o.unseen(queue)
			}
			queues[t] = nil
		}
	}
}

// keySet is a set of native keys.
func keySet(keys ...string) map[string]bool {
	set := make(map[string]bool, len(keys))
	for _, k := range keys {
		set[k] = true
	}
	return set
}

func sorted[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func sortedWorks[V any](m map[media.WorkID]V) []media.WorkID {
	keys := make([]media.WorkID, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
