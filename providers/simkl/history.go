package simkl

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// history is when records changed, counted in updates of the shelf, so that
// a view can tell only what changed since another.
type history struct {
	Epoch   int64                     `json:"epoch"` // of the counting; another shelf has another
	Seq     int                       `json:"seq"`
	Changed map[string]int            `json:"changed"` // title → update that changed it
	Lost    map[string]map[string]int `json:"lost"`    // feature → row that went → update that took it
}

func newStock() *stock {
	out := &stock{Records: titles{}, Open: map[string][]string{}, Marks: map[string]mark{}}
	out.history = history{Epoch: time.Now().UnixNano(), Changed: map[string]int{}, Lost: map[string]map[string]int{}}
	for _, f := range kept {
		out.Lost[f.String()] = map[string]int{}
	}
	return out
}

// sound tells whether a stock that was read from a file can be used.
func (s *stock) sound() bool {
	for _, f := range kept {
		if s.Lost[f.String()] == nil {
			return false
		}
	}
	return s.Records != nil && s.Changed != nil && s.Open != nil && s.Marks != nil
}

// put takes a title's new record.
func (s *shelf) put(k string, now record) {
	old, had := s.Records[k]
	if had && reflect.DeepEqual(old, now) {
		return
	}
	for _, f := range kept {
		before, _ := old.rowKeys(f, k)
		after, odd := now.rowKeys(f, k)
		for _, key := range after {
			delete(s.Lost[f.String()], key)
		}
		for _, key := range before {
			switch {
			case slices.Contains(after, key):
			case f == media.History && now.unlisted():
				s.Open[k] = append(s.Open[k], key)
			case !odd:
				s.Lost[f.String()][key] = s.Seq + 1
			}
		}
	}
	if !now.unlisted() {
		delete(s.Open, k)
	}
	s.Records[k], s.Changed[k], s.changed = now, s.Seq+1, true
}

// drop takes a title off that left the library.
func (s *shelf) drop(k string) {
	for _, f := range kept {
		gone, _ := s.Records[k].rowKeys(f, k)
		if f == media.History {
			gone = append(gone, s.Open[k]...)
		}
		for _, key := range gone {
			s.Lost[f.String()][key] = s.Seq + 1
		}
	}
	delete(s.Records, k)
	delete(s.Changed, k)
	delete(s.Open, k)
	s.changed = true
}

// rowKeys are the rows that a record shows in a feature; odd when some of it
// is not understood, so that what is missing is not known to be gone.
func (r record) rowKeys(f media.Feature, k string) (keys []string, odd bool) {
	b, _, ok := parseKey(k)
	if !ok || r.about() == nil {
		return nil, false
	}
	v := provider.View{Feature: f}
	r.show(&v, b, k, &collector{seen: map[string]bool{}})
	for _, row := range v.Rows {
		keys = append(keys, row.Key)
	}
	return keys, len(v.Skipped) > 0
}

// unlisted tells whether a record counts watched episodes and lists none: its
// episodes are neither listed nor denied.
func (r record) unlisted() bool { return len(r.Seasons) == 0 && r.WatchedCount.Whole() > 0 }

// everythingSince is the update before every other.
const everythingSince = -1

// cursor names the state of the activities and the shelf's update that a view
// was made at.
func (s *shelf) cursor(state string) string {
	if !s.filled() {
		return state + "#"
	}
	return fmt.Sprintf("%s#%d.%d", state, s.Epoch, s.Seq)
}

// since reads a cursor: the activities it was made at, and the update, if it is
// one of this shelf's.
func (s *shelf) since(cursor string) (state string, seq int) {
	state, at, _ := strings.Cut(cursor, "#")
	epoch, n, _ := strings.Cut(at, ".")
	seq, err := strconv.Atoi(n)
	if err != nil || !s.filled() || epoch != strconv.FormatInt(s.Epoch, 10) || seq < 0 || seq > s.Seq {
		return state, everythingSince
	}
	return state, seq
}

// show fills a view: with everything, or with what changed after an update.
func (s *shelf) show(v *provider.View, seq int, c *collector) {
	v.Skipped = slices.Clone(s.Odd)
	for _, k := range slices.Sorted(maps.Keys(s.Records)) {
		r := s.Records[k]
		b, _, ok := parseKey(k)
		if !ok || r.about() == nil || seq != everythingSince && s.Changed[k] <= seq {
			continue
		}
		r.show(v, b, k, c)
		if v.Feature == media.History {
			for _, open := range s.Open[k] {
				skip(v, open, r, errUnlisted)
			}
		}
	}
	v.Coverage = provider.Whole
	if seq != everythingSince {
		v.Coverage = provider.Changes
		lost := s.Lost[v.Feature.String()]
		for _, key := range slices.Sorted(maps.Keys(lost)) {
			if lost[key] > seq {
				v.Removed = append(v.Removed, key)
			}
		}
	}
	v.Evidence.Received = len(v.Rows) + len(v.Removed) + len(v.Skipped)
}
