package world

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/providers/internal/fakekit"
)

// A scenario is one case told in the lines of a file, as those of
// engine/sim/scenario are, but lived at the imitated services: the program runs
// at its own pace, and time goes on with "later".
//
//	case a film watched in the living room is known everywhere
//	plex watches film:1
//	later 30s
//	simkl shows watched film:1
//
// Lines that start with # are remarks. Works are film:1, show:1 and
// episode:1@2x1, the first episode of the second season of the first show;
// film:1=8 is rated 8. All services are signed in at, unless the second line
// is "services plex trakt".
//
//	SERVICE watches|unwatches|lists|unlists|pauses WORK...
//	SERVICE rates WORK=N, SERVICE unrates WORK
//	SERVICE shows watched|plays|watchlist|ratings|progress WORK...|nothing
//	                    exactly; of plays each is named
//	SERVICE is down|cut|empty|well|rebuilt|signed-out|signed-in
//	SERVICE has another copy of WORK
//	SERVICE has a problem CODE, SERVICE has no problem
//	later D, computer sleeps, computer wakes
//	answer safe|yes     to everything that waits
//	GUARD waits at SERVICE for FEATURE, nothing waits
//	everybody shows ..., everybody but A,B shows ...
type scenario struct {
	l        *life
	all      []fakekit.Work
	sleeping bool
}

func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal(len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(start))
				if err := tell(t, string(text)); err != nil {
					t.Errorf("%s:%v", file, err)
				}
			})
		})
	}
}

// The language notices what is not so, and what nobody understands.
func TestScenariosCanFail(t *testing.T) {
	for _, text := range []string{
		"case x\nservices plex trakt\nplex watches film:1\nlater 2h\ntrakt shows watched nothing",
		"case x\nservices plex trakt\nplex watches film:1\nlater 2h\ntrakt shows plays film:1 film:1",
		"case x\nservices plex trakt\neverybody shows watched film:1",
		"case x\nservices plex trakt\nplex has a problem auth_needed",
		"case x\nservices plex trakt\nguard_shrunk waits at plex for history",
		"case x\nservices plex trakt\nplex dances film:1",
		"case x\nservices plex trakt\nplex watches film:99",
		"services plex trakt",
	} {
		synctest.Test(t, func(t *testing.T) {
			time.Sleep(time.Until(start))
			if tell(t, text) == nil {
				t.Errorf("passes: %q", text)
			}
		})
	}
}

// tell plays a scenario; its error names the line.
func tell(t *testing.T, text string) error {
	lines := strings.Split(text, "\n")
	if !strings.HasPrefix(lines[0], "case ") {
		return errors.New("1: the first line must say the case")
	}
	var only []string
	if rest, ok := strings.CutPrefix(lines[1], "services "); ok {
		only, lines[1] = strings.Fields(rest), ""
	}
	s := &scenario{l: begin(t, 1, only...), all: fakekit.SomeWorks(works)}
	s.l.wake()
	time.Sleep(5 * time.Minute) // the first look
	var wrong error
	for i, line := range lines[1:] {
		words := strings.Fields(line)
		if len(words) == 0 || strings.HasPrefix(line, "#") {
			continue
		}
		if err := s.line(words); err != nil {
			wrong = fmt.Errorf("%d: %s: %w", i+2, line, err)
			break
		}
	}
	if !s.sleeping {
		s.l.must(s.l.sleep())
	}
	s.l.must(s.l.store.Close())
	return wrong
}

func (s *scenario) line(words []string) error {
	rest := strings.Join(words[1:], " ")
	switch words[0] {
	case "later":
		return s.later(rest)
	case "computer":
		return s.computer(rest)
	case "answer":
		return s.answer(rest)
	case "nothing":
		if open, err := s.l.store.Holds(s.l.t.Context(), ledger.HoldOpen); err != nil || len(open) > 0 {
			return fmt.Errorf("%d wait, %w", len(open), err)
		}
		return nil
	case "everybody":
		return s.everybody(words[1:])
	}
	if len(words) == 6 && words[1] == "waits" {
		return s.waits(ledger.Code(words[0]), words[3], words[5])
	}
	i := slices.IndexFunc(s.l.places, func(p *place) bool { return p.service.Name == words[0] })
	if i < 0 || len(words) < 3 {
		return errors.New("nobody understands that")
	}
	return s.at(s.l.places[i], words[1], words[2:])
}

