package ledger

import "watchkeeper/engine/media"

// Delta is what observing concludes: rows to put, rows to drop. A stage
// returns it; the store applies it in one transaction.
type Delta struct {
	Shown       []Shown
	ShownGone   []ShownRef
	Statements  []Statement // Seq 0 is numbered on applying, in order
	Forgotten   []StatementRef
	Pending     []Pending
	PendingGone []OpID
	Proofs      []Proof
	ProofsGone  []ShownRef
	Plays       []Play
	Quarantine  []Quarantine
	Freed       []StatementRef // quarantine rows to drop
	Trust       []Trust
	// Breaches are reported, not stored.
	Breaches []Breach
}

// Breach is a value that a service kept less exactly than it promises (R4).
type Breach struct {
	Account AccountID
	Subject
	RowKey
	Sent, Shown media.Value
}

// ShownRef names a Shown or Proof row.
type ShownRef struct {
	Account AccountID
	Feature media.Feature
	RowKey
}

// StatementRef names the current statement of an account about a subject.
type StatementRef struct {
	Account AccountID
	Subject
}

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
