package observe_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/observe"
	"watchkeeper/engine/provider"
)

// life drives one account through random reads under random weather.
type life struct {
	*book
	t *rapid.T
}

func newLife(t *rapid.T, tt *testing.T) life {
	f := rapid.SampledFrom(media.Features[:]).Draw(t, "feature")
	caps := rapid.SampledFrom([]provider.FeatureCaps{whole(), catalogue(), {Coverage: provider.Whole, Stamps: true, Step: 10}}).Draw(t, "caps")
	if f == media.History {
		caps = rapid.SampledFrom([]provider.FeatureCaps{logCaps, flagCaps}).Draw(t, "caps of history")
	}
	b := newBook(tt, f, caps)
	b.caps.Effects = rapid.SampledFrom([]provider.Effect{0, provider.ListDropsWatched | provider.ProgressExpires}).Draw(t, "effects")
	b.works["a2"] = film
	return life{b, t}
}

func (l life) rows() (rows []provider.Row) {
	for _, key := range []string{"a", "a2", "b", "c", "d"} {
		if !rapid.Bool().Draw(l.t, "listed") {
			continue
		}
		at := l.now.Add(-time.Duration(rapid.IntRange(-5, 400).Draw(l.t, "age")) * time.Minute)
		r := row(key, value(l.feature, int64(rapid.IntRange(1, 3).Draw(l.t, "value")*10)), at)
		if rapid.Bool().Draw(l.t, "untimed") {
			r.At = 0
		}
		if l.feature == media.History {
			r = row(key, media.Watched(at.Truncate(30*time.Minute)), 0)
			if l.caps.Feature(l.feature).KeepsPlays {
				r.PlayKey = fmt.Sprint(key, at.Truncate(30*time.Minute))
			}
		}
		if l.view.Coverage == provider.Catalogue && rapid.IntRange(0, 2).Draw(l.t, "no") == 0 {
			r.Value, r.At = media.Value{}, 0
		}
		rows = append(rows, r)
	}
	return rows
}

func (l life) weather() {
	if rapid.IntRange(0, 9).Draw(l.t, "announced wrong") == 0 {
		l.view.Evidence.Announced = 99
	} else {
		l.view.Evidence.Announced = -1
	}
}

// The laws that hold for every read, whatever it shows.
func broken(before observe.Known, trust ledger.Trust, r observe.Reading, v observe.Verdict, d ledger.Delta) string {
	if !v.Trusted && !silent(d) {
		return "an untrusted view changed beliefs"
	}
	for _, st := range d.Statements {
		_, waited := anyProof(before, st)
		switch {
		case st.Cleared && !st.Adopted() && !waited:
			return fmt.Sprintf("cleared without proof: %+v", st)
		case st.Cleared && st.At > r.Now:
			return fmt.Sprintf("cleared in the future: %+v", st)
		case st.Run != r.Run || st.Account != us || st.OriginSeq != 0 && !st.Adopted():
			return fmt.Sprintf("not traceable: %+v", st)
		}
	}
	for _, s := range d.Shown {
		if s.Work == 0 || s.Account != us {
			return fmt.Sprintf("a row of nobody: %+v", s)
		}
	}
	return ""
}

// anyProof tells whether a proof stood for the subject of a statement that had
// a look before this one.
func anyProof(k observe.Known, st ledger.Statement) (ledger.Proof, bool) {
	for _, p := range k.Proofs {
		if p.Work == st.Work && !p.Now.Set && p.Looks >= 1 {
			return p, true
		}
	}
	return ledger.Proof{}, false
}

func TestLaws(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		l := newLife(rt, t)
		var rows []provider.Row
		for range rapid.IntRange(2, 12).Draw(rt, "reads") {
			if rapid.IntRange(0, 2).Draw(rt, "same list") > 0 || rows == nil {
				rows = l.rows()
			}
			l.weather()
			r := l.reading(rows)
			v := observe.Judge(r)
			linked := l.link(rows)
			before := l.known
			d, _ := observe.Observe(r, v, linked, before, nil)
			if law := broken(before, l.trust, r, v, d); law != "" {
				rt.Fatal(law)
			}
			l.anyOrder(r, linked, d)
			l.keep(d)
			l.idempotent(r, linked)
			l.now, l.run = l.now.Add(time.Duration(rapid.IntRange(1, 90).Draw(rt, "pause"))*time.Minute), l.run+1
		}
	})
}

