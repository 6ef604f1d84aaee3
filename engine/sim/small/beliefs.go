package small

import (
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// world is the state without what is about the work.
func (s State) world() *ledger.World {
	w := &ledger.World{Now: today, Run: now, Profile: 1, Settings: ledger.Settings{IntervalMS: 30 * 60_000}}
	caps := provider.Capabilities{Class: provider.MediaServer, OnwardToTrackers: true, Batch: 10}
	caps.Features[s.Feature] = s.caps()
	for _, id := range [...]ledger.AccountID{target, source} {
		p := ledger.Party{Caps: caps, Account: ledger.Account{ID: id, Profile: 1, Features: media.Features[:], Accepted: true, Connected: 1}}
		p.TrustedNow[s.Feature] = true
		p.Trust[s.Feature] = ledger.Trust{Account: id, Feature: s.Feature, Looked: true, Run: now, FirstRun: started, LastTrusted: today}
		w.Parties = append(w.Parties, p)
	}
	w.Parties[1].TrustedNow[s.Feature] = !s.sourceDown
	me := &w.Parties[0]
	switch s.look {
	case silent, doubted:
		me.TrustedNow[s.Feature] = false
		me.Trust[s.Feature].Silent = map[look]ledger.Code{silent: ledger.SourceSilent, doubted: ledger.GuardShrunk}[s.look]
	case firstLook:
		me.Trust[s.Feature].FirstRun = now
	}
	switch s.seal {
	case targetSealed:
		w.Caused = map[ledger.AccountID]ledger.Code{target: ledger.GuardShrunk}
	case sourceSealed:
		w.Caused = map[ledger.AccountID]ledger.Code{source: ledger.GuardShrunk}
	}
	if s.way.mode != 0 {
		w.Routes = []ledger.Route{{ID: 1, Profile: 1, From: source, To: target, Feature: s.Feature,
			Mode: s.way.mode, Removals: s.way.removals, Accepted: s.accepted}}
	}
	return w
}

// dossier is what is believed about the work.
func (s State) dossier() ledger.Dossier {
	f := ledger.Dossier{Work: ledger.Work{ID: 1, Kind: media.Film, Title: "Film", RuntimeMS: 100 * 60_000, Season: -1, Number: -1},
		Links: []ledger.Link{{Account: target, Key: "t", Work: 1, By: ledger.ByToken}, {Account: source, Key: "s", Work: 1, By: ledger.ByToken}}}
	if s.shown != unlooked {
		f.Shown = append(f.Shown, s.row())
	}
	if s.theirs == set || s.theirs == setUndated || s.theirs == setLocal {
		f.Shown = append(f.Shown, ledger.Shown{Account: source, Feature: s.Feature, RowKey: ledger.RowKey{Key: "s"}, Work: 1,
			Play: s.subject().Play, State: ledger.ShownValue, Value: s.value(), Since: early})
	}
	for _, st := range [...]ledger.Statement{s.statement(target, s.own), s.statement(source, s.theirs)} {
		if st.Account != 0 {
			f.Statements = append(f.Statements, st)
		}
	}
	if s.Feature == media.History {
		f.Plays = []ledger.Play{{ID: 1, Work: 1, At: noon}, {ID: 2, Work: 1, At: noon + 10*60_000}}
	}
	if s.look != unread {
		f.Reread = []ledger.AccountID{target}
	}
	if s.look == proving {
		f.Proofs = []ledger.Proof{{Account: target, Feature: s.Feature, RowKey: ledger.RowKey{Key: "t"}, Work: 1, Looks: 1, Need: 2}}
	}
	s.decide(&f)
	if s.pending != none {
		f.Pending = []ledger.Pending{s.write()}
	}
	return f
}

func (s State) decide(f *ledger.Dossier) {
	switch s.decided {
	case untouchable:
		f.Pins = []ledger.Pin{{ID: 1, Profile: 1, Work: 1, AnyFeature: true, Kind: ledger.NeverTouch}}
	case kept:
		f.Pins = []ledger.Pin{{ID: 1, Profile: 1, Work: 1, AnyFeature: true, Kind: ledger.AlwaysKeep}}
	case refused:
		f.Refusals = []ledger.Refusal{{Target: target, Subject: s.subject(), Cause: ledger.Cause{Account: source, Seq: 50}, Why: ledger.RefusedByYou}}
	}
}

// row is what the target shows.
func (s State) row() ledger.Shown {
	row := ledger.Shown{Account: target, Feature: s.Feature, RowKey: ledger.RowKey{Key: "t"}, Work: 1, Play: s.subject().Play,
		State: ledger.ShownValue, Value: s.value(), At: eve, Since: early}
	if s.log {
		row.PlayKey = "p"
	}
	switch s.shown {
	case absent:
		row.State, row.Value, row.At, row.PlayKey = ledger.ShownAbsent, media.Value{}, 0, ""
	case heldNew:
		row.Since = late
	case heldOdd:
		row.Since, row.FirstLook = late, true
	case other, otherNew:
		row.Value = s.otherValue()
		if s.Feature == media.History {
			row.Play = 2
		}
		if s.shown == otherNew {
			row.Since = late
		}
	}
	return row
}

// statement is what an account said last; the zero Statement for nothing.
func (s State) statement(who ledger.AccountID, w word) ledger.Statement {
	st := ledger.Statement{Account: who, Subject: s.subject(), Value: s.value(), At: noon, Seq: 50, OriginSeq: 50, Run: said,
		Seen: noon, Origin: who, Key: "s"}
	if who == target {
		st.Key, st.Value, st.Seq, st.OriginSeq = "t", s.row().Value, 40, 40
		if !st.Value.Set {
			st.Value = s.value()
		}
	}
	switch w {
	case nothing:
		return ledger.Statement{}
	case setUndated:
		st.At = 0
	case setBefore, clearedBefore:
		st.At, st.Run = eve, early
	case setAfter, clearedAfter:
		st.At, st.Run, st.Seq, st.OriginSeq = after, late, 60, 60
	case copied:
		st.At, st.Run, st.Origin, st.OriginSeq = eve, early, source, 20
	case setLocal, clearedLocal:
		st.Local = true
	case clearedFirst:
		st.FirstLook = true
	}
	if st.Cleared = w.clears(); st.Cleared {
		st.Value = media.Value{}
	}
	return st
}

func (w word) clears() bool {
	switch w {
	case cleared, clearedBefore, clearedAfter, clearedFirst, clearedLocal:
		return true
	}
	return false
}

func (w word) sets() bool { return w != nothing && !w.clears() }

// write is the write that is under way.
func (s State) write() ledger.Pending {
	p := ledger.Pending{Op: "8-1", Account: target, Subject: s.subject(), RowKey: ledger.RowKey{Key: "t"}, Sent: noon, Run: said, State: ledger.Expected,
		New: s.value(), Cause: ledger.Cause{Account: source, Seq: 20}}
	p.Says = ledger.Statement{Account: target, Subject: s.subject(), Value: s.value(), At: eve, Run: early, Origin: source, OriginSeq: 20}
	switch s.pending {
	case removing:
		p.Old, p.New = s.row().Value, media.Value{}
		p.Says.Cleared, p.Says.Value = true, media.Value{}
	case lost:
		p.State = ledger.Lost
	case parked:
		p.State = ledger.Parked
	}
	return p
}
