package trakt

import (
	"bytes"
	"fmt"
	"testing"

	"watchkeeper/engine/media"
)

// BenchmarkRows decodes and collects a history of 50,000 plays.
func BenchmarkRows(b *testing.B) {
	var data bytes.Buffer
	data.WriteByte('[')
	for i := range 50_000 {
		if i > 0 {
			data.WriteByte(',')
		}
		fmt.Fprintf(&data, `{"id":%d,"watched_at":"2026-10-05T20:14:00.000Z","action":"watch","type":"episode",
"episode":{"season":2,"number":%d,"title":"Sample","ids":{"trakt":%d,"tvdb":222,"imdb":"tt0000333","tmdb":444}},
"show":{"title":"Example Show","year":2024,"ids":{"trakt":55,"slug":"example-show","tvdb":66,"imdb":"tt0000077","tmdb":88}}}`, i+1, i%20, i%9000+1)
	}
	data.WriteByte(']')
	b.ReportAllocs()
	for b.Loop() {
		if _, v, _, err := decode(b, data.Bytes(), media.History); err != nil || len(v.Rows) != 50_000 {
			b.Fatal(err, len(v.Rows))
		}
	}
}
