package sim

import (
	"context"
	"fmt"
	"math"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/engine/providertest"
)

// judge is the oracle of a life. It knows what persons did and when, what
// services truly hold, what was written and which ops say so, and which reads
// the engine trusted; it knows nothing of how the engine concludes anything.
//
// It asks not only whether a person spoke but when. Where nobody could know
// the order of two words, because a service tells no time and was not read
// between them or lied, either order is right (hi and lo in oracle_when.go).
type judge struct {
	l             *life
	line          int
	nth           int // of what happens: words and writes
	wrong         []Wrong
	words         map[topic][]told
	effects       map[topic][]effect
	dates         map[providertest.Work][]media.Moment // at which a viewing may be dated
	sent          map[topic][]sent
	lookUps       map[asked][]int  // when the engine looked past lists: their nth
	unsent        map[asked][]int  // when writes were lost on their way, unknown to the engine: their nth
	seen          map[string]int   // writes already judged, by account
	wrote         map[string][]int // when they happened, by account: their nth
	read          map[string]int   // when the account was last read
	reads         map[shelf][]look
	clouds        map[shelf]int
	hidden        map[shelf]int // how many runs in a row a list hid what is there
	blindSince    map[shelf]int
	born          map[string]int // reads there had been of an item's account when it came
	altered       map[string][]providertest.Work
	unsettled     map[providertest.Work]bool
	routes        []ledger.Route
	held          []ledger.Hold // open before the run
	engaged       map[int64]bool
	yes           []ledger.Op // that a person said yes to in the last answer
	watchedLeaves bool
	answers       bool           // somebody answered a hold or took something back
	tried         map[topic]bool // by such an answer what undid our writes is no word any more (R23)
	putBack       map[topic]bool // by such an answer what was taken away is put back (R23)
	firstAgain    bool           // a backup was restored, and no run was since
	lied          bool
	skewed        bool
}

// topic is one work in one feature.
type topic struct {
	work    providertest.Work
	feature media.Feature
}

// shelf is one feature of one account.
type shelf struct {
	account string
	feature media.Feature
}

// asked is one topic of one account.
type asked struct {
	account string
	topic
}

// told is what a person said at an account: the value as the service keeps
// it, or nothing any more.
type told struct {
	who   string
	nth   int          // of all that happened
	at    media.Moment // the true time
	set   bool
	value media.Value
	early bool // at first sight: before the engine had read the account, or its item twice
	// backdated: the service, whose clock is wrong, dates it no later than what
	// it showed before. Nobody can tell it from a stale list.
	backdated bool
}

// sent is one write, with the op that says why.
type sent struct {
	providertest.Write
	who string
	nth int
	op  ledger.Op
}

// look is one read that the engine trusted; clear: no weather was over it; hid: its
// list did not show all that is there.
type look struct {
	nth        int // 0: there was none
	at         media.Moment
	clear, hid bool
}

// watch takes note of when an account is written to and looked up.
func (j *judge) watch(room *Room) {
	room.Memory.OnLookUp(func(f media.Feature, w providertest.Work) {
		j.nth++
		about := asked{room.Name, topic{w, f}}
		j.lookUps[about] = append(j.lookUps[about], j.nth)
	})
	room.Memory.OnWrite(func(providertest.Write) {
		j.nth++
		j.wrote[room.Name] = append(j.wrote[room.Name], j.nth)
	})
}

func newJudge(l *life) *judge {
	return &judge{l: l, words: map[topic][]told{}, effects: map[topic][]effect{}, lookUps: map[asked][]int{}, unsent: map[asked][]int{}, dates: map[providertest.Work][]media.Moment{}, sent: map[topic][]sent{},
		seen: map[string]int{}, wrote: map[string][]int{}, read: map[string]int{}, reads: map[shelf][]look{}, clouds: map[shelf]int{}, hidden: map[shelf]int{},
		blindSince: map[shelf]int{}, born: map[string]int{}, altered: map[string][]providertest.Work{}, unsettled: map[providertest.Work]bool{}, tried: map[topic]bool{}, putBack: map[topic]bool{}, engaged: map[int64]bool{}}
}

func (j *judge) fail(property, format string, args ...any) {
	w := Wrong{Property: property, Kind: property + " " + format, Line: j.line, Evidence: fmt.Sprintf(format, args...)}
	for _, arg := range args {
		switch a := arg.(type) {
		case sent:
			w.Kind += fmt.Sprintf(" %s %s", a.Change.Action, a.Change.Feature)
			w.Work = a.Work
		case media.Feature:
			w.Kind += " " + a.String()
		case providertest.Work:
			w.Work = a
		}
	}
	j.wrong = append(j.wrong, w)
}

// liar tells whether a service lied in a way that nobody can see through.
func (j *judge) liar() bool { return j.lied }

