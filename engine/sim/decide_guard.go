package sim

import (
	"time"

	"watchkeeper/engine/guard"
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// toyRemoval is a removal that was sent.
type toyRemoval struct {
	flow guard.Flow
	work media.WorkID
	at   media.Moment
}

// held are the ops of open holds.
func (d *decision) held() []ledger.Op {
	var out []ledger.Op
	for _, h := range d.holds {
		if h.State == ledger.HoldOpen {
			out = append(out, h.Ops...)
		}
	}
	return out
}

func (d *decision) budget() guard.Budget {
	b := guard.Budget{Shown: map[guard.Shelf]int{}, Removed: map[guard.Flow]int{}, Room: map[guard.Shelf]int{}, Planned: map[media.WorkID]bool{}}
	for _, a := range d.shelves {
		works := map[media.WorkID]bool{}
		for _, row := range a.known.Shown {
			if row.State == ledger.ShownValue {
				works[row.Work] = true
			}
		}
		b.Shown[guard.Shelf{Account: a.id, Feature: d.feature}] = len(works)
	}
	for _, w := range d.works {
		b.Planned[w.ID] = true
	}
	for flow, works := range d.thisWeek() {
		b.Removed[flow] = len(works)
	}
	return b
}

// thisWeek are the works whose removal was sent in the last seven days.
func (d *decision) thisWeek() map[guard.Flow]map[media.WorkID]bool {
	out := map[guard.Flow]map[media.WorkID]bool{}
	for _, r := range d.removed {
		if d.now.Sub(r.at) > 7*24*time.Hour {
			continue
		}
		if out[r.flow] == nil {
			out[r.flow] = map[media.WorkID]bool{}
		}
		out[r.flow][r.work] = true
	}
	return out
}

func (d *decision) flow(op ledger.Op) guard.Flow {
	return guard.Flow{Target: op.Account, Cause: op.Origin().Account, Feature: d.feature}
}

func (d *decision) keepHolds(changed []ledger.Hold) {
	for _, h := range changed {
		d.engaged[h.Guard]++
		if h.Evidence.Code == ledger.SawWeek {
			d.engaged["week"]++
		}
		if h.ID == 0 {
			h.ID = int64(len(d.holds) + 1)
			d.holds = append(d.holds, h)
			continue
		}
		d.holds[h.ID-1] = h
	}
}
