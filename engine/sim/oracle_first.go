package sim

import (
	"fmt"
	"slices"

	"watchkeeper/engine/media"
	"watchkeeper/engine/providertest"
)

// firstSight tells whether what is said about an item now is seen together
// with the item: then nobody knows that it is new (the table of the rules).
func (j *judge) firstSight(room *Room, w providertest.Work, f media.Feature, comes bool) bool {
	reads := len(j.reads[shelf{room.Name, f}])
	item := itemOf(room, w, f)
	if _, known := j.born[item]; comes && !known {
		j.born[item] = reads
	}
	since, came := j.born[item]
	return reads == 0 || came && reads < since+3 && room.Memory.Profile().Caps.WritesHeldOnly && !j.times(room.Name, f)
}

// unseenItem tells whether no clear read has shown the library's item under the
// key that it has now, or the last one hid it: what is taken away from it then
// nobody ever saw there.
func (j *judge) unseenItem(room *Room, w providertest.Work, f media.Feature) bool {
	if !room.Memory.Profile().Caps.WritesHeldOnly {
		return false
	}
	since, came := j.born[itemOf(room, w, f)]
	reads := j.reads[shelf{room.Name, f}]
	anew := came && !slices.ContainsFunc(reads[min(since, len(reads)):], func(r look) bool { return r.clear })
	return anew || len(reads) > 0 && reads[len(reads)-1].hid
}

// outOfSight: the read after something went at a library hid the item. What is not
// listed there is not held, so that nobody knows what it showed when it comes back.
func (j *judge) outOfSight(t told, f media.Feature) bool {
	room := j.l.home.Room(t.who)
	return room != nil && room.Memory.Profile().Caps.WritesHeldOnly && !t.set && j.next(shelf{t.who, f}, t.nth).hid
}

func itemOf(room *Room, w providertest.Work, f media.Feature) string {
	return fmt.Sprint(room.Name, " ", w, " ", f)
}

// madeAnew takes note of an item that has another key from now on. What was taken
// away from the one before and not seen since is seen together with the new one.
func (j *judge) madeAnew(room *Room, w providertest.Work) {
	for _, f := range media.Features {
		key := shelf{room.Name, f}
		j.born[itemOf(room, w, f)] = len(j.reads[key])
		words := j.words[topic{w, f}]
		for i, t := range words {
			if t.who == room.Name && !t.set && j.noticed(key, t.nth).nth == 0 {
				words[i].early = true
			}
		}
	}
}

// leaves takes note of an item that is there no more: one that comes later is new.
func (j *judge) leaves(room *Room, w providertest.Work) {
	for _, f := range media.Features {
		delete(j.born, itemOf(room, w, f))
	}
}
