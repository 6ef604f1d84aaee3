package store

import (
	"testing"

	"watchkeeper/engine/ledger"
)

// S18: what happens to the copy happens to nothing else.
func TestScratchIsACopy(t *testing.T) {
	for name, s := range map[string]*Store{"memory": memory(t), "folder": folder(t)} {
		must(t, s.PutIdentity(ctx, nil, []ledger.Work{film(1)}, nil))
		c := got(s.Scratch(ctx))(t)
		must(t, c.PutIdentity(ctx, nil, []ledger.Work{film(2)}, nil))
		must(t, c.Apply(ctx, 1, ledger.Delta{Statements: []ledger.Statement{rating(1, 1, 10)}}))
		if n := count(t, c, "works"); n != 2 {
			t.Errorf("%s: the copy has %d works", name, n)
		}
		if n := count(t, s, "works") + count(t, s, "statements"); n != 1 {
			t.Errorf("%s: the copy's writes reached the original", name)
		}
		must(t, c.Close())
	}
}
