package plex

import (
	"encoding/json"
	"strings"
	"testing"

	"watchkeeper/engine/media"
	"watchkeeper/providers/internal/fakekit/archive"
)

// TestRecordedAnswers: every row of every recorded answer is read, or is not a
// film or part of a show. Files may have any name.
func TestRecordedAnswers(t *testing.T) {
	archive.Each(t, "plex", func(a archive.Answer) bool {
		var e envelope
		o := a.Object()
		switch {
		case o["MediaContainer"] != nil:
			if err := json.Unmarshal(a.Raw, &e); err != nil || e.MediaContainer == nil {
				t.Errorf("%s: %v", a.Where, err)
				return true
			}
			recordedRows(t, a.Where, e.MediaContainer)
		case o["guid"] != nil:
			var row item
			if err := json.Unmarshal(a.Raw, &row); err != nil {
				t.Errorf("%s: %v", a.Where, err)
			}
			recordedGUID(t, a.Where, string(row.GUID))
		default:
			return false
		}
		return true
	})
}

func recordedRows(t *testing.T, where string, c *container) {
	t.Helper()
	items := decoded[item](c.Metadata)
	if len(items) != len(c.Metadata) {
		t.Errorf("%s: %d of %d rows", where, len(items), len(c.Metadata))
	}
	if states := decoded[userState](c.UserState); len(states) != len(c.UserState) {
		t.Errorf("%s: %d of %d states", where, len(states), len(c.UserState))
	}
	for _, s := range decoded[section](c.Directory) {
		if s.Key == "" {
			t.Errorf("%s: %+v", where, s)
		}
	}
	s := shows{}
	s.learn(items)
	for _, it := range items {
		recordedGUID(t, where, string(it.GUID))
		d := s.describe(it)
		if it.HistoryKey == "" && it.RatingKey == "" || d.Kind != media.NoKind && d.Title == "" {
			t.Errorf("%s: %+v", where, d)
		}
		for _, f := range media.Features {
			if _, why, _ := it.value(f); why != "" {
				t.Errorf("%s: %s: %s", where, it.Title, why)
			}
		}
		if public := len(it.Guids) > 0; public && d.Kind != media.NoKind && len(d.Tokens) < 2 {
			t.Errorf("%s: %s has %v", where, it.Title, d.Tokens)
		}
	}
}

// recordedGUID: either an id is read or the agent is one that has none.
func recordedGUID(t *testing.T, where, guid string) {
	t.Helper()
	scheme, _, _ := strings.Cut(guid, "://")
	if _, ok := parseGUID(guid); ok == private(scheme) && guid != "" {
		t.Errorf("%s: %s: read %v", where, guid, ok)
	}
}

// private tells whether an agent gives ids that mean nothing elsewhere.
func private(scheme string) bool {
	switch agent := strings.TrimPrefix(scheme, "com.plexapp.agents."); agent {
	case "none", "tv.plex.agents.none", "local", "mbid", "cmdb", "tv.plex.xmltv", "ytinforeader", "collection", "playlist":
		return true
	}
	return false
}
