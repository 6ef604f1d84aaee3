package engine

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"watchkeeper/engine/store"
)

// FuzzSetting: a value is refused by name, or it is one JSON value that the
// next start reads in the same way; it changes no other setting.
func FuzzSetting(f *testing.F) {
	for _, s := range settings {
		f.Add(s.name, `"30m"`)
		f.Add(s.name, `true`)
		f.Add(s.name, `["guard_adds"]`)
	}
	f.Add("interval", `"1h" "2h"`)
	f.Add("interval", `"15m`)
	f.Add("interval", `null`)
	f.Add("settle_window", `"9223372036854775807ns"`)
	f.Add("guards_off", `[null, 1, "guard_of_honour"]`)
	f.Add("ui.theme", `"dark"`)
	f.Add("nonsense", `1`)
	db, err := store.OpenMemory(f.Context(), store.Options{CheckSetting: CheckSetting})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { db.Close() })
	f.Fuzz(func(t *testing.T, name, text string) {
		put := func(value string) error {
			return db.PutSettings(t.Context(), map[string]json.RawMessage{name: json.RawMessage(value)})
		}
		if err := put(text); err != nil {
			if !strings.Contains(err.Error(), name) {
				t.Errorf("%q %q: %v", name, text, err)
			}
			return
		}
		got, err := New(Config{Store: db}).Settings(t.Context())
		if err != nil {
			t.Fatalf("%s took %q, and the next start does not: %v", name, text, err)
		}
		if err := put("null"); err != nil {
			t.Fatal(err)
		}
		if name != "guards_off" && len(got.GuardsOff) > 0 || strings.HasPrefix(name, "ui.") && !reflect.DeepEqual(got, Defaults()) {
			t.Errorf("%s = %s: %+v", name, text, got)
		}
	})
}
