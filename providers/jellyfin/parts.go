package jellyfin

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strconv"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/mediabrowser"
)

var errOtherPart = errors.New("the file holds several episodes; it is marked when all of them are")

// parts remembers which episodes of a file with several were asked to be
// watched or unwatched. The file has one flag for all of them, the wishes come
// one by one and days apart, and the flag may only say what is true of all.
type parts struct {
	path  string
	asked map[string]map[string]bool // item id → episode number → watched
	dirty bool
}

// openParts reads the memory. A missing or broken file is an empty one: then
// a file waits until its episodes are asked for again.
func openParts(dir string) *parts {
	p := &parts{asked: map[string]map[string]bool{}}
	if dir == "" {
		return p // remembered while the program runs
	}
	p.path = filepath.Join(dir, "parts.json")
	if data, err := os.ReadFile(p.path); err == nil {
		_ = json.Unmarshal(data, &p.asked) // as said above
	}
	return p
}

// several tells whether one file holds more than one episode.
func several(it mediabrowser.Item) bool {
	return it.IndexNumber != nil && it.IndexNumberEnd != nil && *it.IndexNumberEnd > *it.IndexNumber
}

// noteParts notes the wishes of a whole batch before any of it is written, so
// that two episodes of one file that come together are written together.
func (a *account) noteParts(held map[string]*mediabrowser.Item, changes []provider.Change) {
	if a.parts == nil {
		a.parts = openParts(a.env.Dir)
	}
	for _, c := range changes {
		id, number, first := mediabrowser.Split(c.Item.Key)
		it := held[id]
		if it == nil || c.Feature != media.History || !several(*it) {
			continue
		}
		if first {
			number = *it.IndexNumber
		}
		a.parts.note(id, number, c.Action != provider.Remove)
	}
	if err := a.parts.save(); err != nil && a.env.Log != nil {
		a.env.Log.Warn("wishes for files of several episodes are not remembered", "why", err)
	}
}

func (p *parts) note(id string, number int, watched bool) {
	if p.asked[id] == nil {
		p.asked[id] = map[string]bool{}
	}
	p.asked[id][strconv.Itoa(number)] = watched
	p.dirty = true
}

// agree tells whether all episodes of the file were asked for what the change
// asks. Files of one episode, and lists and ratings, always agree; a position
// in a file of several is a position in none of them.
func (p *parts) agree(it mediabrowser.Item, c provider.Change) bool {
	if !several(it) || c.Feature != media.History {
		return !several(it) || c.Feature != media.Progress
	}
	for n := *it.IndexNumber; n <= *it.IndexNumberEnd; n++ {
		if said, known := p.asked[it.ID][strconv.Itoa(n)]; !known || said != (c.Action != provider.Remove) {
			return false
		}
	}
	return true
}

// save writes the memory when it changed.
func (p *parts) save() error {
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
