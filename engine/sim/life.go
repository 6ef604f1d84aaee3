package sim

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"slices"
	"time"

	"watchkeeper/engine"
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/providertest"
	"watchkeeper/engine/store"
)

// life is a tape being lived: the real engine in a home, and a judge who
// watches.
type life struct {
	tape   Tape
	home   *Home
	me     ledger.ProfileID
	judge  *judge
	trace  hash.Hash
	counts map[string]int // what happened at least once ("sometimes")
	stopAt string         // the account whose next write the program is stopped at
	stop   func()         // ends the run under way
	killAt []string       // the account at whose next write it dies: A before|after
	dead   *store.Store   // the state as it was when the program died
	copied ledger.RunID   // the copy of the run number then
	saved  *store.Store   // a backup
	broken map[string]bool
	wrote  ledger.RunID // the last run that wrote
	last   engine.Outcome
	reader func(line string) // of the story; nil: nobody reads along
}

// Verdict is what came of a life.
type Verdict struct {
	// Wrong are the properties that did not hold, the first one first.
	Wrong []Wrong
	// Counts says what happened how often: faults, guards, acts, writes, codes.
	Counts map[string]int
	Trace  string
	// Liar: a service lied in a way that nobody can see through.
	Liar bool
}

// Wrong is one property that did not hold.
type Wrong struct {
	Property string // "S1", "L2", "lost"
	// Kind is what all violations have in common that are alike but for works
	// and accounts.
	Kind     string
	Work     providertest.Work // that it is about; zero: about none
	Line     int               // of the tape, counted from 1; past the end: when the weather had cleared
	Evidence string
}

func (w Wrong) String() string {
	return fmt.Sprintf("%s at line %d: %s", w.Property, w.Line, w.Evidence)
}

// Live lives a tape to its end: agitated, then healed. An error means that the
// tape could not be lived at all.
func Live(tape Tape) (Verdict, error) { return Tell(tape, nil) }

// Tell lives a tape and tells a reader line by line what happens on the way.
func Tell(tape Tape, reader func(line string)) (Verdict, error) {
	ctx := context.Background()
	home, err := NewHome(tape.Seed)
	if err != nil {
		return Verdict{}, err
	}
	l := &life{tape: tape, home: home, trace: sha256.New(), counts: map[string]int{}, broken: map[string]bool{}, reader: reader}
	defer l.close()
	l.judge = newJudge(l)
	if l.me, err = home.Profile(ctx, "me"); err != nil {
		return Verdict{}, err
	}
	for i, line := range tape.Lines {
		l.judge.line = i + 1
		home.Later(line.After)
		l.tell("%d\t%s", i+1, line)
		if err := l.do(ctx, line.Words); err != nil {
			return Verdict{}, fmt.Errorf("line %d, %s: %w", i+1, line, err)
		}
		if len(l.judge.wrong) > 0 {
			break // what follows only repeats it
		}
	}
	if len(l.judge.wrong) == 0 {
		l.judge.line = len(tape.Lines) + 1
		if err := l.heal(ctx); err != nil {
			return Verdict{}, err
		}
	}
	return Verdict{l.judge.wrong, l.counts, hex.EncodeToString(l.trace.Sum(nil)[:8]), l.judge.liar()}, nil
}

// do lives one line:
//
//	account A trakt                     an account is signed in
//	route A B ratings keep-same follow  and follows another
//	A list film:3 0                     its owner does something
//	mid A list film:3 0 writes          in the midst of the next run
//	weather A freeze 3 watchlist        as in scenarios
//	broken A fail -1 auth               weather that never clears
//	clear A                             good weather
//	kill A after                        the program dies at its next write, before or after its effect
//	jump -90                            our clock is so many minutes ahead of the true time; 0: it is right
//	run, run asked, restart, sleep, stop A, undo, answer safe|yes|other, backup, restore
//
// A line about an account that the tape does not have means nothing.
func (l *life) do(ctx context.Context, words []string) error {
	switch words[0] {
	case "account":
		return l.account(ctx, words[1], words[2])
	case "route":
		return l.route(ctx, words[1:])
	case "watched-leaves-lists":
		l.judge.watchedLeaves = true
		return l.home.Store.PutSettings(ctx, map[string]json.RawMessage{"watched_leaves_lists": json.RawMessage("true")})
	case "run":
		return l.run(ctx, engine.Wish{Asked: word(words, 1) == "asked"})
	case "restart":
		l.home.start()
	case "sleep":
	case "stop":
		l.stopAt = words[1]
	case "jump":
		l.jump(time.Duration(number(words, 1)) * time.Minute)
	case "kill":
		l.killAt = words[1:]
	case "backup":
		return l.backup(ctx)
	case "restore":
		return l.restore(ctx)
	case "answer":
		return l.answer(ctx, words[1])
	case "undo":
		return l.undo(ctx)
	default:
		return l.around(words)
	}
	return nil
}

