package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"fyne.io/fyne/v2"
	fyneapp "fyne.io/fyne/v2/app"

	"watchkeeper/app"
	"watchkeeper/app/desktop"
	"watchkeeper/app/tray"
	"watchkeeper/app/ui"
	"watchkeeper/app/view"
	"watchkeeper/assets"
	"watchkeeper/engine"
	"watchkeeper/engine/ledger"
)

// program joins engine, window, tray and notifications.
type program struct {
	house    *app.App        // nil: it did not open
	problem  *ledger.Problem // why not
	words    *view.Words
	services []view.Service

	toolkit  fyne.App
	screen   *ui.Screen
	tray     *tray.Tray
	notifier *desktop.Notifier
	post     func(func()) // to the toolkit's own goroutine

	autostart desktop.Autostart

	ctx    context.Context // of everything but the window; ends after it
	cancel context.CancelFunc
	begun  bool          // work was started, on the toolkit's goroutine
	ended  chan struct{} // the engine and the render loop are done

	// On the toolkit's goroutine only:
	hidden   bool
	hosted   bool // there is a place for the tray icon
	askedHow bool // the person chose to go on without window and tray
}

// newProgram builds everything that is seen, and shows nothing yet.
func newProgram(house *app.App, failed error, f flags, words *view.Words) *program {
	p := &program{house: house, words: words, ended: make(chan struct{}), autostart: desktop.NewAutostart(f.again()...)}
	if failed != nil {
		p.problem = engine.ProblemOf(failed)
		slog.Error("the data folder cannot be used", "error", failed)
	}
	if house != nil {
		if chosen := p.setting("ui.language"); chosen != "" {
			p.words = view.Speak(chosen, time.Local)
		}
		for _, s := range house.Services() {
			v := view.Service{Name: s.Name, Title: s.Title}
			for _, m := range s.Methods {
				v.Methods = append(v.Methods, string(m))
			}
			p.services = append(p.services, v)
		}
	}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	icon := iconFile()
	p.toolkit = fyneapp.NewWithID(desktop.ID)
	p.post = func(f func()) { fyne.Do(f) }
	p.screen = ui.New(p.toolkit, p.words, p.actions(), p.closeWindow)
	carry := func(c view.Command) { p.post(func() { p.carry(c) }) }
	p.tray = tray.New(tray.Events{Command: carry, Host: func(present bool) { p.post(func() { p.host(present) }) }})
	p.notifier = desktop.NewNotifier(icon, carry)
	return p
}

// iconFile puts the icon where the desktop can read it; "" where it cannot.
// The folder must be there for the toolkit too.
func iconFile() string {
	cache, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	path := filepath.Join(cache, "watchkeeper", "app.png")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		slog.Warn("no cache folder", "error", err)
		return ""
	}
	if err := os.WriteFile(path, assets.App, 0o600); err != nil {
		slog.Warn("the icon was not written", "error", err)
		return ""
	}
	return path
}

// run shows the window or the tray and returns when the person quits or ctx
// ends. What must be done at the end is in close: the toolkit's own hook for
// it does not always run.
func (p *program) run(ctx context.Context, background bool) {
	p.hidden = background
	p.toolkit.Lifecycle().SetOnStarted(func() {
		p.tray.Start()
		if !background {
			p.screen.Raise()
		}
		p.begun = true
		go p.work()
		go func() {
			<-ctx.Done()
			p.post(p.toolkit.Quit)
		}()
	})
	p.toolkit.Run()
}

// work runs the engine by schedule and brings its news to the screen.
func (p *program) work() {
	defer close(p.ended)
	drawn := make(chan struct{})
	go func() {
		defer close(drawn)
		p.render()
	}()
	if p.house != nil {
		if err := p.house.Run(p.ctx); err != nil {
			p.house.Log.Error("the engine ended", "error", err)
		}
	}
	<-drawn
}

// leaving is how long the end waits for what is under way.
const leaving = 30 * time.Second

// close ends the engine after the item in flight is booked.
func (p *program) close() error {
	p.tray.End()
	p.cancel()
	ctx, cancel := context.WithTimeout(context.Background(), leaving)
	defer cancel()
	if p.begun {
		select {
		case <-p.ended:
		case <-ctx.Done():
		}
	}
	p.notifier.Close()
	if p.house == nil {
		return nil
	}
	return p.house.Close(ctx)
}

// carry does what tray and notices ask for.
func (p *program) carry(c view.Command) {
	switch c.Verb {
	case view.Open, view.Review, view.Undo, view.Add, view.SignIn, view.About, view.Bundle:
		p.hidden = false
	}
	p.screen.Carry(c)
}

func (p *program) raise() {
	p.hidden = false
	p.screen.Raise()
}

// closeWindow hides the window where the tray brings it back; elsewhere it
// asks once.
func (p *program) closeWindow() {
	hide := func() {
		p.hidden = true
		p.screen.Hide()
	}
	if p.hosted || p.askedHow {
		hide()
		return
	}
	p.screen.AskClose(func() {
		p.askedHow = true
		hide()
	}, p.toolkit.Quit)
}

// hostPatience is how long a panel may take to restart.
const hostPatience = 10 * time.Second

// host is told whether there is a place for the tray icon. A hidden window
// that nothing can bring back shows itself.
func (p *program) host(present bool) {
	p.hosted = present
	if present || !p.hidden || p.askedHow {
		return
	}
	time.AfterFunc(hostPatience, func() {
		p.post(func() {
			if !p.hosted && p.hidden && !p.askedHow {
				p.raise()
			}
		})
	})
}

var errNoHouse = errors.New("the data folder cannot be used")
