package plex

import "testing"

// FuzzEvent: no event of the stream breaks anything, and the envelope of the
// socket changes nothing.
func FuzzEvent(f *testing.F) {
	f.Add(`{"PlaySessionStateNotification":[{"state":"stopped"}]}`)
	f.Add(`{"PlaySessionStateNotification":{"state":1},"TimelineEntry":[{"state":"5","type":99}]}`)
	f.Add(`{"TimelineEntry":[{"state":9,"type":4}]}`)
	f.Add(`{"NotificationContainer":{"NotificationContainer":null}}`)
	f.Add(`null`)
	f.Fuzz(func(t *testing.T, text string) {
		alone, _ := worthALook([]byte(text))
		if inside, _ := worthALook([]byte(`{"NotificationContainer":` + text + `}`)); inside && !alone {
			t.Errorf("%s: worth a look only in an envelope", text)
		}
	})
}
