package secrets

import (
	"os"
	"sync"

	"github.com/godbus/dbus/v5"
)

// busAddress is where D-Bus clients look for the session's bus.
const busAddress = "DBUS_SESSION_BUS_ADDRESS"

// stayOffBus tells whether the session has no bus, and keeps the keyring
// library from starting one there: on a machine without a desktop every command
// would leave a daemon behind, with no keyring on it.
var stayOffBus = sync.OnceValue(func() bool {
	conn, err := dbus.SessionBusPrivateNoAutoStartup()
	if err != nil {
		_ = os.Setenv(busAddress, "unix:path="+os.DevNull) // a name that is always valid
		return true
	}
	_ = conn.Close() // it was only looked for
	return false
})
