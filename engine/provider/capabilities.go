package provider

import "watchkeeper/engine/media"

// Class tells media servers and trackers apart (R15).
type Class uint8

const (
	MediaServer Class = iota + 1
	Tracker
)

// String returns "media server" or "tracker".
func (c Class) String() string {
	if c == Tracker {
		return "tracker"
	}
	return "media server"
}

// Access is what a service lets us do with one feature of one kind of work.
type Access uint8

const (
	None    Access = iota
	ReadIt         // read only
	AddIt          // read and add; never removed, and of its values only a position is changed
	FullUse        // read, add, update, remove
)

// Fidelity is how exactly a written change can be undone (R24).
type Fidelity uint8

const (
	NoUndo    Fidelity = iota
	ValueOnly          // the value returns; its date does not
	ExactUndo          // value and date return
)

// Effect is something a service does by itself (R9). Effects stay local: the
// engine never propagates nor refills them.
type Effect uint8

const (
	// ListDropsWatched: a play of the work, or of a part of it, takes it off
	// the watchlist.
	ListDropsWatched Effect = 1 << iota
	// ProgressExpires: resume points vanish after a while.
	ProgressExpires
	// ProgressPerShow: one resume point per show; a new one replaces the old.
	ProgressPerShow
	// RatingLists: a rating puts the work on a list or moves its status.
	RatingLists
	// PlayEndsProgress: a play removes the resume point.
	PlayEndsProgress
	// StatusMoves: progress or plays move the entry between lists.
	StatusMoves
	// UnwatchEndsProgress: clearing the watched flag removes the resume point.
	UnwatchEndsProgress
	// RatingWatches: a rating marks the film as watched.
	RatingWatches
)

// Capabilities is a plain struct that can be printed as a table.
type Capabilities struct {
	Class    Class
	Features [len(media.Features)]FeatureCaps // indexed by media.Feature
	Batch    int                              // most changes in one Write; at least 1
	Effects  Effect
	// OnwardToTrackers is false where the service's terms forbid passing what
	// was stated there on to other trackers (R15).
	OnwardToTrackers bool
	// ReadsEveryMS is how often the service may be read by schedule.
	ReadsEveryMS int64
	// NeedsProvider: an item must be held (Catalogue) before it can be
	// written to.
	WritesHeldOnly bool
	// MatchFirst: a work is written only after Find has named the service's own
	// item. What it cannot name has no match there: the service knows few works,
	// and asking it to take the others would only be refused, one by one.
	MatchFirst bool
}

// Feature returns the capabilities of one feature.
func (c Capabilities) Feature(f media.Feature) FeatureCaps { return c.Features[f] }

// FeatureCaps is what a service can do in one feature.
type FeatureCaps struct {
	// Access by media.Kind.
	Access   [len(media.Kinds) + 1]Access
	Coverage Coverage // of a full read; 0: the feature is not offered
	// Ratings: distance of two steps on the inner 0..100 scale (10 for a
	// ten-point service, 1 for 100 points, 20 for five stars) and lowest
	// and highest step; 0 lowest means one step.
	Step, Lowest, Highest int
	// KeepsPlays: History is a log of plays, not a flag with one date.
	KeepsPlays bool
	// Counts: what was watched of a show is one number at the service, so that
	// an episode is taken only after all before it. One that was refused is
	// tried again once more of its show is watched there.
	Counts bool
	// PastDates: a written play or value keeps the date we send.
	PastDates bool
	// UndatedPlays: a play can be written without a date.
	UndatedPlays bool
	// FinishProven: a watched flag's date proves a finished viewing; false
	// where it moves at the start of playback.
	FinishProven bool
	// StartDated: play dates mark the start of a viewing.
	StartDated bool
	// GrainMS is the precision of dates in ms: 1000 for seconds, 60_000 for
	// minutes, 86_400_000 for days; 0: exact.
	GrainMS int64
	// Fraction: progress is kept as a share of the length; FractionStep is
	// its precision in parts of media.FractionWhole.
	Fraction     bool
	FractionStep int64
	// CompletePct is the share in percent from which the service counts a
	// resume point as watched; 0: it never does.
	CompletePct int
	// Times: rows carry the service's own time of the value.
	Times bool
	// Stamps: views carry a version stamp that our own writes move too.
	Stamps bool
	// NamesRemovals: Changes views name removed works (R6b).
	NamesRemovals bool
	// LookUp: the Confirmer answers for this feature (R6a).
	LookUp bool
	// SameList: the Confirmer reads a list of the kind that Read reads. What it
	// shows is seen; what it lacks proves nothing, so that second looks decide
	// (R6c).
	SameList bool
	// Capacity is the most entries the service keeps; 0: no limit known.
	Capacity int
	Undo     Fidelity
}

// Offered tells whether the service has the feature at all.
func (c FeatureCaps) Offered() bool { return c.Coverage != 0 }

// Of returns the access to one kind of work.
func (c FeatureCaps) Of(k media.Kind) Access { return c.Access[k] }
