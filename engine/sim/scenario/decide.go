package scenario

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"watchkeeper/engine"
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/providertest"
	"watchkeeper/engine/store"
)

// settings reads NAME JSON. A value that the engine refuses is tried all the
// same, as if it had been there from before.
func (p *parser) settings(words []string) (step, error) {
	if err := want(words, 2, anyNumber); err != nil {
		return step{}, err
	}
	value := json.RawMessage(strings.Join(words[1:], " "))
	return step{do: func(ctx context.Context, s *stage) error {
		return s.home.Store.PutSettings(ctx, map[string]json.RawMessage{words[0]: value})
	}}, nil
}

// pin reads always-keep|never-touch A|all WORK FEATURE|all.
func (p *parser) pin(words []string) (step, error) {
	if err := want(words, 4, 4); err != nil {
		return step{}, err
	}
	kind, err := oneOf("pin", words[0], map[string]ledger.PinKind{"always-keep": ledger.AlwaysKeep, "never-touch": ledger.NeverTouch})
	if err != nil {
		return step{}, err
	}
	if words[1] != "all" {
		if err := p.known(words[1]); err != nil {
			return step{}, err
		}
	}
	w, err := oneWork(words[2])
	if err != nil {
		return step{}, err
	}
	fs, err := features(words[3])
	return step{tells: true, do: func(ctx context.Context, s *stage) error {
		pin := ledger.Pin{Profile: s.person, Kind: kind, AnyFeature: len(fs) > 1, Feature: fs[0]}
		if words[1] != "all" {
			pin.Account = s.home.Room(words[1]).ID
		}
		ids, err := s.idsOf(ctx, w)
		if err != nil {
			return err
		}
		pin.Work = ids[0]
		_, err = s.home.Engine.Pin(ctx, pin)
		return err
	}}, err
}

// link reads A KEY WORK, unlink A KEY.
func (p *parser) link(words []string) (step, error) {
	if err := want(words, 3, 3); err != nil {
		return step{}, err
	}
	w, err := oneWork(words[2])
	return step{tells: true, do: func(ctx context.Context, s *stage) error {
		ids, err := s.idsOf(ctx, w)
		if err != nil {
			return err
		}
		return s.home.Engine.Link(ctx, s.home.Room(words[0]).ID, words[1], ids[0])
	}}, errors.Join(err, p.known(words[0]))
}

func (p *parser) unlink(words []string) (step, error) {
	if err := want(words, 2, 2); err != nil {
		return step{}, err
	}
	return step{tells: true, do: func(ctx context.Context, s *stage) error {
		return s.home.Engine.Unlink(ctx, s.home.Room(words[0]).ID, words[1])
	}}, p.known(words[0])
}

// answer reads GUARD A|all ANSWER [WORK...].
func (p *parser) answer(words []string) (step, error) {
	if err := want(words, 3, anyNumber); err != nil {
		return step{}, err
	}
	code, err := guardNamed(words[0])
	if err != nil {
		return step{}, err
	}
	if words[1] != "all" {
		if err := p.known(words[1]); err != nil {
			return step{}, err
		}
	}
	picked, err := things(words[3:])
	return step{tells: true, do: func(ctx context.Context, s *stage) error {
		given := 0
		s.oracle.told(ledger.Answer(words[2]))
		for _, h := range s.home.Engine.Status().Holds {
			if h.Guard != code || words[1] != "all" && s.home.Room(words[1]).ID != h.Target {
				continue
			}
			chosen, err := s.chosen(ctx, h.ID, picked)
			if err == nil {
				err = s.home.Engine.Answer(ctx, h.ID, ledger.Answer(words[2]), chosen)
			}
			if err != nil {
				return err
			}
			given++
		}
		if given == 0 {
			return fmt.Errorf("%w under %s: %s", errNothingWaits, code, s.holds())
		}
		return nil
	}}, err
}

var errNothingWaits = errors.New("nothing waits")

func guardNamed(word string) (ledger.Code, error) {
	code := ledger.Code(word)
	if !strings.HasPrefix(word, "guard_") || !slices.Contains(ledger.Codes[:], code) {
		return "", fmt.Errorf("there is no guard %q", word)
	}
	return code, nil
}

// chosen are the held ops about the picked works.
func (s *stage) chosen(ctx context.Context, hold int64, picked []thing) (ids []ledger.OpID, err error) {
	if len(picked) == 0 {
		return nil, nil
	}
	h, _, err := s.home.Engine.Hold(ctx, hold)
	if err != nil {
		return nil, err
	}
	for _, op := range h.Ops {
		for _, t := range picked {
			works, err := s.idsOf(ctx, t.work)
			if err != nil {
				return nil, err
			}
			if slices.Contains(works, op.Work) {
				ids = append(ids, op.ID)
			}
		}
	}
	if len(ids) != len(picked) {
		return nil, fmt.Errorf("%d of the picked works wait there", len(ids))
	}
	return ids, nil
}

