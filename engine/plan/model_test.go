package plan

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// model is a toy of everything around the plan: accounts that show at once
// what they are told, a person who acts, and an observer that misses nothing.
// What it leaves to chance comes from one stream.
type model struct {
	*bench
	chance *rand.Rand
	f      media.Feature
	// acts is when the person last said something, by account and subject.
	acts  map[ledger.StatementRef]media.Moment
	clock media.Moment
	plays media.PlayID
}

// newModel draws accounts, routes between them and first looks.
func newModel(seed uint64, mutual bool) *model {
	chance := rand.New(rand.NewPCG(seed, 1))
	var caps []provider.Capabilities
	for range 2 + chance.IntN(3) {
		c := listCaps([]int{1, 10, 20}[chance.IntN(3)])
		if chance.IntN(3) == 0 {
			c = serverCaps()
		}
		caps = append(caps, c)
	}
	m := &model{bench: newBench(caps...), chance: chance, f: media.Features[chance.IntN(len(media.Features))],
		acts: map[ledger.StatementRef]media.Moment{}, clock: ago(1000 * time.Hour)}
	m.w.Run = 1
	m.w.Settings.WatchedLeavesLists = chance.IntN(4) == 0
	m.drawRoutes(mutual)
	for _, p := range m.w.Parties {
		for _, f := range media.Features {
			if p.Caps.Features[f].Coverage == provider.Catalogue {
				m.shows(p.ID, f, 0, media.Value{}, 0, 1)
			}
		}
		switch chance.IntN(3) {
		case 0:
			m.act(p.ID, m.f != media.Progress) // without times nothing is written over a position
		case 1:
			m.clock = m.clock.Add(time.Hour)
			m.act(p.ID, false)
		}
	}
	for i := range m.d.Statements {
		m.d.Statements[i].FirstLook = true
	}
	m.w.Run = 2
	return m
}

// late makes the last account join only now: what it shows is a first look.
func (m *model) late() {
	last := &m.w.Parties[len(m.w.Parties)-1]
	for i := range last.Trust {
		last.Trust[i].FirstRun = m.w.Run + 1
	}
	for i := range m.d.Statements {
		if m.d.Statements[i].Account == last.ID {
			m.d.Statements[i].Run, m.d.Statements[i].FirstLook = m.w.Run+1, true
		}
	}
	for i := range m.d.Shown {
		if m.d.Shown[i].Account == last.ID {
			m.d.Shown[i].Since = m.w.Run + 1
		}
	}
}

// weather makes accounts silent for a run.
func (m *model) weather(clear bool) {
	for i := range m.w.Parties {
		for f := range m.w.Parties[i].TrustedNow {
			m.w.Parties[i].TrustedNow[f] = clear || m.chance.IntN(3) > 0
		}
	}
}

func (m *model) drawRoutes(mutual bool) {
	for x := range m.w.Parties {
		for y := range m.w.Parties {
			if x == y || !mutual && m.chance.IntN(2) == 0 {
				continue
			}
			mode, removals := ledger.KeepSame, ledger.Follow
			if !mutual {
				mode, removals = ledger.Mode(1+m.chance.IntN(3)), ledger.Removals(m.chance.IntN(3))
			}
			r := m.route(ledger.AccountID(x+1), ledger.AccountID(y+1), m.f, mode, removals)
			r.Unwatch = !mutual && m.chance.IntN(4) == 0
			m.routeHistory(*r)
		}
	}
}

// routeHistory gives positions a history to end them.
func (m *model) routeHistory(r ledger.Route) {
	if m.f == media.Progress {
		m.route(r.From, r.To, media.History, ledger.AddOnly, ledger.Never)
	}
}

