package desktop

import (
	"fmt"
	"html"
	"log/slog"
	"slices"
	"sync"

	"github.com/godbus/dbus/v5"

	"watchkeeper/app/view"
)

const (
	noteName = "org.freedesktop.Notifications"
	notePath = "/org/freedesktop/Notifications"
)

// Notifier shows notices through the desktop's notification service. The
// connection is its own: signals on the shared one confuse tray and keyring.
type Notifier struct {
	clicked Clicked
	icon    string

	mu     sync.Mutex
	conn   *dbus.Conn
	able   []string // what the service can do
	ids    map[string]uint32
	shown  map[uint32]view.Notice
	closed bool
}

// NewNotifier makes a notifier; icon is a file or a themed name.
func NewNotifier(icon string, clicked Clicked) *Notifier {
	return &Notifier{clicked: clicked, icon: icon, ids: map[string]uint32{}, shown: map[uint32]view.Notice{}}
}

// Show shows a notice, in place of one with the same ID. It may wait for the
// desktop: call it from a goroutine of its own.
func (n *Notifier) Show(notice view.Notice) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if err := n.connect(); err != nil {
		slog.Info("no notifications", "error", err)
		return
	}
	body := notice.Body
	if slices.Contains(n.able, "body-markup") {
		body = html.EscapeString(body)
	}
	// Never critical: that would break through do-not-disturb.
	hints := map[string]dbus.Variant{"urgency": dbus.MakeVariant(byte(1)), "desktop-entry": dbus.MakeVariant(ID)}
	var id uint32
	err := n.conn.Object(noteName, notePath).Call(noteName+".Notify", 0, Name, n.ids[notice.ID], n.icon, notice.Title, body,
		n.actions(notice), hints, int32(-1)).Store(&id)
	if err != nil {
		slog.Warn("a notification was not shown", "error", err)
		n.drop()
		return
	}
	delete(n.shown, n.ids[notice.ID])
	n.ids[notice.ID], n.shown[id] = id, notice
}

// Inhibited tells whether the desktop asks for silence now. Desktops that have
// no such word keep notices back by themselves.
func (n *Notifier) Inhibited() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.connect() != nil {
		return false
	}
	v, err := n.conn.Object(noteName, notePath).GetProperty(noteName + ".Inhibited")
	silent, _ := v.Value().(bool)
	return err == nil && silent
}

// actions are pairs of key and label; a click beside the buttons is "default".
func (n *Notifier) actions(notice view.Notice) []string {
	if !slices.Contains(n.able, "actions") {
		return []string{}
	}
	out := []string{"default", notice.Title}
	for i, b := range notice.Buttons {
		out = append(out, fmt.Sprint(i), b.Label)
	}
	return out
}

// Withdraw takes a notice away.
func (n *Notifier) Withdraw(id string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	number, ok := n.ids[id]
	if !ok || n.conn == nil {
		return
	}
	delete(n.ids, id)
	delete(n.shown, number)
	if err := n.conn.Object(noteName, notePath).Call(noteName+".CloseNotification", 0, number).Err; err != nil {
		slog.Info("a notification was not withdrawn", "error", err)
	}
}

// Close takes every notice away and ends the connection.
func (n *Notifier) Close() {
	n.mu.Lock()
	ids := make([]string, 0, len(n.ids))
	for id := range n.ids {
		ids = append(ids, id)
	}
	n.mu.Unlock()
	for _, id := range ids {
		n.Withdraw(id)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.closed = true
	n.drop()
}

func (n *Notifier) drop() {
	if n.conn != nil {
		_ = n.conn.Close() // nothing is lost with it
		n.conn = nil
	}
}

// connect makes the connection once and listens on it.
func (n *Notifier) connect() error {
	if n.closed {
		return fmt.Errorf("notifier is closed")
	}
	if n.conn != nil && n.conn.Connected() {
		return nil
	}
	conn, err := dbus.ConnectSessionBus()
	if err != nil {
		return fmt.Errorf("session bus: %w", err)
	}
	signals := make(chan *dbus.Signal, 16)
	conn.Signal(signals)
	if err := conn.AddMatchSignal(dbus.WithMatchInterface(noteName), dbus.WithMatchObjectPath(notePath)); err != nil {
		_ = conn.Close()
		return fmt.Errorf("notification signals: %w", err)
	}
	if err := conn.Object(noteName, notePath).Call(noteName+".GetCapabilities", 0).Store(&n.able); err != nil {
		_ = conn.Close()
		return fmt.Errorf("notification service: %w", err)
	}
	n.conn, n.ids, n.shown = conn, map[string]uint32{}, map[uint32]view.Notice{}
	go n.listen(signals)
	return nil
}

// listen ends with the connection.
func (n *Notifier) listen(signals <-chan *dbus.Signal) {
	for s := range signals {
		if c, ok := n.heard(s); ok {
			n.clicked(c)
		}
	}
}

// heard is what a signal asks for.
func (n *Notifier) heard(s *dbus.Signal) (view.Command, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(s.Body) < 2 {
		return view.Command{}, false
	}
	id, _ := s.Body[0].(uint32)
	notice, ours := n.shown[id]
	if !ours {
		return view.Command{}, false
	}
	if s.Name == noteName+".NotificationClosed" {
		delete(n.shown, id)
		delete(n.ids, notice.ID)
		return view.Command{}, false
	}
	if s.Name != noteName+".ActionInvoked" {
		return view.Command{}, false
	}
	key, _ := s.Body[1].(string)
	for i, b := range notice.Buttons {
		if key == fmt.Sprint(i) {
			return b.Command, true
		}
	}
	return notice.Click, true
}
