package anilist

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"watchkeeper/engine/media"
)

// past remembers what the titles of a list were called, so that a mapping that
// names one of them anew is a changed scope: what is gone under the old name
// was removed by nobody (R13). A lost file is the same at worst.
type past struct {
	path string // "" keeps it in memory

	mu sync.Mutex
	memory
}

type memory struct {
	// Scope stays as long as no title of the list is called otherwise.
	Scope  string         `json:"scope"`
	Titles map[int]called `json:"titles"`
}

// called is the digest of a title's keys, with as many episodes as were seen.
type called struct {
	Seen int    `json:"seen"`
	Keys string `json:"keys"`
}

func newPast(dir string) *past {
	p := &past{}
	if dir == "" {
		return p
	}
	p.path = filepath.Join(dir, "titles.json")
	if raw, err := os.ReadFile(p.path); err == nil && json.Unmarshal(raw, &p.memory) != nil {
		p.memory = memory{}
	}
	return p
}

// scope holds what the titles of a list are called now against what they were
// called, and takes it over.
func (p *past) scope(n atlas, entries []entry) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := memory{Scope: p.Scope, Titles: make(map[int]called, len(entries))}
	other := p.Scope == ""
	for _, e := range entries {
		id := e.MediaID.whole()
		keys := n.keys(e, e.watched())
		was, known := p.Titles[id]
		if known && was.Keys != keys {
			other = other || was.Seen == e.watched() || was.Keys != n.keys(e, was.Seen)
		}
		now.Titles[id] = called{e.watched(), keys}
	}
	if other {
		now.Scope = now.digest()
	}
	if now.Scope != p.Scope || !maps.Equal(now.Titles, p.Titles) {
		p.memory = now
		p.save()
	}
	return now.Scope
}

// keys digests every name by which a title may be listed.
func (n atlas) keys(e entry, seen int) string {
	h := fnv.New64a()
	e.Progress, e.Repeat, e.Status = digits(seen), "", current
	for _, f := range []media.Feature{media.Watchlist, media.Ratings} {
		fmt.Fprintln(h, n.whole(e.named(), f).key())
	}
	episodes, err := n.watched(e)
	for _, s := range episodes {
		fmt.Fprintln(h, s.key())
	}
	fmt.Fprint(h, err)
	return hex.EncodeToString(h.Sum(nil))
}

// digest names a memory by its content.
func (m memory) digest() string {
	h := fnv.New64a()
	for _, id := range slices.Sorted(maps.Keys(m.Titles)) {
		fmt.Fprintln(h, id, m.Titles[id])
	}
	return hex.EncodeToString(h.Sum(nil))
}

// save writes the file. Without it the next start takes the list for a first
// look, so trouble with the disk is not worth a failed read.
func (p *past) save() {
	raw, err := json.Marshal(p.memory)
	if p.path == "" || err != nil {
		return
	}
	if os.WriteFile(p.path+".new", raw, 0o600) == nil {
		_ = os.Rename(p.path+".new", p.path)
	}
}
