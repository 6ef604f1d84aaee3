package simkl

import (
	"encoding/json"
	"testing"

	"watchkeeper/engine/media"
	"watchkeeper/providers/internal/fakekit/archive"
)

// TestRecordedAnswers reads every recorded list without losing a row. Files may
// have any name; what is asked of the service looks other than what it answers.
func TestRecordedAnswers(t *testing.T) {
	archive.Each(t, "simkl", func(a archive.Answer) bool {
		o := a.Object()
		switch rows := a.Rows(); {
		case o["requests"] != nil: // of what was exchanged only the answers
			return true
		case isLibrary(o):
			recordedLibrary(t, a)
		case o["tv_shows"] != nil && o["all"] != nil:
			recordedActivities(t, a)
		case o["added"] != nil, o["deleted"] != nil:
			var r answer
			if err := json.Unmarshal(a.Raw, &r); err != nil {
				t.Errorf("%s: %v", a.Where, err)
			}
		case len(rows) > 0 && rows[0]["progress"] != nil && rows[0]["paused_at"] != nil:
			recordedPositions(t, a)
		case len(rows) > 0 && rows[0]["result"] != nil:
			recordedLooked(t, a)
		default:
			return false
		}
		return true
	})
}

// isLibrary tells whether an answer is titles by list, as the library and
// ratings are.
func isLibrary(o map[string]json.RawMessage) bool {
	for _, b := range buckets {
		rows := archive.Answer{Raw: o[string(b)]}.Rows()
		if len(rows) > 0 && (rows[0]["movie"] != nil || rows[0]["show"] != nil || rows[0]["anime"] != nil) {
			return true
		}
	}
	return false
}

func recordedLibrary(t *testing.T, a archive.Answer) {
	t.Helper()
	for b, raw := range a.Object() {
		var rows []record
		if err := json.Unmarshal(raw, &rows); err != nil {
			t.Errorf("%s: %v", a.Where, err)
		}
		for _, r := range rows {
			k, err := r.key(bucket(b))
			h, v, _, _ := shown(a.Raw, media.History)
			if _, kept := h.records[k]; err != nil || !kept || len(h.odd) > 0 {
				t.Errorf("%s: %s: %v, %+v", a.Where, b, err, r)
			}
			episodes := 0
			for _, o := range h.records {
				for _, s := range o.Seasons {
					episodes += len(s.Episodes)
				}
			}
			if episodes > 0 && len(v.Rows)+len(v.Skipped) == 0 {
				t.Errorf("%s: %d episodes vanished", a.Where, episodes)
			}
		}
	}
}

func recordedPositions(t *testing.T, a archive.Answer) {
	t.Helper()
	var rows []json.RawMessage
	if json.Unmarshal(a.Raw, &rows) != nil {
		t.Errorf("%s", a.Where)
	}
	for _, raw := range rows {
		if it, row, err := readSession(raw, nil); err != nil || it.Key == "" || !row.At.Known() {
			t.Errorf("%s: %s: %v", a.Where, raw, err)
		}
	}
}

func recordedLooked(t *testing.T, a archive.Answer) {
	t.Helper()
	var rows []looked
	if err := json.Unmarshal(a.Raw, &rows); err != nil {
		t.Error(a.Where, err)
	}
	for _, r := range rows {
		if r.Result != "true" && r.Result != "false" && r.Result != "not_found" {
			t.Errorf("%s: %+v", a.Where, r)
		}
	}
}

func recordedActivities(t *testing.T, a archive.Answer) {
	t.Helper()
	var acts activities
	if err := json.Unmarshal(a.Raw, &acts); err != nil {
		t.Fatal(a.Where, err)
	}
	for _, f := range media.Features {
		if !acts.latest(moves[f]).Known() {
			t.Errorf("%s: %s: %q", a.Where, f, acts.state(moves[f]))
		}
	}
}
