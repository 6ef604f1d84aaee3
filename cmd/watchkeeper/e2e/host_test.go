//go:build e2e

package e2e

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/godbus/dbus/v5"
	"github.com/godbus/dbus/v5/prop"
)

const (
	watcher = "org.kde.StatusNotifierWatcher"
	notes   = "org.freedesktop.Notifications"
)

// panel is a tray host and a notification service.
type panel struct {
	t    testing.TB
	conn *dbus.Conn
	bell *bell // rung at every call

	mu    sync.Mutex
	items []string // bus names, in the order in which they registered
	notes []note
	gone  []uint32
}

// note is one notification as it arrived.
type note struct {
	id          uint32
	title, body string
	actions     []string
}

func newPanel(t testing.TB, d *desk) *panel {
	t.Helper()
	conn, err := dbus.Connect(d.bus)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	p := &panel{t: t, conn: conn, bell: &d.bell}
	_, err = prop.Export(conn, "/StatusNotifierWatcher", prop.Map{watcher: {
		"IsStatusNotifierHostRegistered": {Value: true}, "ProtocolVersion": {Value: int32(0)},
		"RegisteredStatusNotifierItems": {Value: []string{}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range []struct {
		path, face string
		on         any
	}{{"/StatusNotifierWatcher", watcher, (*trayHost)(p)}, {"/org/freedesktop/Notifications", notes, (*noteService)(p)}} {
		if err := conn.Export(e.on, dbus.ObjectPath(e.path), e.face); err != nil {
			t.Fatal(err)
		}
	}
	p.take(notes)
	return p
}

// take owns a name; drop gives it up, as a panel does that restarts.
func (p *panel) take(name string) {
	p.t.Helper()
	if got, err := p.conn.RequestName(name, dbus.NameFlagDoNotQueue); err != nil || got != dbus.RequestNameReplyPrimaryOwner {
		p.t.Fatalf("%s: %v %v", name, got, err)
	}
}

func (p *panel) drop(name string) {
	p.t.Helper()
	if _, err := p.conn.ReleaseName(name); err != nil {
		p.t.Fatal(err)
	}
}

type trayHost panel

// RegisterStatusNotifierItem is called by the icon.
func (h *trayHost) RegisterStatusNotifierItem(sender dbus.Sender, service string) *dbus.Error {
	if strings.HasPrefix(service, "/") {
		service = string(sender)
	}
	h.mu.Lock()
	h.items = append(h.items, service)
	h.mu.Unlock()
	h.bell.ring()
	return nil
}

type noteService panel

// GetCapabilities is called before the first notification.
func (*noteService) GetCapabilities() ([]string, *dbus.Error) {
	return []string{"actions", "body", "body-markup"}, nil
}

// Notify records a notification.
func (s *noteService) Notify(_ string, replaces uint32, _, title, body string, actions []string, _ map[string]dbus.Variant, _ int32) (uint32, *dbus.Error) {
	defer s.bell.ring()
	s.mu.Lock()
	defer s.mu.Unlock()
	n := note{id: replaces, title: title, body: body, actions: actions}
	if n.id == 0 {
		n.id = uint32(len(s.notes) + 1)
	}
	s.notes = append(s.notes, n)
	return n.id, nil
}

// CloseNotification records a withdrawal.
func (s *noteService) CloseNotification(id uint32) *dbus.Error {
	s.mu.Lock()
	s.gone = append(s.gone, id)
	s.mu.Unlock()
	s.bell.ring()
	return nil
}

func (p *panel) registered() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.items...)
}

func (p *panel) told() ([]note, []uint32) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]note(nil), p.notes...), append([]uint32(nil), p.gone...)
}

// press presses a button of a notification.
func (p *panel) press(n note, label string) {
	p.t.Helper()
	for i := 0; i+1 < len(n.actions); i += 2 {
		if n.actions[i+1] == label {
			if err := p.conn.Emit("/org/freedesktop/Notifications", notes+".ActionInvoked", n.id, n.actions[i]); err != nil {
				p.t.Fatal(err)
			}
			return
		}
	}
	p.t.Fatalf("no button %q among %q", label, n.actions)
}

// item is the icon as the host sees it.
func (p *panel) item() dbus.BusObject {
	items := p.registered()
	return p.conn.Object(items[len(items)-1], "/StatusNotifierItem")
}

func (p *panel) tooltip() string {
	v, err := p.item().GetProperty("org.kde.StatusNotifierItem.ToolTip")
	if err != nil {
		return err.Error()
	}
	return fmt.Sprint(v.Value())
}

// entry is one line of the icon's menu.
type entry struct {
	id    int32
	label string
}

// menu reads the icon's menu, with what is below.
func (p *panel) menu() []entry {
	items := p.registered()
	var revision uint32
	var root layout
	err := p.conn.Object(items[len(items)-1], "/StatusNotifierItem/menu").Call("com.canonical.dbusmenu.GetLayout", 0, int32(0), int32(-1), []string{}).Store(&revision, &root)
	if err != nil {
		return nil
	}
	return root.entries()
}

type layout struct {
	ID    int32
	Props map[string]dbus.Variant
	Below []dbus.Variant
}

func (l layout) entries() []entry {
	var out []entry
	if label, ok := l.Props["label"].Value().(string); ok {
		out = append(out, entry{l.ID, label})
	}
	for _, v := range l.Below {
		var below layout
		if err := dbus.Store([]any{v.Value()}, &below); err == nil {
			out = append(out, below.entries()...)
		}
	}
	return out
}

func (p *panel) shows(label string) bool {
	for _, e := range p.menu() {
		if strings.Contains(e.label, label) {
			return true
		}
	}
	return false
}

// clickLine chooses a line of the menu.
func (p *panel) clickLine(label string) {
	p.t.Helper()
	items := p.registered()
	for _, e := range p.menu() {
		if e.label == label {
			p.conn.Object(items[len(items)-1], "/StatusNotifierItem/menu").Call("com.canonical.dbusmenu.Event", dbus.FlagNoReplyExpected,
				e.id, "clicked", dbus.MakeVariant(""), uint32(0))
			return
		}
	}
	p.t.Fatalf("no line %q in %v", label, p.menu())
}

// disturb sends the icon's shared connection a signal with two arguments,
// after which the tray library no longer follows the panel.
func (p *panel) disturb() {
	p.t.Helper()
	items := p.registered()
	m := &dbus.Message{Type: dbus.TypeSignal, Headers: map[dbus.HeaderField]dbus.Variant{
		dbus.FieldDestination: dbus.MakeVariant(items[0]), dbus.FieldPath: dbus.MakeVariant(dbus.ObjectPath("/x")),
		dbus.FieldInterface: dbus.MakeVariant("org.example.Foreign"), dbus.FieldMember: dbus.MakeVariant("Done"),
		dbus.FieldSignature: dbus.MakeVariant(dbus.SignatureOf(uint32(0), "")),
	}, Body: []any{uint32(1), "x"}}
	p.conn.Send(m, nil)
}
