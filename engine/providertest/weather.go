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
	m                           *Memory
	storing, answering, listing *rand.Rand
	offset                      int64 // of the service's clock, ms
	noClock                     bool
	scope                       string
	allowance                   int
	frozen                      [len(media.Features)]spell
	picture                     [len(media.Features)][]provider.Row
	lag                         [len(media.Features)]*lag
	stuck                       [len(media.Features)]spell
	stuckAt                     [len(media.Features)]stamp
	cached                      [len(media.Features)]spell
	views                       [len(media.Features)]failing
	cuts                        [len(media.Features)]cut
	doubled, slipped            [len(media.Features)]spell
	differing                   [len(media.Features)]bool
	shuffled, orphaned          spell
	calls                       [callKinds]failing
	hangs, panics               [callKinds]spell
	slow                        time.Duration
	lost                        spell
	lostAfter                   Effect
	storePct                    int // 0: everything is stored
	countOnly, short            spell
	rewrite                     func(media.Feature, media.Value) media.Value
	stale, denying              lie
	unknown                     map[Work]bool
	altered                     map[Work]func(*media.Item)
	retired                     map[string]*entry
	page                        int
	pages                       []func()
	before, after               [callKinds][]func()
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
	sent  bool
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
	AbsentTotal              // announces nothing
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

// each calls f for the given features, or all.
func each(fs []media.Feature, f func(media.Feature)) {
	if len(fs) == 0 {
		fs = media.Features[:]
	}
	for _, x := range fs {
		f(x)
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
	*w = Weather{m: w.m, storing: w.storing, answering: w.answering, listing: w.listing, offset: w.offset,
		scope: w.scope, allowance: w.allowance, unknown: w.unknown, altered: w.altered, retired: w.retired}
}

// clear tells whether lists of a feature show the truth.
func (w *Weather) clear(f media.Feature) bool {
	return w.frozen[f] == 0 && w.lag[f] == nil && w.cuts[f].spell == 0 && w.doubled[f] == 0 && w.slipped[f] == 0
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
	each(fs, func(f media.Feature) { w.frozen[f], w.picture[f] = spell(n), p[f] })
}

// Late lets lists show what is new adds reads late and what is gone removes
// reads late; both 0 ends it.
func (w *Weather) Late(adds, removes int, fs ...media.Feature) {
	defer w.lock()()
	each(fs, func(f media.Feature) {
		w.lag[f] = nil
		if adds == 0 && removes == 0 {
			return
		}
		l := &lag{adds: adds, removes: removes, shown: map[rowKey]provider.Row{}, since: map[rowKey]int{}}
		for _, r := range w.m.account().rowsOf(f) {
			l.shown[rowKey{r.Key, r.PlayKey}] = r
		}
		w.lag[f] = l
	})
}

// FreezeStamps keeps version stamps as they are for n reads.
func (w *Weather) FreezeStamps(n int, fs ...media.Feature) {
	defer w.lock()()
	each(fs, func(f media.Feature) { w.stuck[f], w.stuckAt[f] = spell(n), w.m.account().stamps[f] })
}

// Cache answers n conditional reads with "not modified", whatever moved. A
// Fresh or Full read goes past it.
func (w *Weather) Cache(n int, fs ...media.Feature) {
	defer w.lock()()
	each(fs, func(f media.Feature) { w.cached[f] = spell(n) })
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
	each(fs, func(f media.Feature) { w.cuts[f] = cut{spell(n), percent, random, total} })
}

// Empty answers n reads with an empty list that claims to be complete.
func (w *Weather) Empty(n int, fs ...media.Feature) { w.Truncate(n, 0, false, WrongTotal, fs...) }

// Double lists one row twice in n reads, as announced; with equal or
// with different values.
func (w *Weather) Double(n int, differing bool, fs ...media.Feature) {
	defer w.lock()()
	each(fs, func(f media.Feature) { w.doubled[f], w.differing[f] = spell(n), differing })
}

// Slip lists in n reads one row twice and not its neighbour, as pages do when
// rows move between them; the count is right.
func (w *Weather) Slip(n int, fs ...media.Feature) {
	defer w.lock()()
	each(fs, func(f media.Feature) { w.slipped[f] = spell(n) })
}

// double repeats a row, with another value where there is one.
func (w *Weather) double(v *provider.View) {
	r := v.Rows[w.listing.IntN(len(v.Rows))]
	if w.differing[v.Feature] {
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
