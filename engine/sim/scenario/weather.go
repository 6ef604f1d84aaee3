package scenario

import (
	"context"
	"fmt"
	"strings"
	"watchkeeper/engine/sim"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/engine/providertest"
)

// gust is one weather word: how many arguments it takes and what they do.
type gust struct {
	args int
	blow func(w *providertest.Weather, args []string, fs []media.Feature) error
}

// counted is weather that happens n times.
func counted(do func(w *providertest.Weather, n int, fs []media.Feature)) gust {
	return gust{1, func(w *providertest.Weather, args []string, fs []media.Feature) error {
		n, err := count(args[0])
		do(w, n, fs)
		return err
	}}
}

// plain is weather without arguments.
func plain(do func(w *providertest.Weather)) gust {
	return gust{0, func(w *providertest.Weather, _ []string, _ []media.Feature) error { do(w); return nil }}
}

// named is weather with one word.
func named(do func(w *providertest.Weather, word string)) gust {
	return gust{1, func(w *providertest.Weather, args []string, _ []media.Feature) error { do(w, args[0]); return nil }}
}

// about is weather around one work; more words may follow.
func about(args int, do func(w *providertest.Weather, x providertest.Work, args []string) error) gust {
	return gust{args, func(w *providertest.Weather, args []string, _ []media.Feature) error {
		x, err := oneWork(args[0])
		if err != nil {
			return err
		}
		return do(w, x, args[1:])
	}}
}

var totals = map[string]providertest.Total{"right": providertest.RightTotal, "wrong": providertest.WrongTotal, "absent": providertest.AbsentTotal}

var effects = map[string]providertest.Effect{"before": providertest.NoEffect, "half": providertest.HalfEffect, "after": providertest.AllEffect}

// weatherWords are all that can happen between the truth and the engine.
var weatherWords = map[string]gust{
	"clear":       plain((*providertest.Weather).Clear),
	"down":        plain(func(w *providertest.Weather) { w.Fail(-1, provider.Transient) }),
	"no-clock":    plain((*providertest.Weather).NoClock),
	"freeze":      counted(func(w *providertest.Weather, n int, fs []media.Feature) { w.Freeze(n, fs...) }),
	"stamps":      counted(func(w *providertest.Weather, n int, fs []media.Feature) { w.FreezeStamps(n, fs...) }),
	"cache":       counted(func(w *providertest.Weather, n int, fs []media.Feature) { w.Cache(n, fs...) }),
	"lie":         counted(func(w *providertest.Weather, n int, fs []media.Feature) { w.LieTogether(n, fs...) }),
	"empty":       counted(func(w *providertest.Weather, n int, fs []media.Feature) { w.Empty(n, fs...) }),
	"double":      counted(func(w *providertest.Weather, n int, fs []media.Feature) { w.Double(n, true, fs...) }),
	"slip":        counted(func(w *providertest.Weather, n int, fs []media.Feature) { w.Slip(n, fs...) }),
	"shuffle":     counted(func(w *providertest.Weather, n int, _ []media.Feature) { w.Shuffle(n) }),
	"stores":      counted(func(w *providertest.Weather, n int, _ []media.Feature) { w.StoreOnly(n) }),
	"accepts":     counted(func(w *providertest.Weather, n int, _ []media.Feature) { w.AcceptOnly(n) }),
	"count-only":  counted(func(w *providertest.Weather, n int, _ []media.Feature) { w.CountOnly(n) }),
	"allow":       counted(func(w *providertest.Weather, n int, _ []media.Feature) { w.Allow(n) }),
	"look-deny":   counted(func(w *providertest.Weather, n int, _ []media.Feature) { w.LookUpsDeny(n) }),
	"look-stale":  counted(func(w *providertest.Weather, n int, _ []media.Feature) { w.LookUpsStale(n) }),
	"panic":       {2, panics},
	"late":        {2, late},
	"truncate":    {3, truncate},
	"fail":        {2, fail},
	"fail-calls":  {3, failCalls},
	"fail-view":   {2, failView},
	"lose":        {2, lose},
	"clock":       {1, setClock},
	"rescan":      {1, rescan},
	"user":        named(func(w *providertest.Weather, word string) { w.SignedInAs(strings.TrimPrefix(word, "owner")) }),
	"server":      named((*providertest.Weather).OtherServer),
	"version":     named((*providertest.Weather).Version),
	"scope":       named((*providertest.Weather).Scope),
	"unknown":     about(1, func(w *providertest.Weather, x providertest.Work, _ []string) error { w.Unknown(x); return nil }),
	"known-again": plain(func(w *providertest.Weather) { w.Unknown() }),
	"drop-ids":    about(1, func(w *providertest.Weather, x providertest.Work, _ []string) error { w.DropIDs(x); return nil }),
	"same-ids":    about(1, func(w *providertest.Weather, x providertest.Work, _ []string) error { w.Alter(x, nil); return nil }),
	"ids":         about(2, giveIDs),
	"claims":      about(2, claims),
	"title":       about(2, retitle),
}

func late(w *providertest.Weather, args []string, fs []media.Feature) error {
	adds, err := count(args[0])
	if err != nil {
		return err
	}
	removes, err := count(args[1])
	w.Late(adds, removes, fs...)
	return err
}

// truncate reads N PERCENT right|wrong|absent.
func truncate(w *providertest.Weather, args []string, fs []media.Feature) error {
	n, err := count(args[0])
	if err != nil {
		return err
	}
	percent, err := count(args[1])
	if err != nil {
		return err
	}
	total, err := oneOf("total", args[2], totals)
	if err == nil {
		w.Truncate(n, percent, false, total, fs...)
	}
	return err
}

