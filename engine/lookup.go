package engine

import (
	"context"
	"fmt"
	"slices"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/observe"
	"watchkeeper/engine/provider"
	"watchkeeper/engine/store"
)

// inquiry is one point look-up: an item as the account knows it, and its work.
type inquiry struct {
	item media.Item
	work media.WorkID
}

// answer looks up what a view asks about (R6a); each key once.
func (r *round) answer(ctx context.Context, s *sight, g *glance, questions []ledger.Question) error {
	c, can := s.conn.provider.(provider.Confirmer)
	if !can || s.stop != nil || len(questions) == 0 {
		return nil
	}
	var asks []inquiry
	asked := map[string]bool{"": true}
	for _, a := range g.answered {
		asked[a.Key] = true
	}
	for _, q := range questions {
		if asked[q.Key] {
			continue
		}
		asked[q.Key] = true
		item, err := r.item(ctx, s, q)
		if err != nil {
			return err
		}
		asks = append(asks, inquiry{item, q.Work})
	}
	answers, err := r.ask(ctx, s, c, g.reading.Feature, asks)
	g.answered = append(g.answered, answers...)
	return err
}

// item is what the account said about a key, or what the identity table knows
// of its work.
func (r *round) item(ctx context.Context, s *sight, q ledger.Question) (media.Item, error) {
	if i, ok := s.items[q.Key]; ok {
		return s.snap.Items[i], nil
	}
	item := media.Item{Season: -1, Number: -1}
	files, err := r.e.cfg.Store.Dossiers(ctx, r.profile.ID, []media.WorkID{q.Work})
	if len(files) == 1 {
		item = itemOf(files[0].Work, files[0].Tokens)
	}
	item.Key = q.Key
	return item, err
}

// ask does point look-ups in batches. An account that fails is asked no more
// in this run; its questions stay open (R6).
func (r *round) ask(ctx context.Context, s *sight, c provider.Confirmer, f media.Feature, asks []inquiry) ([]observe.Answered, error) {
	var out []observe.Answered
	for batch := range slices.Chunk(asks, lookUpBatch) {
		items := make([]media.Item, len(batch))
		for i, a := range batch {
			items[i] = a.item
		}
		answers, err := safeLookUp(ctx, c, f, items)
		if err != nil {
			r.stopped(s, provider.AsError(err))
			break
		}
		for i, a := range answers {
			if a.Err == nil {
				out = append(out, answered(a, batch[i], r.e.now()))
			}
		}
	}
	if f != media.History {
		return out, nil
	}
	return out, r.clusterAnswers(ctx, s, out)
}

func answered(a provider.Answer, asked inquiry, at media.Moment) observe.Answered {
	key := asked.item.Key
	if key == "" {
		key = a.Key
	}
	out := observe.Answered{Key: key, Work: asked.work, At: at, Answer: a}
	for _, row := range a.Rows {
		out.Sightings = append(out.Sightings, observe.Sighting{Row: row, Work: asked.work})
	}
	return out
}

// clusterAnswers gives looked-up plays their play.
func (r *round) clusterAnswers(ctx context.Context, s *sight, answers []observe.Answered) error {
	var rows []*observe.Sighting
	for _, a := range answers {
		for i := range a.Sightings {
			if row := &a.Sightings[i]; row.Work != 0 && row.Value.Set {
				rows = append(rows, row)
			}
		}
	}
	return r.cluster(ctx, s.unlinked(r, rows))
}

// safeLookUp holds the adapter to one answer per item.
func safeLookUp(ctx context.Context, c provider.Confirmer, f media.Feature, items []media.Item) ([]provider.Answer, error) {
	answers, err := careful("look up", func() ([]provider.Answer, error) { return c.LookUp(ctx, f, items) })
	if err == nil && len(answers) != len(items) {
		err = provider.Failed(provider.Contract, "look up", fmt.Errorf("%d answers for %d items", len(answers), len(items)))
	}
	return answers, err
}

// lookUp does point look-ups of works and takes what they show as observed. It
// returns the works that were answered.
func (r *round) lookUp(ctx context.Context, s *sight, c provider.Confirmer, f media.Feature, asks []inquiry) ([]media.WorkID, error) {
	answers, err := r.ask(ctx, s, c, f, asks)
	if err != nil || len(answers) == 0 {
		return nil, err
	}
	var seen []media.WorkID
	var keys []string
	for _, a := range answers {
		seen, keys = append(seen, a.Work), append(keys, a.Key)
	}
	known, err := r.e.cfg.Store.KnownOf(ctx, s.account.ID, f, keys, seen)
	if err != nil {
		return nil, err
	}
	r.outdateKnown(known)
	g, err := r.afresh(ctx, s, f, known)
	if err != nil {
		return nil, err
	}
	delta := observe.Settle(g.reading, g.known, answers)
	return seen, r.believe(ctx, s, delta)
}

// believe stores what was observed at an account, and lets what follows from
// it be planned. Where episodes are only counted, one more of a show is what
// those after it were waiting for.
func (r *round) believe(ctx context.Context, s *sight, d ledger.Delta) error {
	r.touch(d)
	if err := r.e.cfg.Store.Apply(ctx, r.run, d); err != nil {
		return err
	}
	s.learnt = append(s.learnt, d.Trust...)
	if !s.caps.Feature(media.History).Counts {
		return nil
	}
	r.outdated.all = true // what is freed below is about works that d does not name
	var watched []media.WorkID
	for _, row := range d.Shown {
		if row.Feature == media.History && row.State == ledger.ShownValue {
			watched = append(watched, row.Work)
		}
	}
	return r.e.cfg.Store.FreeShows(ctx, s.account.ID, watched)
}

// afresh is a feature with beliefs as they are by now in this run.
func (r *round) afresh(ctx context.Context, s *sight, f media.Feature, known store.Known) (*glance, error) {
	frozen, err := r.e.frozen(ctx)
	s.believe(s.learnt)
	g := &glance{trusted: true, verdict: observe.Verdict{Trusted: true}, known: knownBeliefs(known, frozen)}
	g.reading = observe.Reading{Now: r.e.now(), Run: r.run, Party: s.party(r), Feature: f, Whoami: s.conn.who,
		ClockMS: s.snap.ClockMS, ClockKnown: s.snap.ClockKnown, Trust: s.trust[f], IntervalMS: r.interval(s)}
	return g, err
}

// lookAfter looks up what was written where the service allows it, so that own
// writes settle in the same run (R8).
func (r *round) lookAfter(ctx context.Context) error {
	clear(r.touched) // what is found out from here on is for the next run to plan
	for _, s := range r.sights {
		if len(s.sent) == 0 || s.stop != nil || s.conn == nil {
			continue
		}
		c, can := s.conn.provider.(provider.Confirmer)
		if !can {
			continue
		}
		for _, f := range s.features() {
			if !s.caps.Feature(f).LookUp {
				continue
			}
			if err := r.settle(ctx, s, c, f); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *round) settle(ctx context.Context, s *sight, c provider.Confirmer, f media.Feature) error {
	var asks []inquiry
	asked := map[media.WorkID]bool{}
	for _, p := range s.sent {
		card, ok := r.cards[p.Work]
		if p.Feature != f || !ok || asked[p.Work] {
			continue
		}
		asked[p.Work] = true
		item := card.item(s.account.ID)
		if p.Key != "" {
			item.Key = p.Key
		}
		asks = append(asks, inquiry{item, p.Work})
	}
	_, err := r.lookUp(ctx, s, c, f, asks)
	return err
}
