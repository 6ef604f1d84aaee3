//go:build !ci

package tray

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"github.com/godbus/dbus/v5"
)

const (
	watcher     = "org.kde.StatusNotifierWatcher"
	watcherPath = "/StatusNotifierWatcher"
	busPath     = "/org/freedesktop/DBus"
	bus         = "org.freedesktop.DBus"
)

// watchHost tells whether a tray host is there, now and whenever that changes,
// and registers the icon anew after a panel restart: the icon's own connection
// is shared with the keyring, and stops listening after the first prompt. It
// has a private connection for that reason.
func watchHost(ctx context.Context, tell func(bool)) {
	conn, err := dbus.ConnectSessionBus(dbus.WithContext(ctx))
	if err != nil {
		slog.Info("no session bus, so no tray", "error", err)
		tell(false)
		return
	}
	defer conn.Close()
	signals := make(chan *dbus.Signal, 16)
	conn.Signal(signals)
	if err := follow(conn); err != nil {
		slog.Warn("the tray host cannot be watched", "error", err)
	}
	tell(hosted(conn))
	for {
		select {
		case <-ctx.Done():
			return
		case s, ok := <-signals:
			if !ok {
				return
			}
			if appeared(s) {
				register(conn)
			}
			tell(hosted(conn))
		}
	}
}

// follow asks for the signals that tell of hosts.
func follow(conn *dbus.Conn) error {
	err := conn.AddMatchSignal(dbus.WithMatchSender(bus), dbus.WithMatchObjectPath(busPath), dbus.WithMatchInterface(bus),
		dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, watcher))
	if err != nil {
		return err
	}
	return conn.AddMatchSignal(dbus.WithMatchInterface(watcher))
}

// appeared tells whether a watcher came to the bus.
func appeared(s *dbus.Signal) bool {
	if s.Name != bus+".NameOwnerChanged" || len(s.Body) != 3 {
		return false
	}
	owner, ok := s.Body[2].(string)
	return ok && owner != ""
}

// hosted tells whether somebody shows tray icons.
func hosted(conn *dbus.Conn) bool {
	var owned bool
	if err := conn.Object(bus, busPath).Call(bus+".NameHasOwner", 0, watcher).Store(&owned); err != nil || !owned {
		return false
	}
	v, err := conn.Object(watcher, watcherPath).GetProperty(watcher + ".IsStatusNotifierHostRegistered")
	if err != nil {
		return false
	}
	registered, ok := v.Value().(bool)
	return ok && registered
}

// register names the icon's own bus name to the watcher.
func register(conn *dbus.Conn) {
	name := fmt.Sprintf("org.kde.StatusNotifierItem-%d-1", os.Getpid())
	if err := conn.Object(watcher, watcherPath).Call(watcher+".RegisterStatusNotifierItem", 0, name).Err; err != nil {
		slog.Warn("the tray icon was not registered anew", "error", err)
	}
}
