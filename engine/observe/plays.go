package observe

import (
	"slices"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// PlayInput is what it takes to tell which viewing every play belongs to. It
// holds all accounts' new plays of the touched works, so that the order of
// accounts does not matter.
type PlayInput struct {
	Now   media.Moment
	Works map[media.WorkID]ledger.Work
	Plays []ledger.Play // of these works
	// Live plays are not cleared; a deleted play matches only after them.
	Live map[media.PlayID]bool
	// Linked are the rows whose play is known, as they were shown: linked for
	// good, except that a flag may come to show another viewing.
	Linked map[ledger.ShownRef]ledger.Shown
	// Said are the plays that accounts showed before, by what they said about
	// them: an item that was not listed for a while comes back with its play.
	Said []ledger.Statement
	// Seen is when an undated play was first seen: what is dated later is
	// another viewing. Missing: not known.
	Seen map[media.PlayID]media.Moment
	// Pending are the plays that we wrote and have not seen yet.
	Pending   []ledger.Pending
	Sightings []AccountSighting
	Next      media.PlayID // first free number
}

// AccountSighting is a History sighting at one account. LinkPlays fills
// Sighting.Play.
type AccountSighting struct {
	Account    ledger.AccountID
	Caps       provider.FeatureCaps
	ClockMS    int64 // server's clock minus ours
	IntervalMS int64 // the account's read interval
	// Before is what the row was believed to show.
	Before ledger.ShownState
	*Sighting
}

// Unlinked lists the History sightings that LinkPlays must give a play before
// Observe: those that show a play that the account did not show before.
func Unlinked(rows []Sighting, k Known) (out []*Sighting) {
	for i := range rows {
		s := &rows[i]
		old, ok := k.Shown[s.rowKey()]
		if s.Value.Set && s.Work != 0 && !(ok && old.Play != 0 && old.Work == s.Work && old.Value == s.Value) {
			out = append(out, s)
		}
	}
	return out
}

// LinkPlays gives every History sighting its play (R16) and returns the plays
// that are new or refined, and the next free number. Within one call neither
// the order of sightings nor that of accounts has an effect.
func LinkPlays(in PlayInput) (plays []ledger.Play, next media.PlayID) {
	byWork := map[media.WorkID][]*candidate{}
	for _, s := range in.Sightings {
		s.Play = 0
		if s.Value.Set && s.Work != 0 {
			byWork[s.Work] = append(byWork[s.Work], in.candidate(s))
		}
	}
	known := map[media.WorkID][]*viewing{}
	for _, p := range in.Plays {
		known[p.Work] = append(known[p.Work], &viewing{Play: p, live: in.Live[p.ID], old: p})
	}
	writes := map[media.WorkID][]ledger.Pending{}
	for _, p := range in.Pending {
		writes[p.Work] = append(writes[p.Work], p)
	}
	said := map[media.WorkID][]ledger.Statement{}
	for _, st := range in.Said {
		said[st.Work] = append(said[st.Work], st)
	}
	rows := map[media.WorkID][]ledger.Shown{}
	for _, row := range in.Linked {
		rows[row.Work] = append(rows[row.Work], row)
	}
	next = in.Next
	for _, work := range sortedWorks(byWork) {
		m := &matcher{in: &in, work: work, writes: writes[work], said: said[work], rows: rows[work], viewings: known[work]}
		m.match(byWork[work])
		for _, v := range m.viewings {
			if v.ID == 0 {
				v.ID = next
				next++
			}
			if v.Play != v.old {
				plays = append(plays, v.Play)
			}
		}
		for _, c := range byWork[work] {
			c.Play = c.viewing.ID
		}
	}
	slices.SortFunc(plays, func(a, b ledger.Play) int { return compare(a.ID, b.ID) })
	return plays, next
}

// viewing is a play while its copies are gathered.
type viewing struct {
	ledger.Play
	live bool
	old  ledger.Play // as stored; zero for a new one
}

// candidate is a sighting on its way to a play.
type candidate struct {
	AccountSighting
	date        media.Moment // of the end of the viewing, in our time; 0 unknown
	toleranceMS int64
	viewing     *viewing
	ours        bool // it shows a write of ours: its date is when we wrote
}

const (
	minuteMS = 60_000
	dayMS    = 24 * 60 * minuteMS
	// leastMS and leastStartMS bound the tolerance from below, dateOnlyMS is
	// that of a calendar day (R16).
	leastMS      = 20 * minuteMS
	leastStartMS = 60 * minuteMS
	dateOnlyMS   = 36 * 60 * minuteMS
	// copyMS makes one of a play and a copy of it that gives its end as the
	// beginning, or its beginning as the end: both keep the date, one to the minute.
	copyMS = minuteMS
)

func (in *PlayInput) candidate(s AccountSighting) *candidate {
	c := &candidate{AccountSighting: s}
	runtime := in.Works[s.Work].RuntimeMS
	clock := clock{in.Now, s.ClockMS}
	switch {
	case s.DateOnly || s.Caps.GrainMS >= dayMS:
		c.date, c.toleranceMS = clock.day(s.Value.PlayedAt()), dateOnlyMS
	case s.Started || s.Caps.StartDated:
		c.date, c.toleranceMS = clock.read(s.Value.PlayedAt()), max(runtime+copyMS, leastStartMS)
		if c.date.Known() {
			c.date += media.Moment(runtime)
		}
	default:
		c.date, c.toleranceMS = clock.read(s.Value.PlayedAt()), max(runtime, leastMS)
	}
	return c
}

func (c *candidate) isFlag() bool { return c.PlayKey == "" }

func (c *candidate) ref() ledger.ShownRef {
	return ledger.ShownRef{Account: c.Account, Feature: media.History, RowKey: c.rowKey()}
}

// near tells whether the sighting is within tolerance of a viewing, by the
// wider of both: that of the service where the play originated, or its own.
func (c *candidate) near(v *viewing) bool {
	return c.date.Known() && v.At.Known() && distance(int64(c.date), int64(v.At)) < max(c.toleranceMS, v.ToleranceMS)
}

// compareCandidates puts the exactest dates first, because a calendar day may
// stand for any of them, and the earliest first, because viewings are
// clustered around the earliest.
func compareCandidates(a, b *candidate) int {
	for _, c := range [...]int{
		compare(boolInt(!a.date.Known()), boolInt(!b.date.Known())), compare(a.toleranceMS, b.toleranceMS),
		compare(a.date, b.date), compare(a.Account, b.Account), a.rowKey().Compare(b.rowKey()),
	} {
		if c != 0 {
			return c
		}
	}
	return 0
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}
