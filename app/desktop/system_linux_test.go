package desktop

import "testing"

func TestSystemByNetworkManager(t *testing.T) {
	for _, c := range []struct {
		name           string
		state, metered uint32
		want           System
	}{
		{"no NetworkManager", 0, 0, System{}},
		{"asleep", 10, 0, System{Offline: true}},
		{"disconnected", 20, 4, System{Offline: true}},
		{"connecting", 40, 0, System{Offline: true}},
		{"only the local network", 50, 2, System{}},
		{"the internet", 70, 2, System{}},
		{"a phone", 70, 3, System{Metered: true}},
		{"paid by volume", 70, 1, System{Metered: true}},
	} {
		if got := systemOf(c.state, c.metered); got != c.want {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
}
