//go:build !ci

package tray

import (
	"context"
	"log/slog"
	"runtime"
	"sync"

	"fyne.io/systray"

	"watchkeeper/app/view"
)

// Tray is the icon of this process; there is one at most.
type Tray struct {
	events     Events
	start, end func()
	stopHost   context.CancelFunc

	mu    sync.Mutex
	ready bool
	want  *view.Tray
	shown view.Tray
	lines []*line
}

// line is one item on the screen with the command it carries now.
type line struct {
	item  *systray.MenuItem
	from  view.MenuItem
	lines []*line
}

// New prepares the icon; Start shows it.
func New(events Events) *Tray {
	t := &Tray{events: events}
	systray.SetTitle("Watchkeeper") // becomes the icon's stable id
	systray.SetOnTapped(func() { events.Command(view.Command{Verb: view.Open}) })
	t.start, t.end = systray.RunWithExternalLoop(t.onReady, nil)
	return t
}

// Start shows the icon; call it once, on the toolkit's own goroutine when its
// loop runs.
func (t *Tray) Start() {
	t.start()
	var ctx context.Context
	ctx, t.stopHost = context.WithCancel(context.Background())
	go watchHost(ctx, t.events.Host)
}

// End takes the icon away.
func (t *Tray) End() {
	if t.stopHost != nil {
		t.stopHost()
	}
	t.end()
}

func (t *Tray) onReady() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ready = true
	if t.want != nil {
		t.draw(*t.want)
	}
}

// Show draws a model; what did not change is left alone.
func (t *Tray) Show(m view.Tray) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.want = &m
	if t.ready {
		t.draw(m)
	}
}

func (t *Tray) draw(m view.Tray) {
	if m.Mood != t.shown.Mood || t.lines == nil {
		t.setIcon(m.Mood)
	}
	if m.Tooltip != t.shown.Tooltip {
		systray.SetTooltip(m.Tooltip)
	}
	if t.lines == nil || !sameShape(m.Menu, t.shown.Menu) {
		systray.ResetMenu()
		t.lines = t.build(m.Menu, nil)
	} else {
		relabel(t.lines, m.Menu)
	}
	t.shown = m
}

func (t *Tray) setIcon(mood view.Mood) {
	icon, err := PNG(mood, sizes[len(sizes)-1])
	if runtime.GOOS == "windows" {
		icon, err = ICO(mood)
	}
	if err != nil {
		slog.Error("the tray icon cannot be drawn", "error", err)
		return
	}
	systray.SetIcon(icon)
}

func (t *Tray) build(items []view.MenuItem, parent *systray.MenuItem) []*line {
	var lines []*line
	for _, m := range items {
		if m.Label == "" {
			separate(parent)
			lines = append(lines, &line{})
			continue
		}
		l := &line{item: add(m.Label, parent), from: m}
		l.lines = t.build(m.Items, l.item)
		if m.Command.Verb == "" && len(m.Items) == 0 {
			l.item.Disable()
		}
		go t.listen(l)
		lines = append(lines, l)
	}
	return lines
}

func add(label string, parent *systray.MenuItem) *systray.MenuItem {
	if parent == nil {
		return systray.AddMenuItem(label, "")
	}
	return parent.AddSubMenuItem(label, "")
}

func separate(parent *systray.MenuItem) {
	if parent == nil {
		systray.AddSeparator()
		return
	}
	parent.AddSeparator()
}

// listen ends when the menu is rebuilt.
func (t *Tray) listen(l *line) {
	for range l.item.ClickedCh {
		t.mu.Lock()
		c := l.from.Command
		t.mu.Unlock()
		if c.Verb != "" {
			t.events.Command(c)
		}
	}
}

func relabel(lines []*line, items []view.MenuItem) {
	for i, m := range items {
		l := lines[i]
		if l.item != nil && m.Label != l.from.Label {
			l.item.SetTitle(m.Label)
		}
		l.from = m
		relabel(l.lines, m.Items)
	}
}