// anyOrder: the order of rows reaches nothing.
func (l life) anyOrder(r observe.Reading, linked []observe.Sighting, want ledger.Delta) {
	shuffled := rapid.Permutation(linked).Draw(l.t, "order")
	r.View.Rows = nil
	for _, s := range shuffled {
		r.View.Rows = append(r.View.Rows, s.Row)
	}
	got, _ := observe.Observe(r, observe.Judge(r), shuffled, l.known, nil)
	if !reflect.DeepEqual(got, want) {
		l.t.Fatalf("the order of rows matters:\n%+v\n%+v", got, want)
	}
}

// idempotent: the same view at the same moment concludes nothing more.
func (l life) idempotent(r observe.Reading, linked []observe.Sighting) {
	r.Trust = l.trust
	v := observe.Judge(r)
	if !v.Trusted || v.FirstLook {
		return
	}
	d, _ := observe.Observe(r, v, linked, l.known, nil)
	for i := range d.Shown {
		if d.Shown[i].State != ledger.ShownValue && d.Shown[i].Looks > 0 {
			return // a first absence takes two looks
		}
	}
	if !silent(d) {
		l.t.Fatalf("the same view again concludes more: %+v", d)
	}
}

// Negative controls: the laws catch what they are for.
func TestLawsCatchViolations(t *testing.T) {
	r := observe.Reading{Now: noon, Run: 3}
	cleared := ledger.Statement{Account: us, Subject: ledger.Subject{Work: film}, Cleared: true, At: noon, Run: 3, Origin: us}
	set := cleared
	set.Cleared = false
	future := cleared
	future.At = noon.Add(time.Hour)
	proof := observe.Known{Proofs: map[ledger.RowKey]ledger.Proof{{Key: "a"}: {Work: film, Looks: 1}}}
	for name, law := range map[string]string{
		"cleared after one look":   broken(observe.Known{}, ledger.Trust{}, r, observe.Verdict{Trusted: true}, ledger.Delta{Statements: []ledger.Statement{cleared}}),
		"set by an untrusted view": broken(observe.Known{}, ledger.Trust{}, r, observe.Verdict{}, ledger.Delta{Statements: []ledger.Statement{set}}),
		"cleared in the future":    broken(proof, ledger.Trust{}, r, observe.Verdict{Trusted: true}, ledger.Delta{Statements: []ledger.Statement{future}}),
		"of another run":           broken(proof, ledger.Trust{}, observe.Reading{Now: noon, Run: 4}, observe.Verdict{Trusted: true}, ledger.Delta{Statements: []ledger.Statement{set}}),
	} {
		if law == "" {
			t.Errorf("%s: not caught", name)
		}
	}
	if law := broken(proof, ledger.Trust{}, r, observe.Verdict{Trusted: true}, ledger.Delta{Statements: []ledger.Statement{cleared}}); law != "" {
		t.Errorf("a proven one is fine: %s", law)
	}
}

// 50,000 unchanged rows are to take less than 60 ms.
func BenchmarkUnchanged(b *testing.B) {
	book := newBook(nil, media.Ratings, whole())
	rows := make([]provider.Row, 50_000)
	for i := range rows {
		key := fmt.Sprintf("item-%06d", i)
		book.works[key] = media.WorkID(i + 1)
		rows[i] = row(key, media.Rated(80), noon)
	}
	first := book.reading(rows)
	linked := book.link(rows)
	d, _ := observe.Observe(first, observe.Judge(first), linked, book.known, nil)
	book.keep(d)
	book.now = book.now.Add(time.Hour)
	r := book.reading(rows)
	b.ReportAllocs()
	for b.Loop() {
		v := observe.Judge(r)
		observe.Count(r, linked, book.known)
		if d, _ := observe.Observe(r, v, linked, book.known, nil); !silent(d) {
			b.Fatal("not quiet")
		}
	}
}
