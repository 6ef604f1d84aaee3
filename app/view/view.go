// Package view turns the engine's values into words: what the window, the
// tray and notifications show, in the person's language.
//
// It is pure: no clock, no network, no toolkit. Same status, same moment, same
// words → same model. app/ui and app/tray draw what it returns and send back
// the Commands that its buttons carry. The words are in assets/lang; every
// reason of the engine has a sentence and a next step there.
//
// Start with From in this file, then status.go, hold.go and tray.go.
package view

import (
	"slices"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// Mood is the state of everything in one word, and the shape of the tray icon.
// A higher mood hides a lower one.
type Mood uint8

const (
	Good Mood = iota
	Working
	Paused
	Trouble
	NeedsYou
)

var moodNames = [...]string{"good", "working", "paused", "problem", "needs-you"}

// String returns the name of the mood's icon: "tray-<name>".
func (m Mood) String() string { return moodNames[m] }

// Service is a kind of provider that an account can be added of.
type Service struct {
	Name, Title string
	Methods     []string // ways to sign in, best first
}

// Window is everything that the window shows.
type Window struct {
	Mood     Mood
	Sentence string   // the one on top
	Details  []string // smaller lines under it
	Demo     string   // "" or the words of the demo badge
	Buttons  []Button
	Progress *Progress
	Welcome  *Welcome // nothing is connected, or too little to keep in step
	Cards    []Card   // what needs the person, most urgent first
	Doubts   []Card   // what explains itself and ends by itself
	Tiles    []Tile   // one per account
	LastRun  *Run
	// LastTitle is the heading over it.
	LastTitle string
	Services  []Service
	New       NewAccount
}

// Beginning tells whether the person is still setting up: too little is
// connected, or a first look waits for Start.
func (m Window) Beginning() bool {
	return m.Welcome != nil || slices.ContainsFunc(m.Cards, func(c Card) bool { return c.Fold })
}

// Progress is a run under way.
type Progress struct {
	Text  string
	Share float64 // 0..1; negative: not known
}

// Welcome is the first window.
type Welcome struct {
	Title, Text, Promise string
	Services             []ServiceOffer
}

// ServiceOffer is a service to connect, with a line of what it takes.
type ServiceOffer struct {
	Service
	Button string
}

// From is the window of a status at a moment.
func From(s ledger.Status, now media.Moment, services []Service, w *Words) Window {
	p := painter{Words: w, s: s, now: now, services: services}
	still := p // a run has a line of its own: sentence and sign do not flicker with it
	still.s.Running = nil
	out := Window{Mood: still.mood(), Sentence: still.sentence(), Buttons: p.buttons(), Progress: p.progress(), Services: services, New: p.newAccount()}
	if p.writing() && still.mood() == Good { // not in step before it is written
		out.Mood, out.Sentence = Working, w.Say("status.writing")
	}
	if s.Demo {
		out.Demo = w.Say("status.demo")
	}
	if s.Problem != nil {
		out.Cards = append(out.Cards, p.problemCard(*s.Problem))
	}
	if len(s.Accounts) < 2 && s.Problem == nil {
		out.Welcome = p.welcome()
	}
	if len(s.Accounts) == 0 {
		out.Buttons = nil
		return out
	}
	out.Details = p.details()
	out.Cards = append(out.Cards, p.accountCards()...)
	out.Cards = append(out.Cards, p.holdCards()...)
	out.Doubts = p.doubtCards()
	for _, a := range s.Accounts {
		out.Tiles = append(out.Tiles, p.tile(a))
	}
	if last, title := p.lastRun(); last != nil {
		run := p.run(*last)
		out.LastRun, out.LastTitle = &run, p.Say(title)
	}
	return out
}

// lastRun is the run to tell of, and the key of its heading: the last one, or
// where that had nothing to do the last that changed something.
func (p *painter) lastRun() (run *ledger.RunSummary, title string) {
	last := p.s.LastRun
	if last == nil || p.s.LastChange == nil || last.ID == p.s.LastChange.ID {
		return last, "run.title"
	}
	if last.Added+last.Updated+last.Removed+last.Failed+last.Unproven+last.Held > 0 || last.Error != "" || last.Stopped {
		return last, "run.title"
	}
	return p.s.LastChange, "run.last_changes"
}

// painter carries what every part of a model needs.
type painter struct {
	*Words
	s        ledger.Status
	now      media.Moment
	services []Service
}

func (p *painter) welcome() *Welcome {
	out := &Welcome{Title: p.Say("welcome.title"), Text: p.Say("welcome.text"), Promise: p.Say("welcome.promise")}
	if len(p.s.Accounts) > 0 {
		out.Text = p.Say("welcome.one_more")
	}
	for _, s := range p.services {
		out.Services = append(out.Services, ServiceOffer{s, p.Say("welcome.connect", "service", s.Title)})
	}
	return out
}

// account names an account as sentences do.
func (p *painter) account(id ledger.AccountID) string {
	for _, a := range p.s.Accounts {
		if a.ID == id {
			return p.accountName(a)
		}
	}
	return p.Say("account.gone", "id", int(id))
}

// accountName is the service's title where the name says no more than that.
func (p *painter) accountName(a ledger.AccountStatus) string {
	if a.Name != a.Provider {
		return a.Name
	}
	return p.service(a.Provider)
}

func (p *painter) service(name string) string {
	for _, s := range p.services {
		if s.Name == name {
			return s.Title
		}
	}
	return name
}

func (p *painter) feature(f media.Feature) string { return p.Say("feature." + f.String()) }
