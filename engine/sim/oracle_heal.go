package sim

import (
	"context"
	"slices"
	"time"

	"watchkeeper/engine"
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/engine/providertest"
)

// rest judges how a life ends: in clear weather everybody agrees, or it is
// said why not, and then nothing is written any more (L1, L2, L4).
func (j *judge) rest(ctx context.Context) error {
	for range 5 {
		before := j.writes()
		j.l.home.Later(31 * time.Minute)
		if err := j.l.run(ctx, engine.Wish{}); err != nil || len(j.wrong) > 0 {
			return err
		}
		if j.writes() != before {
			j.fail(j.alone("L2"), "%d writes after everything was done: %s", j.writes()-before, j.latest())
			return nil
		}
	}
	why, err := j.reasons(ctx)
	if err != nil || j.lied {
		return err
	}
	j.agree(why)
	j.kept()
	return nil
}

// alone names what must hold also while one service is broken for good (L10).
func (j *judge) alone(property string) string {
	for _, broken := range j.l.broken {
		if broken {
			return "L10"
		}
	}
	return property
}

func (j *judge) writes() (n int) {
	for _, all := range j.sent {
		n += len(all)
	}
	return n
}

func (j *judge) latest() (out sent) {
	for _, all := range j.sent {
		for _, s := range all {
			if s.Sent > out.Sent || s.Sent == out.Sent && s.op.ID > out.op.ID {
				out = s
			}
		}
	}
	return out
}

// reason is where something is explained.
type reason struct {
	topic
	account ledger.AccountID
}

// apart are the codes that explain a lasting difference. The others say that
// there is none, or that it will pass.
var apart = []ledger.Code{ledger.NoRoute, ledger.PathAddOnly, ledger.RemovalsOff, ledger.Policy, ledger.Pinned, ledger.RefusedByYou,
	ledger.NoMatch, ledger.AmbiguousMatch, ledger.NotHeld, ledger.CannotStore, ledger.Quarantined, ledger.ParkedPlay, ledger.QuotaFull,
	ledger.LocalEffect, ledger.FirstLook, ledger.UndoneByYou, ledger.WouldDuplicatePlay, ledger.SourceSilent, ledger.SourceNotTrusted,
	ledger.AuthNeeded, ledger.AccountLocked, ledger.WrongUser}

// reasons are what the engine itself says about what is not done.
func (j *judge) reasons(ctx context.Context) (map[reason][]ledger.Code, error) {
	out, err := j.l.home.Engine.Once(ctx, engine.Wish{Preview: true, Explain: true})
	if err != nil {
		return nil, err
	}
	why := map[reason][]ledger.Code{}
	works := map[media.WorkID]providertest.Work{}
	add := func(s ledger.Subject, account ledger.AccountID, code ledger.Code) {
		w, known := works[s.Work]
		if !known {
			w = j.workOf(ctx, s.Work)
			works[s.Work] = w
		}
		key := reason{topic{w, s.Feature}, account}
		why[key] = append(why[key], code)
	}
	for _, p := range out.Plans {
		for _, n := range p.NonOps {
			add(n.Subject, n.Account, n.Why.Code)
			if n.Unmet && n.Why.Code == "" {
				j.fail("L4", "account %d, %v is not done and nobody says why", n.Account, n.Subject)
			}
		}
	}
	holds, err := j.l.home.Store.Holds(ctx, ledger.HoldOpen)
	for _, h := range holds {
		for _, op := range h.Ops {
			add(op.Subject, op.Account, h.Guard)
		}
	}
	return why, err
}

// workOf finds the work of the catalogue by its ids, else by its title.
func (j *judge) workOf(ctx context.Context, id media.WorkID) providertest.Work {
	files, err := j.l.home.Store.Dossiers(ctx, j.l.me, []media.WorkID{id})
	if err != nil || len(files) != 1 {
		return providertest.Work{}
	}
	for _, t := range files[0].Tokens {
		if w, ok := providertest.WorkOf(t); ok {
			return w
		}
	}
	for key := range j.words {
		if key.work.Kind == files[0].Work.Kind && key.work.Title() == files[0].Work.Title {
			return key.work
		}
	}
	return providertest.Work{}
}

// agree is L1: accounts that keep the same as each other do.
func (j *judge) agree(why map[reason][]ledger.Code) {
	for _, x := range j.l.home.order {
		for _, y := range j.l.home.order {
			if x < y {
				j.agreeOn(j.l.home.Room(x), j.l.home.Room(y), why)
			}
		}
	}
}

func (j *judge) agreeOn(a, b *Room, why map[reason][]ledger.Code) {
	for _, f := range media.Features {
		if j.mutual(a, b, f) {
			j.same(a, b, f, why)
		}
	}
}

