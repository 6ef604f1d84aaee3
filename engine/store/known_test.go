package store

import (
	"fmt"
	"reflect"
	"testing"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// Items a1, a2, … are of work 1, b1, … of work 2 and so on; each row of every
// table is about one of them.
func beliefsOf(works ...media.WorkID) (d ledger.Delta) {
	for _, w := range works {
		about := ledger.Subject{Work: w, Feature: media.Ratings}
		for n := range 2 {
			key := ledger.RowKey{Key: fmt.Sprintf("%c%d", 'a'+int(w)-1, n+1)}
			d.Shown = append(d.Shown, ledger.Shown{Account: 1, Feature: media.Ratings, RowKey: key, Work: w, State: ledger.ShownValue, Value: media.Rated(10)})
			d.Proofs = append(d.Proofs, ledger.Proof{Account: 1, Feature: media.Ratings, RowKey: key, Work: w})
			d.Pending = append(d.Pending, ledger.Pending{Op: ledger.OpID(key.Key), Account: 1, Subject: about, RowKey: key, Says: ledger.Statement{Subject: about}})
		}
		st := rating(1, w, 10)
		st.Seq, st.Origin, st.OriginSeq = ledger.Seq(w), 1, ledger.Seq(w)
		d.Statements = append(d.Statements, st)
		d.Quarantine = append(d.Quarantine, ledger.Quarantine{Account: 1, Subject: about, Value: media.Rated(20), Why: ledger.CannotStore})
	}
	return d
}

// What is believed of some items or works is what is believed of all, without
// the others: also of further items of the same works.
func TestKnownOf(t *testing.T) {
	for _, store := range []struct {
		name  string
		keys  []string
		works []media.WorkID
		want  []media.WorkID
	}{
		{"nothing", []string{}, nil, nil},
		{"a work", []string{}, []media.WorkID{2}, []media.WorkID{2}},
		{"an item", []string{"c1"}, nil, []media.WorkID{3}},
		{"both", []string{"a2", "x"}, []media.WorkID{3, 9}, []media.WorkID{1, 3}},
	} {
		t.Run(store.name, func(t *testing.T) {
			s := memory(t)
			must(t, s.Apply(ctx, 1, beliefsOf(1, 2, 3)))
			must(t, s.Apply(ctx, 1, ledger.Delta{Shown: []ledger.Shown{{Account: 2, Feature: media.Ratings, RowKey: ledger.RowKey{Key: "a1"}, Work: 1}}}))
			k := got(s.KnownOf(ctx, 1, media.Ratings, store.keys, store.works))(t)
			d := beliefsOf(store.want...)
			want := Known{d.Shown, d.Statements, d.Pending, d.Proofs, d.Quarantine}
			if !reflect.DeepEqual(k, want) {
				t.Errorf("known %+v\nwant %+v", k, want)
			}
		})
	}
}

// What a service's own effects follow from is known without its list (R9).
func TestWhatEffectsFollowFrom(t *testing.T) {
	s := memory(t)
	play := ledger.Subject{Work: 3, Feature: media.History, Play: 1}
	must(t, s.Apply(ctx, 1, ledger.Delta{
		Shown: []ledger.Shown{
			{Account: 1, Feature: media.Ratings, RowKey: ledger.RowKey{Key: "a"}, Work: 1, State: ledger.ShownValue, Value: media.Rated(10), At: 5000},
			{Account: 1, Feature: media.Ratings, RowKey: ledger.RowKey{Key: "b"}, Work: 1, State: ledger.ShownValue, Value: media.Rated(10), At: 4000},
			{Account: 1, Feature: media.Ratings, RowKey: ledger.RowKey{Key: "c"}, Work: 2, State: ledger.ShownValue, Value: media.Rated(10)},
			{Account: 2, Feature: media.Ratings, RowKey: ledger.RowKey{Key: "a"}, Work: 1, State: ledger.ShownValue, Value: media.Rated(10), At: 6000},
		},
		Statements: []ledger.Statement{
			{Account: 1, Subject: play, Cleared: true, Seen: 7000, Origin: 1},
			{Account: 1, Subject: ledger.Subject{Work: 4, Feature: media.History, Play: 2}, Value: media.Watched(1), Seen: 7000, Origin: 1},
		},
		Pending: []ledger.Pending{
			{Op: "1-1", Account: 1, Subject: play, Sent: 8000, Old: media.Watched(1), Says: ledger.Statement{Subject: play}},
			{Op: "1-2", Account: 1, Subject: ledger.Subject{Work: 5, Feature: media.History}, Sent: 9000, New: media.Watched(1)},
		},
	}))
	if at := got(s.Dated(ctx, 1, media.Ratings))(t); !reflect.DeepEqual(at, map[media.WorkID]media.Moment{1: 5000}) {
		t.Errorf("dated %v", at)
	}
	if at := got(s.Unwatched(ctx, 1))(t); !reflect.DeepEqual(at, map[media.WorkID]media.Moment{3: 8000}) {
		t.Errorf("unwatched %v", at)
	}
}
