package sim

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/engine/providertest"
)

// gust is what one word of weather means: args are the words after it that
// are no feature, fs the feature at the end, or none for all.
type gust func(w *providertest.Weather, args []string, fs []media.Feature)

// gusts are all kinds of weather that a life can have.
var gusts = map[string]gust{
	"freeze": func(w *providertest.Weather, a []string, fs []media.Feature) { w.Freeze(number(a, 0), fs...) },
	"late": func(w *providertest.Weather, a []string, fs []media.Feature) {
		w.Late(number(a, 0), number(a, 1), fs...)
	},
	"empty":   func(w *providertest.Weather, a []string, fs []media.Feature) { w.Empty(number(a, 0), fs...) },
	"double":  func(w *providertest.Weather, a []string, fs []media.Feature) { w.Double(number(a, 0), true, fs...) },
	"slip":    func(w *providertest.Weather, a []string, fs []media.Feature) { w.Slip(number(a, 0), fs...) },
	"shuffle": func(w *providertest.Weather, a []string, _ []media.Feature) { w.Shuffle(number(a, 0)) },
	"stamps":  func(w *providertest.Weather, a []string, fs []media.Feature) { w.FreezeStamps(number(a, 0), fs...) },
	"cache":   func(w *providertest.Weather, a []string, fs []media.Feature) { w.Cache(number(a, 0), fs...) },
	"lie":     func(w *providertest.Weather, a []string, fs []media.Feature) { w.LieTogether(number(a, 0), fs...) },
	"truncate": func(w *providertest.Weather, a []string, fs []media.Feature) {
		w.Truncate(number(a, 0), number(a, 1), false, totals[word(a, 2)], fs...)
	},
	"thin": func(w *providertest.Weather, a []string, fs []media.Feature) {
		w.Truncate(number(a, 0), number(a, 1), true, totals[word(a, 2)], fs...)
	},
	"fail": func(w *providertest.Weather, a []string, _ []media.Feature) {
		w.Fail(number(a, 0), kindNamed(word(a, 1)), callsNamed(word(a, 2))...)
	},
	"fail-view": func(w *providertest.Weather, a []string, fs []media.Feature) {
		w.FailView(number(a, 0), kindNamed(word(a, 1)), fs...)
	},
	"lose": func(w *providertest.Weather, a []string, _ []media.Feature) {
		w.LoseAnswers(number(a, 0), effects[word(a, 1)])
	},
	"panic": func(w *providertest.Weather, a []string, _ []media.Feature) {
		w.Panic(number(a, 0), callsNamed(word(a, 1))...)
	},
	"stores":       func(w *providertest.Weather, a []string, _ []media.Feature) { w.StoreOnly(number(a, 0)) },
	"accepts":      func(w *providertest.Weather, a []string, _ []media.Feature) { w.AcceptOnly(number(a, 0)) },
	"count-only":   func(w *providertest.Weather, a []string, _ []media.Feature) { w.CountOnly(number(a, 0)) },
	"short":        func(w *providertest.Weather, a []string, _ []media.Feature) { w.ShortResults(number(a, 0)) },
	"orphans":      func(w *providertest.Weather, a []string, _ []media.Feature) { w.Orphans(number(a, 0)) },
	"allow":        func(w *providertest.Weather, a []string, _ []media.Feature) { w.Allow(number(a, 0)) },
	"lookups-lie":  func(w *providertest.Weather, a []string, _ []media.Feature) { w.LookUpsStale(number(a, 0)) },
	"lookups-deny": func(w *providertest.Weather, a []string, _ []media.Feature) { w.LookUpsDeny(number(a, 0)) },
	"no-clock":     func(w *providertest.Weather, _ []string, _ []media.Feature) { w.NoClock() },
	"clock": func(w *providertest.Weather, a []string, _ []media.Feature) {
		w.Clock((time.Duration(number(a, 0)) * time.Minute).Milliseconds())
	},
	"user":      func(w *providertest.Weather, a []string, _ []media.Feature) { w.SignedInAs(word(a, 0)) },
	"server":    func(w *providertest.Weather, a []string, _ []media.Feature) { w.OtherServer(word(a, 0)) },
	"version":   func(w *providertest.Weather, a []string, _ []media.Feature) { w.Version(word(a, 0)) },
	"scope":     func(w *providertest.Weather, a []string, _ []media.Feature) { w.Scope(word(a, 0)) },
	"rescan":    func(w *providertest.Weather, a []string, _ []media.Feature) { w.Rescan(word(a, 0) == "keeps") },
	"unknown":   func(w *providertest.Weather, a []string, _ []media.Feature) { w.Unknown(workNamed(word(a, 0))) },
	"drop-ids":  func(w *providertest.Weather, a []string, _ []media.Feature) { w.DropIDs(workNamed(word(a, 0))) },
	"other-ids": otherIDs,
	"retitled": func(w *providertest.Weather, a []string, _ []media.Feature) {
		w.Retitle(workNamed(word(a, 0)), "Otherwise", 1999)
	},
	"claims": func(w *providertest.Weather, a []string, _ []media.Feature) {
		w.Merge(workNamed(word(a, 0)), workNamed(word(a, 1)))
	},
	"known-well": func(w *providertest.Weather, a []string, _ []media.Feature) { w.Alter(workNamed(word(a, 0)), nil) },
}

