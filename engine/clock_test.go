package engine

import (
	"testing"
	"time"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// Most clocks tell whose was set; what was believed is never later than now
// (S11).
func TestSettle(t *testing.T) {
	const day = 24 * time.Hour
	moved := func(by ...time.Duration) []time.Duration { return by }
	for _, c := range []struct {
		name   string
		clocks clocks
		by     time.Duration
		sure   bool
	}{
		{"nothing moved", clocks{moved(0, 0), 0, -day}, 0, true},
		{"what one answer cannot tell is nothing", clocks{moved(2*time.Second, -3*time.Second), 0, -day}, 0, true},
		{"two moved alike: ours was set back", clocks{moved(day, day+time.Second), 0, -day}, day, true},
		{"two moved alike: ours was set ahead", clocks{moved(-day, -day), 0, -2 * day}, -day, true},
		{"one of two: it is that one", clocks{moved(day, 0), 0, -day}, 0, true},
		{"one of three", clocks{moved(0, -day, 0), 0, -2 * day}, 0, true},
		{"two of three: nobody can tell", clocks{moved(0, day, day), 0, -2 * day}, day, false},
		{"one alone: nobody can tell, the later time is taken", clocks{moved(day), 0, -2 * day}, day, false},
		{"one alone, back", clocks{moved(-day), 0, -2 * day}, 0, false},
		{"one alone, and ours is before what was believed", clocks{moved(day), 0, day - time.Minute}, day, true},
		{"one alone, and ours is right again", clocks{moved(-day), day, -2 * day}, -day, true},
		{"two, each its own way", clocks{moved(day, 2*day), 0, -day}, 2 * day, false},
		{"two alike against one", clocks{moved(day, day, 3*day), 0, -day}, day, true},
		{"no clock told, and ours is before what was believed", clocks{nil, 0, day}, day, true},
		{"no clock told", clocks{nil, day, -time.Hour}, 0, true},
		{"time does not go back", clocks{moved(-day, -day), 0, -time.Hour}, 0, true},
		{"nothing that is told can be", clocks{moved(time.Hour), 0, day}, day, false},
	} {
		if by, sure := c.clocks.settle(); by != c.by || sure != c.sure {
			t.Errorf("%s: %s %v, want %s %v", c.name, by, sure, c.by, c.sure)
		}
	}
}

// What is believed is never later than now, whatever the wall clock says, also
// after a restart.
func TestTimelineNeverGoesBack(t *testing.T) {
	wall := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	start := media.At(wall)
	line := timeline{wall: func() time.Time { return wall }}
	line.remember(nil, []ledger.Trust{{LastTrusted: start}})
	wall = wall.Add(-time.Hour)
	if at := line.now(); at != start {
		t.Errorf("now is %s, believed was something at %s", at, start)
	}
	if by := line.behind(); by != time.Hour {
		t.Errorf("behind by %s", by)
	}
	line.shift(2 * time.Hour)
	if at := line.now(); at != start.Add(time.Hour) {
		t.Errorf("corrected it is %s", at)
	}
	wall = wall.Add(-time.Minute)
	if at := line.now(); at != start.Add(time.Hour) {
		t.Errorf("in the same run it went back to %s", at)
	}
}

// A clock that is set while accounts are read makes what was measured of
// theirs worthless.
func TestSetMeanwhile(t *testing.T) {
	began := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	if setMeanwhile(began, began.Add(time.Minute)) {
		t.Error("time passed")
	}
	if !setMeanwhile(began, began.Add(-time.Minute)) {
		t.Error("it was set back")
	}
	now := time.Now()
	if setMeanwhile(now, time.Now()) {
		t.Error("a moment passed")
	}
}

// Accounts of one server, or at one computer, have one clock together.
func TestClockOf(t *testing.T) {
	plex := ledger.Account{Provider: "plex", ServerID: "p", Address: "http://192.0.2.7:32400"}
	jellyfin := ledger.Account{Provider: "jellyfin", ServerID: "j", Address: "http://192.0.2.7:8096"}
	trakt := ledger.Account{Provider: "trakt", ServerID: "api.trakt.example"}
	if clockOf(plex) != clockOf(jellyfin) || clockOf(trakt) == clockOf(plex) || clockOf(ledger.Account{Provider: "simkl"}) == clockOf(trakt) {
		t.Error(clockOf(plex), clockOf(jellyfin), clockOf(trakt))
	}
}
