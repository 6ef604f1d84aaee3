package simkl

import (
	"fmt"
	"testing"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/simkl/simklfake"
)

// BenchmarkLargeLibrary reads 5,000 films and 30,000 episodes whole.
func BenchmarkLargeLibrary(b *testing.B) {
	w := newWorld(&testing.T{})
	for n := range 5000 {
		w.user.Watch(w.fake.AddMovie(fmt.Sprint("Film ", n), 2000, simklfake.IDs{TMDB: 10_000 + n}), nil, noon)
	}
	for n := range 500 {
		show := w.fake.AddShow(fmt.Sprint("Show ", n), 2000, simklfake.IDs{TVDB: 10_000 + n}, 0, 20, 20, 20)
		for _, e := range show.Episodes {
			w.user.Watch(show, e, noon)
		}
	}
	w.account.shelf.path = b.TempDir() + "/library.json.gz"
	want := provider.ReadRequest{Full: true}
	for _, f := range media.Features {
		want.Wants = append(want.Wants, provider.FeatureRequest{Feature: f})
	}
	for b.Loop() {
		if snap, err := w.account.Read(b.Context(), want); err != nil || len(snap.Items) != 35_000 {
			b.Fatal(len(snap.Items), err)
		}
	}
}