// heard takes note of what a person did.
func (j *judge) heard(room *Room, a providertest.Act, before, after providertest.Truth) {
	works := []providertest.Work{a.Work}
	if room.Memory.Profile().Prefix && a.Work.Kind == media.Episode {
		works = nil // a count of episodes: those before it too, or those after
		for n := 1; n <= providertest.Episodes; n++ {
			works = append(works, providertest.PartEpisode(a.Work.N, n))
		}
	}
	for _, w := range works {
		for _, f := range media.Features { // an item that comes by one feature is new in all of them
			j.firstSight(room, w, f, len(before.Of(w)) == 0 && len(after.Of(w)) > 0)
		}
		j.compare(room, w, a, before, after)
		j.byItself(room, w, a, before, after)
	}
	for _, whole := range wholes(a.Work) {
		j.byItself(room, whole, a, before, after)
	}
	switch a.Verb {
	case providertest.Delete, providertest.Replace, providertest.Copy:
		for w := range j.family(a.Work) {
			j.unsettled[w] = true
			if a.Verb != providertest.Copy {
				j.madeAnew(room, w)
			}
			if len(after.Of(w)) == 0 {
				j.leaves(room, w)
			}
		}
	case providertest.LookIn:
		j.dates[a.Work] = append(j.dates[a.Work], a.At)
	}
}

// family is a work and everything of the same show.
func (j *judge) family(w providertest.Work) map[providertest.Work]bool {
	out := map[providertest.Work]bool{w: true}
	for t := range j.words {
		if t.work.Parent() == w || t.work == w.Parent() {
			out[t.work] = true
		}
	}
	return out
}

// aims are the features that a verb is about. What a service does by itself
// is nobody's word (R9).
var aims = map[providertest.Verb]media.Feature{
	providertest.List: media.Watchlist, providertest.Unlist: media.Watchlist,
	providertest.Rate: media.Ratings, providertest.Unrate: media.Ratings,
	providertest.Watch: media.History, providertest.Mark: media.History,
	providertest.Unwatch: media.History, providertest.DeletePlay: media.History,
	providertest.Pause: media.Progress, providertest.ClearProgress: media.Progress,
}

// aim is the feature that an act turned out to be about: stopped so late that it
// counts as watched, a position is a viewing.
func aim(a providertest.Act, was, is []providertest.Has) media.Feature {
	if f := aims[a.Verb]; f != media.Progress || len(missing(is, was)) == 0 {
		return f
	}
	return media.History
}

// compare turns an act into words about one work.
func (j *judge) compare(room *Room, w providertest.Work, a providertest.Act, before, after providertest.Truth) {
	_, said := aims[a.Verb]
	if !said {
		return
	}
	was, is := before.Of(w), after.Of(w)
	f := aim(a, was, is)
	v := shows(is, f)
	t := told{who: room.Name, at: a.At, early: j.firstSight(room, w, f, len(was) == 0)}
	if !v.Set {
		t.early = t.early || j.unseenItem(room, w, f)
	}
	switch a.Verb {
	case providertest.Unlist, providertest.Unrate, providertest.ClearProgress:
		if !shows(was, f).Set || v.Set {
			return
		}
		j.note(w, f, t)
	case providertest.Unwatch, providertest.DeletePlay:
		gone := missing(was, is)
		if len(gone) == 0 && shows(was, f).Set && !shows(is, f).Set && j.unwatches(room.Name) {
			gone = append(gone, shows(was, f).PlayedAt()) // a flag beside rows, which stay
		}
		for _, at := range gone {
			t.value = media.Watched(at)
			j.note(w, f, t)
		}
		if shows(was, media.Progress).Set && !shows(is, media.Progress).Set {
			early := t.early || j.unseenItem(room, w, media.Progress) // positions are listed apart
			j.note(w, media.Progress, told{who: room.Name, at: a.At, early: early})
		}
	default:
		again := f != media.History && v == shows(was, f) && !j.times(room.Name, f) ||
			a.Verb == providertest.Mark && shows(was, f).Set && len(missing(is, was)) == 0 // by the service
		if !v.Set || w != a.Work && shows(was, f).Set || again {
			return // nothing that anybody could see
		}
		t.set, t.value, t.backdated = true, v, shows(was, f).Set && dated(is, f) <= dated(was, f) && j.times(room.Name, f)
		if f == media.History {
			j.dates[w] = append(j.dates[w], a.At)
			t.value = media.Watched(newest(was, is))
		}
		j.note(w, f, t)
	}
}

func (j *judge) note(w providertest.Work, f media.Feature, t told) {
	key := topic{w, f}
	j.nth++
	t.nth = j.nth
	j.words[key] = append(j.words[key], t)
}

