package observe

import (
	"cmp"
	"slices"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// matcher links the sightings of one work.
type matcher struct {
	in       *PlayInput
	work     media.WorkID
	writes   []ledger.Pending   // of this work
	said     []ledger.Statement // about its plays
	rows     []ledger.Shown     // that have one of its plays
	viewings []*viewing
}

// match links in the order of certainty: rows linked before, copies that we
// wrote, dates near a viewing, and what has no date.
func (m *matcher) match(all []*candidate) {
	slices.SortFunc(m.viewings, func(a, b *viewing) int { return compare(a.ID, b.ID) })
	slices.SortFunc(all, compareCandidates)
	for _, how := range [...]func(*candidate) *viewing{m.linked, m.written, m.returned} {
		for _, c := range all {
			if c.viewing == nil {
				c.viewing = how(c)
			}
		}
	}
	for _, c := range all {
		c.ours = m.written(c) != nil || m.copied(c)
	}
	m.dated(all)
	for _, c := range all {
		if c.viewing == nil {
			c.viewing = cmp.Or(m.nearest(c), newestOf(m.beside(c, all)))
		}
		if c.viewing == nil {
			c.viewing = m.undated()
		}
		m.refine(c)
	}
}

// beside are the viewings of the rows of the same item that a flag stands
// beside, unless it was seen as a no: rows are plays (R17), and whatever date
// such a flag shows, it tells of no further one (R16). nil is one not known yet.
func (m *matcher) beside(c *candidate, all []*candidate) (rows []*viewing) {
	if !c.isFlag() || c.Before == ledger.ShownAbsent {
		return nil
	}
	for _, o := range all {
		if !o.isFlag() && o.Account == c.Account && o.Key == c.Key {
			rows = append(rows, o.viewing)
		}
	}
	for _, old := range m.rows {
		if old.PlayKey != "" && old.Account == c.Account && old.Key == c.Key && old.State == ledger.ShownValue {
			rows = append(rows, m.byID(old.Play))
		}
	}
	return rows
}

// newestOf is the newest of the viewings, nil without any.
func newestOf(viewings []*viewing) (best *viewing) {
	for _, v := range viewings {
		if v != nil && (best == nil || v.At > best.At || v.At == best.At && v.ID < best.ID) {
			best = v
		}
	}
	return best
}

// linked is the viewing that the row was linked to before. A flag stays with
// it unless its date moved ahead and proves a finish.
func (m *matcher) linked(c *candidate) *viewing {
	old, ok := m.in.Linked[c.ref()]
	if !ok || old.Play == 0 || old.Work != m.work {
		return nil
	}
	v := m.byID(old.Play)
	if v == nil {
		return nil
	}
	moved := c.Value.N > old.Value.N+c.Caps.GrainMS
	if old.Value.N == 0 {
		moved = m.since(c, v)
	}
	if moved && old.Value.Set && c.isFlag() && c.Caps.FinishProven && c.date.Known() && !c.near(v) {
		return nil
	}
	return v
}

// since tells whether a date is later than when a viewing without one was first
// seen: it is no date of that viewing.
func (m *matcher) since(c *candidate, v *viewing) bool {
	seen := m.in.Seen[v.ID]
	return !v.At.Known() && seen.Known() && c.date > seen
}

// written is the viewing of a write of ours that the row shows. A flag shows
// any date for it up to one interval after the send, unless a date was written
// over another where dates are kept; a log that cannot keep past dates shows the
// time of the send.
func (m *matcher) written(c *candidate) (best *viewing) {
	var off int64
	for _, p := range m.writes {
		if p.Account != c.Account || p.Feature != media.History || !p.New.Set || !m.shows(c, p) {
			continue
		}
		v, d := m.byID(p.Play), distance(c.Value.N, p.New.N)
		if v != nil && (best == nil || d < off || d == off && v.ID < best.ID) {
			best, off = v, d
		}
	}
	return best
}

// returned is the viewing that the account told of before, under the same key
// and with the same date, although the row was gone meanwhile: by its clock or
// by ours, for either may have been set since. A flag that we set without a date
// says when we set it, which was before we saw it; an item that was made anew
// keeps it, and where that was just before, it is known without the key.
func (m *matcher) returned(c *candidate) *viewing {
	ours := int64(clock{m.in.Now, c.ClockMS}.read(c.Value.PlayedAt()))
	for _, st := range m.said {
		near := func(n int64) bool {
			return (st.Value.N == 0) == (n == 0) && distance(st.Value.N, n) <= max(c.Caps.GrainMS, 1000)
		}
		same := near(ours) || near(c.Value.N)
		stamped := !c.Caps.PastDates || st.Value.N == 0 // our write had no date that the service keeps
		copied := st.Adopted() && c.isFlag() && stamped && c.date <= st.Seen
		given := st.Adopted() && c.isFlag() && st.Value.N != 0 && near(c.Value.N)
		anew := given || copied && c.date >= st.Seen-media.Moment(c.IntervalMS)
		if st.Account == c.Account && (st.Key == c.Key && (same || copied) || anew) {
			if v := m.byID(st.Play); v != nil {
				return v
			}
		}
	}
	return nil
}

// copied tells whether the account took the play over from another: what it
// shows is our copy.
func (m *matcher) copied(c *candidate) bool {
	return slices.ContainsFunc(m.said, func(st ledger.Statement) bool {
		return st.Account == c.Account && st.Key == c.Key && st.Adopted() && c.viewing != nil && st.Play == c.viewing.ID && c.viewing.ID != 0
	})
}

func (m *matcher) shows(c *candidate, p ledger.Pending) bool {
	until := p.Sent + media.Moment(c.IntervalMS)
	switch {
	case !c.date.Known():
		return c.isFlag() || p.New.N == 0
	case p.New.N != 0 && distance(c.Value.N, p.New.N) <= max(c.Caps.GrainMS, 1000):
		return true
	case c.isFlag():
		moved := p.Old.Set && p.New.N != 0 && c.Caps.PastDates // one date over another, both kept as given
		return !c.Caps.FinishProven || c.date <= until && !moved
	}
	return (!c.Caps.PastDates || p.New.N == 0) && c.date <= until && c.date >= p.Sent-media.Moment(max(c.Caps.GrainMS, minuteMS))
}

// dated links sightings with a date: to live viewings, then to deleted ones,
// else they are viewings of their own. The newest of these may be the date of
// a viewing that was known without one.
func (m *matcher) dated(all []*candidate) {
	known := len(m.viewings)
	for _, c := range all {
		if c.viewing != nil || !c.date.Known() {
			continue
		}
		if c.viewing = m.nearest(c); c.viewing == nil && len(m.beside(c, all)) == 0 {
			c.viewing = &viewing{live: true, Play: ledger.Play{Work: m.work, At: c.date, ToleranceMS: c.toleranceMS, DateOnly: c.toleranceMS == dateOnlyMS}}
			m.viewings = append(m.viewings, c.viewing)
		}
	}
	undated := slices.IndexFunc(m.viewings[:known], func(v *viewing) bool { return v.live && !v.At.Known() })
	if undated < 0 || len(m.viewings) == known {
		return
	}
	into, newest := m.viewings[undated], -1
	seen := m.in.Seen[into.ID]
	for i := known; i < len(m.viewings); i++ {
		at := m.viewings[i].At
		if (!seen.Known() || at <= seen) && (newest < 0 || at > m.viewings[newest].At) {
			newest = i
		}
	}
	if newest >= 0 {
		m.merge(all, into, newest)
	}
}

// merge gives a viewing the date and the sightings of a new one.
func (m *matcher) merge(all []*candidate, into *viewing, from int) {
	v := m.viewings[from]
	into.At, into.ToleranceMS, into.DateOnly = v.At, v.ToleranceMS, v.DateOnly
	for _, c := range all {
		if c.viewing == v {
			c.viewing = into
		}
	}
	m.viewings = slices.Delete(m.viewings, from, from+1)
}

// nearest is the nearest viewing within tolerance, a live one if there is any.
func (m *matcher) nearest(c *candidate) (best *viewing) {
	for _, v := range m.viewings {
		if !c.near(v) {
			continue
		}
		closer := best != nil && distance(int64(c.date), int64(v.At)) < distance(int64(c.date), int64(best.At))
		if best == nil || v.live && !best.live || v.live == best.live && closer {
			best = v
		}
	}
	return best
}

// undated is the viewing for a sighting without a date: "watched" is
// satisfied by the newest live play, else by a deleted one; only a work that
// was never played gets a viewing without a date.
func (m *matcher) undated() (best *viewing) {
	for _, v := range m.viewings {
		if best == nil || v.live && !best.live || v.live == best.live && v.At > best.At {
			best = v
		}
	}
	if best == nil {
		best = &viewing{live: true, Play: ledger.Play{Work: m.work}}
		m.viewings = append(m.viewings, best)
	}
	return best
}

// refine dates a viewing that had no date. When we wrote a copy of it is no date
// of a viewing.
func (m *matcher) refine(c *candidate) {
	if v := c.viewing; c.date.Known() && !v.At.Known() && !c.ours && !m.since(c, v) {
		v.At, v.ToleranceMS, v.DateOnly = c.date, c.toleranceMS, c.toleranceMS == dateOnlyMS
	}
}

func (m *matcher) byID(id media.PlayID) *viewing {
	for _, v := range m.viewings {
		if v.ID == id && id != 0 {
			return v
		}
	}
	return nil
}
