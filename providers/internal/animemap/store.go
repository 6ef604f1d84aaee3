package animemap

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// The files of a store. A person writes handFile; the others are downloaded.
const (
	bridgeFile = "anibridge.json"
	fribbFile  = "fribb.json"
	handFile   = "by-hand.yaml"
	stateFile  = "state.json"
	beforeMark = ".before" // the version before the last, kept beside it
)

// sizeCap is the most bytes of one file, many times what it has today.
const sizeCap = 64 << 20

// Store keeps the mapping files in one folder and the Map made of them. A file
// is replaced as a whole or not at all. It is safe for concurrent use.
type Store struct {
	dir    string
	client *http.Client
	now    func() time.Time
	limit  int64 // bytes of one file

	mu       sync.Mutex
	current  *Map
	state    state
	handAt   time.Time  // when the file by hand was last written, as taken in
	odd      bool       // it cannot be read as it is now
	fetching sync.Mutex // one refresh at a time
	renewing sync.Mutex
	tried    time.Time // held by renewing
}

// state is what is noted about the files; losing it costs one download.
type state struct {
	Checked   time.Time `json:"checked,omitzero"`   // last asked with success
	Generated string    `json:"generated,omitzero"` // of AniBridge's file, by its makers
	StatsTag  string    `json:"stats_tag,omitzero"`
	FribbTag  string    `json:"fribb_tag,omitzero"`
	Edges     int       `json:"edges,omitzero"` // ranges in AniBridge's file
	Rows      int       `json:"rows,omitzero"`  // rows in Fribb's
}

// Age is how old the mappings are, to be shown.
type Age struct {
	Loaded    bool
	Checked   time.Time // zero: never
	Generated time.Time // by AniBridge; zero: unknown
	Edges     int
	Rows      int
	// Odd are ranges of the file by hand that were not understood.
	Odd []string
}

// stale is from when on the mappings are called old.
const stale = 14 * 24 * time.Hour

// Stale tells whether the mappings should be fetched again and were not.
func (a Age) Stale(now time.Time) bool { return !a.Loaded || now.Sub(a.Checked) > stale }

// NewStore makes a store over a folder, which Open creates. Base is the bottom
// of the HTTP stack.
func NewStore(dir string, base http.RoundTripper, now func() time.Time) *Store {
	return &Store{dir: dir, client: newClient(base), now: now, limit: sizeCap, current: &Map{}}
}

// Open reads what is there. A file that cannot be read is passed over for the
// version before it; without any the Map answers ErrNoMap. The error is for a
// folder that cannot be used and for a file by hand that cannot be read: its
// mappings are in force, so that nothing is translated without them.
func (s *Store) Open() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return fmt.Errorf("anime mapping: %w", err)
	}
	if raw, err := os.ReadFile(s.path(stateFile)); err == nil {
		_ = json.Unmarshal(raw, &s.state) // an odd state costs one download
	}
	m, err := s.read()
	s.handAt, s.odd = s.written(), err != nil
	if err != nil {
		s.current = &Map{}
		return err
	}
	s.current = m
	return nil
}

// Map is the present one; a refresh makes a new one.
func (s *Store) Map() *Map {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.current
}

// Age tells how old the mappings are.
func (s *Store) Age() Age {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := Age{Loaded: s.current.loaded(), Checked: s.state.Checked, Edges: s.state.Edges, Rows: s.state.Rows}
	a.Generated, _ = time.Parse(time.RFC3339, s.state.Generated) // zero when it does not tell
	if s.current.hand != nil {
		a.Odd = s.current.hand.odd
	}
	return a
}

func (s *Store) path(name string) string { return filepath.Join(s.dir, name) }

// read makes a Map of the files.
func (s *Store) read() (*Map, error) {
	m, sum := &Map{}, sha256.New()
	hand, err := os.ReadFile(s.path(handFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("anime mapping: %w", err)
	}
	doc, err := parseHand(bytes.NewReader(hand))
	if err != nil {
		return nil, err
	}
	m.hand = newLayer(ByHand, doc)
	_, _ = sum.Write(hand) // a hash never fails
	m.bridge = latest(s, bridgeFile, sum, readBridge)
	m.fribb = latest(s, fribbFile, sum, readFribb)
	m.version = hex.EncodeToString(sum.Sum(nil)[:8])
	return m, nil
}

// latest reads a downloaded file, or the version before it; nil for neither.
func latest[T any](s *Store, name string, sum hash.Hash, parse func(io.Reader) (*T, error)) *T {
	for _, n := range []string{name, name + beforeMark} {
		raw, err := os.ReadFile(s.path(n))
		if err != nil {
			continue
		}
		if out, err := parse(bytes.NewReader(raw)); err == nil {
			_, _ = sum.Write(raw) // a hash never fails
			return out
		}
	}
	return nil
}

// readBridge reads AniBridge's file, source by source.
func readBridge(r io.Reader) (*layer, error) {
	var all map[string]json.RawMessage
	if err := json.NewDecoder(r).Decode(&all); err != nil {
		return nil, fmt.Errorf("anibridge mappings: %w", err)
	}
	var meta struct {
		Version string `json:"schema_version"`
	}
	if raw, told := all["$meta"]; told && json.Unmarshal(raw, &meta) == nil && meta.Version != "" && !strings.HasPrefix(meta.Version, "3.") {
		return nil, fmt.Errorf("anibridge mappings: form %q is not the third", meta.Version)
	}
	doc := document{}
	for source, raw := range all {
		var targets map[string]map[string]*string
		if strings.HasPrefix(source, "$") || json.Unmarshal(raw, &targets) != nil {
			continue // what is odd costs only itself; the count of ranges tells
		}
		doc[source] = targets
	}
	return newLayer(AniBridge, doc), nil
}

// swap puts a verified file in the place of the old one, which stays beside
// it. A crash leaves one of the two.
func (s *Store) swap(temp, name string) error {
	if err := os.Rename(s.path(name), s.path(name+beforeMark)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.Rename(temp, s.path(name))
}

// keep writes the state down.
func (s *Store) keep(st state) error {
	raw, err := json.Marshal(st)
	if err != nil {
		return err
	}
	temp := s.path(stateFile + ".new")
	if err := os.WriteFile(temp, raw, 0o600); err != nil {
		return err
	}
	return os.Rename(temp, s.path(stateFile))
}
