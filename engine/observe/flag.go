package observe

import "watchkeeper/engine/ledger"

// comparedPlay treats a play or a watched flag that was shown before and is
// shown now. A play is linked for good, so a moved date of a log's row says
// nothing new. A flag's later date is a further viewing only where the service
// proves a finish (R16).
func (o *observer) comparedPlay(s seen, old ledger.Shown) {
	if o.lowered(s, old) {
		if _, proven := o.proven(s); proven {
			s.Play = old.Play
			o.refresh(s, old)
		}
		return
	}
	if !o.flag(s) || !o.rewatched(s, old) && !o.dated(s, old) {
		o.dismiss(s.RowKey)
		if !o.flag(s) {
			s.Play = old.Play
		}
		o.refresh(o.kept(s, old), old)
		return
	}
	first, proven := o.proven(s)
	if !proven {
		return
	}
	o.show(s, ledger.ShownValue)
	o.say(s, word{at: o.setTime(s, first)})
}

// lowered tells whether a flag shows an older date than before: an old list, or
// a mark that was taken away and made anew. Nothing is said by that, but what is
// planned there must not go by the date before (S1).
func (o *observer) lowered(s seen, old ledger.Shown) bool {
	return o.flag(s) && s.value.N != 0 && old.Value.N-s.value.N > max(o.caps.GrainMS, 1000)
}

// rewatched tells whether a flag's date proves a viewing of its own.
func (o *observer) rewatched(s seen, old ledger.Shown) bool {
	return o.caps.FinishProven && s.Play != 0 && s.Play != old.Play && s.value.N > old.Value.N
}

// dated tells whether a person gave a date to what the service had marked by
// itself: from then on it is their viewing.
func (o *observer) dated(s seen, old ledger.Shown) bool {
	st := o.k.Statements[o.about(s.Work, old.Play)]
	return old.Value.N == 0 && s.value.N != 0 && st.Local && !st.Cleared && !o.markedByRating(s)
}

// kept never lowers the date that a row shows by a list: an older one is stale.
func (o *observer) kept(s seen, old ledger.Shown) seen {
	if s.value.N < old.Value.N && s.looked == 0 {
		s.value = old.Value
	}
	if !o.rewatched(s, old) && old.Play != 0 {
		s.Play = old.Play
	}
	return s
}
