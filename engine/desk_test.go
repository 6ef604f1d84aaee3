//go:build unix

package engine_test

import (
	"testing"

	"watchkeeper/engine"
	"watchkeeper/engine/media"
	"watchkeeper/engine/providertest"
)

// R16: a play that an old list hides is found by the look-up before it would
// be added, also where the account is known to show other plays of the film.
func TestPlayFoundBeforeItIsAddedAgain(t *testing.T) {
	for _, known := range []bool{false, true} {
		h := lived(t, 20)
		film := providertest.Film(21)
		if known {
			film = providertest.Film(1)
		}
		for _, m := range h.accounts {
			m.Person().Watch(film, h.ago(2))
		}
		h.accounts[1].Weather().Cache(1, media.History)
		if sum := h.run(engine.Wish{}).Summary; sum.Added != 0 {
			t.Errorf("known %v: %d plays were added, and all are at both", known, sum.Added)
		}
		h.rest()
	}
}

// S16: more works than are planned at once are all planned, also those that an
// account is asked about meanwhile.
func TestPlanInBatches(t *testing.T) {
	const films = 2500
	h := newHouse(t, 2, media.History)
	for i := range films {
		h.accounts[i%2].Person().Watch(providertest.Film(i+1), h.ago(365)+media.Moment(i)*minute)
	}
	if sum := h.start().Summary; sum.Added != films {
		t.Errorf("%d of %d plays were carried over", sum.Added, films)
	}
	h.rest()
	h.quiet(engine.Wish{Fresh: true})
}
