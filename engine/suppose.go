package engine

import (
	"context"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// Supposed is a question about what is believed by now: what would follow from
// it under these rules? No service is asked and nothing is stored (R20, S18).
type Supposed struct {
	Profile ledger.ProfileID
	Routes  []ledger.Route // of the person; nil: the stored ones
	Works   []media.WorkID // nil: all
	Explain bool           // also why what is equal stays as it is
}

// Suppose plans on the stored beliefs. Features whose last read was trusted
// count as read in this run, and a log's plays as read once more, so that the
// answer is about rules and not about the moment.
func (e *Engine) Suppose(ctx context.Context, q Supposed) (ledger.Plan, error) {
	last, err := e.cfg.Store.LastRun(ctx)
	if err != nil {
		return ledger.Plan{}, err
	}
	b, err := e.before(ctx)
	if err != nil {
		return ledger.Plan{}, err
	}
	b.run, b.now = last+1, e.now()
	rounds, err := e.rounds(ctx, b, Wish{Explain: q.Explain})
	if err != nil {
		return ledger.Plan{}, err
	}
	for _, r := range rounds {
		if r.profile.ID != q.Profile {
			continue
		}
		if q.Routes != nil {
			r.routes = q.Routes
		}
		return r.suppose(ctx, q.Works)
	}
	return ledger.Plan{Run: last + 1}, nil
}

func (r *round) suppose(ctx context.Context, works []media.WorkID) (ledger.Plan, error) {
	w, err := r.world(ctx)
	if err != nil {
		return ledger.Plan{}, err
	}
	var accounts []ledger.AccountID
	for i := range w.Parties {
		p := &w.Parties[i]
		for f := range p.Trust {
			p.TrustedNow[f] = p.Trust[f].Silent == "" && p.Trust[f].LastTrusted.Known()
		}
		if !p.Removed {
			accounts = append(accounts, p.ID)
		}
	}
	if works == nil {
		if works, err = r.e.cfg.Store.WorksAt(ctx, accounts...); err != nil {
			return ledger.Plan{}, err
		}
	}
	d := newDesk(r, &w)
	for _, work := range works {
		d.reread[work] = accounts
	}
	if err := d.planAll(ctx, works); err != nil {
		return ledger.Plan{}, err
	}
	return d.draft, nil
}
