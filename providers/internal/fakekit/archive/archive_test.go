package archive

import (
	"slices"
	"testing"
	"testing/fstest"
)

// TestEveryAnswerIsSeen wherever it lies, and nothing below one that was used.
func TestEveryAnswerIsSeen(t *testing.T) {
	folder := fstest.MapFS{
		"a.json":           {Data: []byte("\ufeff" + `{"response":{"Items":[{"Id":1}]},"n":5,"text":"[so]"}`)},
		"deep/down/b.json": {Data: []byte(`[{"body":"{\"movies\":[]}"},null]`)},
		"c.ndjson":         {Data: []byte("{\"x\":1}\n{\"x\":2}\n")},
		"notes.txt":        {Data: []byte(`{`)},
	}
	var got []string
	Within(t, folder, func(a Answer) bool {
		got = append(got, a.Where)
		return a.Object()["Items"] != nil
	})
	want := []string{"a.json", "a.json response", "c.ndjson", "c.ndjson", "deep/down/b.json", "deep/down/b.json 0", "deep/down/b.json 0.body", "deep/down/b.json 0.body.movies"}
	if !slices.Equal(got, want) {
		t.Errorf("%q\n%q", got, want)
	}
}

func TestRows(t *testing.T) {
	for in, want := range map[string]int{`[{"a":1},{}]`: 2, `[]`: 0, `[{},null]`: 0, `[{},5]`: 0, `{"a":1}`: 0} {
		if got := (Answer{Raw: []byte(in)}).Rows(); len(got) != want {
			t.Errorf("%s: %d rows", in, len(got))
		}
	}
}
