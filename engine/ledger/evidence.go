package ledger

import (
	"encoding/json"

	"watchkeeper/engine/media"
)

// Evidence is what a guard, a read or a plan saw, as data. Whoever shows it
// words it from the catalogue under "evidence.<code>"; the other fields fill
// its holes, and those that a sight has no use for stay zero.
type Evidence struct {
	Code   Sight        `json:",omitzero"`
	N      int          `json:",omitzero"` // what the sight counts
	Of     int          `json:",omitzero"` // among how many
	Most   int          `json:",omitzero"` // how many go through without a yes
	Before int          `json:",omitzero"` // how many there were in the days before
	At     media.Moment `json:",omitzero"`
	Since  media.Moment `json:",omitzero"`
	Name   string       `json:",omitzero"` // a name, an id, or a service's own words
	Other  string       `json:",omitzero"` // another one beside it
	// Items are native keys that it is about, More how many further ones.
	Items string `json:",omitzero"`
	More  int    `json:",omitzero"`
	// Older: what was read equals an older state of the list (R2).
	Older bool `json:",omitzero"`
}

// String writes it for logs: the code and what is known.
func (e Evidence) String() string {
	if e.Code == "" {
		return ""
	}
	facts, err := json.Marshal(e)
	if err != nil {
		panic(err) // numbers and strings only
	}
	return string(facts)
}

// Said is evidence in a service's own words: lower case, no secrets.
func Said(words string) Evidence {
	if words == "" {
		return Evidence{}
	}
	return Evidence{Code: SawWords, Name: words}
}

// Sight is the kind of an evidence, from a closed list.
type Sight string

// What guards see.
const (
	SawFailure     Sight = "guard_failed" // Name: what broke
	SawAsks        Sight = "asks"
	SawFirstPlan   Sight = "first_plan"
	SawRemovals    Sight = "removals"      // N, Of, Most
	SawWeek        Sight = "removals_week" // N, Before, Of, Most
	SawAdds        Sight = "adds"          // N, Of, Most
	SawDuplicates  Sight = "duplicates"    // N, Most
	SawOverwrites  Sight = "overwrites"    // N, Of, Most
	SawFlips       Sight = "flips"         // N
	SawUndone      Sight = "undone"        // N
	SawRoom        Sight = "room"          // N
	SawShrunk      Sight = "shrunk"        // N, Of, Since
	SawChanged     Sight = "changed"       // N, Of, Since
	SawFuture      Sight = "future"        // N
	SawRegressed   Sight = "regressed"     // Since
	SawVersion     Sight = "version"       // N, Of, Name before, Other now
	SawOtherServer Sight = "other_server"  // Name
	SawOtherUser   Sight = "other_user"    // Name
	SawShift       Sight = "shift"         // N, Of
)

// What reads show.
const (
	SawWords         Sight = "words" // Name
	SawRows          Sight = "rows"  // N
	SawRowsOf        Sight = "rows_of"
	SawUnchanged     Sight = "unchanged"
	SawCached        Sight = "cached"
	SawNoView        Sight = "no_view"
	SawStranger      Sight = "stranger"
	SawCounts        Sight = "counts" // N, Of
	SawBoth          Sight = "rows_and_unchanged"
	SawChangesOnly   Sight = "changes_only"
	SawSameStamp     Sight = "same_stamp"
	SawLastRead      Sight = "last_read"             // Since
	SawUnseen        Sight = "unseen_writes"         // N, Of, Since
	SawUnchangedOver Sight = "unchanged_after_write" // Of, Since
	SawStampMoved    Sight = "stamp_moved"           // Of, Since
	SawNewUser       Sight = "new_user"              // Name, Other: its server
	SawClocks        Sight = "clocks"
)

// What contradicts an item's identity.
const (
	SawTwoIDs      Sight = "two_ids_of_item" // Name, Other
	SawTwoWorks    Sight = "two_ids_of_work" // Name, Other
	SawKindChanged Sight = "kind_changed"    // Name before, Other now
	SawAllChanged  Sight = "all_ids_changed" // Name now, Other before
	SawTakenAway   Sight = "taken_away"      // Name: the item, Other: the work
	SawKeptApart   Sight = "kept_apart"      // Name, Other
)

// What a plan adds to a reason.
const (
	SawCannotTakeBack  Sight = "cannot_take_back"
	SawAsBefore        Sight = "as_before"
	SawSomethingElse   Sight = "something_else"
	SawTakesBack       Sight = "takes_back" // Name: ops
	SawWorkGone        Sight = "work_gone"
	SawTakenBack       Sight = "taken_back_before"
	SawBeingWritten    Sight = "being_written"
	SawSignedOut       Sight = "signed_out"
	SawGivenAway       Sight = "given_away"
	SawPaused          Sight = "paused"
	SawWriteUnseen     Sight = "write_unseen"
	SawNotTaken        Sight = "not_taken" // Name: the service's words
	SawRunEnded        Sight = "run_ended"
	SawReread          Sight = "reread"
	SawNotThisChange   Sight = "not_this_change"
	SawOnlyRead        Sight = "only_read"
	SawDropsWatched    Sight = "drops_watched"
	SawSecondLook      Sight = "second_look"
	SawReason          Sight = "reason" // Name: a Code
	SawPlaying         Sight = "playing"
	SawRouteOrder      Sight = "route_order"
	SawWatchedThere    Sight = "watched_there"
	SawUnwatched       Sight = "unwatched_since"
	SawAnotherPlay     Sight = "another_play"
	SawNoSuchPlay      Sight = "no_such_play"
	SawCannotKeep      Sight = "cannot_keep"
	SawCopyNeedsAll    Sight = "copy_needs_all"
	SawUnderAMinute    Sight = "under_a_minute"
	SawCountsAsWatched Sight = "counts_as_watched"
	SawNoTimes         Sight = "no_times"
	SawMaybeThere      Sight = "maybe_there"
	SawOtherProgram    Sight = "other_program"
	SawForeignPlay     Sight = "foreign_play" // At
)

// Sights is the closed list.
var Sights = [...]Sight{
	SawFailure, SawAsks, SawFirstPlan, SawRemovals, SawWeek, SawAdds, SawDuplicates, SawOverwrites, SawFlips, SawUndone, SawRoom,
	SawShrunk, SawChanged, SawFuture, SawRegressed, SawVersion, SawOtherServer, SawOtherUser, SawShift,
	SawWords, SawRows, SawRowsOf, SawUnchanged, SawCached, SawNoView, SawStranger, SawCounts, SawBoth, SawChangesOnly,
	SawSameStamp, SawLastRead, SawUnseen, SawUnchangedOver, SawStampMoved, SawNewUser, SawClocks,
	SawTwoIDs, SawTwoWorks, SawKindChanged, SawAllChanged, SawTakenAway, SawKeptApart,
	SawCannotTakeBack, SawAsBefore, SawSomethingElse, SawTakesBack, SawWorkGone, SawTakenBack, SawBeingWritten, SawSignedOut, SawGivenAway, SawPaused,
	SawWriteUnseen, SawNotTaken, SawRunEnded, SawReread, SawNotThisChange, SawOnlyRead, SawDropsWatched, SawSecondLook, SawReason, SawPlaying, SawRouteOrder,
	SawWatchedThere, SawUnwatched, SawAnotherPlay, SawNoSuchPlay, SawCannotKeep, SawCopyNeedsAll,
	SawUnderAMinute, SawCountsAsWatched, SawNoTimes, SawMaybeThere, SawOtherProgram, SawForeignPlay,
}
