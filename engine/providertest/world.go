package providertest

import (
	"slices"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// Clock sets the service's clock ahead of the true time, in milliseconds. What
// was noted before keeps its date.
func (w *Weather) Clock(offsetMS int64) {
	defer w.lock()()
	w.offset = offsetMS
}

// Asker sets how far the clock of whoever asks is ahead of the true time, in
// milliseconds: what is told of clocks and waits is told by that clock.
func (w *Weather) Asker(aheadMS int64) {
	defer w.lock()()
	w.asker = aheadMS
}

// NoClock lets replies carry no time.
func (w *Weather) NoClock() {
	defer w.lock()()
	w.noClock = true
}

// SignedInAs lets the token speak for another user of the same server, with an
// account of its own; "" gives the owner back.
func (w *Weather) SignedInAs(user string) {
	defer w.lock()()
	w.m.identity.UserID, w.m.identity.UserName = user, user
	if user == "" {
		w.m.identity.UserID, w.m.identity.UserName = w.m.profile.Identity.UserID, w.m.profile.Identity.UserName
	}
}

// OtherServer lets another server answer at the address; "" gives the first back.
func (w *Weather) OtherServer(id string) {
	defer w.lock()()
	if id == "" {
		id = w.m.profile.Identity.ServerID
	}
	w.m.identity.ServerID = id
}

// Version lets the server be upgraded.
func (w *Weather) Version(v string) {
	defer w.lock()()
	w.m.identity.Version = v
}

// Scope changes the digest of libraries and filters that bound views.
func (w *Weather) Scope(digest string) {
	defer w.lock()()
	w.scope = digest
}

// Unknown takes works out of the service's catalogue: writes do not find them.
func (w *Weather) Unknown(works ...Work) {
	defer w.lock()()
	w.unknown = map[Work]bool{}
	for _, x := range works {
		w.unknown[x] = true
	}
}

// Alter lets the service describe a work in another way; nil ends it.
func (w *Weather) Alter(x Work, change func(*media.Item)) {
	defer w.lock()()
	if w.altered == nil {
		w.altered = map[Work]func(*media.Item){}
	}
	w.altered[x] = change
	for _, a := range w.m.accounts {
		for _, e := range a.entries {
			e.item = nil
		}
	}
}

// DropIDs lets a work carry no ids.
func (w *Weather) DropIDs(x Work) { w.Alter(x, func(it *media.Item) { it.Tokens = nil }) }

// GiveIDs lets a work carry exactly these ids.
func (w *Weather) GiveIDs(x Work, tokens ...media.Token) {
	w.Alter(x, func(it *media.Item) { it.Tokens = tokens })
}

// Merge lets the item of one work claim the ids of another too.
func (w *Weather) Merge(x, other Work) {
	p := w.m.profile
	w.Alter(x, func(it *media.Item) {
		it.Tokens = append(slices.Clip(it.Tokens), other.Tokens(p.IDs[other.Kind], p.Numbered)...)
	})
}

// Retitle lets a work show under another title and year.
func (w *Weather) Retitle(x Work, title string, year int) {
	w.Alter(x, func(it *media.Item) { it.Title, it.Year = title, year })
}

// Rescan gives every item of the library a new key, with its state or without.
func (w *Weather) Rescan(keepState bool) {
	defer w.lock()()
	a := w.m.account()
	if w.retired == nil {
		w.retired = map[string]*entry{}
	}
	for _, e := range slices.Clone(a.entries) {
		if e.apart {
			continue
		}
		old := *e
		w.retired[e.key] = &old
		a.discard(e)
		fresh := a.insert(e.work, false)
		if keepState {
			key := fresh.key
			*fresh = old
			fresh.key, fresh.item = key, nil
		}
		a.byKey[fresh.key] = fresh
	}
}

// Expire ends every resume point, as services do after a while.
func (w *Weather) Expire(at media.Moment) {
	defer w.lock()()
	a := w.m.account()
	for _, e := range a.entries {
		a.clear(e, media.Progress, at)
	}
}

// BetweenPages has f called once in the midst of the next read that needs more
// than one page of the given number of rows.
func (w *Weather) BetweenPages(rows int, f func()) {
	defer w.lock()()
	w.page, w.pages = rows, append(w.pages, f)
}

// Before has f called once before the next call of this kind is looked at.
func (w *Weather) Before(c Call, f func()) {
	defer w.lock()()
	w.before[c] = append(w.before[c], f)
}

// After has f called once after the next call of this kind is done, before
// its caller has the answer.
func (w *Weather) After(c Call, f func()) {
	defer w.lock()()
	w.after[c] = append(w.after[c], f)
}

// run calls what waits in list, which may call back into the account.
func (w *Weather) run(list *[]func()) {
	unlock := w.lock()
	todo := *list
	*list = nil
	unlock()
	for _, f := range todo {
		f()
	}
}

// turnPages lets persons act between the pages of a read. What was listed
// before stays on its page; what follows comes from the list as it is then.
func (m *Memory) turnPages(want provider.ReadRequest) {
	m.mu.Lock()
	w := &m.weather
	if len(w.pages) == 0 {
		m.mu.Unlock()
		return
	}
	var first Picture
	for _, r := range want.Wants {
		first[r.Feature] = m.account().rowsOf(r.Feature)
	}
	page := w.page
	m.mu.Unlock()
	w.run(&w.pages)
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range want.Wants {
		m.splice(r.Feature, first[r.Feature], page)
	}
}

// splice shows the first page of the list as it was and the rest as it is.
func (m *Memory) splice(f media.Feature, before []provider.Row, page int) {
	after := m.account().rowsOf(f)
	if len(before) <= page || slices.Equal(before, after) {
		return
	}
	w := &m.weather
	if m.profile.Totals && len(before) != len(after) {
		w.lists[f].failing = failing{spell: 1, kind: provider.Transient}
		return
	}
	rows := slices.Clone(before[:page])
	if page < len(after) {
		rows = append(rows, after[page:]...)
	}
	w.lists[f].frozen, w.lists[f].picture = 1, rows
}
