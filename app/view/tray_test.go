package view

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"watchkeeper/engine/ledger"
)

func equal(a, b any) bool { return reflect.DeepEqual(a, b) }

func menuLabels(items []MenuItem) []string {
	var out []string
	for _, m := range items {
		out = append(out, m.Label)
		for _, below := range m.Items {
			out = append(out, "> "+below.Label)
		}
	}
	return out
}

func TestTrayMenu(t *testing.T) {
	end := []string{"", "Help", "> Support bundle…", "> Logs", "> About", "Quit"}
	pause := []string{"Pause", "> 1 hour", "> Until tomorrow", "> Until I resume"}
	for _, c := range []struct {
		name   string
		status ledger.Status
		want   []string
	}{
		{"calm", calm(), slices.Concat([]string{"In sync – oldest read 6 minutes ago", "", "Open Watchkeeper", "Sync now"}, pause, end)},
		{"running", with(func(s *ledger.Status) { s.Running = &ledger.Progress{Stage: "writing", Account: 2, Done: 1, Of: 9} }),
			slices.Concat([]string{"Working…", "", "Open Watchkeeper", "Stop this run"}, pause, end)},
		{"paused, undoable", with(func(s *ledger.Status) { s.Paused, s.LastChange = true, &ledger.RunSummary{ID: 3, Added: 1} }),
			slices.Concat([]string{"Paused until you resume", "", "Open Watchkeeper", "Sync now", "Resume", "Undo last run…"}, end)},
		{"four things wait, three are shown", with(func(s *ledger.Status) {
			for i := range 4 {
				h := removals(i + 1)
				h.ID = int64(i)
				s.Holds = append(s.Holds, h)
			}
		}), slices.Concat([]string{"4 things need you", "1 deletion on Trakt is on hold", "2 deletions on Trakt are on hold",
			"3 deletions on Trakt are on hold", "", "Open Watchkeeper", "Sync now"}, pause, end)},
	} {
		if got := menuLabels(TrayOf(c.status, noon, services, english).Menu); !slices.Equal(got, c.want) {
			t.Errorf("%s:\n%q\n%q", c.name, got, c.want)
		}
	}
}

func TestTooltipSaysWhetherItIsSafeToShutDown(t *testing.T) {
	safe := TrayOf(calm(), noon, services, english).Tooltip
	if want := "Watchkeeper: In sync – oldest read 6 minutes ago – safe to shut down"; safe != want {
		t.Errorf("%q", safe)
	}
	waiting := TrayOf(with(func(s *ledger.Status) { s.Waiting, s.Demo = 2, true }), noon, services, english).Tooltip
	if want := "Watchkeeper (Demo): In sync – oldest read 6 minutes ago"; waiting != want {
		t.Errorf("%q", waiting)
	}
}

func TestIconDoesNotFlicker(t *testing.T) {
	at := func(seconds float64) time.Duration { return time.Duration(seconds * float64(time.Second)) }
	var s Steady
	for _, c := range []struct {
		at   float64
		mood Mood
		want Mood
		ask  float64 // 0: only with news
	}{
		{0, Good, Good, 0},
		{1, Working, Good, 3},    // only after three seconds of work
		{3, Working, Good, 1},    //
		{4, Working, Working, 0}, //
		{5, Good, Working, 1},    // two seconds at least
		{6, Good, Good, 0},       //
		{6.5, NeedsYou, Good, 1.5},
		{8, NeedsYou, NeedsYou, 0},
		{20, Working, NeedsYou, 3}, // short work hides nothing
		{22, NeedsYou, NeedsYou, 0},
		{30, Trouble, Trouble, 0},
	} {
		var ask time.Duration
		s, ask = s.Next(c.mood, noon.Add(at(c.at)))
		if s.Shown != c.want || ask != at(c.ask) {
			t.Errorf("at %v: %s, ask in %v; want %s, %v", c.at, s.Shown, ask, c.want, c.ask)
		}
	}
}
