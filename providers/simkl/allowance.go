package simkl

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// dailyLimit is the most requests that this program makes in any 24 hours. A
// free account has 500 a day for all its apps together; the rest is left to
// them.
const dailyLimit = 400

// window is for how many begun hours requests count: enough for any 24 whole
// ones. It is not the service's calendar day, so no change of zone or clock
// can make two days of one.
const window = 25

// meter counts the requests of one account, by hour, and refuses to go over
// the limit. It survives restarts in a file of its own.
type meter struct {
	path string // "" keeps it in memory

	mu      sync.Mutex
	loaded  bool
	hours   map[int64]int // requests by hour since the epoch
	blocked media.Moment  // until when the service itself refuses
}

// tally is the meter's file.
type tally struct {
	Hours   map[int64]int `json:"hours"`
	Blocked media.Moment  `json:"blocked,omitzero"`
}

func newMeter(dir string) *meter {
	m := &meter{hours: map[int64]int{}}
	if dir != "" {
		m.path = filepath.Join(dir, "allowance.json")
	}
	return m
}

var errSpent = errors.New("the day's share of simkl's allowance is used up; all apps of an account share it")

// allow says whether one more request may be made now.
func (m *meter) allow(now time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.load()
	if at := media.At(now); m.blocked > at {
		return &provider.Error{Kind: provider.RateLimited, Until: m.blocked, Err: errSpent}
	}
	if m.used(now) >= dailyLimit {
		return &provider.Error{Kind: provider.RateLimited, Until: m.frees(now), Err: errSpent}
	}
	return nil
}

// left is how many requests the limit still allows.
func (m *meter) left(now time.Time) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.load()
	if m.blocked > media.At(now) {
		return 0
	}
	return max(0, dailyLimit-m.used(now))
}

// block notes that the service itself refuses until a moment.
func (m *meter) block(until media.Moment) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.load()
	m.blocked = max(m.blocked, until)
	m.save()
}

// used counts the requests of the window and forgets older ones. Hours ahead
// of the clock, after it was set back, count too.
func (m *meter) used(now time.Time) (n int) {
	for hour, count := range m.hours {
		if hour <= hourOf(now)-window {
			delete(m.hours, hour)
			continue
		}
		n += count
	}
	return n
}

// frees is when the oldest requests leave the window.
func (m *meter) frees(now time.Time) media.Moment {
	oldest := hourOf(now)
	for hour := range m.hours {
		oldest = min(oldest, hour)
	}
	return media.At(time.Unix((oldest+window)*3600, 0))
}

func hourOf(t time.Time) int64 { return t.Unix() / 3600 }

func (m *meter) count(now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.load()
	m.used(now)
	m.hours[hourOf(now)]++
	m.save()
}

// load reads the file once. One that cannot be read starts a new count: the
// service still has the last word.
func (m *meter) load() {
	if m.loaded {
		return
	}
	m.loaded = true
	data, err := os.ReadFile(m.path)
	var k tally
	if m.path == "" || err != nil || json.Unmarshal(data, &k) != nil {
		return
	}
	m.blocked = k.Blocked
	for hour, n := range k.Hours {
		m.hours[hour] = max(0, n)
	}
}

func (m *meter) save() {
	if m.path == "" {
		return
	}
	if data, err := json.Marshal(tally{m.hours, m.blocked}); err == nil {
		_ = replaceFile(m.path, data) // the count in memory still holds
	}
}

// replaceFile writes a file so that a reader finds the old or the new one,
// whole.
func replaceFile(path string, data []byte) error {
	temp := path + ".new"
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(temp, data, 0o600); err != nil {
		return err
	}
	return os.Rename(temp, path)
}

// metered counts every request that leaves, also repeated ones.
type metered struct {
	next  http.RoundTripper
	meter *meter
}

func (m metered) RoundTrip(r *http.Request) (*http.Response, error) {
	m.meter.count(time.Now())
	return m.next.RoundTrip(r)
}
