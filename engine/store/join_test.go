package store

import (
	"errors"
	"testing"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

func shownRating(account ledger.AccountID, key string, work media.WorkID, n int) ledger.Shown {
	return ledger.Shown{Account: account, Feature: media.Ratings, RowKey: ledger.RowKey{Key: key}, Work: work,
		State: ledger.ShownValue, Value: media.Rated(n), Since: 1}
}

func TestJoinKeepsTheLaterStatement(t *testing.T) {
	for _, c := range []struct {
		name       string
		into, from ledger.Statement
		want       int // rating that stays; -1 cleared
	}{
		{"later in the work that ends", rating(1, 1, 50), at(rating(1, 2, 60), 2000), 60},
		{"later in the work that stays", at(rating(1, 1, 50), 3000), rating(1, 2, 60), 50},
		{"unknown is older than known", at(rating(1, 1, 50), 0), rating(1, 2, 60), 60},
		{"set beats cleared at equal times", rating(1, 1, 50), cleared(rating(1, 2, 60)), 50},
		{"a later cleared stays", rating(1, 1, 50), cleared(at(rating(1, 2, 60), 4000)), -1},
		{"concluded later at equal times", rating(1, 1, 50), rating(1, 2, 60), 60},
	} {
		s := memory(t)
		must(t, s.PutIdentity(ctx, []ledger.Link{{Account: 1, Key: "a", Work: 1, By: ledger.ByToken}, {Account: 2, Key: "b", Work: 2, By: ledger.ByToken}},
			[]ledger.Work{film(1), film(2)}, []WorkToken{{media.OwnToken(media.Film, media.TMDB, "5"), 2}}))
		must(t, s.Apply(ctx, 1, ledger.Delta{Statements: []ledger.Statement{c.into, c.from},
			Shown: []ledger.Shown{shownRating(1, "a", 1, 50), shownRating(2, "b", 2, 60)}}))
		must(t, s.Join(ctx, 1, 2, 9))
		must(t, s.Join(ctx, 1, 2, 10)) // again: nothing
		d := got(s.Dossiers(ctx, 1, []media.WorkID{1, 2}))(t)
		if len(d) != 1 || len(d[0].Statements) != 1 || len(d[0].Shown) != 2 || len(d[0].Links) != 2 || len(d[0].Tokens) != 1 {
			t.Fatalf("%s: %+v", c.name, d)
		}
		st := d[0].Statements[0]
		if !st.FirstLook || st.Run != 9 || st.Cleared != (c.want < 0) || (c.want >= 0 && st.Value != media.Rated(c.want)) {
			t.Errorf("%s: stays %+v", c.name, st)
		}
		for _, sh := range d[0].Shown {
			if !sh.FirstLook || sh.Since != 9 {
				t.Errorf("%s: shown %+v is no first look", c.name, sh)
			}
		}
		if n := count(t, s, "statement_log WHERE work = 1 AND gone = 9"); n != 1 {
			t.Errorf("%s: %d statements in the log", c.name, n)
		}
	}
}

// A slip of the hand links nothing and says what there is none of.
func TestNothingIsLinkedThatIsNotThere(t *testing.T) {
	s := memory(t)
	must(t, s.PutIdentity(ctx, []ledger.Link{{Account: 1, Key: "linked", Work: 1, By: ledger.ByToken}}, []ledger.Work{film(1), film(2)}, nil))
	must(t, PutFindings(ctx, s, Listing[media.Item]{1, Unmatched, []media.Item{{Key: "found"}}, func(v media.Item) string { return v.Key }}))
	for key, work := range map[string]media.WorkID{"linked": 3, "found": 3, "other": 2} {
		if err := s.LinkByHand(ctx, ledger.Link{Account: 1, Key: key, Work: work}, 1); !errors.Is(err, ErrNotFound) {
			t.Errorf("%s to %d: %v", key, work, err)
		}
	}
	if err := s.LinkByHand(ctx, ledger.Link{Account: 2, Key: "found", Work: 2}, 1); !errors.Is(err, ErrNotFound) {
		t.Errorf("another account's item: %v", err)
	}
	for _, key := range []string{"linked", "found"} {
		must(t, s.LinkByHand(ctx, ledger.Link{Account: 1, Key: key, Work: 2}, 1))
	}
}

func TestHandDividesAWork(t *testing.T) {
	s := memory(t)
	must(t, s.PutIdentity(ctx, []ledger.Link{{Account: 1, Key: "a", Work: 1, By: ledger.ByToken}, {Account: 2, Key: "b", Work: 1, By: ledger.ByToken}},
		[]ledger.Work{film(1), film(2)}, nil))
	play := ledger.Subject{Work: 1, Feature: media.History, Play: 1}
	watched := func(a ledger.AccountID, key string) ledger.Shown {
		return ledger.Shown{Account: a, Feature: media.History, RowKey: ledger.RowKey{Key: key}, Work: 1, Play: 1, State: ledger.ShownValue, Value: media.Watched(77)}
	}
	must(t, s.Apply(ctx, 1, ledger.Delta{Plays: []ledger.Play{{ID: 1, Work: 1, At: 77}},
		Shown: []ledger.Shown{watched(1, "a"), watched(2, "b")},
		Statements: []ledger.Statement{{Account: 1, Subject: play, Value: media.Watched(77), Key: "a"},
			{Account: 2, Subject: play, Value: media.Watched(77), Key: "b"}}}))
	must(t, s.LinkByHand(ctx, ledger.Link{Account: 2, Key: "b", Work: 2}, 3))
	d := got(s.Dossiers(ctx, 1, []media.WorkID{1, 2}))(t)
	for i, want := range []ledger.AccountID{1, 2} {
		if len(d[i].Plays) != 1 || len(d[i].Shown) != 1 || len(d[i].Statements) != 1 || d[i].Shown[0].Account != want ||
			d[i].Shown[0].Play != d[i].Plays[0].ID || d[i].Statements[0].Play != d[i].Plays[0].ID {
			t.Errorf("work %d: %+v", i+1, d[i])
		}
	}
	// A resolver's link does not win over a hand's.
	must(t, s.PutIdentity(ctx, []ledger.Link{{Account: 2, Key: "b", Work: 1, By: ledger.ByToken}}, nil, nil))
	id := got(s.Identity(ctx, 2, nil, nil))(t)
	if len(id.Links) != 1 || id.Links[0].Work != 2 || id.Links[0].By != ledger.ByHand {
		t.Errorf("links %+v", id.Links)
	}
	if len(id.Apart) != 1 || id.Apart[0] != [2]media.WorkID{1, 2} {
		t.Errorf("apart %v", id.Apart)
	}
	must(t, s.Unlink(ctx, 2, "b", 4))
	d = got(s.Dossiers(ctx, 1, []media.WorkID{2}))(t)
	if len(d[0].Shown)+len(d[0].Statements)+len(d[0].Links) != 0 {
		t.Errorf("after parting: %+v", d[0])
	}
	if n := count(t, s, "unlinks WHERE account = 2 AND key = 'b'"); n != 2 {
		t.Errorf("%d works remembered as wrong", n)
	}
}

func TestNumbersAreNeverGivenTwice(t *testing.T) {
	s := memory(t)
	must(t, s.PutIdentity(ctx, nil, []ledger.Work{film(1), film(2)}, nil))
	must(t, s.Join(ctx, 1, 2, 1))
	if id := got(s.Identity(ctx, 1, nil, nil))(t); id.Next != 3 {
		t.Errorf("next work is %d", id.Next)
	}
	must(t, s.Apply(ctx, 1, ledger.Delta{Statements: []ledger.Statement{rating(1, 1, 10)}}))
	must(t, s.Apply(ctx, 2, ledger.Delta{Statements: []ledger.Statement{rating(1, 1, 20)}}))
	adopted := rating(2, 1, 20)
	adopted.Origin, adopted.OriginSeq, adopted.Seq = 1, 2, 2 // still bears its origin's number
	must(t, s.Apply(ctx, 3, ledger.Delta{Statements: []ledger.Statement{adopted}}))
	d := got(s.Dossiers(ctx, 1, []media.WorkID{1}))(t)
	if s1, s2 := d[0].Statements[0], d[0].Statements[1]; s1.Seq != 2 || s2.Seq != 3 || s2.Origin != 1 || s2.OriginSeq != 2 {
		t.Errorf("numbers: %+v", d[0].Statements)
	}
}

func at(v ledger.Statement, m media.Moment) ledger.Statement { v.At = m; return v }

func cleared(v ledger.Statement) ledger.Statement {
	v.Cleared, v.Value = true, media.Value{}
	return v
}

func count(t testing.TB, s *Store, from string) int {
	t.Helper()
	n := got(list(ctx, s.reads, one[int], "SELECT count(*) FROM "+from))(t)
	return n[0]
}