func kinds() map[string]provider.ErrorKind {
	out := map[string]provider.ErrorKind{}
	for k := provider.Transient; k <= provider.Contract; k++ {
		out[strings.ReplaceAll(k.String(), " ", "-")] = k
	}
	return out
}

// fail reads N KIND, failCalls N KIND CALLS.
func fail(w *providertest.Weather, args []string, _ []media.Feature) error {
	return failCalls(w, []string{args[0], args[1], "all"}, nil)
}

func failCalls(w *providertest.Weather, args []string, _ []media.Feature) error {
	n, err := count(args[0])
	if err != nil {
		return err
	}
	kind, err := oneOf("error", args[1], kinds())
	if err != nil {
		return err
	}
	if args[2] == "all" {
		w.Fail(n, kind)
		return nil
	}
	call, err := oneOf("call", args[2], calls)
	if err == nil {
		w.Fail(n, kind, call)
	}
	return err
}

func failView(w *providertest.Weather, args []string, fs []media.Feature) error {
	n, err := count(args[0])
	if err != nil {
		return err
	}
	kind, err := oneOf("error", args[1], kinds())
	if err == nil {
		w.FailView(n, kind, fs...)
	}
	return err
}

var calls = map[string]providertest.Call{"whoami": providertest.Whoami, "reads": providertest.Reads, "writes": providertest.Writes,
	"looks-up": providertest.LookUps, "finds": providertest.Finds}

func panics(w *providertest.Weather, args []string, _ []media.Feature) error {
	n, err := count(args[0])
	if err != nil {
		return err
	}
	call, err := oneOf("call", args[1], calls)
	if err == nil {
		w.Panic(n, call)
	}
	return err
}

// lose reads N before|half|after: answers lost, and how far the write came.
func lose(w *providertest.Weather, args []string, _ []media.Feature) error {
	n, err := count(args[0])
	if err != nil {
		return err
	}
	effect, err := oneOf("effect", args[1], effects)
	if err == nil {
		w.LoseAnswers(n, effect)
	}
	return err
}

func setClock(w *providertest.Weather, args []string, _ []media.Feature) error {
	d, err := span(args[0])
	w.Clock(d.Milliseconds())
	return err
}

func rescan(w *providertest.Weather, args []string, _ []media.Feature) error {
	state, err := oneOf("rescan", args[0], map[string]bool{"keeps": true, "drops": false})
	if err == nil {
		w.Rescan(state)
	}
	return err
}

// giveIDs reads WORK imdb,tmdb: it carries only its ids of these namespaces.
func giveIDs(w *providertest.Weather, x providertest.Work, args []string) error {
	var own []media.Namespace
	for name := range strings.SplitSeq(args[0], ",") {
		own = append(own, media.Namespace(name))
	}
	w.GiveIDs(x, x.Tokens(own, nil)...)
	return nil
}

func claims(w *providertest.Weather, x providertest.Work, args []string) error {
	other, err := oneWork(args[0])
	if err == nil {
		w.Merge(x, other)
	}
	return err
}

func retitle(w *providertest.Weather, x providertest.Work, args []string) error {
	w.Retitle(x, args[0], x.Year())
	return nil
}

// weather reads A WORD ARGUMENTS [FEATURES].
func (p *parser) weather(words []string) (step, error) {
	if err := want(words, 2, anyNumber); err != nil {
		return step{}, err
	}
	profile, there := p.accounts[words[0]]
	if !there {
		return step{}, p.known(words[0])
	}
	g, err := oneOf("weather", words[1], weatherWords)
	if err != nil {
		return step{}, err
	}
	args := words[2:]
	if err := want(args, g.args, g.args+1); err != nil {
		return step{}, err
	}
	var fs []media.Feature
	if len(args) > g.args {
		if fs, err = features(args[g.args]); err != nil {
			return step{}, err
		}
	}
	// Tried at once on an account of no consequence, so that a slip is an error
	// of this line and not of a run.
	scratch := providertest.New(profile, func() media.Moment { return media.At(sim.Start) }, 1)
	if err := g.blow(scratch.Weather(), args[:g.args], fs); err != nil {
		return step{}, fmt.Errorf("%s: %w", words[1], err)
	}
	return step{moody: true, do: func(_ context.Context, s *stage) error {
		return g.blow(s.home.Room(words[0]).Memory.Weather(), args[:g.args], fs)
	}}, nil
}

// picture takes a picture of what an account shows, old shows it again.
func (p *parser) picture(words []string) (step, error) {
	if err := want(words, 1, 1); err != nil {
		return step{}, err
	}
	return step{do: func(_ context.Context, s *stage) error {
		s.pictures[words[0]] = s.home.Room(words[0]).Memory.Weather().Picture()
		return nil
	}}, p.known(words[0])
}

// old reads A N [FEATURES].
func (p *parser) old(words []string) (step, error) {
	if err := want(words, 2, 3); err != nil {
		return step{}, err
	}
	n, err := count(words[1])
	if err != nil {
		return step{}, err
	}
	fs := media.Features[:]
	if len(words) == 3 {
		if fs, err = features(words[2]); err != nil {
			return step{}, err
		}
	}
	return step{moody: true, do: func(_ context.Context, s *stage) error {
		s.home.Room(words[0]).Memory.Weather().Show(s.pictures[words[0]], n, fs...)
		return nil
	}}, p.known(words[0])
}
