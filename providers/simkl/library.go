package simkl

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// shelf keeps the library between reads, so that only what changed is asked
// for. It is a copy of what the service said, never of what we wrote, and
// reads past caches replace it. One caller at a time holds it.
type shelf struct {
	path string // "" keeps it in memory
	turn chan struct{}
	*stock
	changed bool      // a record did, since the activities were last noted
	wrote   []written // since the library was last read
	sentAt  time.Time // when the latest of it was sent
	news    *haul     // what changed after it; nil when nobody looked
}

// stock is the shelf's content and its file.
type stock struct {
	// Acts are the activities that the records are up to.
	Acts    activities         `json:"acts"`
	Records titles             `json:"records"`
	Odd     []provider.Skipped `json:"odd,omitempty"`
	// Open are episodes that a title showed and its latest record leaves open.
	Open map[string][]string `json:"open"`
	// Marks are the features' versions, by name.
	Marks map[string]mark `json:"marks"`
	// Through is the service's time up to which a later look at what changed
	// has brought the records; unknown when there was none.
	Through media.Moment `json:"through,omitzero"`
	history
}

func newShelf(dir string) *shelf {
	s := &shelf{turn: make(chan struct{}, 1)}
	if dir != "" {
		s.path = filepath.Join(dir, "library.json.gz")
	}
	return s
}

// take waits for the shelf; give hands it back.
func (s *shelf) take(ctx context.Context) error {
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return provider.Failed(provider.Transient, "", ctx.Err())
	}
	if s.stock == nil {
		s.stock = loadStock(s.path)
	}
	return nil
}

func (s *shelf) give() { <-s.turn }

// titles are what the shelf holds; nothing before the first read.
func (s *shelf) titles() titles {
	if s.stock == nil {
		return nil
	}
	return s.Records
}

// filled tells whether there is a library at all.
func (s *shelf) filled() bool { return s.stock != nil && s.Records != nil }

// update brings the shelf up to the activities: with what changed since, or
// with everything.
func (a *account) update(ctx context.Context, act activities, full, fresh bool) error {
	s := a.shelf
	s.wrote, s.news = nil, nil
	if !full && s.filled() {
		ok, err := a.catchUp(ctx, act)
		if ok || err != nil {
			return err
		}
	}
	h, err := a.all(ctx, detail(), fresh)
	if err != nil {
		return err
	}
	if !s.filled() {
		s.stock = newStock()
	}
	for k := range s.Records {
		if _, there := h.records[k]; !there {
			s.drop(k)
		}
	}
	for k, r := range h.records {
		s.put(k, r)
	}
	s.Odd, s.Through = h.odd, 0
	s.mark(s.Acts, act)
	s.Acts = act
	s.save()
	return nil
}

// catchUp asks for what changed only; ok is false when that cannot be told.
func (a *account) catchUp(ctx context.Context, act activities) (ok bool, err error) {
	s := a.shelf
	since := s.Acts.latest(everything)
	if !since.Known() {
		return false, nil
	}
	if s.Acts.state(recorded) != act.state(recorded) && !s.covers(act) {
		if _, err := a.changes(ctx, since); err != nil {
			return false, err
		}
	}
	for _, b := range buckets {
		if s.Acts[domains[b]][removed] == act[domains[b]][removed] {
			continue
		}
		if same, err := a.sweep(ctx, b); err != nil || !same {
			return false, err
		}
	}
	s.mark(s.Acts, act)
	s.Acts, s.Through = act, 0
	s.save()
	return true, nil
}

// covers tells whether a look at what changed, made after our own writes, saw
// everything that the activities tell of.
func (s *shelf) covers(act activities) bool {
	return s.Through.Known() && act.latest(recorded) <= s.Through
}

// changes merges what changed after a moment: whole records, by title.
func (a *account) changes(ctx context.Context, since media.Moment) (*haul, error) {
	q := detail()
	// The service compares with "later than", and keeps whole seconds.
	q.Set("date_from", date(since.Add(-time.Second)))
	h, err := a.all(ctx, q, false)
	if err != nil {
		return nil, err
	}
	for k, r := range h.records {
		a.shelf.put(k, r)
	}
	a.shelf.addOdd(h.odd)
	return h, nil
}

// addOdd keeps rows without a title, each once.
func (s *shelf) addOdd(more []provider.Skipped) {
	for _, o := range more {
		known := false
		for _, had := range s.Odd {
			known = known || had == o
		}
		if !known {
			s.Odd = append(s.Odd, o)
		}
	}
}

// sweep takes titles off the shelf that left the library: changes never tell
// of them. same is false when the list of ids does not fit what is known
// otherwise, so that everything must be read again.
func (a *account) sweep(ctx context.Context, b bucket) (same bool, err error) {
	h := newHaul()
	if err := a.bucket(ctx, b, url.Values{"extended": {"simkl_ids_only"}}, false, h); err != nil {
		return false, err
	}
	if len(h.odd) > 0 {
		return false, nil
	}
	s := a.shelf
	for k := range h.records {
		if _, known := s.Records[k]; !known {
			return false, nil // a title that changes did not tell of
		}
	}
	for k := range s.Records {
		if _, there := h.records[k]; !there && strings.HasPrefix(k, words[b]+":") {
			s.drop(k)
		}
	}
	return true, nil
}

// loadStock reads the file; anything unreadable is an empty shelf, which is
// filled again from the service.
func loadStock(path string) *stock {
	out := &stock{}
	if path == "" {
		return out
	}
	f, err := os.Open(path)
	if err != nil {
		return out
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return out
	}
	read := &stock{}
	if json.NewDecoder(io.LimitReader(z, bodyCap)).Decode(read) != nil || !read.sound() {
		return out
	}
	return read
}

// save writes the file. Without it the next start reads everything again, so
// trouble with the disk is not worth a failed read.
func (s *shelf) save() {
	if s.path == "" {
		return
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if json.NewEncoder(z).Encode(s.stock) == nil && z.Close() == nil {
		_ = replaceFile(s.path, packed.Bytes())
	}
}
