package simkl

import (
	"context"
	"slices"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// written is a change that was sent since the library was last read.
type written struct {
	feature media.Feature
	item    media.Item
	set     bool
}

// justNow is for how long what was sent counts as said by this run.
const justNow = 10 * time.Minute

// noteWrites remembers what was sent, for the look afterwards.
func (a *account) noteWrites(batch []sending) {
	a.shelf.sentAt, a.shelf.news = time.Now(), nil
	for _, s := range batch {
		a.shelf.wrote = append(a.shelf.wrote, written{s.change.Feature, s.change.Item, s.change.Action != provider.Remove})
	}
}

// lookUp asks about single titles past the library: whether they are in it,
// when they were watched and on which list they are by a call of their own,
// ratings by the title's record, read past caches. Of positions there is one
// list only, so it proves nothing that it does not show. After own writes one
// look at what changed comes first: what it shows of what was written is seen,
// and the next read need not ask again. So writes settle in their own run, and
// no run lists everything for their sake.
func (a *account) lookUp(ctx context.Context, f media.Feature, items []media.Item) ([]provider.Answer, error) {
	out := make([]provider.Answer, len(items))
	if err := a.shelf.take(ctx); err != nil {
		return out, err
	}
	defer a.shelf.give()
	if f == media.Progress {
		return out, a.askSessions(ctx, items, out)
	}
	if err := a.lookAfter(ctx); err != nil && (wholeAccount(err.Kind) || ctx.Err() != nil) {
		return out, err
	}
	var rest []int
	for i, it := range items {
		if answer, ok := a.shelf.arrived(f, it); ok {
			out[i] = answer
		} else {
			rest = append(rest, i)
		}
	}
	for batch := range slices.Chunk(rest, batchLimit) {
		if err := a.askSingly(ctx, f, items, batch, out); err != nil {
			return out, err
		}
	}
	return out, nil
}

func unanswered(it media.Item, err *provider.Error) provider.Answer {
	return provider.Answer{Key: it.Key, Err: err}
}

// settleTime is how long after a write what changed is looked at: dates at the
// service are whole seconds, and a look in the same one would prove nothing.
const settleTime = 2 * time.Second

// lookAfter brings the library up to our own writes, once after them.
func (a *account) lookAfter(ctx context.Context) *provider.Error {
	s := a.shelf
	if len(s.wrote) == 0 || s.news != nil || !s.filled() {
		return nil
	}
	since := s.Acts.latest(everything)
	if !since.Known() {
		return nil
	}
	wait := time.NewTimer(settleTime - time.Since(s.sentAt))
	defer wait.Stop()
	select {
	case <-wait.C:
	case <-ctx.Done():
		return provider.Failed(provider.Transient, "look up", ctx.Err())
	}
	h, err := a.changes(ctx, since)
	if err != nil {
		return provider.AsError(err)
	}
	s.news = h
	if !h.at.IsZero() {
		s.Through = media.At(h.at.Add(-time.Second))
	}
	return nil
}

// arrived answers from what changed after our own writes, if it shows what was
// written. Anything else may be an old list and is asked for singly.
func (s *shelf) arrived(f media.Feature, it media.Item) (provider.Answer, bool) {
	i := slices.IndexFunc(s.wrote, func(w written) bool { return w.feature == f && sameItem(w.item, it) })
	if i < 0 || s.news == nil {
		return provider.Answer{}, false
	}
	k, _, ok := s.news.records.find(it)
	if !ok {
		return provider.Answer{}, false
	}
	answer, sure := s.news.records.answer(f, it, k)
	return answer, sure && s.wrote[i].set == (len(answer.Rows) > 0)
}
