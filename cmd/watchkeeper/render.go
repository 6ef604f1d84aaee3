package main

import (
	"context"
	"encoding/json"
	"reflect"
	"time"

	"watchkeeper/app/view"
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

const (
	// drawEvery is the fastest that the screen follows the engine.
	drawEvery = 100 * time.Millisecond
	// ageEvery is how often "6 minutes ago" is counted anew.
	ageEvery = 20 * time.Second
	// silence is how long nothing is announced after a start or a resume.
	silence = time.Minute
)

// renderer is the state of the render loop, on its own goroutine.
type renderer struct {
	*program
	steady  view.Steady
	told    view.Told
	quiet   media.Moment // nothing is announced until then
	drawn   time.Time
	notices chan func()
}

// render is the one loop that draws: every status, and the passing of time.
func (p *program) render() {
	r := &renderer{program: p, drawn: time.Now(), quiet: p.now().Add(silence), notices: make(chan func(), 16)}
	defer close(r.notices)
	go announce(r.notices)
	p.remembered("ui.told", &r.told)
	news := p.follow()
	status, again := ledger.Status{Problem: p.problem}, time.Duration(0)
	if p.house != nil {
		status = p.house.Engine.Status()
	}
	for {
		again = r.draw(status)
		select {
		case <-time.After(drawEvery):
		case <-p.ctx.Done():
			return
		}
		select {
		case s := <-news:
			status = s
		case <-time.After(max(again-drawEvery, 0)):
		case <-p.ctx.Done():
			return
		}
	}
}

// follow passes on the newest status, skipping what the screen is too slow
// for.
func (p *program) follow() <-chan ledger.Status {
	out := make(chan ledger.Status, 1)
	if p.house == nil {
		return out
	}
	go func() {
		var seen uint64
		for {
			s, err := p.house.Await(p.ctx, seen)
			if err != nil {
				return
			}
			seen = s.Version
			select {
			case <-out: // the screen has not taken the one before
			default:
			}
			out <- s
		}
	}()
	return out
}

// now is the time that statuses are told by.
func (p *program) now() media.Moment {
	if p.house == nil {
		return media.At(time.Now())
	}
	return p.house.Engine.Now()
}

// draw shows a status as of now, and returns when to do it again although
// nothing happened.
func (r *renderer) draw(s ledger.Status) time.Duration {
	now := time.Now()
	if now.Sub(r.drawn) > 5*ageEvery { // the computer slept
		r.quiet = r.now().Add(silence)
		if r.house != nil {
			r.house.Engine.Woke()
		}
	}
	r.drawn = now
	s.Now = r.now()
	model := view.From(s, s.Now, r.services, r.words)
	r.post(func() { r.screen.Show(model) })
	icon := view.TrayOf(s, s.Now, r.services, r.words)
	var again time.Duration
	r.steady, again = r.steady.Next(icon.Mood, s.Now)
	icon.Mood = r.steady.Shown
	r.tray.Show(icon)
	if s.Running == nil && r.house != nil {
		r.decide(s)
	}
	if again == 0 {
		again = ageEvery
	}
	return again
}

// decide announces what the person must know and withdraws what is solved.
func (r *renderer) decide(s ledger.Status) {
	quiet := r.level()
	show, withdraw, told := view.Notices(r.told, s, quiet, r.services, r.words)
	if len(show) > 0 && r.notifier.Inhibited() {
		quiet.Inhibited = true
		show, withdraw, told = view.Notices(r.told, s, quiet, r.services, r.words)
	}
	for _, n := range show {
		r.notices <- func() { r.notifier.Show(n) }
	}
	for _, id := range withdraw {
		r.notices <- func() { r.notifier.Withdraw(id) }
	}
	if !reflect.DeepEqual(told, r.told) {
		r.told = told
		r.remember("ui.told", told)
	}
}

// level is how much the person wants to be told, and when not.
func (r *renderer) level() view.Quiet {
	q := view.Quiet{Until: r.quiet, From: quietFrom, To: quietTo}
	q.Level, _ = view.ParseLevel(r.setting("ui.notifications"))
	var hours [2]int
	if r.remembered("ui.quiet_hours", &hours) {
		q.From, q.To = hours[0], hours[1]
	}
	return q
}

// announce does what may wait for the desktop, in order.
func announce(work <-chan func()) {
	for do := range work {
		do()
	}
}

// setting is a text that the person chose; "" when there is none.
func (p *program) setting(name string) string {
	var text string
	p.remembered(name, &text)
	return text
}

// remembered reads a setting of the window, and tells whether it is there.
func (p *program) remembered(name string, into any) bool {
	if p.house == nil {
		return false
	}
	stored, err := p.house.Store.Settings(context.Background())
	if err != nil {
		p.house.Log.Error("settings were not read", "error", err)
		return false
	}
	value, ok := stored[name]
	return ok && json.Unmarshal(value, into) == nil
}

func (p *program) remember(name string, value any) {
	text, err := json.Marshal(value)
	if err == nil {
		err = p.house.Store.PutSettings(context.Background(), map[string]json.RawMessage{name: text})
	}
	if err != nil {
		p.house.Log.Error("a setting was not kept", "name", name, "error", err)
	}
}
