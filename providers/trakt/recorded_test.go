package trakt

import (
	"bytes"
	"encoding/json"
	"testing"

	"watchkeeper/engine/media"
	"watchkeeper/providers/internal/fakekit/archive"
)

// TestRecordedAnswers decodes every recorded answer of the service without
// losing a row in silence. Files and folders may have any name.
func TestRecordedAnswers(t *testing.T) {
	archive.Each(t, "trakt", func(a archive.Answer) bool {
		o := a.Object()
		switch {
		case listsTitles(a):
			for _, f := range media.Features {
				recordedList(t, a, f)
			}
		case o["added"] != nil, o["deleted"] != nil:
			var r answer
			if err := json.Unmarshal(a.Raw, &r); err != nil {
				t.Errorf("%s: %v", a.Where, err)
			}
		case o["account"] != nil && o["user"] != nil:
			var s settings
			if err := json.Unmarshal(a.Raw, &s); err != nil || s.User.IDs.Slug == "" {
				t.Errorf("%s: %v", a.Where, err)
			}
		case o["all"] != nil && o["movies"] != nil:
			var act activities
			if err := json.Unmarshal(a.Raw, &act); err != nil {
				t.Errorf("%s: %v", a.Where, err)
			}
			for _, f := range media.Features {
				if stamp, latest := act.stamp(f); stamp == "" || !latest.Known() {
					t.Errorf("%s: %s: %q", a.Where, f, stamp)
				}
			}
		default:
			return false
		}
		return true
	})
}

// listsTitles tells whether every row holds a title.
func listsTitles(a archive.Answer) bool {
	for _, r := range a.Rows() {
		if r["movie"] == nil && r["show"] == nil && r["season"] == nil && r["episode"] == nil {
			return false
		}
	}
	return len(a.Rows()) > 0
}

// dated is the time that makes a row one of a feature's list.
var dated = map[media.Feature]string{media.History: "watched_at", media.Ratings: "rated_at", media.Watchlist: "listed_at", media.Progress: "paused_at"}

func recordedList(t *testing.T, a archive.Answer, f media.Feature) {
	t.Helper()
	l, v, _, err := decode(t, a.Raw, f)
	if err != nil || l.received != len(a.Rows()) {
		t.Errorf("%s: %d rows, %v", a.Where, l.received, err)
	}
	if len(v.Rows)+len(v.Skipped) < distinct(l, f) {
		t.Errorf("%s as %s: %d of %d rows", a.Where, f, len(v.Rows), l.received)
	}
	unnamed := 0
	for _, r := range a.Rows() {
		var named struct{ IDs ids }
		_ = json.Unmarshal(own(r), &named) // what is no object names nothing
		if r[dated[f]] == nil || named.IDs.Trakt.Whole() <= 0 || bytes.Equal(r["show"], []byte("null")) {
			unnamed++
		}
	}
	if len(v.Skipped) > unnamed {
		t.Errorf("%s as %s: skipped %+v", a.Where, f, v.Skipped)
	}
}

// own is the title that a row is about.
func own(r map[string]json.RawMessage) json.RawMessage {
	for _, kind := range []string{"movie", "episode", "season", "show"} {
		if r[kind] != nil {
			return r[kind]
		}
	}
	return nil
}
