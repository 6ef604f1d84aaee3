package world

import (
	"testing"
	"testing/synctest"
	"time"

	"watchkeeper/providers/internal/fakekit"
)

// A list of positions that is cut for a while looks as if the person had taken
// positions away. When it is whole again, what they left there is back
// everywhere.
func TestPositionsOfACutListComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(start))
		l := begin(t, 1, "jellyfin", "simkl", "trakt")
		l.hurry(time.Hour)
		l.wake()
		simkl := l.place("simkl")
		paused := []int{9, 10, 21, 22}
		for _, w := range paused {
			time.Sleep(3 * time.Hour)
			simkl.pause(w)
		}
		time.Sleep(12 * time.Hour)
		simkl.weather.On("cut", "GET *", -1, fakekit.Changed(halved))
		simkl.pause(paused[3])
		time.Sleep(12 * time.Hour)
		l.answer()
		time.Sleep(12 * time.Hour)
		missing := 0
		for _, w := range paused {
			for _, p := range l.places {
				missing += count(!p.paused(w))
			}
		}
		if missing == 0 {
			t.Fatal("nobody believed the cut list: this shows nothing")
		}
		simkl.weather.Clear()
		for range 4 {
			time.Sleep(24 * time.Hour)
			l.answer()
		}
		for _, w := range paused {
			for _, p := range l.places {
				if !p.paused(w) {
					l.fault("work %d: no position at %s", w, p.service.Name)
				}
			}
			if len(l.wrong) > 0 {
				l.story = append(l.story, l.believed(w)...)
			}
		}
		l.must(l.sleep())
		l.report()
	})
}
