package providertest

import (
	"context"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

func (m *Memory) lookUp(ctx context.Context, f media.Feature, items []media.Item) ([]provider.Answer, error) {
	defer m.weather.run(&m.weather.after[LookUps])
	if err := m.enter(ctx, LookUps); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.requests.LookedUp += len(items)
	if !m.profile.Caps.Features[f].LookUp {
		return nil, provider.Failed(provider.Contract, "look up "+f.String(), errNotOffered)
	}
	answers := make([]provider.Answer, len(items))
	for i, it := range items {
		answers[i] = m.weather.testify(f, m.answerFor(f, it))
		if w, ok := m.resolve(it, f); ok && m.looked != nil {
			m.looked(f, w)
		}
	}
	return answers, nil
}

// OnLookUp has f called for every item that is looked up, from the asking
// goroutine; f must not call back into the account.
func (m *Memory) OnLookUp(f func(media.Feature, Work)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.looked = f
}

// answerFor tells the truth about one item.
func (m *Memory) answerFor(f media.Feature, it media.Item) provider.Answer {
	a := m.account()
	ans := provider.Answer{Key: it.Key}
	w, ok := m.resolve(it, f)
	if !ok {
		return ans
	}
	ans.Held = true
	e := a.byKey[it.Key]
	if e == nil || e.apart != m.apart(f) {
		e = a.find(w, m.apart(f))
	}
	if e != nil {
		ans.Key, ans.Rows = e.key, a.appendRows(nil, e, f)
	}
	return ans
}

func (m *Memory) find(ctx context.Context, items []media.Item) ([]*media.Item, error) {
	defer m.weather.run(&m.weather.after[Finds])
	if err := m.enter(ctx, Finds); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.requests.Found += len(items)
	out := make([]*media.Item, len(items))
	for i, it := range items {
		out[i] = m.found(it)
	}
	return out, nil
}

// found looks in the library first, then where the service knows every work.
func (m *Memory) found(it media.Item) *media.Item {
	a := m.account()
	w, ok := m.named(it)
	if !ok || w.Kind != it.Kind || !m.profile.knows(w) || m.weather.unknown[w] {
		return nil
	}
	e := a.find(w, false)
	switch {
	case e != nil:
	case m.profile.ListApart && a.offers(media.Watchlist, w):
		e = a.ensure(w, true)
	case m.profile.holds():
		return nil
	default:
		e = a.ensure(w, false)
	}
	described := m.describe(e.key)
	return &described
}
