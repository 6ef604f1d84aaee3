package providertest

import (
	"math/rand/v2"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// Weather is everything between the truth and what the engine gets to see. A
// count of n means the next n times, negative n for good, 0 never again; a list
// of features that is empty means all of them. All of it clears with Clear.
type Weather struct {
	world
	m                  *Memory
	lists              [len(media.Features)]list
	calls              [callKinds]failing
	hangs, panics      [callKinds]spell
	before, after      [callKinds][]func()
	slow               time.Duration
	lost               spell
	lostAfter          Effect
	unstored           int  // percent of the changes
	tells              bool // what is not stored is refused
	countOnly, short   spell
	rewrite            func(media.Feature, media.Value) media.Value
	stale, denying     lie
	shuffled, orphaned spell
	noClock            bool
	page               int
	pages              []func()
}

// world is what stays when the weather clears.
type world struct {
	storing, answering, listing *rand.Rand // chance, apart for each
	offset                      int64      // of the service's clock, ms
	asker                       int64      // of the clock of whoever asks, ms
	scope                       string
	allowance                   int
	unknown                     map[Work]bool
	altered                     map[Work]func(*media.Item)
	retired                     map[string]*entry // by keys that are no more
}

// list is the weather over the lists of one feature.
type list struct {
	frozen           spell
	picture          []provider.Row
	lag              *lag
	stuck            spell
	stuckAt          stamp
	cached           spell
	memo             []provider.Row
	failing          failing
	cut              cut
	doubled, slipped spell
	differing        bool
}

// spell is how often something still happens: n times, or for good.
type spell int

func (s *spell) cast() bool {
	if *s > 0 {
		*s--
		return true
	}
	return *s < 0
}

type failing struct {
	spell
	kind  provider.ErrorKind
	until media.Moment
}

func (f *failing) cast() (*failing, bool) { return f, f.spell.cast() }

// Call is a kind of request, for faults that hit some of them.
type Call uint8

const (
	Whoami Call = iota
	Reads
	Writes
	LookUps
	Finds
	Playing
	callKinds
)

// Everything lists all calls.
var Everything = []Call{Whoami, Reads, Writes, LookUps, Finds, Playing}

// Effect is how far a write came whose answer was lost.
type Effect uint8

const (
	NoEffect   Effect = iota // never stored
	HalfEffect               // the first half of the batch was stored
	AllEffect                // everything was stored
)

// Total is what a cut list says about its length.
type Total uint8

const (
	RightTotal  Total = iota // announces all: the reader can tell
	WrongTotal               // announces what it gives
	AbsentTotal              // announces nothing: told only where totals are usual
)

type cut struct {
	spell
	percent int // of the rows that stay
	random  bool
	total   Total
}

// lie is a look-up that does not tell the truth, at its own rate.
type lie struct {
	percent int
	picture [len(media.Features)]map[string][]provider.Row
}

// lag delays what lists show.
type lag struct {
	adds, removes int
	reads         int
	shown         map[rowKey]provider.Row
	since         map[rowKey]int
}

type rowKey struct{ key, play string }

func (w *Weather) lock() func() {
	w.m.mu.Lock()
	return w.m.mu.Unlock
}

// over calls do for the lists of the given features, or all.
func (w *Weather) over(fs []media.Feature, do func(media.Feature, *list)) {
	if len(fs) == 0 {
		fs = media.Features[:]
	}
	for _, f := range fs {
		do(f, &w.lists[f])
	}
}

// local is a true time by the service's clock; unknown stays unknown.
func (w *Weather) local(at media.Moment) media.Moment {
	if at == 0 {
		return 0
	}
	return at + media.Moment(w.offset)
}

// Clear ends all weather: what stays are the clock, the allowance, altered
// and unknown works, the scope and who is signed in.
func (w *Weather) Clear() {
	defer w.lock()()
	*w = Weather{m: w.m, world: w.world}
}

// clear tells whether lists of a feature show the truth.
func (w *Weather) clear(f media.Feature) bool {
	l := &w.lists[f]
	return l.frozen == 0 && l.lag == nil && l.cut.spell == 0 && l.doubled == 0 && l.slipped == 0
}

// Freeze lets lists show for n reads what they show now.
func (w *Weather) Freeze(n int, fs ...media.Feature) { w.Show(w.Picture(), n, fs...) }

// Picture is what lists show at one moment.
type Picture [len(media.Features)][]provider.Row

// Picture takes a picture of what is true now, to be shown later.
func (w *Weather) Picture() (p Picture) {
	defer w.lock()()
	for _, f := range media.Features {
		p[f] = w.m.account().rowsOf(f)
	}
	return p
}

// Show lets lists show an old picture for n reads.
func (w *Weather) Show(p Picture, n int, fs ...media.Feature) {
	defer w.lock()()
	w.over(fs, func(f media.Feature, l *list) { l.frozen, l.picture = spell(n), p[f] })
}

// Late lets lists show what is new adds reads late and what is gone removes
// reads late; both 0 ends it.
func (w *Weather) Late(adds, removes int, fs ...media.Feature) {
	defer w.lock()()
	w.over(fs, func(f media.Feature, l *list) {
		l.lag = nil
		if adds == 0 && removes == 0 {
			return
		}
		late := &lag{adds: adds, removes: removes, shown: map[rowKey]provider.Row{}, since: map[rowKey]int{}}
		for _, r := range w.m.account().rowsOf(f) {
			late.shown[rowKey{r.Key, r.PlayKey}] = r
		}
		l.lag = late
	})
}

// FreezeStamps keeps version stamps as they are for n reads.
func (w *Weather) FreezeStamps(n int, fs ...media.Feature) {
	defer w.lock()()
	w.over(fs, func(f media.Feature, l *list) { l.stuck, l.stuckAt = spell(n), w.m.account().stamps[f] })
}

// Cache answers n reads that have a cursor from a cache: with "not modified"
// whatever moved, or, when everything is asked for, with what was true when
// this was called. A Fresh read goes past it.
func (w *Weather) Cache(n int, fs ...media.Feature) {
	p := w.Picture()
	defer w.lock()()
	w.over(fs, func(f media.Feature, l *list) { l.cached, l.memo = spell(n), p[f] })
}

// LieTogether freezes lists, stamps and look-ups alike: a consistent liar.
func (w *Weather) LieTogether(n int, fs ...media.Feature) {
	w.Freeze(n, fs...)
	w.FreezeStamps(n, fs...)
	w.LookUpsStale(100)
}

// Truncate cuts n lists down to percent of their rows: the first ones, or a
// random choice.
func (w *Weather) Truncate(n, percent int, random bool, total Total, fs ...media.Feature) {
	defer w.lock()()
	w.over(fs, func(_ media.Feature, l *list) { l.cut = cut{spell(n), percent, random, total} })
}

// Empty answers n reads with an empty list that claims to be complete.
func (w *Weather) Empty(n int, fs ...media.Feature) { w.Truncate(n, 0, false, WrongTotal, fs...) }

// Double lists one row twice in n reads, as announced; with equal or
// with different values.
func (w *Weather) Double(n int, differing bool, fs ...media.Feature) {
	defer w.lock()()
	w.over(fs, func(_ media.Feature, l *list) { l.doubled, l.differing = spell(n), differing })
}

// Slip lists in n reads one row twice and not its neighbour, as pages do when
// rows move between them; the count is right.
func (w *Weather) Slip(n int, fs ...media.Feature) {
	defer w.lock()()
	w.over(fs, func(_ media.Feature, l *list) { l.slipped = spell(n) })
}

// double repeats a row, with another value where there is one.
func (w *Weather) double(v *provider.View) {
	r := v.Rows[w.listing.IntN(len(v.Rows))]
	if w.lists[v.Feature].differing {
		r.At = r.At.Add(-time.Hour)
		if v.Feature != media.Watchlist && r.Value.N > 1 {
			r.Value.N--
		}
	}
	v.Rows = append(v.Rows, r)
	v.Evidence.Received++
	if v.Evidence.Announced >= 0 {
		v.Evidence.Announced++
	}
}

// Shuffle gives rows and items in any order for n reads.
func (w *Weather) Shuffle(n int) {
	defer w.lock()()
	w.shuffled = spell(n)
}
