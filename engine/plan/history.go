package plan

import (
	"cmp"
	"slices"
	"time"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// said is everything that competes at a target about one play.
type said struct {
	play media.PlayID
	at   media.Moment // the play's date; unknown when nobody dated it
	contest
}

// history plans the plays of one work at one account (R16, R17). A log that
// keeps dates gets every play; a flag, and a log that dates plays itself, only
// learn that the work was watched. Counts are never made equal.
func (t *target) history() {
	plays := t.said()
	dated := t.caps.KeepsPlays && t.caps.PastDates
	for _, s := range plays {
		switch {
		case len(s.candidates) == 0:
			t.explainBarred(s.contest, t.logBaseline(s.play))
		case s.candidates[0].Cleared:
			t.clearPlay(s, plays)
		case dated:
			t.logPlay(s)
		}
	}
	if !dated {
		t.flag(plays)
	}
}

// said gathers the plays that anybody spoke of, oldest first.
func (t *target) said() (plays []said) {
	for _, id := range t.b.saidPlays() {
		s := said{play: id, contest: t.contest(t.subject(id))}
		if len(s.candidates) > 0 && !s.candidates[0].Cleared {
			s.at = s.candidates[0].Value.PlayedAt()
		}
		if !s.at.Known() {
			s.at = t.b.plays[id].At
		}
		plays = append(plays, s)
	}
	slices.SortStableFunc(plays, func(a, b said) int { return cmp.Compare(a.at, b.at) })
	return plays
}

// live tells whether the last word about a play is that it happened.
func (s said) live() bool { return len(s.candidates) > 0 && !s.candidates[0].Cleared }

// unwatchedSince tells whether the target's own "currently unwatched" is newer
// than a play: a rewatch has begun, and older plays do not end it (R17).
func (t *target) unwatchedSince(s said) bool {
	own := t.b.statement(t.party.ID, t.subject(0))
	if own == nil || !own.Cleared {
		return false
	}
	at := s.at
	if !at.Known() {
		at = s.candidates[0].At
	}
	return at <= own.At
}

// anySet accepts whatever says that the play happened, whatever its date.
func anySet(candidate) bool { return true }

// clearPlay removes a deleted play: by its row from a log; from a flag only
// when the flag stands for this play and no other play keeps it watched.
func (t *target) clearPlay(s said, plays []said) {
	base := t.logBaseline(s.play)
	another, moved := slices.ContainsFunc(plays, said.live), false
	base.rows = slices.DeleteFunc(base.rows, func(row ledger.Shown) bool {
		since := t.movedOn(s, row)
		moved = moved || since
		return since || another && row.PlayKey == ""
	})
	kept := another && !t.caps.KeepsPlays // whatever is under way to the flag
	if len(base.rows) == 0 && base.state == listed && (base.queued == nil || kept) {
		switch {
		case moved:
			t.note(s.candidates[0].Statement, ledger.NewerThere, saw(ledger.SawAnotherPlay), false)
		case t.w.Explain:
			t.note(s.candidates[0].Statement, ledger.AlreadyEqual, saw(ledger.SawAnotherPlay), false)
		}
		return
	}
	if t.unseenPlay(base) {
		t.noteUntil(s.candidates[0].Statement, ledger.PendingVisible, base.queued.Until)
		return
	}
	t.clear(s.contest, base)
}

// unseenPlay tells whether a play is under way that cannot be deleted before it
// shows: in a log it has no key yet, and a flag that is to get its date shows that
// of another, which nobody took away (S1).
func (t *target) unseenPlay(base baseline) bool {
	if base.queued == nil || !base.queued.New.Set {
		return false
	}
	if t.caps.KeepsPlays {
		return base.queued.PlayKey == ""
	}
	return base.queued.Old.Set && len(base.rows) == 0
}

// movedOn tells whether a flag has a later date by now than the play it was seen
// to stand for: what it tells of since, nobody took away, unless by un-watching it
// later. Where dates prove a finish, a later one that can be believed is a play of
// its own (R16).
func (t *target) movedOn(s said, row ledger.Shown) bool {
	own, lead := t.b.statement(t.party.ID, t.subject(s.play)), s.candidates[0]
	if row.PlayKey != "" || own == nil || own.Cleared || !own.Seen.Known() {
		return false
	}
	shown := row.Value.PlayedAt()
	at, until := shown.Add(-ms(t.party.Trust[t.f].ClockMS)), own.Seen
	if t.otherDate(s, *own, row) {
		return !(lead.unwatch && at <= lead.At)
	}
	if t.caps.FinishProven && at.Plausible(t.w.Now) {
		return false
	}
	if date := own.Value.PlayedAt(); date.Known() && (!adopted(*own) || t.caps.PastDates) {
		grain := max(ms(t.caps.GrainMS), time.Second)
		if shown.Sub(date).Abs() <= grain || at.Sub(date).Abs() <= grain {
			return false // the date of the play, whatever the service's clock makes of it
		}
		until = min(until, date.Add(t.tolerance(s.play))) // a viewing is dated by its start, too
	}
	return at > until && !(lead.unwatch && at <= lead.At)
}

// otherDate tells whether a flag shows a date by now that is none of the play
// which it was given for: where the service keeps what we gave it, or an earlier
// one than the person did, whatever its clock makes of it.
func (t *target) otherDate(s said, own ledger.Statement, row ledger.Shown) bool {
	given, at := own.Value.PlayedAt(), row.Value.PlayedAt()
	if !given.Known() || !at.Known() || t.close(s.play, given, row.Play, at) {
		return false
	}
	if adopted(own) {
		return t.caps.PastDates
	}
	ours := at.Add(-ms(t.party.Trust[t.f].ClockMS))
	return at < given && ours < given && !t.close(s.play, given, row.Play, ours)
}

// flag plans a watched flag. The latest play decides: it sets a flag that says
// no, and moves the date of one that says yes forward where the service and
// the path allow it. Dates are never lowered.
func (t *target) flag(plays []said) {
	var latest *said
	for i := range plays {
		if s := &plays[i]; s.live() && s.fromOthers(t.party.ID) {
			latest = s
		}
	}
	if latest == nil {
		return
	}
	lead, base := latest.candidates[0], t.baseline()
	if base.state == listed && !(base.queued == nil && t.onlyOlderRows(*latest, base.rows)) {
		t.moveDate(*latest, base)
		return
	}
	if t.unwatchedSince(*latest) {
		t.note(lead.Statement, ledger.NewerThere, saw(ledger.SawUnwatched), false)
		return
	}
	t.addPlay(*latest, base)
}

// onlyOlderRows tells whether the flag says no beside rows of earlier plays than
// this one, or of this one as it was before its mark was taken away: rows are plays,
// and the flag carries un-watching (R17).
func (t *target) onlyOlderRows(s said, rows []ledger.Shown) bool {
	own, flag := t.b.statement(t.party.ID, t.subject(s.play)), false
	for _, row := range rows {
		at := row.Value.PlayedAt()
		switch {
		case row.PlayKey == "" && row.State == ledger.ShownAbsent:
			flag = true
		case row.State != ledger.ShownValue:
		case own != nil && own.Cleared && row.PlayKey != "" && row.Play == s.play:
		case row.PlayKey == "", row.Play == s.play, !at.Known(), at >= s.at, t.close(s.play, s.at, row.Play, at):
			return false
		}
	}
	return flag
}

// moveDate brings a flag that says yes to the date of a later play.
func (t *target) moveDate(s said, base baseline) {
	lead := s.candidates[0]
	shown, _ := ledger.Fold(t.f, base.rows)
	at := base.value.PlayedAt()
	want, ok := Project(t.f, t.caps, media.Watched(s.at), t.b.Work)
	if !ok || lead.Account == t.party.ID || shown.Play == s.play || !at.Known() ||
		want.PlayedAt() <= at || t.close(s.play, s.at, shown.Play, at) {
		t.met(s.contest, lead, base)
		return
	}
	own := t.b.statement(t.party.ID, t.subject(shown.Play))
	ours, need := t.ours(own, base), toUpdate
	if ours {
		need = toAdd
	}
	from, g := t.carrier(s.contest, lead, anySet, need)
	if !g.ok {
		t.note(lead.Statement, ledger.PathAddOnly, none, true)
		return
	}
	if by := t.datedBy(from, s); by.PlayedAt() > at {
		want = by
	}
	op := t.op(provider.Update, from.Statement, g)
	op.New, op.Overwrites = want, !ours
	t.emit(op, base, t.copies(op, base), lead.Statement)
}

// addPlay plans a play that the target lacks.
func (t *target) addPlay(s said, base baseline) {
	lead := s.candidates[0]
	if _, ok := Project(t.f, t.caps, media.Watched(s.at), t.b.Work); !ok {
		t.note(lead.Statement, ledger.CannotStore, saw(ledger.SawNoSuchPlay), true)
		return
	}
	from, g := t.carrier(s.contest, lead, anySet, toAdd)
	if !g.ok {
		t.ownWord(s.contest)
		return
	}
	op := t.op(provider.Add, from.Statement, g)
	op.New, op.Rewatch = t.datedBy(from, s), t.caps.KeepsPlays && t.watched()
	rows := t.copies(op, base)
	if t.caps.KeepsPlays {
		rows = []ledger.Shown{{RowKey: ledger.RowKey{Key: t.key()}}}
	}
	t.emit(op, base, rows, lead.Statement)
}

// datedBy is a play with the date that the account gave it whose word is passed on:
// the target adopts that word, and is known by it again.
func (t *target) datedBy(from candidate, s said) media.Value {
	at := from.Value.PlayedAt()
	if !at.Known() {
		at = s.at
	}
	v, _ := Project(t.f, t.caps, media.Watched(at), t.b.Work)
	return v
}
