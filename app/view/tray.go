package view

import (
	"time"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// Tray is what the tray icon shows.
type Tray struct {
	Mood    Mood
	Tooltip string
	Menu    []MenuItem
}

// MenuItem is one line of the tray's menu; without Label it is a separator,
// without Command and Items it only says something.
type MenuItem struct {
	Label   string
	Command Command
	Items   []MenuItem
}

// mostNeeds is how many lines of what needs the person the menu shows.
const mostNeeds = 3

// TrayOf is the tray of a status at a moment.
func TrayOf(s ledger.Status, now media.Moment, services []Service, w *Words) Tray {
	p := painter{Words: w, s: s, now: now, services: services}
	t := Tray{Mood: p.mood(), Tooltip: p.tooltip()}
	t.Menu = append(t.Menu, MenuItem{Label: p.menuLine()})
	for _, c := range first(append(p.accountCards(), p.holdCards()...), mostNeeds) {
		t.Menu = append(t.Menu, MenuItem{Label: c.Title, Command: Command{Verb: Open}})
	}
	t.Menu = append(t.Menu, MenuItem{}, MenuItem{Label: w.Say("menu.open"), Command: Command{Verb: Open}})
	if s.Running != nil {
		t.Menu = append(t.Menu, MenuItem{Label: w.Say("menu.stop"), Command: Command{Verb: Stop}})
	} else {
		t.Menu = append(t.Menu, MenuItem{Label: w.Say("menu.sync"), Command: Command{Verb: SyncNow}})
	}
	t.Menu = append(t.Menu, p.pauseItem())
	if run := s.LastChange; run != nil && !run.Preview && run.Added+run.Updated+run.Removed > 0 {
		t.Menu = append(t.Menu, MenuItem{Label: w.Say("menu.undo"), Command: Command{Verb: Undo, Run: int64(run.ID)}})
	}
	return withEnd(t, w)
}

// Opening is the tray before anything is known.
func Opening(w *Words) Tray {
	line := w.Say("tray.opening")
	return Tray{Mood: Working, Tooltip: w.Say("tray.tooltip", "state", line), Menu: []MenuItem{
		{Label: line}, {}, {Label: w.Say("menu.quit"), Command: Command{Verb: Quit}}}}
}

func withEnd(t Tray, w *Words) Tray {
	t.Menu = append(t.Menu, MenuItem{},
		MenuItem{Label: w.Say("menu.help"), Items: []MenuItem{
			{Label: w.Say("menu.bundle"), Command: Command{Verb: Bundle}},
			{Label: w.Say("menu.logs"), Command: Command{Verb: ShowLog}},
			{Label: w.Say("menu.about"), Command: Command{Verb: About}},
		}},
		MenuItem{Label: w.Say("menu.quit"), Command: Command{Verb: Quit}})
	return t
}

func first(cards []Card, n int) []Card { return cards[:min(n, len(cards))] }

func (p *painter) pauseItem() MenuItem {
	if p.s.Paused {
		return MenuItem{Label: p.Say("menu.resume"), Command: Command{Verb: Resume}}
	}
	item := func(key string, d PauseFor) MenuItem {
		return MenuItem{Label: p.Say(key), Command: Command{Verb: Pause, For: d}}
	}
	return MenuItem{Label: p.Say("menu.pause"), Items: []MenuItem{
		item("menu.pause_hour", OneHour), item("menu.pause_tomorrow", TillTomorrow), item("menu.pause_resumed", TillResumed)}}
}

// menuLine is the first line of the menu. It leaves out what changes by the
// second, because a menu closes when it changes.
func (p *painter) menuLine() string {
	if p.mood() == Working && p.s.Running != nil {
		return p.Say("menu.working")
	}
	return p.sentence()
}

// tooltip says the state in words, always.
func (p *painter) tooltip() string {
	line := p.Say("tray.tooltip", "state", p.sentence())
	if p.s.Demo {
		line = p.Say("tray.tooltip_demo", "state", p.sentence())
	}
	if p.s.Running == nil && p.s.Waiting == 0 && p.mood() != NeedsYou {
		line = p.Say("tray.tooltip_safe", "line", line)
	}
	return line
}

// Steady keeps the tray icon from flickering: it works only after three
// seconds of work, and every mood stays for two.
type Steady struct {
	Shown Mood
	since media.Moment // Shown was first shown
	work  media.Moment // work began; 0 when none is under way
}

const (
	workAfter = 3 * time.Second
	stays     = 2 * time.Second
)

// Next takes the mood of now and returns what to show, and when to ask again
// although nothing changed; 0: not before the next status.
func (s Steady) Next(mood Mood, now media.Moment) (Steady, time.Duration) {
	var ask time.Duration
	switch {
	case mood != Working:
		s.work = 0
	case s.work == 0:
		s.work = now
		fallthrough
	default:
		if left := workAfter - now.Sub(s.work); left > 0 {
			mood, ask = Good, left
			if s.Shown != Working && s.since.Known() {
				mood = s.Shown
			}
		}
	}
	if mood == s.Shown && s.since.Known() {
		return s, ask
	}
	if left := stays - now.Sub(s.since); s.since.Known() && left > 0 {
		return s, left
	}
	s.Shown, s.since = mood, now
	return s, ask
}
