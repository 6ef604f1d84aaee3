package engine

import (
	"context"
	"slices"

	"watchkeeper/engine/guard"
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/store"
)

// Hold returns a hold with all its ops and their titles.
func (e *Engine) Hold(ctx context.Context, id int64) (ledger.Hold, []string, error) {
	hold, err := e.cfg.Store.Hold(ctx, id)
	if err != nil {
		return ledger.Hold{}, nil, err
	}
	var works []media.WorkID
	for _, op := range hold.Ops {
		works = append(works, op.Work)
	}
	titles, err := e.titles(ctx, works)
	return hold, titles, err
}

// Answer books a person's answer to a hold (R23). Nothing is written to an
// account here: the next run plans with it. The error of a wrong answer names
// the valid ones.
func (e *Engine) Answer(ctx context.Context, id int64, a ledger.Answer, chosen []ledger.OpID) error {
	hold, err := e.cfg.Store.Hold(ctx, id)
	if err != nil {
		return err
	}
	effects, err := guard.Answer(hold, a, chosen)
	if err != nil {
		return err
	}
	decision, err := e.decision(ctx, hold, effects)
	if err != nil {
		return err
	}
	if len(effects.Holds) > 0 {
		run, err := e.cfg.Store.LastRun(ctx)
		if err != nil {
			return err
		}
		if err := e.cfg.Store.AnswerHold(ctx, run, decision); err != nil {
			return err
		}
	}
	if effects.ReadAgain {
		e.wantFull(hold.Target)
	}
	return e.publish(ctx, nil)
}

// decision turns an answer's effects into what is stored in one transaction.
func (e *Engine) decision(ctx context.Context, hold ledger.Hold, f guard.Effects) (store.Decision, error) {
	d := store.Decision{Holds: f.Holds, Refusals: f.Refusals, Freed: f.Freed, Accounts: f.Accounts, Routes: f.Routes}
	withdrawn, err := e.copiesOf(ctx, hold.Profile, f.Withdrawn)
	if err != nil {
		return d, err
	}
	for _, s := range withdrawn {
		d.Withdrawn = append(d.Withdrawn, ledger.StatementRef{Account: s.Account, Subject: s.Subject})
	}
	if d.Local, err = e.copiesOf(ctx, hold.Profile, f.Local); err != nil {
		return d, err
	}
	for i := range d.Local {
		d.Local[i].Local = true
	}
	if hold.Guard != ledger.GuardIdentityShift {
		d.Trust, err = e.accepted(ctx, f.Accepted)
	}
	return d, err
}

// copiesOf are the current statements that said names, and every copy that an
// account of the profile adopted from them.
func (e *Engine) copiesOf(ctx context.Context, profile ledger.ProfileID, said []guard.Said) ([]ledger.Statement, error) {
	var works []media.WorkID
	named := make(map[guard.Said]bool, len(said))
	for _, s := range said {
		works = append(works, s.Work)
		named[s] = true
	}
	slices.Sort(works)
	var out []ledger.Statement
	for batch := range slices.Chunk(slices.Compact(works), store.DossierLimit) {
		files, err := e.cfg.Store.Dossiers(ctx, profile, batch)
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			out = append(out, copiesIn(f, named)...)
		}
	}
	return out, nil
}

func copiesIn(f ledger.Dossier, named map[guard.Said]bool) []ledger.Statement {
	var out []ledger.Statement
	for _, st := range f.Statements {
		if named[guard.Said{Subject: st.Subject, By: ledger.Cause{Account: st.Origin, Seq: st.OriginSeq}}] {
			out = append(out, st)
		}
	}
	return out
}

// accepted marks a view's content as declared right. The grouping of an
// identity_shift stays with its hold.
func (e *Engine) accepted(ctx context.Context, c guard.Content) ([]ledger.Trust, error) {
	if c.Digest == "" {
		return nil, nil
	}
	trust, err := e.cfg.Store.Trust(ctx)
	for _, t := range trust {
		if t.Account == c.Account && t.Feature == c.Feature {
			t.AcceptedDigest = c.Digest
			return []ledger.Trust{t}, err
		}
	}
	return nil, err
}

// Pin makes a standing decision by hand.
func (e *Engine) Pin(ctx context.Context, p ledger.Pin) (int64, error) {
	return e.cfg.Store.PutPin(ctx, p)
}

// Unpin ends a standing decision.
func (e *Engine) Unpin(ctx context.Context, id int64) error {
	return e.cfg.Store.DropPin(ctx, id)
}

// Link joins an account's item to a work by hand, for ever.
func (e *Engine) Link(ctx context.Context, account ledger.AccountID, key string, work media.WorkID) error {
	run, err := e.cfg.Store.LastRun(ctx)
	if err != nil {
		return err
	}
	return e.cfg.Store.LinkByHand(ctx, ledger.Link{Account: account, Key: key, Work: work, By: ledger.ByHand}, run)
}

// Unlink parts an account's item from its work by hand, for ever.
func (e *Engine) Unlink(ctx context.Context, account ledger.AccountID, key string) error {
	run, err := e.cfg.Store.LastRun(ctx)
	if err != nil {
		return err
	}
	return e.cfg.Store.Unlink(ctx, account, key, run)
}
