package observe_test

import (
	"slices"
	"testing"
	"time"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/observe"
	"watchkeeper/engine/provider"
)

const (
	us      ledger.AccountID = 7
	other   ledger.AccountID = 9
	film    media.WorkID     = 1
	minutes                  = time.Minute
)

var noon = media.At(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))

// book is one account's beliefs, kept as a store would keep them, with a clock
// that moves half an hour with every read.
type book struct {
	t       *testing.T
	now     media.Moment
	run     ledger.RunID
	feature media.Feature
	caps    provider.Capabilities
	account ledger.Account
	trust   ledger.Trust
	known   observe.Known
	view    provider.View
	// truth answers look-ups, when the account has one; lookups counts them.
	truth   func(key string) provider.Answer
	lookups int
	works   map[string]media.WorkID
	plays   []ledger.Play
	next    media.PlayID
	seq     ledger.Seq
}

func newBook(t *testing.T, f media.Feature, caps provider.FeatureCaps) *book {
	b := &book{t: t, now: noon, run: 10, feature: f, works: map[string]media.WorkID{"a": 1, "b": 2, "c": 3, "d": 4}, next: 100}
	b.caps.Features[f] = caps
	b.account = ledger.Account{ID: us, ServerID: "server", UserID: "user"}
	b.known = observe.Known{Shown: map[ledger.RowKey]ledger.Shown{}, Statements: map[ledger.Subject]ledger.Statement{},
		Pending: map[ledger.Subject][]ledger.Pending{}, Proofs: map[ledger.RowKey]ledger.Proof{},
		Quarantine: map[ledger.Subject][]ledger.Quarantine{}, Watched: map[media.WorkID]media.Moment{},
		Rated: map[media.WorkID]media.Moment{}, RatedAt: map[media.WorkID]media.Moment{}, RatingSent: map[media.WorkID]media.Moment{}, Shows: map[media.WorkID]media.WorkID{}, Frozen: map[media.WorkID]ledger.Code{}}
	b.view = provider.View{Feature: f, Coverage: caps.Coverage, Evidence: provider.Evidence{Announced: -1}}
	return b
}

func whole() provider.FeatureCaps { return provider.FeatureCaps{Coverage: provider.Whole, Step: 10} }
func catalogue() provider.FeatureCaps {
	return provider.FeatureCaps{Coverage: provider.Catalogue, Step: 10}
}

func (b *book) reading(rows []provider.Row) observe.Reading {
	view := b.view
	view.Rows = rows
	view.Evidence.Received = len(rows)
	return observe.Reading{Now: b.now, Run: b.run, Feature: b.feature, View: view, Trust: b.trust, IntervalMS: (30 * minutes).Milliseconds(),
		Party:  ledger.Party{Account: b.account, Caps: b.caps},
		Whoami: provider.Identity{ServerID: "server", UserID: "user"}}
}

func (b *book) link(rows []provider.Row) []observe.Sighting {
	out := make([]observe.Sighting, len(rows))
	for i, row := range rows {
		out[i] = observe.Sighting{Row: row, Work: b.works[row.Key]}
	}
	if b.feature == media.History {
		b.linkPlays(observe.Unlinked(out, b.known))
	}
	return out
}

func (b *book) linkPlays(sightings []*observe.Sighting) {
	in := observe.PlayInput{Now: b.now, Plays: b.plays, Live: map[media.PlayID]bool{}, Linked: map[ledger.ShownRef]ledger.Shown{}, Next: b.next}
	for _, p := range b.plays {
		st := b.known.Statements[ledger.Subject{Work: p.Work, Feature: b.feature, Play: p.ID}]
		in.Live[p.ID] = !st.Cleared
	}
	for k, s := range b.known.Shown {
		if s.Play != 0 {
			in.Linked[ledger.ShownRef{Account: us, Feature: b.feature, RowKey: k}] = s
		}
	}
	for _, queue := range b.known.Pending {
		in.Pending = append(in.Pending, queue...)
	}
	for _, s := range sightings {
		in.Sightings = append(in.Sightings, observe.AccountSighting{Account: us, Caps: b.caps.Feature(b.feature), IntervalMS: (30 * minutes).Milliseconds(),
			Before: b.known.Shown[ledger.RowKey{Key: s.Key, PlayKey: s.PlayKey}].State, Sighting: s})
	}
	plays, next := observe.LinkPlays(in)
	b.next = next
	for _, p := range plays {
		b.plays = slices.DeleteFunc(b.plays, func(q ledger.Play) bool { return q.ID == p.ID })
		b.plays = append(b.plays, p)
	}
}

// read looks once: judge, observe, answer questions, keep the outcome. The
// clock then stands half an hour later.
func (b *book) read(rows ...provider.Row) ledger.Delta {
	b.t.Helper()
	r := b.reading(rows)
	v := observe.Judge(r)
	linked := b.link(rows)
	known := b.known
	known.Statements = b.concerned(observe.Concerned(r, v, linked, known))
	d, asks := observe.Observe(r, v, linked, known, nil)
	if len(asks) > 0 && b.truth != nil {
		var answers []observe.Answered
		for _, q := range asks {
			answers = append(answers, b.answer(q.Key))
		}
		d, asks = observe.Observe(r, v, linked, known, answers)
		if len(asks) > 0 {
			b.t.Errorf("asked again after the answers: %v", asks)
		}
	}
	b.keep(d)
	b.now, b.run = b.now.Add(30*minutes), b.run+1
	return d
}

