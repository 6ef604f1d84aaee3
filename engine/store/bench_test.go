package store

import (
	"fmt"
	"testing"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// manyShown is one account's history of n films on a media server.
func manyShown(n int) []ledger.Shown {
	rows := make([]ledger.Shown, n)
	for i := range rows {
		rows[i] = ledger.Shown{Account: 1, Feature: media.History, RowKey: ledger.RowKey{Key: fmt.Sprintf("%032x", i*7919)},
			Work: media.WorkID(i + 1), Play: media.PlayID(i + 1), State: ledger.ShownValue,
			Value: media.Watched(media.Moment(1_700_000_000_000 + i)), Count: 1, Since: 3}
	}
	return rows
}

func filled(b *testing.B, n int) *Store {
	b.Helper()
	s := folder(b)
	works, said := make([]ledger.Work, n), make([]ledger.Statement, n)
	plays := make([]ledger.Play, n)
	for i := range works {
		w := media.WorkID(i + 1)
		works[i], plays[i] = film(w), ledger.Play{ID: media.PlayID(w), Work: w, At: 1}
		said[i] = ledger.Statement{Account: 1, Subject: ledger.Subject{Work: w, Feature: media.History, Play: media.PlayID(w)}, Value: media.Watched(1)}
	}
	must(b, s.PutIdentity(ctx, nil, works, nil))
	must(b, s.Apply(ctx, 1, ledger.Delta{Plays: plays, Shown: manyShown(n), Statements: said}))
	return s
}

func BenchmarkOpenMemory(b *testing.B) {
	for b.Loop() {
		s, err := OpenMemory(ctx, Options{})
		must(b, err)
		must(b, s.Close())
	}
}

func BenchmarkApply50k(b *testing.B) {
	rows := manyShown(50_000)
	for b.Loop() {
		b.StopTimer()
		s := folder(b)
		b.StartTimer()
		must(b, s.Apply(ctx, 1, ledger.Delta{Shown: rows}))
	}
}

func BenchmarkDossiers1000(b *testing.B) {
	s := filled(b, 20_000)
	works := make([]media.WorkID, 1000)
	for i := range works {
		works[i] = media.WorkID(i*20 + 1)
	}
	b.ReportAllocs()
	for b.Loop() {
		got(s.Dossiers(ctx, 1, works))(b)
	}
}

func BenchmarkSizeOfShown(b *testing.B) {
	s := filled(b, 50_000)
	size := got(list(ctx, s.reads, one[int64], "SELECT sum(pgsize) FROM dbstat WHERE name LIKE 'shown%'"))
	for b.Loop() {
	}
	b.ReportMetric(float64(size(b)[0])/50_000, "bytes/row")
}

// BenchmarkLibraryWorks100k is what a new search costs, once.
func BenchmarkLibraryWorks100k(b *testing.B) {
	s := filled(b, 100_000)
	for b.Loop() {
		if works := got(s.LibraryWorks(ctx, LibraryQuery{Profile: 1}))(b); len(works) != 100_000 {
			b.Fatal(len(works))
		}
	}
}

// BenchmarkLibraryRows is what scrolling costs: a page anywhere in the list.
func BenchmarkLibraryRows(b *testing.B) {
	s := filled(b, 100_000)
	works := got(s.LibraryWorks(ctx, LibraryQuery{Profile: 1}))(b)
	at := 0
	for b.Loop() {
		at = (at + 7919) % (len(works) - 50)
		got(s.LibraryRows(ctx, 1, works[at:at+50]))(b)
	}
}
