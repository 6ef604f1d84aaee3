package sim

import (
	"slices"

	"watchkeeper/engine/media"
	"watchkeeper/engine/providertest"
)

// effect is what a service did by itself because of something else, which may
// have left no trace there.
type effect struct {
	told
	because   topic
	traceless bool
}

// byItself takes note of what the service did by itself. Before the engine knew
// the account, nobody can tell it from a person's word; later, nobody can where
// a list hid what it follows from. What a work is part of may change with it.
func (j *judge) byItself(room *Room, w providertest.Work, a providertest.Act, before, after providertest.Truth) {
	for _, f := range media.Features {
		was, is := shows(before.Of(w), f), shows(after.Of(w), f)
		if f == aims[a.Verb] || is == was {
			continue
		}
		t := told{who: room.Name, at: a.At, set: is.Set, value: is}
		known := len(j.reads[shelf{room.Name, f}]) > 0
		if t.early = !known || !t.set && j.unseenItem(room, w, f); t.early && t.set {
			j.note(w, f, t)
		}
		if known {
			j.nth++
			t.nth = j.nth
			j.effects[topic{w, f}] = append(j.effects[topic{w, f}], effect{t, topic{a.Work, aim(a, before.Of(a.Work), after.Of(a.Work))}, j.traceless(room, a, before, after)})
		}
	}
}

// wholes are what a work is part of.
func wholes(w providertest.Work) (out []providertest.Work) {
	if w.Parent() != w {
		out = append(out, w.Parent())
	}
	if w.Kind == media.Episode && !w.Anime {
		out = append(out, providertest.Season(w.N, w.Season))
	}
	return out
}

// ended: what the owner last said at the account the service took away by itself
// while the item was not seen, so that it looks as if the item had lost it.
func (j *judge) ended(own told, key topic) bool {
	return slices.ContainsFunc(j.effects[key], func(e effect) bool {
		return e.who == own.who && !e.set && e.nth > own.nth && (e.early || j.outOfSight(e.told, key.feature))
	})
}

// traceless: the act changed nothing that anybody can see but what followed from
// it, as marking what is watched already does where no date is kept.
func (j *judge) traceless(room *Room, a providertest.Act, before, after providertest.Truth) bool {
	was, is := before.Of(a.Work), after.Of(a.Work)
	f := aim(a, was, is)
	if f == media.History {
		return len(missing(is, was)) == 0
	}
	return shows(was, f) == shows(is, f) && !j.times(room.Name, f)
}

// puzzling: what a service did by itself cannot be told from a person's word,
// because the read that should show why did not: it left no trace, it was undone
// before, a list hid it, or there is no list of it. Before that read nobody may go
// by it (R9).
func (j *judge) puzzling(e effect, key topic) bool {
	seen, from := j.next(shelf{e.who, key.feature}, e.nth), j.next(shelf{e.who, e.because.feature}, e.nth)
	if !j.l.home.Room(e.who).Memory.Profile().Caps.Features[e.because.feature].Offered() {
		return seen.nth != 0
	}
	undone := slices.ContainsFunc(j.words[e.because], func(t told) bool {
		return t.who == e.who && !t.set && t.nth > e.nth && t.nth < from.nth
	})
	return seen.nth != 0 && from.nth != 0 && (e.traceless || undone || !from.clear)
}