// at reads what happens at a service, or is so.
func (s *scenario) at(p *place, verb string, words []string) error {
	switch {
	case verb == "shows":
		return s.shows(p, words)
	case verb == "is":
		return s.weather(p, words[0])
	case verb == "has" && words[0] == "no":
		return s.problem(p, "")
	case verb == "has" && len(words) > 2 && words[1] == "problem":
		return s.problem(p, ledger.Code(words[2]))
	case verb == "has" && len(words) == 4:
		w, err := s.work(words[3])
		if err == nil {
			p.copy(w.work)
		}
		return err
	}
	do := s.acts(p)[verb]
	if do == nil {
		return errors.New("nobody does that there")
	}
	for _, word := range words {
		w, err := s.work(word)
		if err != nil {
			return err
		}
		do(w)
	}
	return nil
}

// acts are what a person can do at a service.
func (s *scenario) acts(p *place) map[string]func(named) {
	out := map[string]func(named){
		"watches": func(w named) { p.watch(w.work, w.part...) },
		"lists":   func(w named) { p.list(w.work, true) },
		"unlists": func(w named) { p.list(w.work, false) },
	}
	if p.unwatch != nil {
		out["unwatches"] = func(w named) { p.unwatch(w.work) }
	}
	if p.rate != nil {
		out["rates"] = func(w named) { p.rate(w.work, w.value) }
		out["unrates"] = func(w named) { p.rate(w.work, 0) }
	}
	if p.pause != nil {
		out["pauses"] = func(w named) { p.pause(w.work) }
	}
	return out
}

// named is a work as a line names it.
type named struct {
	work  int
	part  []int // season and number of an episode
	value int
}

// work reads film:1, show:1, episode:1@2x1 and a rating behind it.
func (s *scenario) work(word string) (named, error) {
	name, value, rated := strings.Cut(word, "=")
	kind, rest, _ := strings.Cut(name, ":")
	number, place, _ := strings.Cut(rest, "@")
	var out named
	n, err := strconv.Atoi(number)
	if rated && err == nil {
		out.value, err = strconv.Atoi(value)
	}
	if kind == "episode" && err == nil {
		var season, episode int
		_, err = fmt.Sscanf(place, "%dx%d", &season, &episode)
		out.part = []int{season, episode}
	}
	for i, w := range s.all {
		if w.Show == (kind != "film") {
			if n--; n == 0 && err == nil {
				out.work = i
				return out, nil
			}
		}
	}
	return out, fmt.Errorf("%q is no work: %w", word, err)
}

// name is the inverse of work.
func (s *scenario) name(work int, part ...int) string {
	n := 0
	for _, w := range s.all[:work+1] {
		if w.Show == s.all[work].Show {
			n++
		}
	}
	switch {
	case !s.all[work].Show:
		return fmt.Sprintf("film:%d", n)
	case part == nil:
		return fmt.Sprintf("show:%d", n)
	}
	return fmt.Sprintf("episode:%d@%dx%d", n, part[0], part[1])
}

// shows holds what a service shows of a feature against the line.
func (s *scenario) shows(p *place, words []string) error {
	var have []string
	for w := range s.all {
		switch words[0] {
		case "watched", "plays":
			have = append(have, s.plays(p, w, words[0] == "plays")...)
		case "watchlist":
			have = append(have, slices.Repeat([]string{s.name(w)}, count(p.listed(w)))...)
		case "ratings":
			if p.rated != nil && p.rated(w) > 0 {
				have = append(have, fmt.Sprintf("%s=%d", s.name(w), p.rated(w)))
			}
		case "progress":
			if p.paused != nil && p.paused(w) {
				have = append(have, s.name(w, 1, 1))
			}
		default:
			return fmt.Errorf("there is no %q", words[0])
		}
	}
	wanted := slices.DeleteFunc(slices.Clone(words[1:]), func(w string) bool { return w == "nothing" })
	slices.Sort(have)
	if slices.Sort(wanted); !slices.Equal(have, wanted) {
		return fmt.Errorf("%s shows %v", p.service.Name, have)
	}
	return nil
}

