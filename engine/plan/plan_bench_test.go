package plan

import (
	"testing"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// BenchmarkMake plans ten thousand works that three accounts agree about, and
// as many of which one account lacks the play.
func BenchmarkMake(b *testing.B) {
	for name, missing := range map[string]bool{"agreed": false, "missing": true} {
		b.Run(name, func(b *testing.B) {
			w, d := manyWorks(missing)
			b.ReportAllocs()
			for b.Loop() {
				Make(w, d)
			}
		})
	}
}

func manyWorks(missing bool) (*ledger.World, []ledger.Dossier) {
	x := newBench(listCaps(10), listCaps(10), serverCaps())
	for _, f := range media.Features {
		x.both(A, B, f, keep, follow)
		x.both(A, C, f, keep, follow)
	}
	x.d.Reread = []ledger.AccountID{A, B}
	set := *x.watched(A, 1, in2020, 50)
	if !missing {
		x.adopts(B, set, 51)
	}
	x.adopts(C, set, 51)
	rated := *x.says(A, media.Ratings, media.Rated(80), in2024, 50)
	x.adopts(B, rated, 51)
	x.adopts(C, rated, 51)
	ds := make([]ledger.Dossier, 10_000)
	for i := range ds {
		ds[i] = x.d
	}
	return &x.w, ds
}
