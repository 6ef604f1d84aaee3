package providertest

import (
	"context"
	"errors"
	"fmt"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// Write is one change that reached the service.
type Write struct {
	Sent    media.Moment // true time of the request
	User    string       // whose account it changed
	Work    Work
	Key     string
	Change  provider.Change // Change.ID names the op, and by it the cause
	Stored  bool            // it had an effect
	Outcome provider.Outcome
	// Before and After are what the account truly showed in the feature; for
	// plays of a log the newest play.
	Before, After media.Value
}

// Writes returns every change that the service took, stored or not, in order.
func (m *Memory) Writes() []Write {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]Write(nil), m.writes...)
}

// OnWrite has f called after every change that the service took, from the
// writing goroutine.
func (m *Memory) OnWrite(f func(Write)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.observer = f
}

var (
	errMixed    = errors.New("changes of several features in one write")
	errTooMany  = errors.New("more changes than one request takes")
	errNotFound = errors.New("the service does not know it")
	errBare     = errors.New("only single works are watched")
	errFull     = errors.New("no room left")
	errNoPlay   = errors.New("which play is not said")
	errGap      = errors.New("episodes before it are not watched")
	errUndated  = errors.New("a play needs a date here")
	errLost     = errors.New("the answer was lost")
)

func (m *Memory) write(ctx context.Context, changes []provider.Change) ([]provider.Result, error) {
	results := make([]provider.Result, len(changes))
	if len(changes) == 0 {
		return results, nil
	}
	defer m.weather.run(&m.weather.after[Writes])
	if err := m.enter(ctx, Writes); err != nil {
		return unsent(results, provider.AsError(err)), err
	}
	if err := m.acceptable(changes); err != nil {
		return unsent(results, err), err
	}
	m.mu.Lock()
	m.requests.Changes += len(changes)
	reach, lost := m.weather.reach(len(changes))
	from := len(m.writes)
	for i, c := range changes[:reach] {
		results[i] = m.apply(c)
	}
	made, observer := append([]Write(nil), m.writes[from:]...), m.observer
	results = m.weather.reply(results)
	m.mu.Unlock()
	for _, w := range made {
		if observer != nil {
			observer(w)
		}
	}
	if !lost {
		return results, nil
	}
	err := &provider.Error{Kind: provider.Transient, Doing: "write", Err: errLost, Sent: true}
	return unsent(results, err), err
}

// unsent answers for every change alike: unproven when the request may have
// arrived, else not applied.
func unsent(results []provider.Result, err *provider.Error) []provider.Result {
	outcome := provider.NotApplied
	if err.Sent {
		outcome = provider.Unproven
	}
	for i := range results {
		results[i] = provider.Result{Outcome: outcome, Err: err}
	}
	return results
}

func (m *Memory) acceptable(changes []provider.Change) *provider.Error {
	if len(changes) > m.profile.Caps.Batch {
		return provider.Failed(provider.Contract, "write", errTooMany)
	}
	for _, c := range changes {
		if c.Feature != changes[0].Feature {
			return provider.Failed(provider.Contract, "write", errMixed)
		}
	}
	return nil
}

func refused(kind provider.ErrorKind, c provider.Change, why error) provider.Result {
	return provider.Result{Outcome: provider.Refused,
		Err: provider.Failed(kind, fmt.Sprintf("%s %s", c.Action, c.Feature), why)}
}

// apply does one change and books it.
func (m *Memory) apply(c provider.Change) provider.Result {
	a, f := m.account(), c.Feature
	if res := m.allowed(c); res != nil {
		return *res
	}
	w, ok := m.resolve(c.Item, f)
	if !ok {
		return refused(provider.Rejected, c, errNotFound)
	}
	e := a.byKey[c.Item.Key]
	if e == nil || e.apart != m.apart(f) || e.work != w {
		if e = a.find(w, m.apart(f)); e == nil {
			e = a.insert(w, m.apart(f))
		}
	}
	before := a.shows(e, f)
	stored := m.weather.stores()
	res := provider.Result{Outcome: provider.Accepted}
	switch {
	case stored:
		res = m.store(a, e, c)
	case m.weather.tells:
		res = refused(provider.Rejected, c, errNotFound)
	}
	if res.Outcome == provider.Refused || res.Outcome == provider.Already {
		stored = false
	}
	m.writes = append(m.writes, Write{Sent: m.clock(), User: m.identity.UserID, Work: w, Key: e.key, Change: c,
		Stored: stored, Outcome: res.Outcome, Before: before, After: a.shows(e, f)})
	return res
}

// allowed refuses what the capabilities forbid; nil: go on.
func (m *Memory) allowed(c provider.Change) *provider.Result {
	access := m.profile.Caps.Features[c.Feature].Of(c.Item.Kind)
	var res provider.Result
	switch {
	case (c.Feature == media.History || c.Feature == media.Progress) && !c.Item.Kind.Leaf():
		res = refused(provider.Contract, c, errBare)
	case c.Action == provider.Add && access < provider.AddIt,
		c.Action == provider.Update && c.Feature != media.Progress && access < provider.FullUse,
		c.Action == provider.Update && access < provider.AddIt,
		c.Action == provider.Remove && access < provider.FullUse:
		res = refused(provider.Rejected, c, errNotOffered)
	default:
		return nil
	}
	return &res
}

func (m *Memory) apart(f media.Feature) bool { return f == media.Watchlist && m.profile.ListApart }

// resolve finds the work that a change is about: by native key, by ids, or
// where a service has no ids by title.
func (m *Memory) resolve(it media.Item, f media.Feature) (Work, bool) {
	a := m.account()
	if e := a.byKey[it.Key]; e != nil {
		return e.work, true
	}
	if it.Key != "" && m.profile.holds() && !m.apart(f) {
		return Work{}, false
	}
	w, ok := m.named(it)
	switch {
	case !ok || w.Kind != it.Kind || !m.profile.knows(w) || m.weather.unknown[w]:
		return w, false
	case m.profile.holds() && !m.apart(f):
		return w, a.find(w, false) != nil
	}
	return w, true
}

func (m *Memory) named(it media.Item) (Work, bool) {
	p := m.profile
	if len(p.IDs[it.Kind]) == 0 && len(p.Numbered) == 0 {
		return byTitle(it)
	}
	for _, t := range it.Tokens {
		if w, ok := WorkOf(t); ok && w.Kind == it.Kind && p.reads(t) {
			return w, true
		}
	}
	return Work{}, false
}

// reads tells whether the service understands a token.
func (p Profile) reads(t media.Token) bool {
	list := p.IDs[t.Kind]
	if _, _, numbered := t.Numbered(); numbered {
		list = p.Numbered
	}
	for _, ns := range list {
		if ns == t.Namespace {
			return true
		}
	}
	return false
}

// shows is what an entry truly shows; of a log the newest play.
func (a *account) shows(e *entry, f media.Feature) media.Value {
	if f == media.History && a.logs() {
		var v media.Value
		for _, p := range e.plays {
			if !v.Set || int64(p.at) > v.N {
				v = media.Watched(p.at)
			}
		}
		return v
	}
	return e.cells[f].value
}
