package sim

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/providertest"
)

// How long a drawn life is.
const (
	drawnRuns = 40
	drawnActs = 300
)

// Every tenth seed one service stays broken for good (L10); every twentieth
// has a service that lies the same way everywhere.
func broken(seed uint64) bool { return seed%10 == 9 }
func liar(seed uint64) bool   { return seed%20 == 7 }

// Every eighth seed backups are written and restored.
func forgets(seed uint64) bool { return seed%8 == 3 }

// drawing is a tape in the making. Each actor has a stream of chance of its
// own, so that one more draw of one actor moves no other.
type drawing struct {
	seed   uint64
	lines  []Line
	seats  []seat
	works  []providertest.Work
	gloomy []gloom
}

// seat is an account to be: name, profile and its owner's stream of chance.
type seat struct {
	name    string
	profile providertest.Profile
	chance  *rand.Rand
	sky     *rand.Rand
	// held are the works of a library; liked what the owner mostly returns to.
	liked []providertest.Work
	// lied is how many runs ago its lists last lied by feature (R6c: without a
	// look-up nobody can tell a lie that is told twice).
	lied [len(media.Features)]int
}

// Draw expands a seed into a tape.
func Draw(seed uint64) Tape {
	d := &drawing{seed: seed}
	d.cast()
	d.route()
	d.begin()
	for run := range drawnRuns {
		d.interval(run)
		d.lines = append(d.lines, do("run%s", [...]string{"", "", " asked"}[run%3]).later(time.Duration(5+d.stream("pace", run).IntN(20))*time.Minute))
		d.aftermath(run)
	}
	return Tape{Seed: seed, Lines: d.lines}
}

// stream is the chance of one actor.
func (d *drawing) stream(actor string, n int) *rand.Rand {
	h := fnv.New64a()
	fmt.Fprint(h, actor, n)
	return rand.New(rand.NewPCG(d.seed, h.Sum64()))
}

func (d *drawing) add(l ...Line) { d.lines = append(d.lines, l...) }

// cast draws accounts and works.
func (d *drawing) cast() {
	chance := d.stream("cast", 0)
	all := providertest.Profiles()
	for i := range 3 + chance.IntN(4) {
		s := seat{name: string(rune('A' + i)), profile: all[chance.IntN(len(all))],
			chance: d.stream("person", i), sky: d.stream("weather", i)}
		d.seats = append(d.seats, s)
		d.add(do("account %s %s", s.name, s.profile.Name))
	}
	for n := range 20 + chance.IntN(41) {
		d.works = append(d.works, drawWork(chance, n+1))
	}
	slices.SortFunc(d.works, func(a, b providertest.Work) int { return compareText(a.String(), b.String()) })
	d.works = slices.Compact(d.works)
	if chance.IntN(8) == 0 {
		d.add(do("watched-leaves-lists"))
	}
}

func drawWork(chance *rand.Rand, n int) providertest.Work {
	switch k := chance.IntN(20); {
	case k < 11:
		return providertest.Film(n)
	case k < 13:
		return providertest.Show(1 + chance.IntN(6))
	case k < 14:
		return providertest.Season(1+chance.IntN(6), chance.IntN(3))
	case k < 18:
		return providertest.Episode(1+chance.IntN(6), chance.IntN(3), chance.IntN(5))
	case k < 19:
		return providertest.Part(1 + chance.IntN(5))
	}
	return providertest.PartEpisode(1+chance.IntN(5), 1+chance.IntN(5))
}

// route draws who follows whom, feature by feature: everybody, a hub, or at
// random.
func (d *drawing) route() {
	chance := d.stream("routes", 0)
	for _, f := range media.Features {
		shape := chance.IntN(10)
		for pair := range len(d.seats) * len(d.seats) {
			x, y := pair/len(d.seats), pair%len(d.seats)
			mode := drawMode(chance, shape)
			hub := x == 0 || y == 0
			if x != y && (shape < 6 || shape < 8 && hub || shape >= 8 && chance.IntN(2) == 0) {
				d.add(do("route %s %s %s %s", d.seats[x].name, d.seats[y].name, f, mode))
			}
		}
	}
}

func drawMode(chance *rand.Rand, shape int) string {
	onward := [...]string{"", " onward"}[chance.IntN(2)]
	if shape < 8 {
		return "keep-same follow" + onward
	}
	mode := [...]string{"add-only", "keep-same", "keep-same", "copy-exactly"}[chance.IntN(4)]
	removals := [...]string{" never", " ask", " follow", " follow"}[chance.IntN(4)]
	return mode + removals + onward + [...]string{"", "", "", " unwatch"}[chance.IntN(4)]
}

// begin draws what accounts had before the engine knew them, and the weather
// that may come.
func (d *drawing) begin() {
	for i := range d.seats {
		s := &d.seats[i]
		for _, w := range d.works {
			if s.chance.IntN(10) < 8 {
				d.add(do("%s hold %s", s.name, nameOf(w)))
			}
			if s.chance.IntN(2) == 0 {
				s.liked = append(s.liked, w)
			}
		}
		if len(s.liked) == 0 {
			s.liked = d.works
		}
		for range s.chance.IntN(25) {
			d.add(s.act(d.works)...)
		}
	}
	d.forecast()
}

// nameOf is the work as one word.
func nameOf(w providertest.Work) string { return oneWord(w.String()) }

// jumps are minutes by which our clock may be ahead: from minutes to weeks, both
// ways, and now and then it is put right.
var jumps = [...]int{-20160, -2880, -1440, -169, -60, -9, -2, 2, 9, 60, 700, 1440, 11520, 0, 0, 0, 0, 0}

// interval is what happens between two runs.
func (d *drawing) interval(run int) {
	for i := range d.seats {
		s := &d.seats[i]
		d.weather(s, run)
		acts := drawnActs / drawnRuns / len(d.seats)
		for range s.chance.IntN(2*acts + 2) {
			d.add(s.act(d.works)...)
		}
		if s.chance.IntN(60) == 0 {
			d.add(s.spree(d.works)...)
		}
	}
	who := d.stream("house", run)
	switch who.IntN(30) {
	case 0:
		d.add(do("restart"))
	case 1:
		d.add(do("sleep").later(time.Duration(2+who.IntN(40)) * time.Hour))
	case 2:
		d.add(do("jump %d", jumps[who.IntN(len(jumps))]))
	case 3:
		d.add(do("stop %s", d.seats[who.IntN(len(d.seats))].name))
	case 4:
		d.add(do("kill %s %s", d.seats[who.IntN(len(d.seats))].name, [...]string{"before", "after"}[who.IntN(2)]))
	case 5, 6:
		if forgets(d.seed) {
			d.add(do("%s", [...]string{"backup", "restore"}[who.IntN(2)]))
		}
	}
}

// aftermath is what the person does about a run: answers, undo.
func (d *drawing) aftermath(run int) {
	chance := d.stream("answers", run)
	switch chance.IntN(12) {
	case 0:
		d.add(do("answer %s", [...]string{"safe", "yes", "other"}[chance.IntN(3)]).later(time.Minute))
	case 1:
		if chance.IntN(3) == 0 {
			d.add(do("undo").later(time.Minute))
		}
	}
}
