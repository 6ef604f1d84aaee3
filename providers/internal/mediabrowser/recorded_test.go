package mediabrowser

import (
	"encoding/json"
	"testing"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/fakekit/archive"
)

// TestRecordedAnswers: every list of items in every recorded answer of either
// server is read whole, and no value of an item is lost in silence. Files may
// have any name.
func TestRecordedAnswers(t *testing.T) {
	for _, service := range []string{"jellyfin", "emby"} {
		archive.Each(t, service, func(a archive.Answer) bool {
			o := a.Object()
			switch {
			case o["Items"] != nil:
				var page Page
				if err := json.Unmarshal(a.Raw, &page); err != nil {
					t.Errorf("%s: %v", a.Where, err)
					return true
				}
				var rows []json.RawMessage
				if json.Unmarshal(o["Items"], &rows) != nil || len(rows) != len(page.Items) {
					t.Errorf("%s: %d of %d items", a.Where, len(page.Items), len(rows))
				}
				for _, it := range page.Items {
					recordedItem(t, a.Where, it)
				}
			case o["Id"] != nil && o["UserData"] != nil:
				var it Item
				if err := json.Unmarshal(a.Raw, &it); err != nil {
					t.Errorf("%s: %v", a.Where, err)
				}
				recordedItem(t, a.Where, it)
			default:
				return false
			}
			return true
		})
	}
}

func recordedItem(t *testing.T, where string, it Item) {
	t.Helper()
	works := (&Works{}).Describe(it)
	for _, f := range media.Features {
		v := provider.View{Feature: f}
		AddRows(&v, it, works, false)
		if len(v.Rows)+len(v.Skipped) == 0 && Kind(it) == media.Episode && f != media.Watchlist && !Several(it) {
			t.Errorf("%s: %s of %s is lost", where, f, it.Name)
		}
		if it.Understood() && Kind(it) != media.NoKind && len(v.Skipped) > 0 && !Several(it) {
			t.Errorf("%s: %+v", where, v.Skipped)
		}
	}
}
