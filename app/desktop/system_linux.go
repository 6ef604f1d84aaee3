package desktop

import (
	"context"
	"log/slog"

	"github.com/godbus/dbus/v5"
)

// Names on the system bus: NetworkManager's and logind's D-Bus interfaces.
const (
	netName     = "org.freedesktop.NetworkManager"
	netPath     = "/org/freedesktop/NetworkManager"
	properties  = "org.freedesktop.DBus.Properties"
	sleepName   = "org.freedesktop.login1.Manager"
	sleepPath   = "/org/freedesktop/login1"
	sleepMember = "PrepareForSleep"
)

// Watch tells what the system says, now and whenever it changes, and when the
// computer woke up, until ctx ends. Systems without these services say
// nothing: the schedule notices a sleep by its clocks, and every service that
// does not answer by itself.
func Watch(ctx context.Context, tell func(System), woke func()) {
	conn, err := dbus.ConnectSystemBus(dbus.WithContext(ctx))
	if err != nil {
		slog.Info("the system tells nothing of network and sleep", "error", err)
		return
	}
	defer conn.Close()
	signals := make(chan *dbus.Signal, 16)
	conn.Signal(signals)
	for _, match := range [][]dbus.MatchOption{
		{dbus.WithMatchObjectPath(netPath), dbus.WithMatchInterface(properties), dbus.WithMatchMember("PropertiesChanged")},
		{dbus.WithMatchObjectPath(sleepPath), dbus.WithMatchInterface(sleepName), dbus.WithMatchMember(sleepMember)},
	} {
		if err := conn.AddMatchSignal(match...); err != nil {
			slog.Warn("the system is not watched", "error", err)
			return
		}
	}
	last := network(conn)
	tell(last)
	for s := range signals {
		if s.Name == sleepName+"."+sleepMember {
			if len(s.Body) == 1 && s.Body[0] == false {
				woke()
			}
			continue
		}
		if now := network(conn); now != last {
			last = now
			tell(now)
		}
	}
}

// network asks NetworkManager; where there is none, everything is reachable.
func network(conn *dbus.Conn) System {
	ask := func(property string) uint32 {
		v, err := conn.Object(netName, netPath).GetProperty(netName + "." + property)
		if err != nil {
			return 0
		}
		n, _ := v.Value().(uint32)
		return n
	}
	return systemOf(ask("State"), ask("Metered"))
}

// systemOf reads NMState and NMMetered, of which 0 is unknown. Connected to
// the local network only is enough for a media server.
func systemOf(state, metered uint32) System {
	const connectedLocal, yes, guessYes = 50, 1, 3
	return System{Offline: state != 0 && state < connectedLocal, Metered: metered == yes || metered == guessYes}
}