// otherIDs lets a work carry only its ids of one namespace.
func otherIDs(w *providertest.Weather, a []string, _ []media.Feature) {
	x := workNamed(word(a, 0))
	w.GiveIDs(x, x.Tokens([]media.Namespace{media.Namespace(word(a, 1))}, nil)...)
}

var totals = map[string]providertest.Total{"right": providertest.RightTotal, "wrong": providertest.WrongTotal, "absent": providertest.AbsentTotal}

var effects = map[string]providertest.Effect{"before": providertest.NoEffect, "half": providertest.HalfEffect, "after": providertest.AllEffect}

var callNames = map[string]providertest.Call{"whoami": providertest.Whoami, "reads": providertest.Reads, "writes": providertest.Writes,
	"lookups": providertest.LookUps, "finds": providertest.Finds, "playing": providertest.Playing}

func callsNamed(name string) []providertest.Call {
	if c, ok := callNames[name]; ok {
		return []providertest.Call{c}
	}
	return nil
}

func kindNamed(name string) provider.ErrorKind {
	for k := provider.Transient; k <= provider.Contract; k++ {
		if oneWord(k.String()) == name {
			return k
		}
	}
	return provider.Transient
}

// workNamed reads "film:3"; a word that is no work gives one that nobody has.
func workNamed(name string) providertest.Work {
	w, ok := providertest.ParseWork(strings.Replace(name, ":", " ", 1))
	if !ok {
		return providertest.Film(1 << 20)
	}
	return w
}

// oneWord turns "film 3" into "film:3".
func oneWord(text string) string { return strings.Replace(text, " ", ":", 1) }

func number(args []string, i int) int {
	n, _ := strconv.Atoi(word(args, i))
	return n
}

func word(args []string, i int) string {
	if i < len(args) {
		return args[i]
	}
	return ""
}

// weather lets it be over an account.
func (l *life) weather(room *Room, words []string) error {
	blow, known := gusts[words[0]]
	if !known {
		return fmt.Errorf("no weather %s", words[0])
	}
	if words[0] == "rescan" && !room.Memory.Profile().Caps.WritesHeldOnly {
		return nil // nobody but a library makes its items anew
	}
	l.counts["weather "+words[0]]++
	l.judge.clouded(room, words)
	args := words[1:]
	var fs []media.Feature
	if len(args) > 0 {
		if f, ok := media.ParseFeature(args[len(args)-1]); ok {
			fs, args = []media.Feature{f}, args[:len(args)-1]
		}
	}
	blow(room.Memory.Weather(), args, fs)
	return nil
}
