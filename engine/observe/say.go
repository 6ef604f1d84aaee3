package observe

import (
	"slices"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// word is what one item lets conclude about its subject, before the other
// items of the same work are heard.
type word struct {
	ledger.Subject
	ledger.RowKey
	value   media.Value
	at      media.Moment
	dated   media.Moment // the service's own time, uncorrected
	cleared bool
	first   bool // at first sight: it never replaces a newer statement
	instead bool // first sight of another value: the Set before is not shown any more
	forget  bool // the Set before is not shown any more, and nobody cleared it
	local   bool // the service's own effect (R9)
	joined  bool // the item stood for another work before
	back    bool // it has been there again for long enough, and was never gone
	flag    bool
}

// say notes what an item lets conclude; speak hears them all.
func (o *observer) say(s seen, w word) {
	w.RowKey, w.flag, w.value, w.dated = s.RowKey, o.flag(s), s.value, s.at
	w.Subject = o.about(s.Work, 0)
	if o.r.Feature == media.History {
		w.Play, w.value = s.Play, media.Watched(o.playDate(s))
	}
	if w.flag && w.cleared {
		w.Play = 0 // currently unwatched: no play is deleted by that (R17)
	}
	o.words = append(o.words, w)
}

// speak turns words into statements, one per subject: what the fold of all
// items of the work says.
func (o *observer) speak() {
	if len(o.words) == 0 {
		return
	}
	slices.SortStableFunc(o.words, func(a, b word) int {
		if c := compareSubjects(a.Subject, b.Subject); c != 0 {
			return c
		}
		return a.RowKey.Compare(b.RowKey)
	})
	rows := o.rowsOfWords()
	for _, w := range o.words {
		if w.flag && !w.cleared && !w.forget {
			o.watchedAgain(w)
		}
		if o.heard(w, rows[w.Work]) {
			o.state(w)
		}
	}
}

// rowsOfWords gathers every row of the works that something is said about, as
// believed after this view.
func (o *observer) rowsOfWords() map[media.WorkID][]ledger.Shown {
	rows := make(map[media.WorkID][]ledger.Shown, len(o.words))
	for _, w := range o.words {
		rows[w.Work] = nil
	}
	for key, row := range o.k.Shown {
		if _, moved := o.put[key]; moved || o.gone[key] {
			continue
		}
		if have, ok := rows[row.Work]; ok {
			rows[row.Work] = append(have, row)
		}
	}
	for _, row := range o.put {
		if have, ok := rows[row.Work]; ok {
			rows[row.Work] = append(have, row)
		}
	}
	return rows
}

// heard tells whether the account as a whole says what one of its items says:
// absent only if absent on all, and a value only if the fold shows it.
func (o *observer) heard(w word, rows []ledger.Shown) bool {
	others := slices.DeleteFunc(slices.Clone(rows), func(row ledger.Shown) bool {
		return row.RowKey == w.RowKey || row.State != ledger.ShownValue || !o.sameSubject(row, w)
	})
	switch {
	case len(others) == 0:
		return true
	case w.cleared || w.forget:
		return false
	case w.flag && slices.ContainsFunc(others, func(row ledger.Shown) bool { return row.Key == w.Key && row.PlayKey != "" }):
		return false // its row tells of the viewing (R17)
	case o.r.Feature == media.Watchlist || o.r.Feature == media.History:
		// Another item has said so already, unless all was cleared since.
		return !slices.ContainsFunc(others, o.unmoved) || o.k.Statements[w.Subject].Cleared
	}
	folded, _ := ledger.Fold(o.r.Feature, append(others, o.put[w.RowKey]))
	return folded.RowKey == w.RowKey
}

// unmoved tells whether a row shows what it showed; that a list has caught up
// with it is nothing new.
func (o *observer) unmoved(row ledger.Shown) bool {
	was := o.k.Shown[row.RowKey]
	was.Ahead = row.Ahead
	return row == was
}

// sameSubject tells whether a row speaks about the subject of a word. The
// flags of all items together are one subject, plays go by their number.
func (o *observer) sameSubject(row ledger.Shown, w word) bool {
	switch {
	case o.r.Feature != media.History:
		return true
	case w.flag && w.cleared:
		return row.PlayKey == ""
	}
	return row.Play == w.Play
}

// watchedAgain ends "currently unwatched" when the flag says yes again.
func (o *observer) watchedAgain(w word) {
	flag := o.about(w.Work, 0)
	if o.k.Statements[flag].Cleared {
		o.forget(flag)
	}
}

func (o *observer) forget(s ledger.Subject) {
	ref := ledger.StatementRef{Account: o.r.Party.ID, Subject: s}
	if !slices.Contains(o.out.Forgotten, ref) {
		o.out.Forgotten = append(o.out.Forgotten, ref)
	}
}

// state makes a statement of a word, unless the account's own newer word
// stands.
func (o *observer) state(w word) {
	current, stands := o.current(w.Subject)
	if w.forget {
		if stands && !current.Cleared {
			o.forget(w.Subject)
		}
		return
	}
	if stands && o.outweighs(current, w) {
		return
	}
	at := w.at
	if w.cleared && stands && !current.Adopted() && current.At <= o.r.Now {
		at = max(at, current.At+1) // said after what it clears
	}
	st := ledger.Statement{Account: o.r.Party.ID, Subject: w.Subject, Cleared: w.cleared, At: at, Run: o.r.Run,
		Seen: o.r.Now, FirstLook: o.v.FirstLook || w.joined || o.undatable(w), Origin: o.r.Party.ID, Key: w.Key, Local: w.local}
	if !w.cleared {
		st.Value = w.value
		if o.r.Feature == media.History && stands && !current.Cleared && w.value.N == 0 {
			st.Value = current.Value // a date that is known is not lost to a flag without one
		}
	}
	o.says[w.Subject] = st
}

// undatable tells whether a word was seen at first sight and nobody knows since
// when: it may be newer than what was said elsewhere (R13).
func (o *observer) undatable(w word) bool {
	return w.first && !w.at.Known() && o.r.Feature != media.History
}

func (o *observer) current(s ledger.Subject) (ledger.Statement, bool) {
	if st, ok := o.says[s]; ok {
		return st, true
	}
	st, ok := o.k.Statements[s]
	return st, ok
}

// outweighs tells whether the statement that stands keeps a new word out: a
// value at first sight never replaces a newer one nor takes over what was
// adopted, and a value that the service dates before the account's own Cleared
// was not given after it, unless it stays: then it was never gone.
func (o *observer) outweighs(current ledger.Statement, w word) bool {
	if w.cleared {
		return current.Cleared
	}
	if current.Cleared {
		return w.at < current.At && !w.back || w.first && !w.at.Known()
	}
	if !w.first {
		return false
	}
	if w.instead && current.Value != w.value {
		return false
	}
	if current.Adopted() && o.r.Feature == media.History {
		return true // the same viewing, whatever date this service gives it
	}
	if current.Adopted() && equal(o.r.Feature, o.caps, current.Value, w.value) {
		return o.v.FirstLook || w.at <= o.r.Trust.LastTrusted || o.given(w.dated, current.At)
	}
	if w.at == current.At && current.Value != w.value {
		return false // neither is newer, and this is what it shows now
	}
	return w.at <= current.At
}

// saidSince tells whether a statement was concluded after a write was sent.
func saidSince(st ledger.Statement, p ledger.Pending) bool {
	return st.Run > p.Run || st.Seen > p.Sent
}

// adopt makes the account take over what caused a write that has arrived
// (R8): value, time and origin. Only a word said here since it was sent, and
// newer, stands against it. The same word once more is seen anew, no more.
func (o *observer) adopt(s seen, p ledger.Pending) {
	if p.Says.Origin == 0 {
		return
	}
	st := p.Says
	st.Account, st.Subject, st.Seq, st.Run, st.Seen, st.Key = o.r.Party.ID, p.Subject, 0, o.r.Run, o.r.Now, s.Key
	current, stands := o.k.Statements[p.Subject]
	if stands && saidSince(current, p) && (current.At > st.At || current.At == st.At && st.Cleared && !current.Cleared) {
		return
	}
	if same := current; stands {
		same.Seq, same.Run, same.Seen, same.Key = st.Seq, st.Run, st.Seen, st.Key
		if same == st {
			st.Seq, st.Run = current.Seq, current.Run
		}
	}
	o.says[p.Subject] = st
	if o.flag(s) && s.is == listed {
		o.watchedAgain(word{Subject: p.Subject})
	}
}
