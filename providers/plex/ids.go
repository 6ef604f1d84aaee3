package plex

import (
	"encoding/json"
	"os"
	"path/filepath"
	"sync"
	"time"

	"watchkeeper/engine/media"
)

// idCache remembers the public ids of the catalogue's titles: its lists do not
// give them, one look-up a second is what plex.tv bears, and ids hardly ever
// change. It holds nothing that anybody said or did.
type idCache struct {
	path string

	mu     sync.Mutex
	titles map[string]cachedIDs // by the catalogue's key
	loaded bool
	dirty  bool
}

type cachedIDs struct {
	Tokens []media.Token `json:"t,omitempty"`
	At     int64         `json:"a"` // unix seconds of the look-up
	Gone   bool          `json:"g,omitempty"`
}

const (
	idsLive  = 60 * 24 * time.Hour
	goneLive = 24 * time.Hour // a title without page may get one
)

func newIDCache(dir string) *idCache {
	c := &idCache{titles: map[string]cachedIDs{}}
	if dir != "" {
		c.path = filepath.Join(dir, "ids.json")
	}
	return c
}

// get returns what is known of a title; ok is false when it must be asked for.
func (c *idCache) get(key string) (tokens []media.Token, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.loaded {
		c.loaded = true
		if data, err := os.ReadFile(c.path); err == nil {
			_ = json.Unmarshal(data, &c.titles) // a broken cache is an empty one
		}
		if c.titles == nil {
			c.titles = map[string]cachedIDs{}
		}
	}
	known, ok := c.titles[key]
	live := idsLive
	if known.Gone {
		live = goneLive
	}
	return known.Tokens, ok && time.Since(time.Unix(known.At, 0)) < live
}

func (c *idCache) put(key string, tokens []media.Token, gone bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.titles[key] = cachedIDs{Tokens: tokens, At: time.Now().Unix(), Gone: gone}
	c.dirty = true
}

// save writes the cache when it has grown.
func (c *idCache) save() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.path == "" || !c.dirty {
		return nil
	}
	data, err := json.Marshal(c.titles)
	if err == nil {
		err = os.WriteFile(c.path+".new", data, 0o600)
	}
	if err == nil {
		err = os.Rename(c.path+".new", c.path)
	}
	c.dirty = err != nil
	return err
}
