package observe

import (
	"slices"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

const (
	keptDigests = 5
	keptReads   = 5 // as many as a write may stay unseen for (R8)
)

// distrust books a view that is not trusted: nothing that is believed moves
// (R3).
func distrust(r Reading, v Verdict) ledger.Trust {
	t := identified(r)
	t.LastTried, t.Silent, t.Evidence, t.SuspectDigest = r.Now, v.Silent, v.Evidence, v.Digest
	return t
}

func identified(r Reading) ledger.Trust {
	t := r.Trust
	t.Account, t.Feature = r.Party.ID, r.Feature
	return t
}

// trusted books a trusted view.
func (o *observer) trusted() ledger.Trust {
	r, e := o.r, o.r.View.Evidence
	t := identified(r)
	t.Earlier = earlier(t)
	t.LastTrusted, t.LastTried, t.Run, t.Reads = r.Now, r.Now, r.Run, t.Reads+1
	t.Silent, t.Evidence = "", o.v.Evidence
	if o.v.FirstLook {
		t.FirstRun, t.Older, t.Digest, t.Earlier = r.Run, nil, "", nil
	}
	t.Looked = true
	stamped := e.Stamp != "" && t.Stamp != "" && e.Stamp != t.Stamp
	if stamped {
		t.StampMoved = r.Now
	}
	t.Stamp, t.StampAt = keep(e.Stamp, t.Stamp), keep(e.StampAt, t.StampAt)
	t.Cursor, t.Scope, t.Version = keep(r.View.Cursor, t.Cursor), keep(e.Scope, t.Scope), keep(e.Version, t.Version)
	t.Numbering = keep(e.Numbering, t.Numbering)
	if r.ClockKnown {
		t.ClockMS = r.ClockMS
	}
	o.book(&t, stamped)
	t.LagsMS = appendLags(t.LagsMS, o.lags)
	return t
}

// earlier are the latest trusted views before one that begins now.
func earlier(t ledger.Trust) []media.Moment {
	if !t.LastTrusted.Known() {
		return nil
	}
	all := slices.Insert(slices.Clone(t.Earlier), 0, t.LastTrusted)
	return all[:min(len(all), keptReads)]
}

// book keeps the digests of full lists. A stamp that moved over an unmoved
// list marks the list as suspect until it moves or a window has passed.
func (o *observer) book(t *ledger.Trust, stamped bool) {
	switch {
	case o.v.Unchanged && o.v.Digest == "": // nothing was listed
	case o.v.Unchanged:
		o.relist(t, stamped, false)
	case o.r.View.Coverage == provider.Changes:
		if len(o.r.View.Rows)+len(o.r.View.Removed) > 0 {
			supersede(t, "")
		}
		t.Count += o.growth()
	case o.v.Suspicious && o.waiting > 0:
		t.LastFull, t.SuspectDigest = o.r.Now, o.v.Digest
	default:
		moved := o.v.Digest != t.Digest
		if moved {
			supersede(t, o.v.Digest)
		}
		t.Count = len(o.works)
		o.relist(t, stamped, moved)
	}
}

// relist books a full list. One that did not move although its stamp did is
// suspect until it moves or the window has passed; so is one that lacks what a
// look-up shows, and the next read goes past every cache.
func (o *observer) relist(t *ledger.Trust, stamped, moved bool) {
	t.LastFull = o.r.Now
	switch {
	case stamped && !moved, o.contradicted:
		t.SuspectDigest = t.Digest
	case moved || !withinWindow(o.r, t.StampMoved):
		t.SuspectDigest = ""
	}
}

// supersede makes a content the last trusted one; "" where it is not known as
// a whole.
func supersede(t *ledger.Trust, digest string) {
	older := slices.DeleteFunc(slices.Clone(t.Older), func(d string) bool { return d == digest || d == t.Digest })
	if t.Digest != "" {
		older = slices.Insert(older, 0, t.Digest)
	}
	t.Older = older[:min(len(older), keptDigests)]
	t.Digest = digest
	if t.AcceptedDigest != digest {
		t.AcceptedDigest = ""
	}
}

// growth is how many more works show a value than before.
func (o *observer) growth() int {
	touched, had, has := map[media.WorkID]bool{}, map[media.WorkID]bool{}, map[media.WorkID]bool{}
	for key, row := range o.put {
		touched[row.Work], touched[o.k.Shown[key].Work] = true, true
		if valued(row) {
			has[row.Work] = true
		}
	}
	for key := range o.gone {
		touched[o.k.Shown[key].Work] = true
	}
	for key, row := range o.k.Shown {
		if !touched[row.Work] || !valued(row) {
			continue
		}
		had[row.Work] = true
		if _, put := o.put[key]; !put && !o.gone[key] {
			has[row.Work] = true
		}
	}
	delete(had, 0) // items of no work
	delete(has, 0)
	return len(has) - len(had)
}

func valued(s ledger.Shown) bool { return s.State == ledger.ShownValue }

func appendLags(lags, more []int64) []int64 {
	if len(more) == 0 {
		return lags
	}
	lags = append(slices.Clone(lags), more...)
	return lags[max(0, len(lags)-keptLags):]
}

func keep[T comparable](now, before T) T {
	var none T
	if now == none {
		return before
	}
	return now
}
