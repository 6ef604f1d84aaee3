package sim

import (
	"strings"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/providertest"
)

// habits are the verbs of a person and how often each comes.
var habits = []struct {
	verb   providertest.Verb
	weight int
}{
	{providertest.List, 20}, {providertest.Unlist, 12}, {providertest.Rate, 15}, {providertest.Unrate, 7},
	{providertest.Watch, 18}, {providertest.Mark, 5}, {providertest.Unwatch, 4}, {providertest.DeletePlay, 4},
	{providertest.Pause, 10}, {providertest.ClearProgress, 4}, {providertest.LookIn, 1}, {providertest.Hold, 2},
	{providertest.Copy, 1}, {providertest.Delete, 1}, {providertest.Replace, 1}, {providertest.Play, 1}, {providertest.Stop, 1},
}

// act draws one thing that the owner does.
func (s *seat) act(works []providertest.Work) []Line {
	w := s.liked[s.chance.IntN(len(s.liked))]
	if s.chance.IntN(5) == 0 {
		w = works[s.chance.IntN(len(works))]
	}
	line := s.line(s.verb(), w)
	switch s.chance.IntN(25) {
	case 0:
		return []Line{do("mid %s reads", strings.Join(line.Words, " "))}
	case 1:
		return []Line{do("mid %s writes", strings.Join(line.Words, " "))}
	}
	return []Line{line.later(time.Duration(1+s.chance.IntN(90)) * time.Second)}
}

func (s *seat) line(v providertest.Verb, w providertest.Work) Line {
	n := int64(0)
	switch v {
	case providertest.Rate:
		n = int64(1 + s.chance.IntN(100))
	case providertest.Pause:
		n = w.RuntimeMS() * int64(1+s.chance.IntN(99)) / 100
	}
	return do("%s %s %s %d", s.name, v, nameOf(w), n)
}

func (s *seat) verb() providertest.Verb {
	all := 0
	for _, h := range habits {
		all += h.weight
	}
	at := s.chance.IntN(all)
	for _, h := range habits {
		if at -= h.weight; at < 0 {
			return h.verb
		}
	}
	return providertest.List
}

// spree takes much away at once, which guards are for.
func (s *seat) spree(works []providertest.Work) (out []Line) {
	verbs := [...]providertest.Verb{providertest.Unlist, providertest.Unrate, providertest.List, providertest.Watch}
	v := verbs[s.chance.IntN(len(verbs))]
	for _, w := range works {
		if s.chance.IntN(3) > 0 {
			out = append(out, s.line(v, w).later(time.Second))
		}
	}
	return out
}

func compareText(a, b string) int { return strings.Compare(a, b) }

// gloom is one kind of weather that a life may have.
type gloom struct {
	words string // of scenario weather; N, F, W and V stand for a count, a feature and works
	most  int    // of N
	// hides: lists do not show what is there, which without a look-up may not
	// happen twice running.
	hides bool
	// lasts: it stays until it clears.
	lasts bool
}

var glooms = []gloom{
	{words: "freeze N F", most: 6},
	{words: "late N N F", most: 4, lasts: true},
	{words: "truncate N 55 right F", most: 2},
	{words: "truncate N 10 wrong F", most: 3, hides: true},
	{words: "truncate N 85 wrong F", most: 3, hides: true},
	{words: "truncate N 99 absent F", most: 3, hides: true},
	{words: "empty N F", most: 3, hides: true},
	{words: "double N F", most: 3},
	{words: "slip N F", most: 2, hides: true},
	{words: "shuffle N", most: 5},
	{words: "stamps N F", most: 4},
	{words: "cache N F", most: 5},
	{words: "fail N transient", most: 4},
	{words: "fail N rate:limited", most: 2},
	{words: "fail N auth", most: 2},
	{words: "fail N contract", most: 2},
	{words: "fail N locked", most: 2},
	{words: "fail N transient writes", most: 3},
	{words: "fail N rejected writes", most: 3},
	{words: "fail N plan:limit writes", most: 2},
	{words: "fail N transient lookups", most: 4},
	{words: "fail N transient finds", most: 4},
	{words: "fail N transient playing", most: 4},
	{words: "fail N transient whoami", most: 2},
	{words: "fail-view N transient F", most: 3},
	{words: "lose N before", most: 2},
	{words: "lose N half", most: 2},
	{words: "lose N after", most: 2},
	{words: "stores 90", lasts: true},
	{words: "stores 40", lasts: true},
	{words: "accepts 60", lasts: true},
	{words: "count-only N", most: 5},
	{words: "panic 1 reads"},
	{words: "panic 1 writes"},
	{words: "panic 1 lookups"},
	{words: "panic 1 finds"},
	{words: "panic 1 playing"},
	{words: "short N", most: 2},
	{words: "orphans N", most: 2},
	{words: "thin N 85 wrong F", most: 2, hides: true},
	{words: "clock 9"},
	{words: "clock -1440"},
	{words: "clock 0"},
	{words: "no-clock", lasts: true},
	{words: "user intruder", lasts: true},
	{words: "server elsewhere", lasts: true},
	{words: "version 9.9.9"},
	{words: "scope other"},
	{words: "rescan keeps"},
	{words: "rescan drops"},
	{words: "unknown W"},
	{words: "drop-ids W"},
	{words: "other-ids W imdb"},
	{words: "claims W V"},
	{words: "retitled W"},
	{words: "allow 3", lasts: true},
}

// forecast draws which kinds of weather this life may have.
func (d *drawing) forecast() {
	chance := d.stream("forecast", 0)
	share := chance.IntN(60)
	for _, g := range glooms {
		if chance.IntN(100) < share {
			d.gloomy = append(d.gloomy, g)
		}
	}
}

// weather draws what comes over an account before a run.
func (d *drawing) weather(s *seat, run int) {
	for f := range s.lied {
		s.lied[f]++
	}
	switch {
	case liar(d.seed) && s.name == "A" && run == 10:
		d.add(do("weather A lie 6"))
	case broken(d.seed) && s.name == "A" && run == 5:
		d.add(do("broken A fail -1 %s", [...]string{"transient", "auth", "contract"}[s.sky.IntN(3)]))
	case s.sky.IntN(4) == 0:
		d.add(do("clear %s", s.name))
	case len(d.gloomy) > 0 && s.sky.IntN(4) == 0:
		d.cast1(s, d.gloomy[s.sky.IntN(len(d.gloomy))])
	}
}

// cast1 brings one kind of weather over an account.
func (d *drawing) cast1(s *seat, g gloom) {
	f := media.Features[s.sky.IntN(len(media.Features))]
	w := d.works[s.sky.IntN(len(d.works))]
	n := 1
	if g.most > 0 {
		n += s.sky.IntN(g.most)
	}
	if g.hides && !s.profile.Caps.Features[f].LookUp {
		if s.lied[f] < 4 {
			return
		}
		n = 1
	}
	if g.hides {
		s.lied[f] = 0
	}
	words := strings.Fields(g.words)
	for i, word := range words {
		switch word {
		case "N":
			words[i] = do("%d", n).Words[0]
		case "F":
			words[i] = f.String()
		case "W":
			words[i] = nameOf(w)
		case "V":
			words[i] = nameOf(d.works[s.sky.IntN(len(d.works))])
		}
	}
	d.add(do("weather %s %s", s.name, strings.Join(words, " ")))
}