// concerned are the statements about some works, as a store would give them.
func (b *book) concerned(works []media.WorkID) map[ledger.Subject]ledger.Statement {
	out := map[ledger.Subject]ledger.Statement{}
	for subject, st := range b.known.Statements {
		if slices.Contains(works, subject.Work) {
			out[subject] = st
		}
	}
	return out
}

func (b *book) answer(key string) observe.Answered {
	b.lookups++
	a := observe.Answered{Key: key, At: b.now, Answer: b.truth(key)}
	a.Sightings = b.link(a.Answer.Rows)
	return a
}

// settle looks the writes of the run up at its end.
func (b *book) settle(keys ...string) ledger.Delta {
	var answers []observe.Answered
	for _, key := range keys {
		answers = append(answers, b.answer(key))
	}
	d := observe.Settle(b.reading(nil), b.known, answers)
	b.keep(d)
	return d
}

func (b *book) keep(d ledger.Delta) {
	for _, s := range d.ShownGone {
		delete(b.known.Shown, s.RowKey)
	}
	for _, s := range d.Shown {
		b.known.Shown[s.RowKey] = s
	}
	for _, ref := range d.Forgotten {
		delete(b.known.Statements, ref.Subject)
	}
	for _, st := range d.Statements {
		if st.Seq == 0 {
			b.seq++
			st.Seq = b.seq
		}
		if st.Origin == st.Account && st.OriginSeq == 0 {
			st.OriginSeq = st.Seq
		}
		b.known.Statements[st.Subject] = st
	}
	for _, s := range d.ProofsGone {
		delete(b.known.Proofs, s.RowKey)
	}
	for _, p := range d.Proofs {
		b.known.Proofs[p.RowKey] = p
	}
	for _, op := range d.PendingGone {
		b.dropPending(op)
	}
	for _, p := range d.Pending {
		b.putPending(p)
	}
	for _, ref := range d.Freed {
		delete(b.known.Quarantine, ref.Subject)
	}
	for _, q := range d.Quarantine {
		rest := slices.DeleteFunc(b.known.Quarantine[q.Subject], func(o ledger.Quarantine) bool { return o.Value == q.Value })
		b.known.Quarantine[q.Subject] = append(rest, q)
	}
	for _, t := range d.Trust {
		b.trust = t
	}
}

func (b *book) dropPending(op ledger.OpID) {
	for s, queue := range b.known.Pending {
		queue = slices.DeleteFunc(queue, func(p ledger.Pending) bool { return p.Op == op })
		if len(queue) == 0 {
			delete(b.known.Pending, s)
			continue
		}
		b.known.Pending[s] = queue
	}
}

func (b *book) putPending(p ledger.Pending) {
	b.dropPending(p.Op)
	b.known.Pending[p.Subject] = append(b.known.Pending[p.Subject], p)
	slices.SortFunc(b.known.Pending[p.Subject], func(x, y ledger.Pending) int { return int(x.Sent - y.Sent) })
}

// sent books a write of ours that has just left, caused by a statement at the
// other account.
func (b *book) sent(op ledger.OpID, key string, was, is media.Value, play media.PlayID) ledger.Pending {
	s := ledger.Subject{Work: film, Feature: b.feature, Play: play}
	p := ledger.Pending{Op: op, Account: us, Subject: s, RowKey: ledger.RowKey{Key: key}, Old: was, New: is,
		Cause: ledger.Cause{Account: other, Seq: 55}, Sent: b.now.Add(-25 * minutes), Run: b.run - 1, State: ledger.Expected, Stamp: b.trust.Stamp,
		Says: ledger.Statement{Account: us, Subject: s, Cleared: !is.Set, Value: is, At: b.now.Add(-2 * time.Hour), Origin: other, OriginSeq: 55}}
	b.putPending(p)
	return p
}

func (b *book) statement(play media.PlayID) (ledger.Statement, bool) {
	st, ok := b.known.Statements[ledger.Subject{Work: film, Feature: b.feature, Play: play}]
	return st, ok
}

func (b *book) shown(key string) ledger.Shown { return b.known.Shown[ledger.RowKey{Key: key}] }

// silent checks that a delta holds nothing but the Trust row.
func silent(d ledger.Delta) bool {
	return len(d.Shown)+len(d.ShownGone)+len(d.Statements)+len(d.Forgotten)+len(d.Pending)+len(d.PendingGone)+
		len(d.Proofs)+len(d.ProofsGone)+len(d.Quarantine)+len(d.Freed) == 0
}

func value(f media.Feature, n int64) media.Value {
	if f == media.Watchlist {
		return media.Listed()
	}
	if f == media.Progress {
		return media.Position(n*minutes.Milliseconds(), 2*time.Hour.Milliseconds())
	}
	return media.Value{Set: true, N: n}
}

func row(key string, v media.Value, at media.Moment) provider.Row {
	return provider.Row{Key: key, Value: v, At: at}
}

func play(key, id string, at media.Moment) provider.Row {
	return provider.Row{Key: key, PlayKey: id, Value: media.Watched(at)}
}

func list(keys ...string) (rows []provider.Row) {
	for _, k := range keys {
		rows = append(rows, row(k, media.Listed(), 0))
	}
	return rows
}
