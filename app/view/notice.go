package view

import (
	"maps"
	"time"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// Level is how much a person wants to be told.
type Level uint8

const (
	MustAct  Level = iota // only when the person must act
	Problems              // also set aside values, and sign-ins that are about to end
	Results               // also first full sync and big runs
)

// ParseLevel reads a level as settings keep it.
func ParseLevel(s string) (Level, bool) {
	for l, name := range [...]string{"must-act", "problems", "results"} {
		if s == name {
			return Level(l), true
		}
	}
	return MustAct, false
}

// Notice is one notification. One with the same ID replaces it.
type Notice struct {
	ID          string
	Title, Body string
	Click       Command
	Buttons     []Button
}

// Told is what the person was told already. It is kept between starts, so
// that a restart does not repeat it.
type Told struct {
	Runs     map[ledger.RunID]Tellings    // holds, per run that made them
	SignIn   map[ledger.AccountID]bool    // accounts that need a sign-in
	Ends     map[ledger.AccountID]EndTold // accounts whose sign-in is about to end
	Stale    media.Moment                 // last telling of staleness
	Aside    media.Moment                 // last digest of set aside values
	AsideN   int                          // how many it told of
	FirstRun bool                         // the first full sync was told, for ever
	Result   ledger.RunID                 // last run that was told
}

// Tellings is when a run's holds were told, at most twice.
type Tellings struct{ First, Second media.Moment }

// EndTold is which end of a sign-in was told, and whether for the last time.
type EndTold struct {
	End  media.Moment
	Last bool
}

// Quiet is why nothing is told just now.
type Quiet struct {
	Level Level
	// Until: silence after a start or a resume.
	Until media.Moment
	// From and To are the quiet hours in local hours; equal: none.
	From, To int
	// Inhibited: the desktop itself asks for silence.
	Inhibited bool
}

const (
	again      = 24 * time.Hour // reminder of holds, digest, staleness
	staleAfter = 24 * time.Hour
	bigRun     = 50
	endSoon    = 30 * 24 * time.Hour // a sign-in's end is told when it comes so near,
	endNow     = 48 * time.Hour      // and once more
)

// Notices decides what to tell. withdraw names notices that are solved. What
// falls into silence is told after it, if it is still true.
func Notices(told Told, s ledger.Status, q Quiet, services []Service, w *Words) (show []Notice, withdraw []string, next Told) {
	n := notifier{painter{Words: w, s: s, now: s.Now, services: services}, told.clone(), q.Level, nil, nil}
	n.forget()
	if !n.silent(q) {
		n.holds()
		n.signIn()
		n.ends()
		n.stale()
		n.aside()
		n.results()
	}
	return n.show, n.withdraw, n.told
}

type notifier struct {
	painter
	told     Told
	level    Level
	show     []Notice
	withdraw []string
}

func (t Told) clone() Told {
	return Told{Runs: copied(t.Runs), SignIn: copied(t.SignIn), Ends: copied(t.Ends),
		Stale: t.Stale, Aside: t.Aside, AsideN: t.AsideN, FirstRun: t.FirstRun, Result: t.Result}
}

func copied[K comparable, V any](m map[K]V) map[K]V {
	out := map[K]V{}
	maps.Copy(out, m)
	return out
}

func (n *notifier) silent(q Quiet) bool {
	if n.now < q.Until || q.Inhibited {
		return true
	}
	hour := n.now.Time().In(n.zone).Hour()
	if q.From <= q.To {
		return hour >= q.From && hour < q.To
	}
	return hour >= q.From || hour < q.To
}

// Names of notices.
const (
	noticeHolds  = "holds"
	noticeSignIn = "sign-in"
	noticeEnds   = "sign-in-ends"
	noticeStale  = "stale"
	noticeAside  = "set-aside"
	noticeResult = "result"
)

// forget drops what is solved, and withdraws its notice.
func (n *notifier) forget() {
	open := map[ledger.RunID]bool{}
	for _, h := range n.s.Holds {
		open[h.Run] = true
	}
	told := len(n.told.Runs)
	for run := range n.told.Runs {
		if !open[run] {
			delete(n.told.Runs, run)
		}
	}
	if told > 0 && len(n.told.Runs) == 0 {
		n.withdraw = append(n.withdraw, noticeHolds)
	}
	n.forgetAccounts()
	if n.told.Stale.Known() && n.oldStale() == nil && len(n.s.Accounts) > 0 {
		n.told.Stale = 0
		n.withdraw = append(n.withdraw, noticeStale)
	}
}

// forgetAccounts drops what was told of accounts that work again or are gone.
func (n *notifier) forgetAccounts() {
	signIn, ends := len(n.told.SignIn), len(n.told.Ends)
	there := map[ledger.AccountID]bool{}
	for _, a := range n.s.Accounts {
		there[a.ID] = true
		if a.Problem == "" { // only a success ends it
			delete(n.told.SignIn, a.ID)
		}
		if told, ok := n.told.Ends[a.ID]; ok && a.SignInEnds.Known() && a.SignInEnds != told.End {
			delete(n.told.Ends, a.ID) // signed in anew
		}
	}
	if n.s.Problem == nil {
		gone := func(id ledger.AccountID) bool { return !there[id] }
		maps.DeleteFunc(n.told.SignIn, func(id ledger.AccountID, _ bool) bool { return gone(id) })
		maps.DeleteFunc(n.told.Ends, func(id ledger.AccountID, _ EndTold) bool { return gone(id) })
	}
	if signIn > 0 && len(n.told.SignIn) == 0 {
		n.withdraw = append(n.withdraw, noticeSignIn)
	}
	if ends > 0 && len(n.told.Ends) == 0 {
		n.withdraw = append(n.withdraw, noticeEnds)
	}
}

// holds tells of guards at once, once more after a day, then never again; once
// per run.
func (n *notifier) holds() {
	due := false
	for _, h := range n.s.Holds {
		t := n.told.Runs[h.Run]
		switch {
		case t.First == 0:
			t.First, due = n.now, true
		case t.Second == 0 && n.now.Sub(t.First) >= again:
			t.Second, due = n.now, true
		}
		n.told.Runs[h.Run] = t
	}
	if due {
		n.show = append(n.show, n.holdNotice())
	}
}

func (n *notifier) holdNotice() Notice {
	var removals []int64
	titles := 0
	for _, h := range n.s.Holds {
		if removes(h.Guard) {
			removals = append(removals, h.ID)
			titles += h.Count
		}
	}
	out := Notice{ID: noticeHolds, Click: Command{Verb: Open},
		Buttons: []Button{{Label: n.Say("button.review"), Command: Command{Verb: Open}}}}
	if len(removals) == 0 {
		cards := n.holdCards()
		out.Title, out.Body = n.Say("notice.holds", "n", len(cards)), cards[0].Title
		return out
	}
	out.Title, out.Body = n.Say("notice.removals", "n", titles), n.Say("notice.removals_body")
	out.Buttons = append(out.Buttons, Button{Label: n.Say("button.keep_all"), Primary: true,
		Command: Command{Verb: Answer, Holds: removals, Answer: string(ledger.KeepThem)}})
	return out
}

// signIn tells once per account, and again only after a success.
func (n *notifier) signIn() {
	var names []string
	for _, a := range n.s.Accounts {
		if mustSignIn(a.Problem) && !n.told.SignIn[a.ID] {
			n.told.SignIn[a.ID] = true
			names = append(names, n.Say("account."+string(a.Problem), "account", n.accountName(a)))
		}
	}
	if len(names) > 0 {
		n.show = append(n.show, Notice{ID: noticeSignIn, Title: names[0], Body: n.Say("notice.sign_in_body", "n", len(names)),
			Click: Command{Verb: Open}})
	}
}

// ends tells of sign-ins that cannot renew themselves: once a month before
// the end, and once two days before.
func (n *notifier) ends() {
	if n.level < Problems {
		return
	}
	var soon []ledger.AccountStatus
	for _, a := range n.s.Accounts {
		told, left := n.told.Ends[a.ID], a.SignInEnds.Sub(n.now)
		due := !told.End.Known() && left <= endSoon || !told.Last && left <= endNow
		if !a.SignInEnds.Known() || mustSignIn(a.Problem) || !due {
			continue
		}
		n.told.Ends[a.ID] = EndTold{End: a.SignInEnds, Last: left <= endNow}
		soon = append(soon, a)
	}
	if len(soon) == 0 {
		return
	}
	a := soon[0]
	n.show = append(n.show, Notice{ID: noticeEnds, Body: n.Say("notice.ends_body", "n", len(soon)),
		Title: n.Say("notice.ends", "account", n.accountName(a), "when", n.In(a.SignInEnds, n.now)),
		Click: Command{Verb: SignIn, Account: int64(a.ID)}})
}

// oldStale is the account that was read longest ago, when that is too long.
func (n *notifier) oldStale() *doubt {
	var oldest *doubt
	for _, a := range n.s.Accounts {
		for _, f := range a.Features {
			late := !a.Paused && f.LastTrusted.Known() && n.now.Sub(f.LastTrusted) > staleAfter
			if late && (oldest == nil || f.LastTrusted < oldest.feature.LastTrusted) {
				oldest = &doubt{a, f}
			}
		}
	}
	return oldest
}

// stale tells at most daily, of all accounts together, and not while the
// person paused or the computer is offline.
func (n *notifier) stale() {
	old := n.oldStale()
	if old == nil || n.s.Paused || n.s.Offline || n.s.Metered || n.told.Stale.Known() && n.now.Sub(n.told.Stale) < again {
		return
	}
	n.told.Stale = n.now
	n.show = append(n.show, Notice{ID: noticeStale, Click: Command{Verb: Open},
		Title: n.Say("notice.stale", "account", n.accountName(old.account), "age", n.Ago(old.feature.LastTrusted, n.now)),
		Body:  n.Evidence(old.feature.Evidence, n.now)})
}

// aside is a daily digest.
func (n *notifier) aside() {
	more := n.s.SetAside > n.told.AsideN
	n.told.AsideN = min(n.told.AsideN, n.s.SetAside)
	if n.level < Problems || !more || n.told.Aside.Known() && n.now.Sub(n.told.Aside) < again {
		return
	}
	n.told.Aside, n.told.AsideN = n.now, n.s.SetAside
	n.show = append(n.show, Notice{ID: noticeAside, Title: n.Say("status.set_aside", "n", n.s.SetAside),
		Body: n.Say("notice.aside_body"), Click: Command{Verb: Open}})
}

// results tells of the first full sync, once ever, and of big runs.
func (n *notifier) results() {
	run := n.s.LastRun
	if run == nil || run.ID <= n.told.Result || run.Preview || run.Error != "" || run.Stopped {
		return
	}
	wrote := run.Added + run.Updated + run.Removed
	whole := run.Held == 0 && len(n.s.Holds) == 0 && n.unsure() == nil && n.unread() == nil && len(n.s.Accounts) > 1
	key := ""
	switch {
	case whole && !n.told.FirstRun:
		n.told.FirstRun, key = true, "notice.first_sync"
	case wrote > bigRun:
		key = "notice.big_run"
	}
	if key == "" || n.level < Results {
		return
	}
	n.told.Result = run.ID
	n.show = append(n.show, Notice{ID: noticeResult, Title: n.Say(key, "n", wrote),
		Body: n.run(*run).Summary, Click: Command{Verb: Open}})
}
