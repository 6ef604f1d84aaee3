package ledger

import "watchkeeper/engine/media"

// Add appends what another delta concludes.
func (d *Delta) Add(o Delta) {
	d.Shown = append(d.Shown, o.Shown...)
	d.ShownGone = append(d.ShownGone, o.ShownGone...)
	d.Statements = append(d.Statements, o.Statements...)
	d.Forgotten = append(d.Forgotten, o.Forgotten...)
	d.Pending = append(d.Pending, o.Pending...)
	d.PendingGone = append(d.PendingGone, o.PendingGone...)
	d.Proofs = append(d.Proofs, o.Proofs...)
	d.ProofsGone = append(d.ProofsGone, o.ProofsGone...)
	d.Plays = append(d.Plays, o.Plays...)
	d.Quarantine = append(d.Quarantine, o.Quarantine...)
	d.Freed = append(d.Freed, o.Freed...)
	d.Trust = append(d.Trust, o.Trust...)
}

// Works lists the works that the delta is about, with repeats.
func (d Delta) Works() []media.WorkID {
	var out []media.WorkID
	for _, v := range d.Shown {
		out = append(out, v.Work)
	}
	for _, v := range d.Statements {
		out = append(out, v.Work)
	}
	for _, v := range d.Forgotten {
		out = append(out, v.Work)
	}
	for _, v := range d.Pending {
		out = append(out, v.Work)
	}
	for _, v := range d.Proofs {
		out = append(out, v.Work)
	}
	for _, v := range d.Plays {
		out = append(out, v.Work)
	}
	for _, v := range d.Quarantine {
		out = append(out, v.Work)
	}
	for _, v := range d.Freed {
		out = append(out, v.Work)
	}
	return out
}
