package store

import (
	"context"
	"fmt"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// LinkByHand links an item to a work for ever. What is believed by the item
// moves with it, as a first look (R13); the work it leaves is remembered as
// wrong. ErrNotFound when there is no such work, or the account never listed
// the item.
func (s *Store) LinkByHand(ctx context.Context, l ledger.Link, run ledger.RunID) error {
	return s.write(ctx, func(t *tx) error {
		if t.number("SELECT count(*) FROM works WHERE id = ?", l.Work) == 0 {
			t.fail(&Error{Kind: ErrNotFound, Path: s.path, Err: fmt.Errorf("there is no work %d", l.Work)})
		}
		old := t.linked(l.Account, l.Key)
		if old == 0 && !t.met(l.Account, l.Key) {
			t.fail(&Error{Kind: ErrNotFound, Path: s.path, Err: fmt.Errorf("no item %q was ever listed", l.Key)})
		}
		if old != 0 && old != l.Work {
			t.exec("INSERT OR IGNORE INTO unlinks (account, key, work) VALUES (?, ?, ?)", l.Account, l.Key, old)
		}
		t.exec("DELETE FROM unlinks WHERE account = ? AND key = ? AND work = ?", l.Account, l.Key, l.Work)
		l.By = ledger.ByHand
		t.putLinks([]ledger.Link{l})
		t.exec("DELETE FROM findings WHERE account = ? AND key = ?", l.Account, l.Key)
		t.readAnew(l.Account)
		if old != l.Work {
			t.moveItem(item{l.Account, l.Key}, old, l.Work, run)
		}
		return nil
	})
}

// Unlink parts an item from its work for ever. What was believed by the item
// is forgotten; the next read sees it for the first time. ErrNotFound when the
// item is not linked.
func (s *Store) Unlink(ctx context.Context, account ledger.AccountID, key string, run ledger.RunID) error {
	return s.write(ctx, func(t *tx) error {
		work := t.linked(account, key)
		if work == 0 && t.err == nil {
			return &Error{Kind: ErrNotFound, Path: s.path, Err: fmt.Errorf("no item %q is linked", key)}
		}
		t.exec("INSERT OR IGNORE INTO unlinks (account, key, work) VALUES (?, ?, ?)", account, key, work)
		t.exec("DELETE FROM links WHERE account = ? AND key = ?", account, key)
		for _, v := range t.statements("account = ? AND key = ? AND work = ?", account, key, work) {
			t.forget(run, []ledger.StatementRef{{Account: v.Account, Subject: v.Subject}})
		}
		t.exec("DELETE FROM shown WHERE account = ? AND key = ?", account, key)
		t.exec("DELETE FROM proofs WHERE account = ? AND key = ?", account, key)
		t.exec("DELETE FROM unmet WHERE work = ?", work)
		t.readAnew(account)
		return nil
	})
}

// readAnew makes the account's next lists be gone through row by row, and
// everything be planned with what a person decided about an item.
func (t *tx) readAnew(account ledger.AccountID) {
	t.exec("UPDATE trust SET items = '' WHERE account = ?", account)
	t.exec("DELETE FROM item_digests WHERE account = ?", account)
	t.decided()
}

// item is one native key of one account.
type item struct {
	account ledger.AccountID
	key     string
}

func (t *tx) linked(account ledger.AccountID, key string) media.WorkID {
	return media.WorkID(t.number("SELECT work FROM links WHERE account = ? AND key = ?", account, key))
}

// met tells whether an item without a link was ever read.
func (t *tx) met(account ledger.AccountID, key string) bool {
	return t.number(`SELECT EXISTS (SELECT 1 FROM unlinks WHERE account = ?1 AND key = ?2)
		OR EXISTS (SELECT 1 FROM findings WHERE account = ?1 AND key = ?2)`, account, key) != 0
}

// moveItem divides the beliefs about a work: those by the item follow it. A
// play that other items may share is copied, not moved.
func (t *tx) moveItem(i item, from, to media.WorkID, run ledger.RunID) {
	plays := map[media.PlayID]media.PlayID{0: 0}
	play := func(old media.PlayID) media.PlayID {
		if _, copied := plays[old]; !copied {
			plays[old] = media.PlayID(t.take("play", 1))
			t.exec("INSERT INTO plays SELECT ?, ?, at, tolerance, date_only FROM plays WHERE id = ?", plays[old], to, old)
		}
		return plays[old]
	}
	for _, v := range t.statements("account = ? AND key = ? AND work = ?", i.account, i.key, from) {
		subject := ledger.Subject{Work: to, Feature: v.Feature, Play: play(v.Play)}
		t.moveStatement(run, v, subject)
	}
	for _, v := range t.shownBy(i) {
		v.Work, v.Play, v.Since, v.FirstLook = to, play(v.Play), run, true
		t.putShown([]ledger.Shown{v})
	}
	for _, table := range []string{"pending", "proofs"} {
		t.exec("UPDATE "+table+" SET work = ? WHERE account = ? AND key = ? AND work = ? AND play = 0", to, i.account, i.key, from)
		for _, old := range sortedKeys(plays) {
			t.exec("UPDATE "+table+" SET work = ?, play = ? WHERE account = ? AND key = ? AND work = ? AND play = ?",
				to, plays[old], i.account, i.key, from, old)
		}
	}
	for _, table := range []string{"unmet", "quarantine"} {
		t.exec("DELETE FROM "+table+" WHERE account = ? AND work IN (?, ?)", i.account, from, to)
	}
}

func (t *tx) shownBy(i item) []ledger.Shown {
	if t.err != nil {
		return nil
	}
	all, err := list(t.ctx, t, scanShown, "SELECT "+shownColumns+" FROM shown WHERE account = ? AND key = ? ORDER BY feature, play_key", i.account, i.key)
	if err != nil {
		t.fail(err)
	}
	return all
}