// undo reads last-run, preview, or says A EXACT VALUE-ONLY NOT.
func (p *parser) undo(words []string) (step, error) {
	if len(words) == 5 && words[0] == "says" {
		return p.undoSays(words[1:])
	}
	if err := want(words, 1, 1); err != nil {
		return step{}, err
	}
	preview, err := oneOf("undo", words[0], map[string]bool{"last-run": false, "preview": true})
	return step{tells: true, do: func(ctx context.Context, s *stage) error {
		runs, err := s.lastThatWrote(ctx)
		if err != nil {
			return err
		}
		return s.undo(ctx, runs, preview)
	}}, err
}

// undo takes runs back, or says how exact that would be.
func (s *stage) undo(ctx context.Context, runs []ledger.RunID, preview bool) (err error) {
	s.left, s.leftSince = nil, len(s.oracle.acts)
	for _, run := range runs {
		s.oracle.undoing = !preview
		s.undone, s.last, err = s.home.Engine.Undo(ctx, engine.UndoOf{Run: run}, preview)
		if err = errors.Join(err, s.oracle.judge()); err != nil {
			return err
		}
		rows, err := s.home.Store.Journal(ctx, store.JournalQuery{Run: run, Limit: 1 << 30})
		if err != nil {
			return err
		}
		for _, row := range rows {
			s.said.Undone = append(s.said.Undone, row.Op.Subject)
			underWay := func(n ledger.NonOp) bool {
				return n.Account == row.Op.Account && n.Subject == row.Op.Subject && n.Why.Code == ledger.PendingVisible
			}
			if slices.ContainsFunc(s.undone.NonOps, underWay) {
				s.left = append(s.left, row.Op)
			}
		}
	}
	return nil
}

// undoLeft asks once more for what an undo left because it was still under way
// (R24), but for works about which somebody has spoken since.
func (s *stage) undoLeft(ctx context.Context) error {
	for _, op := range s.left {
		works, err := s.home.Store.Works(ctx, []media.WorkID{op.Work})
		if err != nil {
			return err
		}
		w := works[op.Work]
		newer := func(d deed) bool { return d.Work.Title() == w.Title && d.Work.Year() == w.Year }
		if slices.ContainsFunc(s.oracle.acts[s.leftSince:], newer) {
			continue
		}
		s.oracle.undoing = true
		_, _, err = s.home.Engine.Undo(ctx, engine.UndoOf{Op: op.ID}, false)
		if err = errors.Join(err, s.oracle.judge()); err != nil {
			return err
		}
	}
	return nil
}

// lastThatWrote is the run that a person would undo, newest first in parts if
// a death cut it; one who is asking again means the same as before.
func (s *stage) lastThatWrote(ctx context.Context) (ids []ledger.RunID, err error) {
	if s.meant != nil {
		return s.meant, nil
	}
	runs, err := s.home.Store.Runs(ctx, 0, 1000)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(runs, func(r ledger.RunSummary) bool { return r.Added+r.Updated+r.Removed+r.Unproven > 0 })
	if i < 0 {
		return nil, errors.New("no run wrote anything")
	}
	for _, r := range runs[i:] {
		if r.Began != runs[i].Began {
			break
		}
		rows, err := s.home.Store.Journal(ctx, store.JournalQuery{Run: r.ID, Limit: 1})
		if err != nil {
			return nil, err
		}
		if len(rows) > 0 {
			ids = append(ids, r.ID)
		}
	}
	return ids, nil
}

func (p *parser) undoSays(words []string) (step, error) {
	if err := p.known(words[0]); err != nil {
		return step{}, err
	}
	var n [3]int
	for i := range n {
		var err error
		if n[i], err = count(words[i+1]); err != nil {
			return step{}, err
		}
	}
	return step{kind: asksStore, do: func(_ context.Context, s *stage) error {
		var got [3]int
		for _, e := range s.undone.Exactness {
			if e.Account == s.home.Room(words[0]).ID {
				got = [3]int{e.Exact, e.ValueOnly, e.Not}
			}
		}
		if got != n {
			return fmt.Errorf("it says %v", got)
		}
		return nil
	}}, nil
}

// idsOf are the engine's numbers of a work: by its ids, or where it has none
// by its title.
func (s *stage) idsOf(ctx context.Context, w providertest.Work) ([]media.WorkID, error) {
	var accounts []ledger.AccountID
	for _, name := range s.home.Names() {
		accounts = append(accounts, s.home.Room(name).ID)
	}
	works, err := s.home.Store.WorksAt(ctx, accounts...)
	if err != nil {
		return nil, err
	}
	files, err := s.home.Store.Dossiers(ctx, s.person, works)
	if err != nil {
		return nil, err
	}
	var ids []media.WorkID
	for _, f := range files {
		if s.is(f, w) {
			ids = append(ids, f.Work.ID)
		}
	}
	if len(ids) == 0 {
		return nil, fmt.Errorf("the engine knows no %s", w)
	}
	return ids, nil
}

func (s *stage) is(f ledger.Dossier, w providertest.Work) bool {
	for _, token := range f.Tokens {
		if named, ok := providertest.WorkOf(token); ok && named == w {
			return true
		}
	}
	return len(f.Tokens) == 0 && f.Work.Kind == w.Kind && f.Work.Title == w.Title()
}
