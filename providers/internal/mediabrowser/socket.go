package mediabrowser

import (
	"encoding/json"
	"slices"
	"sync"
)

const (
	// MostHeard is how long one message of a socket may be, in bytes: a big
	// rescan names many items.
	MostHeard = 4 << 20
	// namedAtMost is how many items are remembered: beyond, a full scan is
	// cheaper than naming them.
	namedAtMost = 1000
)

// Message is one message of a server's socket, either way.
type Message struct {
	MessageType string
	Data        json.RawMessage `json:",omitempty"`
}

// Heard is what a socket told since the last read: items by their ids, and
// whether only a scan can tell more. The zero value has heard nothing. It is
// safe for use by several goroutines.
type Heard struct {
	mu     sync.Mutex
	ids    map[string]bool
	rescan bool
}

// Hear remembers what a message names and tells whether it is worth a look. A
// message about user data in a form that is not known still means that
// something changed.
func (h *Heard) Hear(m Message) bool {
	switch m.MessageType {
	case "LibraryChanged":
		h.add(nil, true)
		return true
	case "UserDataChanged":
		var data struct{ UserDataList []UserData }
		if json.Unmarshal(m.Data, &data) != nil {
			h.add(nil, true)
			return true
		}
		var ids []string
		for _, d := range data.UserDataList {
			ids = append(ids, d.ItemID)
		}
		h.add(ids, false)
		return len(ids) > 0
	}
	return false
}

// add remembers ids; of which item an empty one speaks is not told.
func (h *Heard) add(ids []string, rescan bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ids == nil {
		h.ids = map[string]bool{}
	}
	for _, id := range ids {
		if id == "" {
			rescan = true
			continue
		}
		h.ids[id] = true
	}
	h.rescan = h.rescan || rescan || len(h.ids) > namedAtMost
}

// Take returns the ids in order and whether a scan is needed, and forgets both.
func (h *Heard) Take() (ids []string, rescan bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for id := range h.ids {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	rescan = h.rescan
	h.ids, h.rescan = nil, false
	return ids, rescan
}

// PutBack remembers again what was taken for a read that failed.
func (h *Heard) PutBack(ids []string, rescan bool) { h.add(ids, rescan) }
