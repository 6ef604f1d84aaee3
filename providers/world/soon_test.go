package world

import (
	"testing"
	"testing/synctest"
	"time"
)

// A watch in the living room reaches the trackers that keep a flag within half
// a minute, because the media servers say so themselves. A log of plays waits
// for the settle window (R16).
func TestAWatchReachesTheTrackersSoon(t *testing.T) {
	for work, room := range map[int]string{0: "plex", 1: "jellyfin", 9: "emby"} {
		t.Run(room, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(start))
				l := begin(t, 1)
				l.wake()
				time.Sleep(6*time.Hour + 7*time.Minute)
				l.place(room).watch(work)
				time.Sleep(30 * time.Second)
				for _, tracker := range []string{"simkl", "anilist"} {
					if l.place(tracker).watched(work) == 0 {
						t.Errorf("%s does not know half a minute after it was watched at %s", tracker, room)
					}
				}
				time.Sleep(time.Hour)
				if n := l.place("trakt").watched(work); n != 1 {
					t.Errorf("trakt has %d plays an hour later", n)
				}
				l.must(l.sleep())
				l.must(l.store.Close())
			})
		})
	}
}
