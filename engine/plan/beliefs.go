package plan

import (
	"cmp"
	"slices"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// beliefs is a dossier in an order of its own, so that the order of its rows
// has no effect (S16).
type beliefs struct {
	*ledger.Dossier
	statements []ledger.Statement // by subject, then account
	shown      []ledger.Shown     // by account, feature, key
	pending    []ledger.Pending   // by account, oldest first
	links      []ledger.Link      // by account, key
	plays      map[media.PlayID]ledger.Play
	forgotten  map[ledger.StatementRef]bool
}

func newBeliefs(d *ledger.Dossier) *beliefs {
	b := &beliefs{Dossier: d, plays: map[media.PlayID]ledger.Play{}, forgotten: map[ledger.StatementRef]bool{},
		statements: slices.Clone(d.Statements), shown: slices.Clone(d.Shown), pending: slices.Clone(d.Pending), links: slices.Clone(d.Links)}
	slices.SortFunc(b.statements, func(x, y ledger.Statement) int {
		return cmp.Or(compareSubjects(x.Subject, y.Subject), cmp.Compare(x.Account, y.Account), cmp.Compare(y.Seq, x.Seq))
	})
	b.statements = slices.CompactFunc(b.statements, func(x, y ledger.Statement) bool {
		return x.Subject == y.Subject && x.Account == y.Account
	})
	slices.SortFunc(b.shown, func(x, y ledger.Shown) int {
		return cmp.Or(cmp.Compare(x.Account, y.Account), cmp.Compare(x.Feature, y.Feature), x.RowKey.Compare(y.RowKey))
	})
	slices.SortFunc(b.pending, func(x, y ledger.Pending) int {
		return cmp.Or(cmp.Compare(x.Account, y.Account), cmp.Compare(x.Run, y.Run), cmp.Compare(x.Sent, y.Sent),
			cmp.Compare(len(x.Op), len(y.Op)), cmp.Compare(x.Op, y.Op))
	})
	slices.SortFunc(b.links, func(x, y ledger.Link) int {
		return cmp.Or(cmp.Compare(x.Account, y.Account), cmp.Compare(x.Key, y.Key))
	})
	for _, play := range d.Plays {
		b.plays[play.ID] = play
	}
	return b
}

// about returns the current statements about a subject, by account.
func (b *beliefs) about(s ledger.Subject) []ledger.Statement {
	from, _ := slices.BinarySearchFunc(b.statements, s, func(st ledger.Statement, s ledger.Subject) int {
		return compareSubjects(st.Subject, s)
	})
	to := from
	for to < len(b.statements) && b.statements[to].Subject == s {
		to++
	}
	return b.statements[from:to]
}

// spoken tells whether anybody said anything in a feature.
func (b *beliefs) spoken(f media.Feature) bool {
	return slices.ContainsFunc(b.statements, func(st ledger.Statement) bool { return st.Feature == f })
}

// statement returns what an account said about a subject, or nil.
func (b *beliefs) statement(account ledger.AccountID, s ledger.Subject) *ledger.Statement {
	about := b.about(s)
	for i := range about {
		if about[i].Account == account && !b.forgotten[ledger.StatementRef{Account: account, Subject: s}] {
			return &about[i]
		}
	}
	return nil
}

// seen returns the open proofs, one for each account and subject.
func (b *beliefs) seen() []ledger.Proof {
	proofs := slices.Clone(b.Proofs)
	slices.SortFunc(proofs, func(x, y ledger.Proof) int {
		return cmp.Or(cmp.Compare(x.Account, y.Account), cmp.Compare(x.Feature, y.Feature), cmp.Compare(x.Play, y.Play), x.RowKey.Compare(y.RowKey))
	})
	return slices.CompactFunc(proofs, func(x, y ledger.Proof) bool {
		return x.Account == y.Account && x.Feature == y.Feature && x.Play == y.Play
	})
}

// saidPlays returns the plays that anybody said anything about, in order.
func (b *beliefs) saidPlays() (plays []media.PlayID) {
	for _, st := range b.statements {
		if st.Feature == media.History && st.Play != 0 && !slices.Contains(plays[max(0, len(plays)-1):], st.Play) {
			plays = append(plays, st.Play)
		}
	}
	return plays
}

// originOf names a statement as the person made it.
func originOf(st ledger.Statement) ledger.Cause {
	if st.Origin == 0 || st.OriginSeq == 0 {
		return ledger.Cause{Account: st.Account, Seq: st.Seq}
	}
	return ledger.Cause{Account: st.Origin, Seq: st.OriginSeq}
}

// adopted tells whether an account took a statement over from another.
func adopted(st ledger.Statement) bool { return originOf(st).Account != st.Account }

// void tells whether the origin of a copy has said something else since (R8).
// A service's own effect at the origin is nothing that the person said (R9), and
// the same word again leaves its copies as they are: nothing is written for it
// that could be adopted anew.
func (b *beliefs) void(st ledger.Statement) bool {
	if !adopted(st) {
		return false
	}
	origin := originOf(st)
	now := b.statement(origin.Account, st.Subject)
	return now != nil && !now.Local && now.Seq > origin.Seq && originOf(*now) != origin && !b.repeats(*now, st)
}

// repeats tells whether a Set says the same as an earlier one.
func (b *beliefs) repeats(now, before ledger.Statement) bool {
	return !now.Cleared && !before.Cleared && (now.Value == before.Value ||
		now.Feature == media.Progress && nearby(now.Value, before.Value, b.Work))
}

// concluded is the run that concluded a statement where the person made it.
func (b *beliefs) concluded(st ledger.Statement) ledger.RunID {
	if origin := originOf(st); adopted(st) {
		if at := b.statement(origin.Account, st.Subject); at != nil && originOf(*at) == origin {
			return min(at.Run, st.Run)
		}
	}
	return st.Run
}

// state is what is believed that a target shows.
type state uint8

const (
	absent  state = iota
	once          // seen absent by one view; a second must agree (§3)
	notHeld       // the account does not hold the item
	listed        // shows a value
)

// baseline is what a plan starts from at a target: what it shows, or what it
// will show once the writes under way are visible (R8).
type baseline struct {
	state  state
	value  media.Value
	at     media.Moment // the service's time of the value
	rows   []ledger.Shown
	queued *ledger.Pending // the last write under way
	queue  []ledger.Pending
	lost   *ledger.Pending // a write that did not show in time
}

// baseline of a feature in which the account has one value for the work; the
// plays of a log have their own (see log.go).
func (t *target) baseline() baseline {
	base := baseline{rows: t.rows()}
	folded, any := ledger.Fold(t.f, base.rows)
	whole := t.caps.Coverage == provider.Whole
	switch {
	case any && folded.State == ledger.ShownValue:
		base.state, base.value, base.at = listed, folded.Value, folded.At
	case any && folded.State == ledger.ShownAbsent:
		base.state = absent
	case any && folded.Looks == 0 && !whole:
		base.state = notHeld
	case !any && !whole && (t.party.TrustedNow[t.f] || t.party.Trust[t.f].Looked):
		base.state = notHeld // a catalogue lists what it holds
	case !any && whole && t.firstLook(t.party, t.f) < t.w.Run:
		base.state = absent
	default:
		base.state = once
	}
	// A row that is deleted beside a flag takes nothing from the flag (R17).
	t.underWay(&base, func(p ledger.Pending) bool { return p.PlayKey == "" || p.New.Set })
	return base
}

// rows returns the target's rows of the feature. Items that the account does
// not hold any more say nothing while others are held (§3).
func (t *target) rows() (rows []ledger.Shown) {
	for _, row := range t.b.shown {
		if row.Account == t.party.ID && row.Feature == t.f {
			rows = append(rows, row)
		}
	}
	held := slices.DeleteFunc(slices.Clone(rows), func(row ledger.Shown) bool {
		return row.State == ledger.ShownUnknown && row.Looks == 0
	})
	if len(held) > 0 {
		return held
	}
	return rows
}

// underWay replaces the baseline by the last write of these subjects that is
// still expected.
func (t *target) underWay(base *baseline, about func(ledger.Pending) bool) {
	for i := range t.b.pending {
		pend := &t.b.pending[i]
		if pend.Account != t.party.ID || pend.Feature != t.f || !about(*pend) {
			continue
		}
		switch pend.State {
		case ledger.Expected:
			base.queued, base.queue = pend, append(base.queue, *pend)
		case ledger.Lost:
			base.lost = pend
		}
	}
	if base.queued == nil {
		return
	}
	base.lost, base.at = nil, base.queued.Says.At
	base.value, base.state = base.queued.New, absent
	if base.value.Set {
		base.state = listed
	}
}

// key is the lowest native key that links the target to the work, or "".
func (t *target) key() string {
	for _, link := range t.b.links {
		if link.Account == t.party.ID {
			return link.Key
		}
	}
	return ""
}

// address is a digest of what a write to the target names the work by: the
// target's own items of it, or its ids where there are none. What others call
// a work that the target knows by a key of its own is no new evidence.
func (t *target) address() string {
	var keys []string
	for _, link := range t.b.links {
		if link.Account == t.party.ID {
			keys = append(keys, link.Key)
		}
	}
	if len(keys) == 0 {
		return ledger.TokensDigest(t.b.Tokens)
	}
	return ledger.KeysDigest(keys)
}

// stillShown tells whether the target shows, or will show, a value for a subject.
func (t *target) stillShown(s ledger.Subject) bool {
	for _, row := range t.rows() {
		if row.State == ledger.ShownValue && (!t.caps.KeepsPlays || row.Play == s.Play) {
			return true
		}
	}
	return slices.ContainsFunc(t.b.pending, func(p ledger.Pending) bool {
		return p.Account == t.party.ID && p.Subject == s
	})
}