func (l *life) account(ctx context.Context, name, profile string) error {
	all := providertest.Profiles()
	i := slices.IndexFunc(all, func(p providertest.Profile) bool { return p.Name == profile })
	if i < 0 {
		return fmt.Errorf("no profile %s", profile)
	}
	room, err := l.home.Add(ctx, l.me, name, all[i])
	l.judge.watch(room)
	return err
}

// around is a line about an account: weather, or its owner's act.
func (l *life) around(words []string) error {
	name := words[0]
	rest := words[1:]
	if slices.Contains([]string{"weather", "broken", "clear", "mid"}, name) {
		name, rest = words[1], words[2:]
	}
	room := l.home.Room(name)
	if room == nil {
		return nil
	}
	switch words[0] {
	case "weather", "broken":
		l.broken[name] = l.broken[name] || words[0] == "broken"
		return l.weather(room, rest)
	case "clear":
		l.clear(room)
		return nil
	case "mid":
		call := map[string]providertest.Call{"reads": providertest.Reads, "writes": providertest.Writes}[rest[3]]
		a, err := act(rest)
		room.Memory.Weather().Before(call, func() { l.act(room, a) })
		return err
	}
	a, err := act(rest)
	if err == nil {
		l.act(room, a)
	}
	return err
}

// act reads VERB WORK N.
func act(words []string) (a providertest.Act, err error) {
	v, ok := providertest.ParseVerb(words[0])
	if !ok {
		return a, fmt.Errorf("no verb %s", words[0])
	}
	a.Verb = v
	a.Work = workNamed(words[1])
	a.N = int64(number(words, 2))
	return a, nil
}

// act lets the owner do it, if the service can, and the judge take note.
func (l *life) act(room *Room, a providertest.Act) {
	a.At = l.home.Now()
	before := room.Memory.Truth()
	if room.Memory.Act(a) != nil {
		return
	}
	l.counts["act "+a.Verb.String()]++
	l.judge.heard(room, a, before, room.Memory.Truth())
}

func (l *life) route(ctx context.Context, words []string) error {
	from, to := l.home.Room(words[0]), l.home.Room(words[1])
	f, ok := media.ParseFeature(words[2])
	if from == nil || to == nil || !ok {
		return nil
	}
	if !from.Memory.Profile().Caps.Features[f].Offered() || !to.Memory.Profile().Caps.Features[f].Offered() {
		return nil
	}
	r := ledger.Route{Profile: l.me, From: from.ID, To: to.ID, Feature: f, Accepted: true}
	for _, word := range words[3:] {
		if m, ok := ledger.ParseMode(word); ok {
			r.Mode = m
		}
		if p, ok := ledger.ParseRemovals(word); ok {
			r.Removals = p
		}
		r.Onward = r.Onward || word == "onward"
		r.Unwatch = r.Unwatch || word == "unwatch"
	}
	if r.Mode == ledger.CopyExactly && (f == media.History || l.judge.reaches(to.ID, from.ID, f)) {
		return nil // refused where one sets it up (R12)
	}
	var err error
	r.ID, err = l.home.Route(ctx, r)
	l.judge.routes = append(l.judge.routes, r)
	return err
}

// clear ends the weather over an account, unless it is broken for good.
func (l *life) clear(room *Room) {
	if l.broken[room.Name] {
		return
	}
	w := room.Memory.Weather()
	w.Clear()
	w.SignedInAs("")
	w.OtherServer("")
	w.Allow(-1)
	w.Unknown()
	l.judge.cleared(room)
}

