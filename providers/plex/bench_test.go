package plex

import (
	"testing"

	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/fakekit"
)

// BenchmarkFullLook reads a library of about 20,000 episodes.
func BenchmarkFullLook(b *testing.B) {
	s := set(b, nil)
	for _, w := range fakekit.SomeWorks(60) {
		if w.Show {
			w.Episodes = []int{500, 500}
		}
		s.server.Add(w)
	}
	s.signIn(b)
	b.ReportAllocs()
	for b.Loop() {
		snap := s.read(b, provider.ReadRequest{Full: true})
		b.ReportMetric(float64(len(snap.Items)), "items")
	}
}
