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
	"watchkeeper/app/instance"
	"watchkeeper/app/tray"
	"watchkeeper/app/ui"
	"watchkeeper/app/view"
	"watchkeeper/assets"
	"watchkeeper/engine"
	"watchkeeper/engine/ledger"
)

// program joins engine, window, tray and notifications. It shows its tray
// icon first and opens the data folder beside that.
type program struct {
	words      *view.Words
	background bool
	wish       string // what this start asks for
	autostart  desktop.Autostart

	toolkit  fyne.App
	tray     *tray.Tray
	notifier *desktop.Notifier
	post     func(func()) // to the toolkit's own goroutine

	ctx     context.Context // of everything but the window; ends after it
	cancel  context.CancelFunc
	opening opening

	anew    bool   // start again once this has ended
	restore string // with this backup; "" for none

	// From here on set by enter, before anything else reads them:
	house    *app.App        // nil: it did not open
	problem  *ledger.Problem // why not
	services []view.Service
	screen   *ui.Screen    // nil until then
	failed   error         // what ends the program at once
	ended    chan struct{} // the engine and the render loop are done

	// On the toolkit's goroutine only:
	hidden   bool
	hosted   bool // there is a place for the tray icon
	askedHow bool // the person chose to go on without window and tray
}

// opening is the data folder on its way.
type opening struct {
	done  chan struct{} // closed when what follows is known; nil: not begun
	house *app.App
	err   error
}

// newProgram builds what is seen first, and shows nothing yet.
func newProgram(f flags, words *view.Words) *program {
	p := &program{words: words, background: f.background, wish: f.wish, hidden: f.background, autostart: desktop.NewAutostart(f.again()...)}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	icon := iconFile()
	p.toolkit = fyneapp.NewWithID(desktop.ID)
	p.post = func(f func()) { fyne.Do(f) }
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

// run shows the tray, opens the data folder, shows the window, and returns
// when the person quits or ctx ends. What must be done at the end is in close:
// the toolkit's own hook for it does not always run.
func (p *program) run(ctx context.Context, open func() (*app.App, error), lock *instance.Lock) {
	p.toolkit.Lifecycle().SetOnStarted(func() {
		p.tray.Start()
		p.tray.Show(view.Opening(p.words))
		p.opening.done = make(chan struct{})
		go func() {
			p.opening.house, p.opening.err = open()
			close(p.opening.done)
			p.post(func() { p.enter(lock) })
		}()
		go func() {
			<-ctx.Done()
			p.post(p.toolkit.Quit)
		}()
	})
	p.toolkit.Run()
}

// enter takes over the opened data folder, or shows why it is not.
func (p *program) enter(lock *instance.Lock) {
	p.house = p.opening.house
	if err := p.opening.err; err != nil {
		p.problem = engine.ProblemOf(err)
		slog.Error("the data folder cannot be used", "error", err)
	}
	if p.house != nil {
		p.settle()
		if p.failed = p.house.Serve(lock); p.failed != nil {
			p.toolkit.Quit()
			return
		}
	}
	p.screen = ui.New(p.toolkit, p.words, p.actions(), p.closeWindow)
	p.screen.SetLook(p.setting("ui.theme"), p.setting("ui.text"))
	var size [2]float32
	if p.remembered(sizeSetting, &size) {
		p.screen.Sized(size[0], size[1])
	}
	p.ended = make(chan struct{})
	go p.work()
	switch {
	case p.wish != "" && p.house != nil:
		p.take(p.wish)
	case !p.background:
		p.screen.Raise()
	}
}

// settle reads from the house what the screen needs to know.
func (p *program) settle() {
	slog.SetDefault(p.house.Log)
	p.house.Show = p.take
	if chosen := p.setting("ui.language"); chosen != "" {
		p.words = view.Speak(chosen, time.Local)
	}
	go desktop.Watch(p.ctx, func(s desktop.System) { p.house.Engine.Network(s.Offline, s.Metered) }, p.house.Engine.Woke)
	for _, s := range p.house.Services() {
		v := view.Service{Name: s.Name, Title: s.Title}
		for _, m := range s.Methods {
			v.Methods = append(v.Methods, string(m))
		}
		p.services = append(p.services, v)
	}
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

// sizeSetting is the window's size, in the toolkit's points.
const sizeSetting = "ui.size"

// leaving is how long the end waits for what is under way.
const leaving = 30 * time.Second

// close ends the engine after the item in flight is booked.
func (p *program) close() error {
	p.tray.End()
	p.cancel()
	ctx, cancel := context.WithTimeout(context.Background(), leaving)
	defer cancel()
	await(ctx, p.opening.done)
	await(ctx, p.ended)
	p.notifier.Close()
	p.keepSize()
	if p.opening.house == nil {
		return p.failed
	}
	return errors.Join(p.failed, p.opening.house.Close(ctx))
}

func (p *program) keepSize() {
	if p.screen == nil || p.house == nil {
		return
	}
	if wide, high, known := p.screen.Size(); known {
		p.remember(sizeSetting, [2]float32{wide, high})
	}
}

// await waits for something that has begun; nil has not.
func await(ctx context.Context, done <-chan struct{}) {
	if done == nil {
		return
	}
	select {
	case <-done:
	case <-ctx.Done():
	}
}

// carry does what tray and notices ask for.
func (p *program) carry(c view.Command) {
	if p.screen == nil { // still opening
		if c.Verb == view.Quit {
			p.toolkit.Quit()
		}
		return
	}
	switch c.Verb {
	case view.Open, view.Review, view.Why, view.Undo, view.Add, view.SignIn, view.Go, view.ShowItem:
		p.hidden = false
	case view.About, view.Bundle: // their answer is a dialog
		p.raise()
	}
	p.screen.Carry(c)
}

// wishes are what a start can ask for by a word, also of a program that runs
// already.
var wishes = map[string]view.Command{
	"":       {Verb: view.Open},
	"sync":   {Verb: view.SyncNow},
	"pause":  {Verb: view.Pause, For: view.OneHour},
	"resume": {Verb: view.Resume},
	"add":    {Verb: view.Add},
	"undo":   {Verb: view.Undo},
	"quit":   {Verb: view.Quit},
}

// take does a wish, and tells whether there is such a one.
func (p *program) take(wish string) bool {
	c, known := wishes[wish]
	if last := p.house.Engine.Status().LastChange; c.Verb == view.Undo && last != nil {
		c.Run = int64(last.ID)
	} else if c.Verb == view.Undo {
		c = wishes[""]
	}
	if known {
		p.post(func() { p.carry(c) })
	}
	return known
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
			if !p.hosted && p.hidden && !p.askedHow && p.screen != nil {
				p.raise()
			}
		})
	})
}

var errNoHouse = errors.New("the data folder cannot be used")