// act lets the person do something at an account; undated acts have an
// unknown time.
func (m *model) act(id ledger.AccountID, undated bool) {
	m.clock = m.clock.Add(3 * time.Hour)
	at := m.clock
	if undated {
		at = 0
	}
	shown := m.row(id, m.f, 0)
	switch {
	case m.f == media.History, m.f == media.Progress && m.w.Run > 1 && m.chance.IntN(4) == 0:
		m.actOnPlays(id, at)
	case shown != nil && m.chance.IntN(3) == 0 && !undated:
		m.say(id, ledger.Subject{Work: 7, Feature: m.f}, media.Value{}, at)
	default:
		m.say(id, ledger.Subject{Work: 7, Feature: m.f}, m.value(id), at)
	}
}

func (m *model) value(id ledger.AccountID) media.Value {
	switch m.f {
	case media.Ratings:
		v, _ := Project(m.f, m.party(id).Caps.Features[m.f], media.Rated(1+m.chance.IntN(100)), m.d.Work)
		return v
	case media.Progress:
		return media.Position(int64(60_000+m.chance.IntN(80)*60_000), m.d.Work.RuntimeMS)
	}
	return media.Listed()
}

func (m *model) actOnPlays(id ledger.AccountID, at media.Moment) {
	log := m.party(id).Caps.Features[media.History].KeepsPlays
	for i := range m.d.Shown {
		row := m.d.Shown[i]
		if row.Account == id && row.State == ledger.ShownValue && m.chance.IntN(3) == 0 && at.Known() {
			s := ledger.Subject{Work: 7, Feature: media.History, Play: row.Play}
			if !log {
				s.Play = 0 // a flag can only be un-watched
			}
			m.say(id, s, media.Value{}, at)
			return
		}
	}
	m.plays++
	m.play(m.plays, at)
	m.say(id, ledger.Subject{Work: 7, Feature: media.History, Play: m.plays}, media.Watched(at), at)
}

// say is a person's word: the account shows it and the observer concludes it.
func (m *model) say(id ledger.AccountID, s ledger.Subject, v media.Value, at media.Moment) {
	m.acts[ledger.StatementRef{Account: id, Subject: s}] = m.clock
	m.put(ledger.Statement{Account: id, Subject: s, Cleared: !v.Set, Value: v, At: at, Seen: m.clock, Run: m.w.Run, Origin: id})
	m.show(id, s, v, at)
}

// put keeps one statement per account and subject.
func (m *model) put(st ledger.Statement) {
	m.seq++
	st.Seq = m.seq
	if st.OriginSeq == 0 {
		st.OriginSeq = m.seq
	}
	m.d.Statements = slices.DeleteFunc(m.d.Statements, func(o ledger.Statement) bool {
		return o.Account == st.Account && o.Subject == st.Subject
	})
	m.d.Statements = append(m.d.Statements, st)
}

func (m *model) row(id ledger.AccountID, f media.Feature, play media.PlayID) *ledger.Shown {
	for i := range m.d.Shown {
		row := &m.d.Shown[i]
		if row.Account == id && row.Feature == f && row.State == ledger.ShownValue && (play == 0 || row.Play == play) {
			return row
		}
	}
	return nil
}

// show makes the account show a value; a log has a row per play.
func (m *model) show(id ledger.AccountID, s ledger.Subject, v media.Value, at media.Moment) {
	log := s.Feature == media.History && m.party(id).Caps.Features[s.Feature].KeepsPlays
	m.d.Shown = slices.DeleteFunc(m.d.Shown, func(row ledger.Shown) bool {
		return row.Account == id && row.Feature == s.Feature && (!log || row.Play == s.Play)
	})
	if v.Set || !log {
		m.shows(id, s.Feature, s.Play, v, at, m.w.Run)
	}
}

// run plans and does everything that is planned, in any order; questions are
// answered, holds are accepted. It returns how many ops there were, and what
// was wrong with one of them.
func (m *model) run() (int, error) {
	m.w.Run++
	m.clock = m.clock.Add(48 * time.Hour)
	m.w.Now = m.clock
	m.d.Reread = nil
	for _, p := range m.w.Parties {
		m.d.Reread = append(m.d.Reread, p.ID)
	}
	plan := m.make()
	var wrong error
	for _, op := range plan.Ops {
		wrong = errors.Join(wrong, m.judge(op))
	}
	m.chance.Shuffle(len(plan.Ops), func(i, j int) { plan.Ops[i], plan.Ops[j] = plan.Ops[j], plan.Ops[i] })
	for _, op := range plan.Ops {
		m.show(op.Account, op.Subject, op.New, op.At)
		op.Says.Run = m.w.Run
		m.put(op.Says)
	}
	return len(plan.Ops), wrong
}

