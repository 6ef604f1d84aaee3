package scenario

import (
	"context"
	"fmt"
)

// A Scenario is one case told in lines that anybody can read: who has what,
// who does what when, in which weather, and what everybody has afterwards.
//
//	case a film taken off one list leaves the other
//	account A tracker
//	account B tracker
//	route A <-> B watchlist keep-same follow
//	A has watchlist film:1..3
//	run 2
//	A unlists film:1
//	run 2
//	B shows watchlist film:2 film:3
//	writes B 4
//
// Lines that start with # are remarks. A work is film:1, show:1, season:1@2,
// episode:1@2x3, part:1 or episode:1#3; film:1..40 are forty of them, and
// film:1=80 is one with a value: a rating in 1..100, a position ("600s"), a
// time ("2026-01-01T20:00", UTC) or "undated". A span of time is "90s", "30m",
// "9h" or "3d"; "ago 3d" and "at 2026-01-01T20:00" date an act.
//
// The first line is the case. "restless" allows writes in the three runs after
// the end, "quiet" says that it is right to write nothing at all.
//
// What there is:
//
//	profile NAME                     who the following accounts belong to
//	account NAME PROFILE [option...] a profile of engine/providertest; see accountOptions
//	route A -> B FEATURES [mode] [removals] [unaccepted] [onward] [unwatch]
//	                                 also A <-> B; said again it changes the route
//	drop route A -> B FEATURES
//	A has FEATURE WORK...            from before it was connected
//	disconnect A, reconnect A, features A FEATURES, pause A, resume A
//
// What people do, and the program's owner:
//
//	A lists|unlists|rates|unrates|watches|marks|unwatches|deletes-play|pauses|
//	  clears|looks-in|plays|stops|holds|copies|deletes|replaces WORK... [at T] [ago D]
//	when A reads|writes|looks-up: ACT   in the midst of the next run
//	settings NAME JSON
//	pin always-keep|never-touch A|all WORK FEATURE|all
//	link A KEY WORK, unlink A KEY
//	answer GUARD A|all ANSWER [WORK...]
//	undo last-run|preview
//	backup, restore, restart, preview
//	refused LINE                     the line must be refused, by name
//	our-clock D                         it is ahead of the true time by so much
//	later D, run [N] [every D] [only A,B] [fresh] [asked] [fails TEXT]
//
// What goes wrong (the words of weatherWords):
//
//	weather A WORD [ARGUMENT...] [FEATURES]
//	picture A, old A N [FEATURES]       N reads show again what the picture shows
//	crash A before-writes|after-writes  the next run ends there for good
//	cancel A after-writes               the person stops the next run there
//
// What must be so:
//
//	A shows FEATURE WORK...|nothing  the truth at the service, exactly; "watched" is the flag
//	writes A N                       accepted by the service since the last such line
//	writes none
//	hold GUARD A N [FEATURE], no hold [GUARD]
//	reason A WORK CODE               why the last plan leaves something undone
//	no reason A WORK CODE
//	status A FEATURE FRESHNESS [CODE], status A problem CODE|none
//	aside N                          values set aside
//	waiting N                        writes sent and not yet seen
//	undo says A EXACT VALUE-ONLY NOT
type Scenario struct {
	File  string
	Case  string
	quiet bool
	loud  bool // "restless"
	steps []step
}

// step is one line of a scenario.
type step struct {
	line int
	text string
	kind stepKind
	// tells: the program is told something by a person, and stores it.
	tells bool
	// ends: the program is ended by the line, or its state replaced.
	ends bool
	// moody: what a service shows may change by being asked.
	moody bool
	do    func(context.Context, *stage) error
}

// stepKind tells what a line is about, so that a control may leave out what it
// cannot answer.
type stepKind uint8

const (
	happens   stepKind = iota // something is done
	asksStore                 // an expectation about what the engine believes or says
	asksTruth                 // an expectation about what services hold and were sent
)

// LineError is what is wrong with a line of a scenario, or with what came of it.
type LineError struct {
	File string
	Line int
	Text string // the line
	Err  error
}

// Error names file, line and problem.
func (e *LineError) Error() string {
	return fmt.Sprintf("%s:%d: %s: %v", e.File, e.Line, e.Text, e.Err)
}

// Unwrap returns the problem.
func (e *LineError) Unwrap() error { return e.Err }
