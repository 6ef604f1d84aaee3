package main

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"time"

	"watchkeeper/app"
	"watchkeeper/app/desktop"
	"watchkeeper/app/view"
	"watchkeeper/app/wire"
	"watchkeeper/engine"
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// actions are what the window can ask. Each works on a goroutine of its own
// and comes back through post.
func (p *program) actions() view.Actions {
	a := view.Actions{
		Post: p.post,
		Do: func(c view.Command, tell func(string)) {
			if c.Verb == view.Quit {
				p.toolkit.Quit()
				return
			}
			go func() {
				words, err := p.perform(p.ctx, c)
				if err != nil {
					words = p.words.Say("message.failed", "why", err.Error())
				}
				p.post(func() { tell(words) })
			}()
		},
		Review: func(holds []int64, show func(view.ReviewPage, error)) {
			back(p, show, func() (view.ReviewPage, error) { return p.review(holds) })
		},
		Why: func(show func(view.ReviewPage, error)) { back(p, show, p.why) },
		Undo: func(run int64, op string, show func(view.UndoPage, error)) {
			back(p, show, func() (view.UndoPage, error) { return p.undo(run, op) })
		},
		Runs: func(show func([]view.Run, error)) {
			back(p, show, p.runs)
		},
		SignIn: p.signIn,
		OpenURL: func(page string) {
			if u, err := url.Parse(page); err == nil && (u.Scheme == "https" || u.Scheme == "http") {
				p.open(u)
			}
		},
	}
	p.pages(&a)
	return a
}

// back gets something on its own goroutine and shows it on the toolkit's.
func back[T any](p *program, show func(T, error), get func() (T, error)) {
	go func() {
		var v T
		err := errNoHouse
		if p.house != nil {
			v, err = get()
		}
		p.post(func() { show(v, err) })
	}()
}

func (p *program) open(u *url.URL) {
	go func() {
		if err := desktop.Open(u.String()); err != nil {
			slog.Warn("a page was not opened", "error", err)
			p.post(func() { p.screen.Tell(u.String()) }) // to be copied by hand
		}
	}()
}

// perform does one command and returns what there is to tell.
func (p *program) perform(ctx context.Context, c view.Command) (string, error) {
	if c.Verb == view.About {
		return p.words.Say("about.text", "version", wire.Version), nil
	}
	if c.Verb == view.Restore || c.Verb == view.Restart {
		p.restore, p.anew = c.Name, true
		p.post(p.toolkit.Quit)
		return "", nil
	}
	if p.house == nil {
		return "", errNoHouse
	}
	e := p.house.Engine
	switch c.Verb {
	case view.SyncNow:
		e.SyncNow()
	case view.ReadNow:
		e.ReadNow(ledger.AccountID(c.Account))
	case view.Stop:
		e.Stop()
	case view.Pause:
		return "", e.Pause(ctx, until(c.For, e.Now().Time().Local()))
	case view.Resume:
		return "", e.Resume(ctx)
	case view.Answer:
		return "", p.answer(ctx, c)
	case view.Undo:
		_, err := p.house.Undo(ctx, app.UndoArgs{Run: c.Run, Op: c.Op})
		return "", err
	case view.Bundle:
		return p.bundle(ctx)
	case view.ShowLog:
		p.open(&url.URL{Scheme: "file", Path: filepath.ToSlash(filepath.Join(p.house.Dir, "logs"))})
	default:
		return p.decided(ctx, c)
	}
	return "", nil
}

// morning is the hour at which "until tomorrow" ends.
const morning = 7

// until is when a pause ends; unknown: when the person resumes.
func until(d view.PauseFor, now time.Time) media.Moment {
	switch d {
	case view.OneHour:
		return media.At(now.Add(time.Hour))
	case view.TillTomorrow:
		y, m, day := now.Date()
		return media.At(time.Date(y, m, day+1, morning, 0, 0, 0, now.Location()))
	}
	return 0
}

