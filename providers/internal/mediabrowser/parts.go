package mediabrowser

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// Parts remembers which episodes of a file with several were asked to be
// watched or unwatched. The file has one flag for all of them, the wishes come
// one by one and days apart, and the flag may only say what is true of all.
type Parts struct {
	path  string
	asked map[string]map[string]bool // item id → episode number → watched
	dirty bool
}

// OpenParts reads the memory in a folder; "" keeps it while the program runs.
// A missing or broken file is an empty one: then a file of several episodes
// waits until all of them are asked for again.
func OpenParts(dir string) *Parts {
	p := &Parts{asked: map[string]map[string]bool{}}
	if dir == "" {
		return p
	}
	p.path = filepath.Join(dir, "parts.json")
	if data, err := os.ReadFile(p.path); err == nil && json.Unmarshal(data, &p.asked) != nil || p.asked == nil {
		p.asked = map[string]map[string]bool{}
	}
	return p
}

// Several tells whether one file holds more than one episode.
func Several(it Item) bool { return len(numbers(it)) > 1 }

// Note remembers the wishes of a whole batch before any of it is written, so
// that two episodes of one file that come together are written together.
func (p *Parts) Note(held map[string]*Item, changes []provider.Change) error {
	for _, c := range changes {
		id, number, first := Split(c.Item.Key)
		it := held[id]
		if it == nil || c.Feature != media.History || !Several(*it) {
			continue
		}
		if first {
			number = *it.IndexNumber
		}
		if p.asked[id] == nil {
			p.asked[id] = map[string]bool{}
		}
		p.asked[id][strconv.Itoa(number)] = c.Action != provider.Remove
		p.dirty = true
	}
	return p.save()
}

// Agree tells whether all episodes of the file were asked for what the change
// asks. Files of one episode, and lists and ratings, always agree; a position
// in a file of several is a position in none of them.
func (p *Parts) Agree(it Item, c provider.Change) bool {
	if !Several(it) || c.Feature != media.History {
		return !Several(it) || c.Feature != media.Progress
	}
	for _, n := range numbers(it) {
		if said, known := p.asked[it.ID][strconv.Itoa(n)]; !known || said != (c.Action != provider.Remove) {
			return false
		}
	}
	return true
}

// save writes the memory when it changed.
func (p *Parts) save() error {
	if p.path == "" || !p.dirty {
		return nil
	}
	data, err := json.Marshal(p.asked)
	if err == nil {
		err = os.WriteFile(p.path+".new", data, 0o600)
	}
	if err == nil {
		err = os.Rename(p.path+".new", p.path)
	}
	p.dirty = err != nil
	return err
}