// run is one run of the engine and what the judge says of it.
func (l *life) run(ctx context.Context, wish engine.Wish) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if room := l.home.Room(l.stopAt); room != nil {
		room.Memory.Weather().Before(providertest.Writes, cancel)
		l.counts["stopped"]++
	}
	l.stopAt = ""
	l.stop = cancel
	l.armed()
	l.judge.before()
	out, err := l.home.Engine.Once(ctx, wish)
	l.buried()
	if err != nil && !errors.Is(err, context.Canceled) {
		l.judge.fail("run", "%v", err)
		return nil
	}
	l.last = out
	return l.judged(out)
}

func (l *life) judged(out engine.Outcome) error {
	sum := out.Summary
	if sum.Added+sum.Updated+sum.Removed > 0 {
		l.wrote = sum.ID
	}
	fmt.Fprintf(l.trace, "%+v\n", sum)
	for _, name := range l.home.order {
		m := l.home.Room(name).Memory
		fmt.Fprintf(l.trace, "%s %+v\n", name, m.Requests())
	}
	for _, p := range out.Plans {
		for _, n := range p.NonOps {
			l.counts["code "+string(n.Why.Code)]++
		}
	}
	if err := l.judge.after(sum.ID); err != nil {
		return err
	}
	return l.story(context.Background(), out)
}

// answer lets the person answer every open hold: with the safe answer, with
// yes, or with whatever else there is.
func (l *life) answer(ctx context.Context, how string) error {
	open, err := l.home.Store.Holds(ctx, ledger.HoldOpen)
	if err != nil {
		return err
	}
	for _, h := range open {
		a := answerTo(h.Guard, how)
		l.counts["answer "+string(a)]++
		if err := l.home.Engine.Answer(ctx, h.ID, a, nil); err != nil {
			return fmt.Errorf("hold %d (%s): %w", h.ID, h.Guard, err)
		}
		l.judge.answered(h, a)
	}
	return nil
}

// undo takes the last run that wrote back.
func (l *life) undo(ctx context.Context) error {
	if l.wrote == 0 {
		return nil
	}
	l.counts["undo"]++
	ctx, l.stop = context.WithCancel(ctx)
	defer l.stop()
	l.judge.before()
	_, out, err := l.home.Engine.Undo(ctx, engine.UndoOf{Run: l.wrote}, false)
	l.wrote = 0
	l.buried()
	if err != nil {
		var none *store.Error
		if errors.As(err, &none) {
			return err
		}
		return nil // nothing of it is left to undo
	}
	return l.judged(out)
}

// stopPlaying ends every viewing under way.
func (l *life) stopPlaying() {
	for _, line := range l.tape.Lines {
		words := line.Words
		if words[0] == "mid" {
			words = words[1:]
		}
		if room := l.home.Room(words[0]); room != nil && word(words, 1) == providertest.Play.String() {
			l.act(room, providertest.Act{Verb: providertest.Stop, Work: workNamed(words[2])})
		}
	}
}

// heal lets the weather clear and people rest, and has the judge look at what
// is left (L1–L4).
func (l *life) heal(ctx context.Context) error {
	l.stopPlaying()
	l.home.SetClock(0)
	for _, name := range l.home.order {
		room := l.home.Room(name)
		l.clear(room)
		room.Memory.Weather().Clock(0)
		for _, w := range l.judge.altered[name] {
			room.Memory.Weather().Alter(w, nil)
		}
	}
	for _, spell := range []struct {
		runs int
		wait time.Duration
	}{{6, 31 * time.Minute}, {8, 13 * time.Hour}, {4, 31 * time.Minute}} {
		for n := range spell.runs {
			l.home.Later(spell.wait)
			if err := l.run(ctx, engine.Wish{Asked: n == 0}); err != nil || len(l.judge.wrong) > 0 {
				return err
			}
		}
		if err := l.answer(ctx, "yes"); err != nil {
			return err
		}
	}
	l.home.Later(31 * time.Minute)
	if err := l.run(ctx, engine.Wish{}); err != nil || len(l.judge.wrong) > 0 {
		return err // what was answered last is done in the next run (L6)
	}
	return l.judge.rest(ctx)
}
