package providertest

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

func grain(c provider.FeatureCaps) time.Duration {
	return time.Duration(c.GrainMS) * time.Millisecond
}

func (m *Memory) read(ctx context.Context, want provider.ReadRequest) (provider.Snapshot, error) {
	defer m.weather.run(&m.weather.after[Reads])
	if err := m.enter(ctx, Reads); err != nil {
		return provider.Snapshot{}, err
	}
	m.turnPages(want)
	m.mu.Lock()
	defer m.mu.Unlock()
	if want.Fresh {
		m.requests.Fresh++
	}
	if want.Full || want.Fresh {
		m.requests.Full++
	}
	snap := provider.Snapshot{ClockMS: m.weather.offset - m.weather.asker, ClockKnown: !m.weather.noClock, AllowanceLeft: m.weather.allowance}
	described := map[string]bool{}
	for _, w := range want.Wants {
		v := m.view(w, want)
		for _, r := range v.Rows {
			if !described[r.Key] {
				described[r.Key] = true
				snap.Items = append(snap.Items, m.describe(r.Key))
			}
		}
		snap.Views = append(snap.Views, v)
	}
	m.weather.orphans(&snap)
	return snap, nil
}

// view is what the engine gets to see of one feature.
func (m *Memory) view(w provider.FeatureRequest, want provider.ReadRequest) provider.View {
	f, weather := w.Feature, &m.weather
	caps := m.profile.Caps.Features[f]
	v := provider.View{Feature: f}
	if !caps.Offered() {
		v.Err = provider.Failed(provider.Contract, "read "+f.String(), errNotOffered)
		return v
	}
	if kind, failed := weather.lists[f].failing.cast(); failed {
		v.Err = m.failure(kind, "read "+f.String())
		return v
	}
	v.Coverage = caps.Coverage
	st := weather.stamp(f, m.account())
	v.Evidence = provider.Evidence{Announced: -1, UserID: m.identity.UserID, ServerID: m.identity.ServerID,
		Version: m.identity.Version, Scope: weather.scope}
	if caps.Stamps {
		v.Evidence.Stamp, v.Evidence.StampAt, v.Cursor = st.text(), st.at, st.text()
	}
	if !want.Fresh && w.Cursor != "" && m.conditional(&v, w.Cursor, want.Full) {
		return v
	}
	m.requests.Listed[f]++
	if rows, removed, ok := m.delta(f, w.Cursor, want); ok {
		v.Coverage, v.Rows, v.Removed = provider.Changes, rows, removed
	} else {
		v.Rows = weather.lens(f, m.account())
	}
	v.Evidence.Received = len(v.Rows)
	if m.profile.Totals {
		v.Evidence.Announced = len(v.Rows)
	}
	weather.spoil(&v)
	return v
}

// conditional answers a read that has a cursor: from a cache, or with
// "unchanged" where the stamp is the cursor's. It tells whether it did.
func (m *Memory) conditional(v *provider.View, cursor string, full bool) bool {
	f := v.Feature
	cached := m.weather.lists[f].cached.cast()
	switch {
	case cached && full:
		v.Rows = slices.Clone(m.weather.lists[f].memo)
		v.Evidence.Cached, v.Evidence.Received = true, len(v.Rows)
		return true
	case cached:
		v.Evidence.Cached, v.Evidence.Stamp, v.Cursor = true, cursor, cursor
	case full || v.Evidence.Stamp != cursor:
		return false
	}
	v.Coverage, v.Evidence.Unchanged = provider.Changes, true
	return true
}

// delta lists what changed since the cursor; ok is false where the service
// lists everything.
func (m *Memory) delta(f media.Feature, cursor string, want provider.ReadRequest) (rows []provider.Row, removed []string, ok bool) {
	since, err := strconv.Atoi(strings.TrimPrefix(cursor, "v"))
	if !m.profile.Deltas || want.Full || want.Fresh || err != nil || !m.weather.clear(f) {
		return nil, nil, false
	}
	a, names := m.account(), m.profile.Caps.Features[f].NamesRemovals
	for _, r := range a.removed[f] {
		if r.version <= since {
			continue
		}
		if e := a.byKey[r.key]; !names || e != nil && len(e.plays) > 0 && f == media.History {
			return nil, nil, false // there is no name for one play of several
		}
		if !slices.Contains(removed, r.key) {
			removed = append(removed, r.key)
		}
	}
	for _, e := range a.entries {
		newer := func(p play) bool { return f == media.History && p.version > since }
		if e.cells[f].version > since || slices.ContainsFunc(e.plays, newer) {
			rows = a.appendRows(rows, e, f)
		}
	}
	back := func(key string) bool { return a.byKey[key] != nil && a.byKey[key].cells[f].value.Set }
	return rows, slices.DeleteFunc(removed, back), true
}

// rowsOf lists everything that the account truly shows in one feature.
func (a *account) rowsOf(f media.Feature) []provider.Row {
	rows := make([]provider.Row, 0, len(a.entries))
	for _, e := range a.entries {
		rows = a.appendRows(rows, e, f)
	}
	return rows
}

// appendRows adds what one entry shows in one feature: nothing, a value, an
// explicit no, or a row for every play.
func (a *account) appendRows(rows []provider.Row, e *entry, f media.Feature) []provider.Row {
	c := a.profile.Caps.Features[f]
	if c.Of(e.work.Kind) == provider.None || e.apart != (a.profile.ListApart && f == media.Watchlist) {
		return rows
	}
	if f == media.History {
		for _, p := range e.plays {
			at := plausible(p.at)
			rows = append(rows, provider.Row{Key: e.key, PlayKey: p.key, Value: media.Watched(at),
				Started: c.StartDated && at != 0, DateOnly: c.GrainMS >= day && at != 0})
		}
		if a.logs() {
			return rows
		}
	}
	cell := e.cells[f]
	if !cell.value.Set && c.Coverage != provider.Catalogue {
		return rows
	}
	row := provider.Row{Key: e.key, Value: cell.value, Playing: e.playing && f == media.Progress}
	if c.Times {
		row.At = cell.at
	}
	if f == media.History {
		row.At, row.Count = 0, e.count
		row.Value.N = int64(plausible(row.Value.PlayedAt()))
		if row.Value.N == 0 && a.does(provider.RatingWatches) {
			row.At = cell.at // tells a mark from what a rating did
		}
		row.Started = c.StartDated && row.Value.N != 0
	}
	return append(rows, row)
}

// plausible turns a service's sentinel for "long ago" into unknown.
func plausible(at media.Moment) media.Moment {
	if at.Plausible(at) {
		return at
	}
	return 0
}

// describe tells about the item behind a key, as the weather shows it.
func (m *Memory) describe(key string) media.Item {
	e := m.account().byKey[key]
	if e == nil {
		e = m.weather.retired[key]
	}
	if e == nil {
		return media.Item{Key: key, Season: -1, Number: -1}
	}
	if e.item == nil {
		it := m.item(e)
		e.item = &it
	}
	return *e.item
}

func (m *Memory) item(e *entry) media.Item {
	w, p := e.work, m.profile
	it := media.Item{Key: e.key, Kind: w.Kind, Title: w.Title(), Year: w.Year(), RuntimeMS: w.RuntimeMS(),
		Tokens: w.Tokens(p.IDs[w.Kind], p.Numbered), Season: w.Season, Number: w.Number}
	if w.Parent() != w {
		it.ShowTitle = w.Parent().Title()
		if s := m.account().find(w.Parent(), false); s != nil {
			it.ShowKey = s.key
		}
	}
	if change := m.weather.altered[w]; change != nil {
		change(&it)
	}
	return it
}
