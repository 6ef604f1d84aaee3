//go:build unix

package engine_test

import (
	"testing"

	"watchkeeper/engine"
	"watchkeeper/engine/media"
	"watchkeeper/engine/providertest"
)

// Every benchmark reports cpu-s/op, processor seconds of the process in the
// measured part, and peak-MB, the resident peak in it without what the
// imagined services hold. `make bench` compares them with testdata/figures.txt.

// watchedAlike gives every account the same n films, seen a minute apart.
func watchedAlike(h *house, n int) {
	for i := range n {
		for _, m := range h.accounts {
			m.Person().Watch(providertest.Film(i+1), h.ago(365)+media.Moment(i)*minute)
		}
	}
}

// rest runs until nothing is left to do, and settles the services' data.
func (h *house) rest() {
	for range 3 {
		h.run(engine.Wish{})
	}
}

func BenchmarkNothingChanged50k(b *testing.B) {
	h := newHouse(b, 2, media.History)
	h.fill(func() { watchedAlike(h, 50_000) })
	h.rest()
	h.measure(b, func() { h.quiet(engine.Wish{Fresh: true}) })
}

func BenchmarkOnePercentChanged50k(b *testing.B) {
	h := newHouse(b, 2, media.History)
	h.fill(func() { watchedAlike(h, 50_000) })
	h.rest()
	next := 50_000
	h.measureAfter(b, func() {
		for range 500 {
			next++
			h.accounts[next%2].Person().Watch(providertest.Film(next), h.ago(1))
		}
	}, func() {
		if out := h.run(engine.Wish{Fresh: true}); out.Summary.Added != 500 {
			b.Fatalf("%d of 500 plays were carried over", out.Summary.Added)
		}
	})
}

// Half of the history is common; the other half is carried over, both ways.
func BenchmarkFirstRun50k(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		h := newHouse(b, 2, media.History)
		h.fill(func() {
			for i := range 75_000 {
				for side, m := range h.accounts {
					if i < 25_000 || (i-25_000)/25_000 == side {
						m.Person().Watch(providertest.Film(i+1), h.ago(365)+media.Moment(i)*minute)
					}
				}
			}
		})
		b.StartTimer()
		h.meter(func() {
			if out := h.start(); out.Summary.Added != 50_000 {
				b.Fatalf("%d of 50,000 plays were carried over", out.Summary.Added)
			}
		})
		h.report(b)
	}
}

func BenchmarkWatchlistNothingChanged50k(b *testing.B) {
	h := newHouse(b, 2, media.Watchlist)
	h.fill(func() {
		for i := range 50_000 {
			for _, m := range h.accounts {
				m.Person().List(providertest.Film(i+1), h.ago(365)+media.Moment(i)*minute)
			}
		}
	})
	h.rest()
	h.measure(b, func() { h.quiet(engine.Wish{Fresh: true}) })
}

func BenchmarkThreeByThree10k(b *testing.B) {
	h := newHouse(b, 3, media.History, media.Ratings, media.Watchlist)
	h.fill(func() {
		for i := range 10_000 {
			for _, m := range h.accounts {
				at := h.ago(365) + media.Moment(i)*minute
				m.Person().List(providertest.Film(i+1), at)
				m.Person().Rate(providertest.Film(i+1), 10*(i%10+1), at)
				m.Person().Watch(providertest.Film(i+1), at)
			}
		}
	})
	h.rest()
	h.measure(b, func() { h.quiet(engine.Wish{Fresh: true}) })
}

// Films seen again and again: 50,000 plays of 5,000 works, to the minute at
// one service and to the second at the other, meet for the first time.
func BenchmarkRewatches50k(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		h := newHouse(b, 2, media.History)
		h.fill(func() {
			for i := range 50_000 {
				at := h.ago(3000) + media.Moment(i)*37*minute + 17_000
				h.accounts[0].Person().Watch(providertest.Film(i%5000+1), at.Truncate(60_000_000_000))
				h.accounts[1].Person().Watch(providertest.Film(i%5000+1), at)
			}
		})
		b.StartTimer()
		h.meter(func() {
			if out := h.start(); out.Summary.Added != 0 {
				b.Fatalf("%d plays were carried over, and all are at both", out.Summary.Added)
			}
		})
		h.report(b)
	}
}

// A third account with the same history joins two that agree.
func BenchmarkThirdAccount20k(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		h := newHouse(b, 3, media.History)
		h.fill(func() { watchedAlike(h, 20_000) })
		h.pause(2, true)
		h.rest()
		h.pause(2, false)
		b.StartTimer()
		h.meter(func() {
			if out := h.run(engine.Wish{}); out.Summary.Added+out.Summary.Held != 0 {
				b.Fatalf("something is missing somewhere, and all three are alike: %+v", out.Summary)
			}
		})
		h.report(b)
	}
}

func BenchmarkUnchangedStamp6x100k(b *testing.B) {
	h := newHouse(b, 6, media.History)
	h.fill(func() { watchedAlike(h, 100_000) })
	h.rest()
	before := h.listed()
	h.measure(b, func() { h.quiet(engine.Wish{}) })
	if n := h.listed() - before; n != 0 {
		b.Errorf("%d lists were read although no stamp moved", n)
	}
}

// BenchmarkGrowth reports how much more a first look at ten times as many works
// costs; in proportion is 10.
func BenchmarkGrowth(b *testing.B) {
	for b.Loop() {
		costs := map[int]float64{}
		for _, n := range []int{1_000, 10_000, 100_000} {
			h := newHouse(b, 2, media.History)
			h.fill(func() { watchedAlike(h, n) })
			costs[n] = h.meter(func() {
				h.start()
				h.quiet(engine.Wish{Fresh: true})
			})
		}
		b.ReportMetric(costs[100_000], "cpu-s/op")
		b.ReportMetric(costs[100_000]/costs[10_000], "100k/10k")
		b.ReportMetric(costs[10_000]/costs[1_000], "10k/1k")
	}
}
