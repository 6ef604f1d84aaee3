package observe

import (
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// ahead tells whether a look-up shows an item as no list does yet. In a list of
// the same kind it would show no more than that.
func (o *observer) ahead(s seen) bool {
	if !s.looked.Known() || o.caps.SameList || o.caps.Coverage == provider.Changes {
		return false
	}
	list, told := o.listValue(s.RowKey)
	return !told || list != s.value
}

// shows tells whether a list shows an item as it is believed to be: it has
// caught up with the look-up that showed it.
func (o *observer) shows(s seen, old ledger.Shown) bool {
	if s.is != listed || old.State != ledger.ShownValue {
		return s.is == denied && old.State == ledger.ShownAbsent
	}
	return o.r.Feature == media.History || equal(o.r.Feature, o.caps, s.value, old.Value)
}

// behind tells whether a list may be of before the look-up that showed what is
// believed, and so of before the writes that were sent over it: it shows
// nothing of them, whatever it shows (R6). A value that the service dates after
// the last of them is not of before.
func (o *observer) behind(s seen, old ledger.Shown, last ledger.Pending) bool {
	return old.Ahead && s.looked == 0 && !o.shows(s, old) && o.clock.read(s.at) <= last.Sent
}
