// Package described holds what the tests of both servers of the Emby family try
// alike. It does not imitate a server; read embyfake and jellyfinfake for that.
package described

import (
	"encoding/json"
	"testing"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/fakekit/openapi"
	"watchkeeper/providers/internal/mediabrowser"
)

// IsRead holds lists and single things, by the paths of the description, to
// the decoders: whatever may be answered is read, and every row of a list is
// shown or listed with a reason.
func IsRead(t *testing.T, contract *openapi.Contract, caps provider.Capabilities, lists []string, single map[string]any) {
	t.Helper()
	for _, path := range lists {
		answers, err := contract.Gets(path, 200, 1)
		if err != nil {
			t.Fatal(err)
		}
		for _, answer := range answers {
			pageIsRead(t, caps, answer)
		}
	}
	for path, into := range single {
		answers, err := contract.Gets(path, 100, 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, answer := range answers {
			if err := json.Unmarshal(answer, into); err != nil {
				t.Errorf("%s: %v in %s", path, err, answer)
			}
		}
	}
}

func pageIsRead(t *testing.T, caps provider.Capabilities, answer []byte) {
	t.Helper()
	var page mediabrowser.Page
	if err := json.Unmarshal(answer, &page); err != nil {
		t.Fatalf("%v in %s", err, answer)
	}
	if mediabrowser.Check(page.Items) != nil {
		return // a list without any user data is none
	}
	w := mediabrowser.Works{}
	w.Learn(page.Items)
	for i, it := range page.Items {
		if i > 0 { // descriptions hardly ever say what is of use here
			it.Type = []string{"Movie", "Series", "Episode"}[i%3]
		}
		for _, f := range media.Features {
			v := provider.View{Feature: f}
			mediabrowser.AddRows(&v, it, w.Describe(it), false)
			if len(v.Rows)+len(v.Skipped) == 0 && it.Understood() && caps.Feature(f).Of(mediabrowser.Kind(it)) != provider.None && !mediabrowser.Several(it) {
				t.Errorf("%s of %+v is lost", f, it)
			}
		}
	}
}
