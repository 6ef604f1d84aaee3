package sim

import (
	"strings"
	"testing"
	"time"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/plan"
	"watchkeeper/engine/provider"
)

// The oracle of plays can be hard.
func TestTheOracleOfPlaysSees(t *testing.T) {
	at := media.At(Start).Add(-24 * time.Hour)
	stage := func() (d *decision, log, other *toyAccount) {
		d = newDecision(0)
		d.mutual, d.shelves, d.viewings = true, d.shelves[:2], nil
		for i, a := range d.shelves {
			a.log, a.caps.Features[media.History] = map[media.WorkID][]toyPlay{}, provider.FeatureCaps{Coverage: provider.Whole, KeepsPlays: true, PastDates: true, LookUp: true}
			d.world.Parties[i].Caps = a.caps
		}
		log, other = d.shelves[0], d.shelves[1]
		d.note(other, 1, d.watch(1, at))
		d.now = d.now.Add(time.Minute)
		d.look()
		return d, log, other
	}
	op := ledger.Op{Account: 1, Subject: ledger.Subject{Work: 1, Feature: media.History}, Action: provider.Add, New: media.Watched(at)}
	for want, spoil := range map[string]func(d *decision, log, other *toyAccount, op *ledger.Op){
		"":   func(*decision, *toyAccount, *toyAccount, *ledger.Op) {},
		"S9": func(_ *decision, _, _ *toyAccount, op *ledger.Op) { op.New = media.Watched(at.Add(10 * time.Hour)) },
		"S3": func(d *decision, log, _ *toyAccount, _ *ledger.Op) { d.note(log, 1, 0) },
		"S5": func(d *decision, _, other *toyAccount, _ *ledger.Op) {
			d.now = d.now.Add(time.Hour)
			d.takeAway(other, 1, other.log[1][0])
			d.now = d.now.Add(time.Hour)
			d.look()
		},
		"S1": func(d *decision, log, _ *toyAccount, op *ledger.Op) {
			d.note(log, 1, 0)
			d.now = d.now.Add(time.Hour)
			d.look()
			op.Action, op.PlayKey = provider.Remove, log.log[1][0].key
		},
	} {
		d, log, other := stage()
		op := op
		d.now = d.now.Add(time.Minute)
		spoil(d, log, other, &op)
		if err := d.judge(op); (err == nil) != (want == "") || err != nil && !strings.HasPrefix(err.Error(), want+":") {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	d, log, other := stage()
	if err := d.agreePlays(ledger.Plan{}); err == nil {
		t.Error("a log that lacks a viewing passes")
	}
	d.note(log, 1, 0)
	if err := d.agreePlays(plan.Make(&d.world, d.files())); err != nil {
		t.Errorf("logs that agree: %v", err)
	}
	d.now = d.now.Add(time.Hour)
	d.look()
	d.now = d.now.Add(time.Hour)
	d.takeAway(other, 1, other.log[1][0])
	d.now = d.now.Add(time.Hour)
	d.look()
	if err := d.agreePlays(ledger.Plan{}); err == nil {
		t.Error("a log that keeps what was taken away passes")
	}
}

// What adds plays to logs that it has not read doubles some, and the cases see it.
func TestUnreadLogsAreSeen(t *testing.T) {
	for seed := uint64(0); seed < 40000; seed += histories {
		d := newDecision(seed)
		d.careless = true
		if err := d.live(); err != nil && strings.HasPrefix(err.Error(), "S3:") {
			return
		}
	}
	t.Error("no play was doubled")
}
