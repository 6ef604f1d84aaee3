package scenario

import (
	"context"
	"fmt"
	"slices"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/engine/providertest"
)

// oracle judges every write of a scenario by what people did, whatever the
// engine thought: nothing is removed that nobody removed (S1), nothing is
// written that nobody chose (S9), nothing comes back that its own account's
// owner took away last (S5). It asks only whether and in which order people
// spoke; the scenario itself says the rest.
type oracle struct {
	stage *stage
	acts  []deed
	seen  map[string]int // writes judged, by account
	// A person's word about writes as such: undoing them, or putting back.
	undoing, putBack bool
	// undone: a person undid a run, so what it wrote over may return later too.
	undone bool
}

// deed is one act with the place it was done at.
type deed struct {
	account string
	providertest.Act
}

// acted notes an act, in the order in which people spoke.
func (o *oracle) acted(account string, a providertest.Act) {
	o.acts = append(o.acts, deed{account, a})
}

// told notes an answer to a hold.
func (o *oracle) told(a ledger.Answer) {
	o.putBack = o.putBack || a == ledger.PutThemBack || a == ledger.TryAgain
}

// judge looks at the writes since the last call.
func (o *oracle) judge() error {
	if o.seen == nil {
		o.seen = map[string]int{}
	}
	o.undone = o.undone || o.undoing
	defer func() { o.undoing = false }()
	for _, name := range o.stage.home.Names() {
		all := o.stage.home.Room(name).Memory.Writes()
		for i, w := range all[o.seen[name]:] {
			if o.undone && takesBack(w, all[:o.seen[name]+i]) {
				continue
			}
			if err := o.allowed(name, w); err != nil {
				return err
			}
		}
		o.seen[name] = len(all)
	}
	return nil
}

// takesBack tells whether a write restores what an earlier one wrote over.
func takesBack(w providertest.Write, earlier []providertest.Write) bool {
	return slices.ContainsFunc(earlier, func(e providertest.Write) bool {
		return e.Stored && e.Work == w.Work && e.Change.Feature == w.Change.Feature && e.Before == w.After && e.After == w.Before
	})
}

// allowed judges one write. What a refused or repeated one would have done did
// not happen.
func (o *oracle) allowed(name string, w providertest.Write) error {
	if !w.Stored || o.undoing {
		return nil
	}
	f := w.Change.Feature
	said := o.about(w.Work, f)
	switch {
	case w.Change.Action == provider.Remove && !o.exact(name, f) && !contains(said, removing):
		return fmt.Errorf("S1: %s of %s was removed from %s, and nobody removed it", f, w.Work, name)
	case w.Change.Action != provider.Remove && !contains(said, giving):
		return fmt.Errorf("S9: %s of %s was written to %s, and nobody chose it", f, w.Work, name)
	case w.Change.Action == provider.Add && f != media.History && !o.putBack && len(said) > 0 && o.lastWordHere(name, said):
		return fmt.Errorf("S5: %s of %s came back to %s, where it was taken away last", f, w.Work, name)
	}
	return nil
}

// lastWordHere tells whether the account's own owner spoke last, and took away.
func (o *oracle) lastWordHere(name string, said []deed) bool {
	last := said[len(said)-1]
	return last.account == name && removing(last)
}

// exact tells whether the account copies others exactly: then what nobody
// removed may go, after a yes.
func (o *oracle) exact(name string, f media.Feature) bool {
	routes, err := o.stage.home.Store.Routes(context.Background())
	if err != nil {
		return false
	}
	for _, r := range routes {
		if r.To == o.stage.home.Room(name).ID && r.Feature == f && r.Mode == ledger.CopyExactly {
			return true
		}
	}
	return false
}

// about are the deeds that say something about a work in a feature: a play
// also ends a position and may leave a list.
func (o *oracle) about(w providertest.Work, f media.Feature) (out []deed) {
	for _, d := range o.acts {
		if (d.Work == w || d.Work.Parent() == w) && speaks(d.Verb, f) {
			out = append(out, d)
		}
	}
	return out
}

func speaks(v providertest.Verb, f media.Feature) bool {
	switch v {
	case providertest.List, providertest.Unlist:
		return f == media.Watchlist
	case providertest.Rate, providertest.Unrate:
		return f == media.Ratings
	case providertest.Pause:
		return f == media.Progress || f == media.History
	case providertest.ClearProgress:
		return f == media.Progress
	case providertest.Watch, providertest.Mark, providertest.Unwatch, providertest.DeletePlay:
		return f == media.History || f == media.Progress || f == media.Watchlist
	}
	return false
}

func removing(d deed) bool {
	switch d.Verb {
	case providertest.Unlist, providertest.Unrate, providertest.Unwatch, providertest.DeletePlay, providertest.ClearProgress,
		providertest.Watch, providertest.Mark:
		return true
	}
	return false
}

func giving(d deed) bool {
	switch d.Verb {
	case providertest.List, providertest.Rate, providertest.Watch, providertest.Mark, providertest.Pause:
		return true
	}
	return false
}

func contains(all []deed, what func(deed) bool) bool {
	for _, d := range all {
		if what(d) {
			return true
		}
	}
	return false
}