func (j *judge) mutual(a, b *Room, f media.Feature) bool {
	oneWay := func(from, to *Room) bool {
		onward := from.Memory.Profile().Caps.OnwardToTrackers || to.Memory.Profile().Caps.Class != provider.Tracker
		return onward && slices.ContainsFunc(j.routes, func(r ledger.Route) bool {
			return r.From == from.ID && r.To == to.ID && r.Feature == f && r.Mode == ledger.KeepSame && r.Removals == ledger.Follow
		})
	}
	return oneWay(a, b) && oneWay(b, a)
}

// same compares what two accounts hold of every work that both can keep.
func (j *judge) same(a, b *Room, f media.Feature, why map[reason][]ledger.Code) {
	ta, tb := a.Memory.Truth(), b.Memory.Truth()
	for _, w := range j.works() {
		if j.currentlyUnwatched(a, w, f) || j.currentlyUnwatched(b, w, f) || !canKeep(a, w, f) || !canKeep(b, w, f) || j.unsettled[w] || j.l.broken[a.Name] || j.l.broken[b.Name] {
			continue
		}
		x, y := shows(ta.Of(w), f), shows(tb.Of(w), f)
		if equalEnough(f, x, y) || j.byService(a, w, f, x) || j.byService(b, w, f, y) || j.barred(a, b, w, f) || j.backdated(a, w, f) || j.backdated(b, w, f) {
			continue
		}
		if movedOn(a, f, x, why[reason{topic{w, f}, a.ID}]) || movedOn(b, f, y, why[reason{topic{w, f}, b.ID}]) {
			continue
		}
		codes := append(why[reason{topic{w, f}, a.ID}], why[reason{topic{w, f}, b.ID}]...)
		i := slices.IndexFunc(codes, func(c ledger.Code) bool { return explains(f, c) })
		if i < 0 {
			j.fail(j.alone("L1"), "%s shows %s of %s as %s, %s as %s, and the reasons are %v; said: %+v", a.Name, f, w, x.Text(f), b.Name, y.Text(f), codes, j.words[topic{w, f}])
			return
		}
		j.l.counts["apart "+string(codes[i])]++
	}
}

// byService: what the account shows is neither the last word there nor the
// last write; the service did it by itself, which stays local (R9).
func (j *judge) byService(room *Room, w providertest.Work, f media.Feature, v media.Value) bool {
	if room.Memory.Profile().Caps.Effects == 0 {
		return false
	}
	nth, set := 0, false
	for _, t := range j.words[topic{w, f}] {
		if t.who == room.Name {
			nth, set = t.nth, t.set
		}
	}
	for _, s := range j.sent[topic{w, f}] {
		if s.who == room.Name && s.Stored && s.nth > nth {
			nth, set = s.nth, s.Change.Action != provider.Remove
		}
	}
	return set != v.Set
}

// backdated: the last word at the account looks older than what it showed before.
func (j *judge) backdated(room *Room, w providertest.Work, f media.Feature) (last bool) {
	for _, t := range j.words[topic{w, f}] {
		if t.who == room.Name {
			last = t.backdated && f != media.History
		}
	}
	return last
}

// currentlyUnwatched: a flag was un-marked, which deletes no play elsewhere (R17).
func (j *judge) currentlyUnwatched(room *Room, w providertest.Work, f media.Feature) bool {
	if f != media.History || room.Memory.Profile().Caps.Features[f].KeepsPlays {
		return false
	}
	return slices.ContainsFunc(j.words[topic{w, f}], func(t told) bool { return t.who == room.Name && !t.set })
}

// movedOn: the date of a flag that proves no finish moved on since a play was
// deleted elsewhere, and what it tells of by now nobody took away.
func movedOn(room *Room, f media.Feature, v media.Value, codes []ledger.Code) bool {
	c := room.Memory.Profile().Caps.Features[f]
	return f == media.History && v.Set && !c.KeepsPlays && !c.FinishProven && slices.Contains(codes, ledger.NewerThere)
}

// barred: the terms of a service where somebody spoke keep it from trackers (R15).
func (j *judge) barred(a, b *Room, w providertest.Work, f media.Feature) bool {
	tracker := func(r *Room) bool { return r.Memory.Profile().Caps.Class == provider.Tracker }
	return (tracker(a) || tracker(b)) && slices.ContainsFunc(j.words[topic{w, f}], func(t told) bool {
		return !j.l.home.Room(t.who).Memory.Profile().Caps.OnwardToTrackers
	})
}

