package engine

import (
	"context"
	"maps"
	"slices"

	"watchkeeper/engine/identity"
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/plan"
	"watchkeeper/engine/store"
)

// desk is where one plan is made.
type desk struct {
	r         *round
	world     *ledger.World
	planner   *plan.Planner
	works     []media.WorkID        // planned, by number
	wholes    map[media.WorkID]bool // those of them that have parts
	cards     map[media.WorkID]card // of works with something to write or to ask
	frozen    map[media.WorkID]ledger.Code
	unmatched []store.Finding[identity.Unmatched]
	// What accounts were asked and answered so far.
	reread  map[media.WorkID][]ledger.AccountID
	sought  map[media.WorkID][]ledger.AccountID
	playing map[ledger.AccountID][]string
	asked   map[ledger.Question]bool
	draft   ledger.Plan
}

func newDesk(r *round, w *ledger.World) *desk {
	return &desk{r: r, world: w, reread: map[media.WorkID][]ledger.AccountID{}, sought: map[media.WorkID][]ledger.AccountID{},
		playing: map[ledger.AccountID][]string{}, asked: map[ledger.Question]bool{}}
}

// batch is how many works are planned at once: what is believed about them is
// most of what a first plan would have to hold.
const batch = 2000

// plan brings the plan up to the beliefs as they are now. Works are planned
// batch by batch, and once more only where the run has learnt something since:
// one work's plan never depends on another's (S16).
func (d *desk) plan(ctx context.Context) error {
	works, err := d.r.toPlan(ctx)
	if err != nil {
		return err
	}
	return d.planAll(ctx, works)
}

func (d *desk) planAll(ctx context.Context, works []media.WorkID) error {
	if err := d.doubt(ctx); err != nil {
		return err
	}
	for part := range slices.Chunk(d.again(works), batch) {
		files, err := d.load(ctx, part)
		if err != nil {
			return err
		}
		for i := range files {
			d.add(&files[i])
		}
	}
	d.draft = d.planner.Plan()
	return nil
}

// doubt notes which works may not be what they seem. Where that has changed,
// everything is planned again.
func (d *desk) doubt(ctx context.Context) (err error) {
	before := d.frozen
	if d.frozen, err = d.r.e.frozen(ctx); err != nil {
		return err
	}
	d.r.outdated.all = d.r.outdated.all || !maps.Equal(before, d.frozen)
	d.unmatched, err = d.r.e.Unmatched(ctx)
	return err
}

// again takes what is out of date out of the plan and returns the works to
// plan. A whole tells what is watched of its parts, so it always is.
func (d *desk) again(works []media.WorkID) []media.WorkID {
	d.r.outdate(slices.Collect(maps.Keys(d.wholes))...)
	before, changed := d.works, d.r.outdated
	d.works, d.r.outdated = works, outdated{}
	if d.planner == nil || changed.all {
		d.planner = plan.NewPlanner(d.world)
		d.cards, d.wholes = map[media.WorkID]card{}, map[media.WorkID]bool{}
		return works
	}
	out := map[media.WorkID]bool{}
	for _, w := range before {
		_, stays := slices.BinarySearch(works, w)
		out[w] = !stays || changed.works[w]
	}
	d.planner.Drop(out)
	return slices.DeleteFunc(slices.Clone(works), func(w media.WorkID) bool {
		gone, planned := out[w]
		return planned && !gone
	})
}

// all are the dossiers of works.
func (d *desk) all(ctx context.Context, works []media.WorkID) (map[media.WorkID]ledger.Dossier, error) {
	if err := d.doubt(ctx); err != nil {
		return nil, err
	}
	all := make(map[media.WorkID]ledger.Dossier, len(works))
	for part := range slices.Chunk(works, batch) {
		files, err := d.load(ctx, part)
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			all[f.Work.ID] = f
		}
	}
	return all, nil
}

// load gathers what is believed about a batch of works by now.
func (d *desk) load(ctx context.Context, works []media.WorkID) ([]ledger.Dossier, error) {
	files, err := d.r.e.cfg.Store.Dossiers(ctx, d.r.profile.ID, works)
	if err != nil {
		return nil, err
	}
	alike, err := d.r.e.lookalikes(ctx, d.unmatched, files)
	if err != nil {
		return nil, err
	}
	for i := range files {
		f := &files[i]
		f.Frozen, f.Alike = d.frozen[f.Work.ID], alike[f.Work.ID]
		f.Reread, f.Sought = d.reread[f.Work.ID], d.sought[f.Work.ID]
		f.Playing = d.playingAt(f)
	}
	return files, nil
}

// add plans one work and keeps how accounts know it if any must be asked or
// written to; everything else that is believed about it is loaded again should
// it be planned again.
func (d *desk) add(f *ledger.Dossier) {
	delete(d.cards, f.Work.ID)
	if d.planner.Add(f) {
		d.cards[f.Work.ID] = cardOf(f)
	}
	if store.HasParts(f.Work.Kind) {
		d.wholes[f.Work.ID] = true
	}
}

// card is a work as accounts know it.
type card struct {
	work   ledger.Work
	tokens []media.Token
	links  []ledger.Link
}

func cardOf(f *ledger.Dossier) card { return card{f.Work, f.Tokens, f.Links} }

// item describes the work to one account.
func (c card) item(account ledger.AccountID) media.Item {
	item := itemOf(c.work, c.tokens)
	for _, l := range c.links {
		if l.Account == account {
			item.Key = l.Key
			break
		}
	}
	return item
}

// playingAt are the accounts that play an item of the work right now.
func (d *desk) playingAt(f *ledger.Dossier) []ledger.AccountID {
	var out []ledger.AccountID
	for _, l := range f.Links {
		if slices.Contains(d.playing[l.Account], l.Key) && !slices.Contains(out, l.Account) {
			out = append(out, l.Account)
		}
	}
	return out
}
