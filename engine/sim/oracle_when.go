package sim

import (
	"context"
	"slices"
	"strconv"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/store"
)

func ledgerOf(run ledger.RunID) store.JournalQuery {
	return store.JournalQuery{Run: run, Limit: 1 << 20}
}

const forGood = 1 << 20

// clouded takes note of weather: as long as it lasts nobody can be sure of
// what the account's lists say.
func (j *judge) clouded(room *Room, words []string) {
	reads := forGood
	if n, err := strconv.Atoi(words[min(1, len(words)-1)]); err == nil && n > 0 && words[0] != "late" && words[0] != "stores" && words[0] != "accepts" && words[0] != "allow" {
		reads = n + 1
	}
	switch words[0] {
	case "rescan", "version", "scope", "unknown", "drop-ids", "other-ids", "claims", "retitled", "clock", "panic":
		reads = 3
	}
	fs := media.Features[:]
	if f, ok := media.ParseFeature(words[len(words)-1]); ok {
		fs = []media.Feature{f}
	}
	for _, f := range fs {
		key := shelf{room.Name, f}
		j.clouds[key] = max(j.clouds[key], reads)
		if hides(words[0]) {
			j.hidden[key] = max(j.hidden[key], reads-1)
		}
	}
	switch words[0] {
	case "lie":
		j.lied = true
	case "clock", "no-clock":
		j.skewed = true
	case "rescan":
		for t := range j.words {
			j.unsettled[t.work] = true
		}
		for _, h := range room.Memory.Truth().Has {
			j.madeAnew(room, h.Work)
		}
	case "drop-ids", "other-ids", "claims", "retitled", "unknown":
		for _, name := range words[1:] {
			w := workNamed(name)
			j.altered[room.Name] = append(j.altered[room.Name], w)
			j.unsettled[w] = true
		}
	}
}

// hides tells whether a weather lets lists not show what is there.
func hides(word string) bool {
	return word == "truncate" || word == "thin" || word == "empty" || word == "slip"
}

// cleared takes note of good weather.
func (j *judge) cleared(room *Room) {
	for _, f := range media.Features {
		delete(j.clouds, shelf{room.Name, f})
		delete(j.hidden, shelf{room.Name, f})
	}
}

// looked takes note of the reads that the engine trusted in this run. A list
// without look-ups that hides the same twice running is a liar nobody can see
// through (R6c).
func (j *judge) looked(ctx context.Context, run ledger.RunID) error {
	trust, err := j.l.home.Store.Trust(ctx)
	if err != nil {
		return err
	}
	for _, name := range j.l.home.order {
		room := j.l.home.Room(name)
		for _, f := range media.Features {
			key := shelf{name, f}
			hid := j.hidden[key] > 0
			j.lie(room, key)
			if trustedIn(run, trust, room.ID, f) {
				j.reads[key] = append(j.reads[key], look{j.read[name], j.l.home.Now(), j.clouds[key] == 0, hid})
			}
			j.clouds[key] = max(0, j.clouds[key]-1)
		}
	}
	return nil
}

// lie counts how often a list hid something in a row.
func (j *judge) lie(room *Room, key shelf) {
	if j.hidden[key] <= 0 {
		j.blindSince[key] = 0
		return
	}
	j.hidden[key]--
	j.blindSince[key]++
	if j.blindSince[key] > 1 && !room.Memory.Profile().Caps.Features[key.feature].LookUp {
		j.lied = true
	}
}

func trustedIn(run ledger.RunID, trust []ledger.Trust, id ledger.AccountID, f media.Feature) bool {
	return slices.ContainsFunc(trust, func(t ledger.Trust) bool {
		return t.Account == id && t.Feature == f && t.Run == run
	})
}

// noticed is the first read after something happened at which the account
// certainly showed what was true.
func (j *judge) noticed(key shelf, after int) look {
	for _, r := range j.reads[key] {
		if r.nth > after && r.clear {
			return r
		}
	}
	return look{}
}

// hi is the latest moment at which the engine may rightly believe that a word
// was said. A service without times says no more than that it was before a
// read; a removal was after the last read that showed the value, which a
// frozen list goes on to do.
func (j *judge) hi(t told, f media.Feature, now media.Moment) media.Moment {
	key := shelf{t.who, f}
	timed := j.times(t.who, f)
	if t.set && timed && !j.skewed {
		return t.at
	}
	if !t.set && j.next(key, t.nth).clear {
		return t.at
	}
	if r := j.noticed(key, t.nth); r.nth != 0 {
		return r.at
	}
	return now
}

// lo is the earliest such moment; 0: an unknown time, older than any.
func (j *judge) lo(t told, f media.Feature) media.Moment {
	key := shelf{t.who, f}
	switch {
	case j.skewed, t.early:
		return 0
	case t.set:
		return t.at.Truncate(grainOf(j.l.home.Room(t.who), f))
	}
	var last media.Moment
	for _, r := range j.reads[key] {
		if r.nth < t.nth {
			last = r.at
		}
	}
	return last
}

// times tells whether the service dates what is said; a viewing is always
// dated by itself.
func (j *judge) times(name string, f media.Feature) bool {
	return j.l.home.Room(name).Memory.Profile().Caps.Features[f].Times
}

// next is the first trusted read after something happened.
func (j *judge) next(key shelf, after int) look {
	for _, r := range j.reads[key] {
		if r.nth > after {
			return r
		}
	}
	return look{}
}