// judge is the oracle of S1 and R12: it knows when the person spoke and what
// the routes say, and nothing of how the plan came about.
func (m *model) judge(op ledger.Op) error {
	said := m.acts[ledger.StatementRef{Account: op.Account, Subject: op.Subject}]
	exact := false
	for _, r := range m.w.Routes {
		exact = exact || r.To == op.Account && r.Mode == ledger.CopyExactly && op.Feature == r.Feature
	}
	switch {
	case !m.party(op.Account).TrustedNow[op.Feature]:
		return fmt.Errorf("%s on %d, which was not read", op.Action, op.Account)
	case op.Action == provider.Add:
		return nil
	case !exact && op.At.Known() && said > op.At && m.dated(op):
		return fmt.Errorf("%s on %d of a word said at %s, later than its cause at %s", op.Action, op.Account, said, op.At)
	case op.Action == provider.Remove && !exact:
		return m.judgeRemoval(op)
	}
	return nil
}

// dated tells whether the target's own word was dated: an undated one is older
// than any date by rule (R11).
func (m *model) dated(op ledger.Op) bool {
	for _, st := range m.d.Statements {
		if st.Account == op.Account && st.Subject == op.Subject {
			return st.At.Known() && st.Origin == op.Account
		}
	}
	return false
}

// judgeRemoval wants a Cleared, or a play that the rules let stand for one,
// that came by routes which all follow removals.
func (m *model) judgeRemoval(op ledger.Op) error {
	if m.f == media.Progress || m.w.Settings.WatchedLeavesLists {
		return nil
	}
	cleared := false
	for _, st := range m.d.Statements {
		if st.Account != op.Cause.Account || st.Seq != op.Cause.Seq {
			continue
		}
		cleared = cleared || st.Cleared
		if first := m.party(op.Account).Trust[op.Feature].FirstRun; st.Run <= first {
			return fmt.Errorf("removal on %d by a word of run %d, not later than its first look in run %d", op.Account, st.Run, first)
		}
	}
	if !cleared {
		return fmt.Errorf("removal on %d without a word that caused it", op.Account)
	}
	if len(op.Path) == 0 {
		return fmt.Errorf("removal on %d without a path", op.Account)
	}
	for _, id := range op.Path {
		r := m.w.Routes[id-1]
		if r.Mode == ledger.AddOnly || r.Removals == ledger.Never || r.Removals == ledger.Ask && !op.Ask {
			return fmt.Errorf("removal on %d by route %d, which does not permit it", op.Account, id)
		}
	}
	return nil
}

// agree tells what two accounts that can both show everything show differently.
func (m *model) agree() error {
	first := m.w.Parties[0]
	for _, p := range m.w.Parties[1:] {
		a, b := m.row(first.ID, m.f, 0), m.row(p.ID, m.f, 0)
		if (a == nil) != (b == nil) {
			return fmt.Errorf("account %d shows the film and account %d does not", first.ID, p.ID)
		}
		if a == nil || m.f == media.History {
			continue
		}
		x, y := a.Value, b.Value
		if m.f == media.Ratings {
			step := max(int64(first.Caps.Features[m.f].Step), int64(p.Caps.Features[m.f].Step))
			if d := x.N - y.N; d > step || d < -step {
				return fmt.Errorf("ratings %d and %d", x.N, y.N)
			}
		} else if m.f == media.Progress && !nearby(x, y, m.d.Work) {
			return fmt.Errorf("positions %d and %d", x.N, y.N)
		}
	}
	return nil
}