// before takes note of what waits for an answer when a run begins, and of when
// it reads.
func (j *judge) before() {
	for _, name := range j.l.home.order {
		j.l.home.Room(name).Memory.Weather().After(providertest.Reads, func() {
			j.nth++
			j.read[name] = j.nth
		})
	}
	j.held, _ = j.l.home.Store.Holds(context.Background(), ledger.HoldOpen)
}

// answered takes note of a person's answer. "Try again" ends what undid our
// writes, and so what the owner said there is written over at a person's wish,
// and what it took away elsewhere comes back; so it does by "Put them back".
func (j *judge) answered(h ledger.Hold, a ledger.Answer) {
	j.answers = true
	if a == ledger.DoIt && h.Guard != ledger.GuardFirstRun {
		j.yes = append(j.yes, h.Ops...)
	}
	for _, op := range h.Ops {
		about := topic{j.workOf(context.Background(), op.Work), op.Feature}
		switch a {
		case ledger.TryAgain:
			j.tried[about], j.putBack[about] = true, true
		case ledger.PutThemBack:
			j.putBack[about] = true
		}
	}
}

// after judges everything that a run wrote.
func (j *judge) after(run ledger.RunID) error {
	ctx := context.Background()
	if err := j.looked(ctx, run); err != nil {
		return err
	}
	entries, err := j.l.home.Store.Journal(ctx, ledgerOf(run))
	if err != nil {
		return err
	}
	ops := map[string]ledger.Op{}
	for _, e := range entries {
		ops[string(e.Op.ID)] = e.Op
		fmt.Fprintf(j.l.trace, "%+v\n", e)
	}
	removed := map[shelf]int{}
	arrived := map[string]bool{}
	for _, name := range j.l.home.order {
		room := j.l.home.Room(name)
		all := room.Memory.Writes()
		for i, w := range all[j.seen[name]:] {
			s := sent{Write: w, who: name, nth: j.wrote[name][j.seen[name]+i], op: ops[w.Change.ID]}
			arrived[w.Change.ID] = true
			j.write(room, s)
			if w.Stored && w.Change.Action == provider.Remove && !s.byHand() {
				removed[shelf{name, w.Change.Feature}]++
			}
			key := topic{w.Work, w.Change.Feature}
			j.sent[key] = append(j.sent[key], s)
		}
		j.seen[name] = len(all)
	}
	j.lost(ctx, entries, arrived)
	j.bounded(removed)
	defer func() { j.yes, j.firstAgain = nil, false }()
	return j.guards(ctx)
}

// byHand: a person asked for this very op.
func (s sent) byHand() bool { return s.op.Approved || s.op.Undo }

// write judges one write.
func (j *judge) write(room *Room, s sent) {
	j.l.counts["write "+s.Change.Action.String()+" "+s.Change.Feature.String()]++
	if s.User != room.Memory.Profile().Identity.UserID {
		j.fail("S14", "%s was written to as %q", room.Name, s.User)
	}
	if s.op.ID == "" || !s.op.Undo && s.op.Cause == (ledger.Cause{}) {
		j.fail("S9", "%s names no cause", s)
	}
	if s.Change.Action != provider.Add && s.Before.Set && !s.op.Old.Set {
		j.fail("S12", "%s: the journal has no old value to give back", s)
	}
	if s.Change.Item.Kind != s.Work.Kind {
		j.fail("S8", "%s of a %s", s, s.Change.Item.Kind)
	}
	if !s.Stored || j.lied || s.byHand() {
		return
	}
	j.heldBack(s)
	j.restored(s)
	j.repeated(s)
	j.invented(room, s)
	switch {
	case s.Change.Action == provider.Remove:
		j.removed(s)
	case s.Change.Feature != media.History && s.Before.Set && s.Before != s.After:
		j.overwritten(s)
	case !s.Before.Set || s.Change.Feature == media.History:
		j.added(s)
	}
}

func (s sent) String() string {
	f := s.Change.Feature
	return fmt.Sprintf("%s %s of %s at %s (%s → %s, op %s)", s.Change.Action, f, s.Work, s.who, s.Before.Text(f), s.After.Text(f), s.op.ID)
}

// bounded is S6: over budget nothing is removed without a yes.
func (j *judge) bounded(removed map[shelf]int) {
	for _, name := range j.l.home.order {
		room := j.l.home.Room(name)
		truth := room.Memory.Truth()
		for _, f := range media.Features {
			n := removed[shelf{name, f}]
			works := len(truth.Works(f)) + n
			budget := (len(j.l.home.order) - 1) * max(3, int(math.Ceil(float64(works)*0.05)))
			if n > budget {
				j.fail("S6", "%d removals of %s at %s in one run, of %d works", n, f, name, works)
			}
			if n > 0 && len(j.reads[shelf{name, f}]) < 2 {
				j.fail("S6", "%d removals of %s at %s, which was not read before", n, f, name)
			}
		}
	}
}
