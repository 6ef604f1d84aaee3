package plan

import (
	"slices"
	"time"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// How near two plays of one work may be and still be one (R16), and how long
// plays wait before they go to a log.
const (
	playTolerance    = 20 * time.Minute
	dayTolerance     = 36 * time.Hour
	day              = 24 * time.Hour
	defaultInterval  = 30 * time.Minute
	scrobblerSettles = 24 * time.Hour
)

// logPlay plans one play at a log that keeps dates.
func (t *target) logPlay(s said) {
	base := t.logBaseline(s.play)
	lead := s.candidates[0]
	alone := !s.fromOthers(t.party.ID)
	switch {
	case alone && t.explainBarred(s.contest, base):
	case base.state == listed:
		t.met(s.contest, lead, base)
	case alone:
	case !s.at.Known() && t.watched(): // any play satisfies an undated one
		if t.w.Explain {
			t.note(lead.Statement, ledger.AlreadyEqual, saw(ledger.SawWatchedThere), false)
		}
	case t.unwatchedSince(s):
		t.note(lead.Statement, ledger.NewerThere, saw(ledger.SawUnwatched), false)
	default:
		t.addPlay(s, base)
	}
}

// logBaseline is what a target shows of one play: the rows linked to it.
func (t *target) logBaseline(play media.PlayID) baseline {
	base := baseline{state: absent}
	all := t.rows()
	if t.caps.Coverage == provider.Catalogue && len(all) == 0 && (t.party.TrustedNow[t.f] || t.party.Trust[t.f].Looked) {
		base.state = notHeld
	}
	for _, row := range all {
		if row.Play == play && row.State == ledger.ShownValue {
			base.rows = append(base.rows, row)
			base.state, base.value, base.at = listed, row.Value, row.At
		}
	}
	t.underWay(&base, func(p ledger.Pending) bool { return p.Play == play })
	return base
}

// watched tells whether the target shows any play, or will once the writes
// under way and those of this plan are visible.
func (t *target) watched() bool {
	return len(t.added) > 0 ||
		slices.ContainsFunc(t.rows(), func(row ledger.Shown) bool { return row.State == ledger.ShownValue }) ||
		slices.ContainsFunc(t.b.pending, func(p ledger.Pending) bool {
			return p.Account == t.party.ID && p.Feature == media.History && p.New.Set && p.State == ledger.Expected
		})
}

// gatePlay: a play is added to a log only when it is not there in other words,
// has settled, and the log was read past every cache in this run (R16).
func (t *target) gatePlay(op ledger.Op, _ baseline, lead ledger.Statement, stop *ledger.Reason) {
	if t.f != media.History || !t.caps.KeepsPlays || op.Action != provider.Add {
		return
	}
	at := lead.Value.PlayedAt()
	if !at.Known() {
		at = t.b.plays[op.Play].At
	}
	until, settled := t.settles(op.Subject, at)
	switch {
	case t.there(op.Play, at):
		stop.Code = ledger.WouldDuplicatePlay
	case !settled:
		stop.Code, stop.Until = ledger.Settling, until
		stop.Details = t.fedBy()
	case !op.FirstRun && !slices.Contains(t.b.Reread, t.party.ID):
		stop.Code, stop.Details = ledger.Settling, saw(ledger.SawReread)
		t.ask(ledger.Reread)
	}
}

// there tells whether the target shows, or is being sent, a play that cannot be
// told from this one by its date.
func (t *target) there(play media.PlayID, at media.Moment) bool {
	if !at.Known() {
		return false
	}
	near := func(other media.PlayID, then media.Moment) bool {
		return then.Known() && t.close(play, at, other, then)
	}
	return slices.ContainsFunc(t.rows(), func(row ledger.Shown) bool {
		return row.State == ledger.ShownValue && near(row.Play, row.Value.PlayedAt())
	}) || slices.ContainsFunc(t.b.pending, func(p ledger.Pending) bool {
		return p.Account == t.party.ID && p.Feature == media.History && p.Play != play && p.New.Set &&
			p.State != ledger.Lost && near(p.Play, p.New.PlayedAt())
	}) || slices.ContainsFunc(t.added, func(o ledger.Op) bool {
		return o.Play != play && near(o.Play, o.New.PlayedAt())
	})
}

// close tells whether two plays are nearer than the tolerance of either.
func (t *target) close(a media.PlayID, at media.Moment, b media.PlayID, bt media.Moment) bool {
	apart := at.Sub(bt).Abs()
	return apart < max(t.tolerance(a), t.tolerance(b))
}

// tolerance is that of the service where the play originated (R16).
func (t *target) tolerance(id media.PlayID) time.Duration {
	play := t.b.plays[id]
	if play.DateOnly || time.Duration(t.caps.GrainMS)*time.Millisecond >= day {
		return dayTolerance
	}
	return max(playTolerance, ms(t.b.Work.RuntimeMS), ms(play.ToleranceMS))
}

// settles tells whether a play is old enough for a log, and when it will be.
// An undated play ages from the first sight of it.
func (t *target) settles(s ledger.Subject, at media.Moment) (until media.Moment, settled bool) {
	window := t.settleWindow()
	if !at.Known() {
		for _, st := range t.b.about(s) {
			if !st.Cleared && st.Run < t.w.Run && !st.Seen.Known() {
				return 0, true // seen by an earlier run, whose time is not known
			}
			if st.Seen.Known() && (!at.Known() || st.Seen < at) {
				at = st.Seen
			}
		}
	}
	if !at.Known() {
		at = t.w.Now
	}
	until = at.Add(window)
	return until, t.w.Now >= until
}

// settleWindow is one interval unless the person chose another, and a day
// where another scrobbler feeds the log.
func (t *target) settleWindow() time.Duration {
	window := defaultInterval
	switch set := t.w.Settings; {
	case set.SettleWindowMS > 0:
		window = ms(set.SettleWindowMS)
	case set.IntervalMS > 0:
		window = ms(set.IntervalMS)
	}
	if t.party.OtherScrobbler {
		return max(window, scrobblerSettles)
	}
	return window
}

// fedBy is why plays wait a day, where they do.
func (t *target) fedBy() ledger.Evidence {
	switch {
	case !t.party.OtherScrobbler:
		return none
	case t.party.FedAt.Known():
		return ledger.Evidence{Code: ledger.SawForeignPlay, At: t.party.FedAt}
	}
	return saw(ledger.SawOtherProgram)
}

func ms(n int64) time.Duration { return time.Duration(n) * time.Millisecond }