func (p *program) answer(ctx context.Context, c view.Command) error {
	var errs []error
	for _, id := range c.Holds {
		_, err := p.house.Answer(ctx, app.AnswerArgs{ID: id, Answer: c.Answer, Ops: c.Ops})
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func (p *program) bundle(ctx context.Context) (string, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		return "", err
	}
	path := filepath.Join(home, time.Now().Format("watchkeeper-support-20060102-150405.zip"))
	made, err := p.house.Bundle(ctx, app.BundleArgs{Path: path})
	return p.words.Say("message.bundle", "file", made.Path), err
}

func (p *program) review(ids []int64) (view.ReviewPage, error) {
	var holds []ledger.Hold
	var titles [][]string
	for _, id := range ids {
		h, names, err := p.house.Engine.Hold(p.ctx, id)
		if err != nil {
			return view.ReviewPage{}, err
		}
		holds, titles = append(holds, h), append(titles, names)
	}
	return view.ReviewOf(holds, titles, p.status(), p.services, p.words), nil
}

// why is what is left as it is, of every person.
func (p *program) why() (view.ReviewPage, error) {
	people, err := p.house.Store.Profiles(p.ctx)
	if err != nil {
		return view.ReviewPage{}, err
	}
	var left []ledger.NonOp
	for _, person := range people {
		unmet, err := p.house.Store.Unmet(p.ctx, person.ID, 0)
		if err != nil {
			return view.ReviewPage{}, err
		}
		left = append(left, unmet...)
	}
	titles, err := p.titles(left)
	return view.WhyOf(left, titles, p.status(), p.services, p.words), err
}

// titles names the works of what is left, in order.
func (p *program) titles(left []ledger.NonOp) ([]string, error) {
	works, err := p.works(left, func(n ledger.NonOp) media.WorkID { return n.Work })
	if err != nil {
		return nil, err
	}
	shows, err := p.works(left, func(n ledger.NonOp) media.WorkID { return works[n.Work].Show })
	out := make([]string, len(left))
	for i, n := range left {
		w := works[n.Work]
		out[i] = engine.Title(w, shows[w.Show])
	}
	return out, err
}

func (p *program) works(left []ledger.NonOp, of func(ledger.NonOp) media.WorkID) (map[media.WorkID]ledger.Work, error) {
	var ids []media.WorkID
	for _, n := range left {
		if id := of(n); id != 0 {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return p.house.Store.Works(p.ctx, slices.Compact(ids))
}

func (p *program) undo(run int64, op string) (view.UndoPage, error) {
	of := engine.UndoOf{Run: ledger.RunID(run), Op: ledger.OpID(op)}
	plan, _, err := p.house.Engine.Undo(p.ctx, of, true)
	var counts []view.UndoCount
	for _, x := range plan.Exactness {
		count := view.UndoCount{Account: x.Account, Exact: x.Exact, ValueOnly: x.ValueOnly}
		for _, left := range plan.NonOps {
			if left.Account == x.Account {
				count.Stays = append(count.Stays, left.Why)
			}
		}
		counts = append(counts, count)
	}
	return view.UndoOf(view.Command{Run: run, Op: op}, counts, p.status(), p.services, p.words), err
}

// The Activity page lists the latest runs that did something.
const (
	searchedRuns = 500
	listedRuns   = 30
)

func (p *program) runs() ([]view.Run, error) {
	runs, err := p.house.Store.Runs(p.ctx, 0, searchedRuns)
	var out []view.Run
	for _, r := range runs {
		did := r.Added+r.Updated+r.Removed+r.Failed+r.Unproven+r.Held > 0 || r.Error != ""
		if did && r.Ended.Known() && len(out) < listedRuns {
			out = append(out, view.FromRun(r, p.status(), p.services, p.words))
		}
	}
	return out, err
}

// status is that of now.
func (p *program) status() ledger.Status {
	s := p.house.Engine.Status()
	s.Now = p.now()
	return s
}
