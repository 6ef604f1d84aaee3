package plan

import (
	"testing"

	"pgregory.net/rapid"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

func drawCaps(t *rapid.T) provider.FeatureCaps {
	c := provider.FeatureCaps{Coverage: provider.Whole, Step: rapid.SampledFrom([]int{0, 1, 10, 20, 25, 33}).Draw(t, "step"),
		PastDates: true, UndatedPlays: true, GrainMS: rapid.SampledFrom([]int64{0, 1000, 60_000, 86_400_000}).Draw(t, "grain"),
		Fraction: rapid.Bool().Draw(t, "fraction"), FractionStep: rapid.SampledFrom([]int64{0, 1, 1000, 333}).Draw(t, "fraction step")}
	for k := range c.Access {
		c.Access[k] = provider.FullUse
	}
	return c
}

func drawValue(t *rapid.T, f media.Feature) media.Value {
	switch f {
	case media.Ratings:
		return media.Rated(rapid.IntRange(0, 100).Draw(t, "rating"))
	case media.Progress:
		length := rapid.SampledFrom([]int64{0, 5_400_000, 61_234}).Draw(t, "length")
		whole := length
		if whole == 0 {
			whole = media.FractionWhole
		}
		return media.Position(rapid.Int64Range(0, whole).Draw(t, "position"), length)
	case media.History:
		return media.Watched(media.Moment(rapid.Int64Range(631152000000, 1_790_000_000_000).Draw(t, "at")))
	}
	return media.Listed()
}

// R4: projecting twice equals projecting once, never yields absent, and a
// service that shows the projection shows what it should.
func TestR4Projection(t *testing.T) {
	work := ledger.Work{Kind: media.Film, RuntimeMS: 90 * 60_000}
	rapid.Check(t, func(t *rapid.T) {
		f := rapid.SampledFrom(media.Features[:]).Draw(t, "feature")
		c, v := drawCaps(t), drawValue(t, f)
		once, ok := Project(f, c, v, work)
		if !ok || !once.Set {
			t.Fatalf("%v becomes %v, %v", v, once, ok)
		}
		if twice, _ := Project(f, c, once, work); twice != once {
			t.Fatalf("%v, then %v", once, twice)
		}
		if !Equal(f, c, v, once, work) {
			t.Fatalf("%v is not equal to its own projection %v", v, once)
		}
		if Equal(f, c, v, media.Value{}, work) || Equal(f, c, media.Value{}, once, work) {
			t.Fatal("a value equals absence")
		}
	})
}

func TestR4Steps(t *testing.T) {
	film := ledger.Work{Kind: media.Film, RuntimeMS: 5_400_000}
	ten, stars, faces := listCaps(10).Features[media.Ratings], listCaps(20).Features[media.Ratings], listCaps(25).Features[media.Ratings]
	faces.Lowest, faces.Highest = 35, 85
	share := listCaps(1).Features[media.Progress]
	share.Fraction, share.FractionStep = true, 1000
	none := provider.FeatureCaps{}
	noDates := listCaps(1).Features[media.History]
	noDates.PastDates = false
	for _, c := range []struct {
		f    media.Feature
		caps provider.FeatureCaps
		in   media.Value
		want media.Value
		ok   bool
	}{
		{media.Ratings, ten, media.Rated(75), media.Rated(80), true}, // scenario 64
		{media.Ratings, ten, media.Rated(74), media.Rated(70), true},
		{media.Ratings, ten, media.Rated(1), media.Rated(10), true},
		{media.Ratings, ten, media.Rated(0), media.Rated(10), true},
		{media.Ratings, stars, media.Rated(70), media.Rated(80), true},
		{media.Ratings, faces, media.Rated(100), media.Rated(85), true},
		{media.Ratings, faces, media.Rated(48), media.Rated(60), true},
		{media.Ratings, none, media.Rated(48), media.Value{}, false},
		{media.Progress, share, media.Position(2_700_000, 5_400_000), media.Position(50_000, 0), true},
		{media.Progress, share, media.Position(1000, 5_400_000), media.Position(1000, 0), true},
		{media.Progress, listCaps(1).Features[media.Progress], media.Position(50_000, 0), media.Position(2_700_000, 5_400_000), true},
		{media.History, noDates, media.Watched(now), media.Watched(0), true},
	} {
		got, ok := Project(c.f, c.caps, c.in, film)
		if got != c.want || ok != c.ok {
			t.Errorf("%s %v: %v, %v; want %v, %v", c.f, c.in, got, ok, c.want, c.ok)
		}
	}
	if _, ok := Project(media.Progress, listCaps(1).Features[media.Progress], media.Position(50_000, 0), ledger.Work{Kind: media.Film}); ok {
		t.Error("a share of an unknown length has a position")
	}
	readOnly := ten
	readOnly.Access[media.Film] = provider.ReadIt
	if _, ok := Project(media.Ratings, readOnly, media.Rated(70), film); ok {
		t.Error("a read-only service stores a value")
	}
}

// R4, R18: what counts as equal.
func TestR4Equal(t *testing.T) {
	film := ledger.Work{Kind: media.Film, RuntimeMS: 5_400_000}
	ten, log := listCaps(10).Features[media.Ratings], listCaps(10).Features[media.History]
	log.GrainMS = 60_000
	for _, c := range []struct {
		f           media.Feature
		caps        provider.FeatureCaps
		want, shown media.Value
		equal       bool
	}{
		{media.Ratings, ten, media.Rated(75), media.Rated(80), true},
		{media.Ratings, ten, media.Rated(75), media.Rated(75), true}, // the service keeps more than it says
		{media.Ratings, ten, media.Rated(75), media.Rated(70), false},
		{media.History, log, media.Watched(now), media.Watched(now.Truncate(60_000_000_000)), true},
		{media.History, log, media.Watched(now), media.Watched(now + 60_000), false},
		{media.History, log, media.Watched(now), media.Watched(0), true},
		{media.Progress, listCaps(1).Features[media.Progress], media.Position(600_000, 5_400_000), media.Position(629_999, 5_500_000), true},
		{media.Progress, listCaps(1).Features[media.Progress], media.Position(600_000, 5_400_000), media.Position(630_000, 5_400_000), false},
	} {
		if got := Equal(c.f, c.caps, c.want, c.shown, film); got != c.equal {
			t.Errorf("%s %v and %v: %v", c.f, c.want, c.shown, got)
		}
	}
}