// explains tells whether a reason lets a difference stand for good. Without
// times on both sides nothing is written over a position (R18).
func explains(f media.Feature, c ledger.Code) bool {
	return f == media.Progress && (c == ledger.NothingSaid || c == ledger.NewerThere) || slices.Contains(apart, c) || len(c) > 6 && c[:6] == "guard_"
}

// works are all works that anybody ever spoke about, in order.
func (j *judge) works() (out []providertest.Work) {
	for key := range j.words {
		out = append(out, key.work)
	}
	slices.SortFunc(out, func(a, b providertest.Work) int { return compareText(a.String(), b.String()) })
	return slices.Compact(out)
}

func canKeep(room *Room, w providertest.Work, f media.Feature) bool {
	p := room.Memory.Profile()
	noIDs := len(p.IDs[w.Kind]) == 0 && len(p.Numbered) == 0 // its items are proposed to the person
	if noIDs || p.Caps.Features[f].Of(w.Kind) != provider.FullUse || w.Kind == media.Episode && w.Anime != p.Prefix {
		return false
	}
	if p.Caps.WritesHeldOnly && !(p.ListApart && f == media.Watchlist) {
		return slices.ContainsFunc(room.Memory.Truth().Of(w), func(h providertest.Has) bool { return !h.Apart })
	}
	return true
}

func equalEnough(f media.Feature, x, y media.Value) bool {
	if x.Set != y.Set {
		return false
	}
	switch f {
	case media.Ratings:
		return x.N-y.N <= 20 && y.N-x.N <= 20
	case media.Progress:
		return !x.Set || samePosition(x, y)
	}
	return true
}

// kept audits plays: what a person watched at a log and nobody took away
// anywhere is still there, and once.
func (j *judge) kept() {
	for _, name := range j.l.home.order {
		room := j.l.home.Room(name)
		if !room.Memory.Profile().Caps.Features[media.History].KeepsPlays {
			continue
		}
		truth := room.Memory.Truth()
		for _, w := range j.works() {
			j.keptOf(name, w, truth.Plays(w))
		}
	}
}

func (j *judge) keptOf(name string, w providertest.Work, plays []media.Moment) {
	words := j.words[topic{w, media.History}]
	if j.unsettled[w] || slices.ContainsFunc(words, func(t told) bool { return !t.set }) {
		return
	}
	for _, t := range words {
		if t.who == name && !slices.Contains(plays, t.value.PlayedAt()) {
			j.fail("lost", "%s was watched at %s on %s, which is gone", w, name, t.value.PlayedAt())
		}
	}
	most := len(words)
	for _, e := range j.effects[topic{w, media.History}] {
		if e.set && j.puzzling(e, topic{w, media.History}) {
			most++
		}
	}
	if n := len(plays); n > most {
		j.fail("duplicate", "%s has %d plays of %s, which was watched %d times", name, n, w, len(words))
	}
}

// reaches tells whether what is said at one account can come to another.
func (j *judge) reaches(from, to ledger.AccountID, f media.Feature) bool {
	seen := []ledger.AccountID{from}
	for i := 0; i < len(seen); i++ {
		for _, r := range j.routes {
			if r.From == seen[i] && r.Feature == f && !slices.Contains(seen, r.To) {
				seen = append(seen, r.To)
			}
		}
	}
	return slices.Contains(seen, to)
}

// answerTo chooses among the answers of R23.
func answerTo(guard ledger.Code, how string) ledger.Answer {
	answers := [3]ledger.Answer{ledger.ReadAgain, ledger.DoIt, ledger.NotNow}
	switch guard {
	case ledger.GuardRemovals, ledger.GuardAsk:
		answers = [3]ledger.Answer{ledger.KeepThem, ledger.DoIt, ledger.PutThemBack}
	case ledger.GuardOverwrite:
		answers = [3]ledger.Answer{ledger.KeepThem, ledger.DoIt, ledger.NotNow}
	case ledger.GuardDuplicates, ledger.GuardAdds:
		answers = [3]ledger.Answer{ledger.DontAdd, ledger.DoIt, ledger.NotNow}
	case ledger.GuardFirstRun:
		answers = [3]ledger.Answer{ledger.NotNow, ledger.DoIt, ledger.NotNow}
	case ledger.GuardUndoneWrites, ledger.GuardFlipFlop, ledger.GuardQuota:
		answers = [3]ledger.Answer{ledger.LeaveIt, ledger.TryAgain, ledger.NotNow}
	case ledger.GuardWrongUser:
		answers = [3]ledger.Answer{ledger.ReadAgain, ledger.ReadAgain, ledger.NotNow}
	}
	return answers[map[string]int{"safe": 0, "yes": 1, "other": 2}[how]]
}
