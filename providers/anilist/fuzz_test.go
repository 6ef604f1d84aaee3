package anilist

import (
	"encoding/json"
	"testing"
	"time"

	"watchkeeper/providers/internal/loose"
)

// FuzzScalars: a number, a date, a time zone in any form is what it can mean,
// or nothing.
func FuzzScalars(f *testing.F) {
	for _, s := range []string{`12`, `"12"`, `1e9`, `-1`, `null`, `12.5`, `"0x10"`, `1e400`, `{"year":2024,"month":"2","day":31}`, `"+09:00"`, `"-3:30"`, `"Local"`, `"../../etc/passwd"`, `[{"enabled":true}]`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		body := []byte(text)
		var n number
		var day fuzzy
		var held ticks
		if !json.Valid(body) {
			return
		}
		if err := json.Unmarshal(body, &n); err != nil || n.whole() < -1 {
			t.Errorf("%s is %q (%v)", text, n, err)
		}
		if err := json.Unmarshal(body, &day); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if err := json.Unmarshal(body, &held); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if _, offset := time.Unix(0, 0).In(zone(loose.Unquoted(body))).Zone(); offset < -24*3600 || offset > 24*3600 {
			t.Errorf("%s is %d seconds from UTC", text, offset)
		}
	})
}

// FuzzCursor: a cursor of ours is read back; any other is none.
func FuzzCursor(f *testing.F) {
	f.Add(cursor(nil))
	f.Add("1,2,3")
	f.Add("x")
	f.Fuzz(func(t *testing.T, text string) {
		if odd, ok := parseCursor(text); !ok && len(odd) > 0 {
			t.Errorf("%q: %v", text, odd)
		}
	})
}