func (s *scenario) plays(p *place, w int, each bool) (out []string) {
	parts := [][]int{nil}
	if s.all[w].Show {
		parts = nil
		for season, n := range s.all[w].Episodes {
			for e := range n {
				parts = append(parts, []int{season + 1, e + 1})
			}
		}
	}
	for _, part := range parts {
		n := p.watched(w, part...)
		if !each {
			n = min(n, 1)
		}
		out = append(out, slices.Repeat([]string{s.name(w, part...)}, n)...)
	}
	return out
}

func (s *scenario) everybody(words []string) error {
	var but []string
	if words[0] == "but" && len(words) > 1 {
		but, words = strings.Split(words[1], ","), words[2:]
	}
	if words[0] != "shows" {
		return errors.New("everybody can only show something")
	}
	for _, p := range s.l.places {
		has := words[1] != "ratings" && words[1] != "progress" || words[1] == "ratings" && p.rated != nil || words[1] == "progress" && p.paused != nil
		if has && !slices.Contains(but, p.service.Name) {
			if err := s.shows(p, words[1:]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *scenario) weather(p *place, word string) error {
	emptied := func(http.Header, []byte) []byte { return []byte("[]") }
	switch word {
	case "down":
		p.weather.On(word, "*", -1, fakekit.Status(503))
	case "cut":
		p.weather.On(word, "GET *", -1, fakekit.Changed(halved))
	case "empty":
		p.weather.On(word, "GET *", -1, fakekit.Changed(emptied))
	case "well":
		p.weather.Clear()
	case "rebuilt":
		p.rescan()
	case "signed-out":
		p.signOut()
	case "signed-in":
		p.signInAgain()
		return s.l.signedIn(p)
	default:
		return fmt.Errorf("no service is ever %q", word)
	}
	return nil
}

func (s *scenario) later(word string) error {
	var d time.Duration
	var err error
	if days, ok := strings.CutSuffix(word, "d"); ok {
		var n int
		n, err = strconv.Atoi(days)
		d = time.Duration(n) * 24 * time.Hour
	} else {
		d, err = time.ParseDuration(word)
	}
	time.Sleep(d)
	return err
}

func (s *scenario) computer(word string) error {
	switch {
	case word == "sleeps" && !s.sleeping:
		s.sleeping = true
		return s.l.sleep()
	case word == "wakes" && s.sleeping:
		s.sleeping = false
		s.l.wake()
		return nil
	}
	return errors.New("it does so already")
}

// answer is what the person says to everything that waits: the safe answer,
// which leaves everything as it is, or yes.
func (s *scenario) answer(word string) error {
	open, err := s.l.store.Holds(s.l.t.Context(), ledger.HoldOpen)
	if err != nil || len(open) == 0 {
		return cmp.Or(err, errors.New("nothing waits"))
	}
	for _, h := range open {
		answer := map[string]ledger.Answer{"yes": ledger.DoIt, "safe": ledger.KeepThem}[word]
		if word == "safe" && len(h.Ops) == 0 {
			answer = ledger.ReadAgain
		}
		if err := s.l.engine.Answer(s.l.t.Context(), h.ID, answer, nil); err != nil {
			return err
		}
	}
	s.l.engine.SyncNow()
	return nil
}

func (s *scenario) waits(guard ledger.Code, service, feature string) error {
	open, err := s.l.store.Holds(s.l.t.Context(), ledger.HoldOpen)
	f, known := media.ParseFeature(feature)
	if err != nil || !known {
		return fmt.Errorf("no feature %q, %w", feature, err)
	}
	var have []string
	for _, h := range open {
		if h.Guard == guard && h.Feature == f && s.l.names[h.Target] == service {
			return nil
		}
		have = append(have, fmt.Sprintf("%s at %s for %s", h.Guard, s.l.names[h.Target], h.Feature))
	}
	return fmt.Errorf("what waits is %v", have)
}

func (s *scenario) problem(p *place, code ledger.Code) error {
	for _, a := range s.l.engine.Status().Accounts {
		if a.Name == p.service.Name && a.Problem != code {
			return fmt.Errorf("its problem is %q", a.Problem)
		}
	}
	return nil
}
