package observe

import (
	"time"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// proven applies R6 to what a row newly shows. Until it is proven the item
// keeps its value, a Proof stands, and a look-up is asked for where the
// service has one. What the service may have done because of a feature that was
// not read waits for that. first is the first trusted read that showed it.
func (o *observer) proven(s seen) (first media.Moment, ok bool) {
	proof, open := o.proof(s)
	first = o.r.Now
	if open {
		first = proof.First
	}
	next := o.look(s, proof, open)
	if o.puzzling(s) {
		o.await(next, proof, open)
		return first, false
	}
	listsOnly := o.caps.SameList && o.returned(s) // a look-up shows no more than the list
	disputed := o.disputed(s) || o.alone(s)
	if s.proven && !listsOnly && !disputed || !o.needsProof(s) {
		o.dismiss(s.RowKey)
		return first, true
	}
	if o.enough(s, next) && (listsOnly || disputed || !o.caps.LookUp || o.lookedInVain(s.Key)) {
		o.dismiss(s.RowKey)
		return first, true
	}
	o.await(next, proof, open)
	if !listsOnly {
		o.ask(s.Work, s.Key)
	}
	return first, false
}

// proof is what earlier looks saw, if they saw the same: else the looks start
// again.
func (o *observer) proof(s seen) (ledger.Proof, bool) {
	p, open := o.k.Proofs[s.RowKey]
	return p, open && p.Now == s.value && p.Work == s.Work
}

// await keeps a proof open; before is what stood so far.
func (o *observer) await(next, before ledger.Proof, open bool) {
	if !open || next != before {
		o.out.Proofs = append(o.out.Proofs, next)
	}
	o.waiting++
}

// disputed tells whether a look-up contradicts both the list of the same run
// and what was believed: one look-up alone is no proof that these are wrong.
func (o *observer) disputed(s seen) bool {
	if !s.looked.Known() || s.is == notHeld {
		return false
	}
	old, had := o.k.Shown[s.RowKey]
	if !had {
		old.State = o.unlistedState()
	}
	list, told := o.listValue(s.RowKey)
	return told && old.State != ledger.ShownUnknown && list != s.value && old.Value != s.value
}

// alone tells whether a look-up without a list beside it lacks what was believed
// and nothing was sent about: one witness, who may be behind (R6).
func (o *observer) alone(s seen) bool {
	return s.is == denied && s.looked.Known() && o.r.View.Coverage == 0 && len(o.queue(s)) == 0
}

// listValue is what the list of this run shows of an item; false where it does
// not tell.
func (o *observer) listValue(key ledger.RowKey) (v media.Value, told bool) {
	if i, found := o.found[key]; found {
		return o.rows[i].Value, true
	}
	return media.Value{}, o.r.View.Coverage == provider.Whole && !o.hidden(key.Key)
}

// undisputed tells whether what a look-up shows is sure: the list does not
// contradict it, or another look-up said so before.
func (o *observer) undisputed(s seen) bool {
	if !o.disputed(s) {
		return true
	}
	_, sure := o.proven(s)
	return sure
}

// lookedInVain tells whether a look-up of this run lacks the item in a list of
// the kind that lacked it before.
func (o *observer) lookedInVain(key string) bool {
	answer, asked := o.answers[key]
	return asked && answer.Answer.Err == nil && o.inconclusive(answer)
}

// oldestCopy is how long a value of before its removal must be listed again
// until it is no old copy of the list.
const oldestCopy = 24 * time.Hour

// returned tells whether the service dates a value of an item before what was
// read as its removal. Either the removal was read from a list that lacked the value,
// or the value is now read from an old list: lists alone cannot tell soon.
func (o *observer) returned(s seen) bool {
	at, st := o.clock.read(s.at), o.k.Statements[o.about(s.Work, s.Play)]
	return s.is == listed && st.Cleared && !st.Adopted() && st.Key == s.Key && at.Known() && at < st.At
}

// enough tells whether a difference was in as many views, and for as long, as
// it must.
func (o *observer) enough(s seen, p ledger.Proof) bool {
	return p.Looks >= p.Need && (!o.returned(s) || late(o.r.Now, p.First, oldestCopy))
}

// needsProof: a disappearance, a value without a newer time of the service,
// and every difference of a suspicious view (R2) need more than one list.
func (o *observer) needsProof(s seen) bool {
	t := o.time(s)
	return o.v.Suspicious || s.is != listed || !t.Known() || t <= o.r.Trust.LastTrusted
}

// look counts this view towards a proof; looks too close together count once.
func (o *observer) look(s seen, proof ledger.Proof, open bool) ledger.Proof {
	need := usualLooks
	if o.v.Suspicious || o.returned(s) {
		need = suspectLooks
	}
	local := s.is != listed && o.ownEffect(s, o.k.Shown[s.RowKey], o.lastShown(s.RowKey))
	if !open {
		return ledger.Proof{Account: o.r.Party.ID, Feature: o.r.Feature, RowKey: s.RowKey, Work: s.Work, Play: s.Play,
			Now: s.value, At: o.clock.read(s.at), First: o.r.Now, LastShown: o.lastShown(s.RowKey),
			Looks: 1, LastLook: o.r.Now, Need: need, Local: local}
	}
	proof.Need, proof.Local = max(proof.Need, need), local
	if late(o.r.Now, proof.LastLook, o.r.secondLook()) {
		proof.Looks, proof.LastLook = proof.Looks+1, o.r.Now
	}
	return proof
}

// lastShown is the last trusted read that showed what was shown before.
func (o *observer) lastShown(key ledger.RowKey) media.Moment {
	if proof, open := o.k.Proofs[key]; open && proof.LastShown.Known() {
		return proof.LastShown
	}
	return o.r.Trust.LastTrusted
}

// dismiss ends the proof of a row, if one stands.
func (o *observer) dismiss(key ledger.RowKey) {
	if _, open := o.k.Proofs[key]; open {
		o.out.ProofsGone = append(o.out.ProofsGone, o.ref(key))
	}
}

// ask asks for a look-up that was not made in this run yet.
func (o *observer) ask(work media.WorkID, key string) {
	if _, asked := o.answers[key]; asked || !o.caps.LookUp || key == "" {
		return
	}
	o.asks = append(o.asks, ledger.Question{Kind: ledger.LookUp, Account: o.r.Party.ID, Feature: o.r.Feature, Work: work, Key: key})
}
