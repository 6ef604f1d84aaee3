package observe_test

import (
	"slices"
	"testing"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/observe"
	"watchkeeper/engine/provider"
)

// A view concerns the works that it shows otherwise or no more, and those with
// a proof or a write open, though it does not list them.
func TestConcerned(t *testing.T) {
	b := newBook(t, media.Ratings, whole())
	rated, other := row("a", media.Rated(80), 0), row("b", media.Rated(70), 0)
	b.read(rated, other)
	b.read(rated, other)
	proof := ledger.RowKey{Key: "c"}
	sent := ledger.Subject{Work: 4, Feature: media.Ratings}
	for name, c := range map[string]struct {
		coverage provider.Coverage
		rows     []provider.Row
		open     func(*observe.Known)
		want     []media.WorkID
	}{
		"as before":       {provider.Whole, []provider.Row{rated, other}, nil, nil},
		"another value":   {provider.Whole, []provider.Row{row("a", media.Rated(30), 0), other}, nil, []media.WorkID{1}},
		"gone":            {provider.Whole, []provider.Row{rated}, nil, []media.WorkID{2}},
		"nothing changed": {provider.Changes, nil, nil, nil},
		"a proof": {provider.Changes, nil, func(k *observe.Known) {
			k.Proofs = map[ledger.RowKey]ledger.Proof{proof: {RowKey: proof, Work: 3}}
		}, []media.WorkID{3}},
		"a write": {provider.Changes, nil, func(k *observe.Known) {
			k.Pending = map[ledger.Subject][]ledger.Pending{sent: {{Op: "1-1", Subject: sent, State: ledger.Expected}}}
		}, []media.WorkID{4}},
	} {
		known := b.known
		if c.open != nil {
			c.open(&known)
		}
		r := b.reading(c.rows)
		r.View.Coverage = c.coverage
		if got := observe.Concerned(r, observe.Judge(r), b.link(c.rows), known); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
