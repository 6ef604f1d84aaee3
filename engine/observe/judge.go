package observe

import (
	"slices"
	"time"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// Verdict is what R1–R3 say about a view. The guards against loss
// (engine/guard) may still take the trust away.
type Verdict struct {
	Trusted bool
	// Unchanged: nothing was listed because nothing has changed; or, with a
	// Digest, the engine found a full list to be the last trusted one.
	Unchanged bool
	// FirstLook: the view is the first since the account was connected or its
	// scope changed; it never leads to removals (R13).
	FirstLook bool
	// Suspicious: the content equals an older, superseded view without a newer
	// stamp (R2).
	Suspicious bool
	// Regressed: the stamp is older than that of the last trusted view; whether
	// the view waits for that is the guards' to say.
	Regressed bool
	Silent    ledger.Code     // why it is not trusted; "" when it is
	Evidence  ledger.Evidence // what supports or contradicts it
	Digest    string          // of a full list; "" where nothing or only changes were listed
}

// Judge applies R1–R3 to a view, without the guards against loss.
func Judge(r Reading) Verdict {
	if v, ok := refuse(r); !ok {
		return v
	}
	v := Verdict{Trusted: true, Unchanged: r.View.Evidence.Unchanged, FirstLook: firstLook(r), Evidence: count(r.View)}
	full := r.View.Coverage != provider.Changes
	if v.FirstLook && !full && r.caps().Coverage != provider.Changes {
		return untrusted(v, ledger.SourceNotTrusted, saw(ledger.SawChangesOnly))
	}
	if full {
		v.Digest = Digest(r.View)
	}
	return judgeContent(r, v)
}

// refuse tells whether there is a view at all, of the right account (R1, R2).
func refuse(r Reading) (Verdict, bool) {
	var v Verdict
	e := r.View.Evidence
	switch {
	case r.View.Err != nil:
		return untrusted(v, ledger.CodeOf(r.View.Err.Kind), ledger.Said(r.View.Err.Detail())), false
	case r.View.Feature != r.Feature || r.View.Coverage == 0:
		return untrusted(v, ledger.SourceNotTrusted, saw(ledger.SawNoView)), false
	case strange(r.Whoami, r.Party.Account) || strange(provider.Identity{ServerID: e.ServerID, UserID: e.UserID}, r.Party.Account):
		return untrusted(v, ledger.WrongUser, saw(ledger.SawStranger)), false
	case r.ClockDoubted:
		return untrusted(v, ledger.SourceNotTrusted, saw(ledger.SawClocks)), false
	case !e.Unchanged && e.Announced >= 0 && e.Announced != e.Received:
		return untrusted(v, ledger.SourceNotTrusted,
			ledger.Evidence{Code: ledger.SawCounts, N: e.Received, Of: e.Announced}), false
	case e.Unchanged && len(r.View.Rows) > 0:
		return untrusted(v, ledger.SourceNotTrusted, saw(ledger.SawBoth)), false
	}
	return v, true
}

func saw(what ledger.Sight) ledger.Evidence { return ledger.Evidence{Code: what} }

func untrusted(v Verdict, why ledger.Code, evidence ledger.Evidence) Verdict {
	v.Trusted, v.Silent, v.Evidence = false, why, evidence
	return v
}

// strange tells whether an identity contradicts the account as connected;
// what is not told contradicts nothing.
func strange(who provider.Identity, a ledger.Account) bool {
	return who.ServerID != "" && a.ServerID != "" && who.ServerID != a.ServerID ||
		who.UserID != "" && a.UserID != "" && who.UserID != a.UserID
}

// firstLook tells whether nothing is known from before that the view could be
// held against: never looked, connected anew, or bounded otherwise (R13).
func firstLook(r Reading) bool {
	t, scope := r.Trust, r.View.Evidence.Scope
	return !t.Looked || r.Party.Connected > t.Run || scope != "" && t.Scope != "" && scope != t.Scope
}

// judgeContent holds stamp and content against the last trusted view (R2).
func judgeContent(r Reading, v Verdict) Verdict {
	t := r.Trust
	accepted := v.Digest != "" && v.Digest == t.AcceptedDigest
	if v.FirstLook || accepted {
		return v
	}
	v.Regressed = stampOrder(r) < 0
	if v.Digest == "" || v.Digest == t.Digest {
		return v
	}
	v.Suspicious = slices.Contains(t.Older, v.Digest) && stampOrder(r) <= 0
	if otherUnderStamp(r) {
		if t.SuspectDigest != v.Digest || t.Silent != "" && withinWindow(r, t.LastTrusted) {
			return untrusted(v, ledger.SourceNotTrusted, saw(ledger.SawSameStamp))
		}
		v.Suspicious = true
	}
	return v
}

// stampOrder tells whether the view's stamp is provably older (-1) or newer (1)
// than the last trusted one: by the service's clock, and by ours, since its
// clock may have been set meanwhile (R7). Stamps without a time prove nothing.
func stampOrder(r Reading) int {
	at, before := r.View.Evidence.StampAt, r.Trust.StampAt
	if !at.Known() || !before.Known() {
		return 0
	}
	theirs, ours := compare(at, before), compare(clockOf(r).ours(at), clock{offsetMS: r.Trust.ClockMS}.ours(before))
	if theirs != ours {
		return 0
	}
	return theirs
}

// otherUnderStamp tells whether a full list differs although the stamp is that of the last
// trusted view. A list that lags behind its stamp may catch up within the
// window, and what expires by itself moves no stamp.
func otherUnderStamp(r Reading) bool {
	t, e := r.Trust, r.View.Evidence
	if !r.caps().Stamps || e.Stamp == "" || e.Stamp != t.Stamp || t.Digest == "" {
		return false
	}
	if r.Feature == media.Progress && r.Party.Caps.Effects&provider.ProgressExpires != 0 {
		return false
	}
	return !t.StampMoved.Known() || !withinWindow(r, t.StampMoved)
}

// withinWindow tells whether a list may still lag behind what happened then: in
// time, and for as many reads as the window asks for.
func withinWindow(r Reading, since media.Moment) bool {
	wait, reads := Window(r.Trust)
	return !late(r.Now, since, max(wait, time.Duration(reads)*r.interval()))
}

// count says what came.
func count(v provider.View) ledger.Evidence {
	e := v.Evidence
	switch {
	case e.Unchanged && e.Cached:
		return saw(ledger.SawCached)
	case e.Unchanged:
		return saw(ledger.SawUnchanged)
	case e.Announced >= 0:
		return ledger.Evidence{Code: ledger.SawRowsOf, N: e.Received, Of: e.Announced}
	}
	return ledger.Evidence{Code: ledger.SawRows, N: e.Received}
}
