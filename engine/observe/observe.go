// Package observe turns what one read of one account found into beliefs: is
// the view trusted, what does every item show, what did the person say, which
// of our own writes have arrived (rules R1–R9, R16 and R17 of
// engine/README.md).
//
// It is pure: no clock, no network, no store, and the order of rows has no
// effect on what comes out. It does not resolve items to works
// (engine/identity) and does not plan anything (engine/plan). What it cannot
// conclude from a list it asks for with a ledger.Question and is called again
// with the answers.
//
// Read judge.go for trust, row.go for the table of conclusions, own.go for own
// writes and plays.go for which plays are one viewing.
package observe

import (
	"slices"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// Reading is one view with what it takes to judge it.
type Reading struct {
	Now     media.Moment
	Run     ledger.RunID
	Party   ledger.Party
	Feature media.Feature
	View    provider.View
	// Whoami is who the token speaks for; empty fields are not compared.
	Whoami     provider.Identity
	ClockMS    int64 // server's clock minus ours, when ClockKnown
	ClockKnown bool
	// ClockDoubted: its clock or ours was set, and nobody can tell which.
	ClockDoubted bool
	Trust        ledger.Trust // as stored before this view
	IntervalMS   int64        // this account's read interval
}

func (r Reading) caps() provider.FeatureCaps { return r.Party.Caps.Feature(r.Feature) }

// Sighting is a row with the work, and for History the play, that it stands
// for. Work 0 is unlinked: the row is ignored with reason no_match.
type Sighting struct {
	provider.Row
	Work media.WorkID
	Play media.PlayID
}

func (s Sighting) rowKey() ledger.RowKey { return ledger.RowKey{Key: s.Key, PlayKey: s.PlayKey} }

// Known is what is believed about one account and feature before the view.
// Observe reads the maps only.
type Known struct {
	Shown      map[ledger.RowKey]ledger.Shown
	Statements map[ledger.Subject]ledger.Statement
	Pending    map[ledger.Subject][]ledger.Pending // oldest first
	Proofs     map[ledger.RowKey]ledger.Proof
	Quarantine map[ledger.Subject][]ledger.Quarantine
	// Watched is the newest moment at which a play of the work, or of a part
	// of it, was made, appeared or was written at this account (R9).
	Watched map[media.WorkID]media.Moment
	// Rated is the same for ratings, for services that list or mark what is
	// rated. RatedAt is the service's own time of the rating, uncorrected, and
	// RatingSent when a rating of ours was last sent.
	Rated, RatedAt, RatingSent map[media.WorkID]media.Moment
	// RatingsSaid is when ratings were said here, also those that were taken back
	// or replaced since: what followed from them stays.
	RatingsSaid map[media.WorkID][]media.Moment
	// Unwatched is when the work's watched mark was last taken away here.
	Unwatched map[media.WorkID]media.Moment
	// Unread are features that were asked for beside this one and gave no trusted
	// view: whether the service did something because of them is not known.
	Unread [len(media.Features)]bool
	// Shows is one number for all episodes of a show, for services that keep one
	// position per show.
	Shows map[media.WorkID]media.WorkID
	// Frozen works keep their beliefs as they are (identity_shift).
	Frozen map[media.WorkID]ledger.Code
}

// Answered is one point look-up of this run (R6).
type Answered struct {
	Key    string // native key that was asked for
	Work   media.WorkID
	At     media.Moment
	Answer provider.Answer
	// Sightings are Answer.Rows, linked.
	Sightings []Sighting
}

// Observe turns a view, judged by v, into beliefs. An untrusted view changes
// nothing but the account's Trust (R3). Questions are look-ups that would
// decide what the list alone cannot (R6); Observe is called again with their
// answers and concludes anew from the same k.
func Observe(r Reading, v Verdict, rows []Sighting, k Known, answers []Answered) (ledger.Delta, []ledger.Question) {
	o := newObserver(r, v, k, answers)
	if !v.Trusted {
		o.out.Trust = []ledger.Trust{distrust(r, v)}
		return o.out, nil
	}
	if !v.Unchanged {
		o.listed(rows)
		o.unlisted()
		o.unmet()
		o.speak()
	}
	o.out.Trust = []ledger.Trust{o.trusted()}
	return o.finish()
}

// observer gathers the conclusions of one call.
type observer struct {
	r     Reading
	v     Verdict
	k     Known
	caps  provider.FeatureCaps
	clock clock
	// answers by native key; queues are the open pending writes by work.
	answers map[string]Answered
	queues  map[media.WorkID][]ledger.Pending
	met     map[ledger.OpID]bool // pending writes that a row was held against
	// found is the first row of each listed key; relisted counts those that
	// were shown before.
	rows     []Sighting
	found    map[ledger.RowKey]int
	relisted int
	// removals and skipped are the keys that the view names as removed, and
	// those of rows that were not understood.
	removals, skipped map[string]bool
	works             map[media.WorkID]bool // that the view shows
	put               map[ledger.RowKey]ledger.Shown
	gone              map[ledger.RowKey]bool
	words             []word
	says              map[ledger.Subject]ledger.Statement
	lags              []int64
	// waiting counts rows that this view left unproven; contradicted tells
	// whether a look-up shows an item otherwise than the list does.
	waiting      int
	contradicted bool
	out          ledger.Delta
	asks         []ledger.Question
}

func newObserver(r Reading, v Verdict, k Known, answers []Answered) *observer {
	o := &observer{r: r, v: v, k: k, caps: r.caps(), clock: clockOf(r),
		answers: make(map[string]Answered, len(answers)),
		queues:  map[media.WorkID][]ledger.Pending{}, met: map[ledger.OpID]bool{},
		put: map[ledger.RowKey]ledger.Shown{}, gone: map[ledger.RowKey]bool{},
		says: map[ledger.Subject]ledger.Statement{}}
	o.removals, o.skipped = keySet(r.View.Removed...), map[string]bool{}
	for _, s := range r.View.Skipped {
		o.skipped[s.Key] = true
	}
	for _, a := range answers {
		o.answers[a.Key] = a
	}
	for _, queue := range k.Pending {
		for _, p := range queue {
			if k.Frozen[p.Work] == "" {
				o.queues[p.Work] = append(o.queues[p.Work], p)
			}
		}
	}
	for _, queue := range o.queues {
		slices.SortFunc(queue, oldestFirst)
	}
	return o
}

// ref names a Shown or Proof row of this account and feature.
func (o *observer) ref(k ledger.RowKey) ledger.ShownRef {
	return ledger.ShownRef{Account: o.r.Party.ID, Feature: o.r.Feature, RowKey: k}
}

// about is a subject of this feature.
func (o *observer) about(w media.WorkID, p media.PlayID) ledger.Subject {
	return ledger.Subject{Work: w, Feature: o.r.Feature, Play: p}
}
