//go:build linux && !race

package crash

import (
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
)

// sector is the smallest part of a file that a disk writes at once, in bytes.
const sector = 512

// Disk watches the files that SQLite keeps in one folder: what it wrote, and
// what of it is flushed. Its methods may be called from any goroutine.
type Disk struct {
	dir    string
	before func(op string) bool // asked before every operation; false: it does not happen
	// lies: flushing is acknowledged and does nothing. For controls only.
	lies bool

	mu      sync.Mutex
	files   map[string]*file // by name within dir
	changes int              // to any of them, so far
}

// file is one file as it was flushed last, and what happened to it since.
type file struct {
	there   bool
	flushed []byte
	since   []change
}

// change is something that was done to a file and is not flushed: data written
// at a place, a new length, or the name made or taken away.
type change struct {
	what changeKind
	at   int64
	data []byte
}

type changeKind uint8

const (
	wrote changeKind = iota
	resized
	made
	removed
)

// NewDisk watches a folder from now on. before may end the program.
func NewDisk(dir string, before func(op string) bool) *Disk {
	return &Disk{dir: dir, before: before, files: map[string]*file{}}
}

// opened takes note of a file; one that was there before counts as flushed.
func (d *Disk) opened(path string, isNew bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f := d.files[path]
	d.changes++
	switch {
	case f == nil && isNew:
		d.files[path] = &file{since: []change{{what: made}}}
	case f == nil:
		body, _ := os.ReadFile(path) // unreadable: SQLite says so itself
		d.files[path] = &file{there: true, flushed: body}
	case isNew:
		f.since = append(f.since, change{what: made})
	}
}

func (d *Disk) note(path string, c change) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if f := d.files[path]; f != nil {
		d.changes++
		f.since = append(f.since, c)
	}
}

// flush makes everything done to a file durable. SQLite flushes the folder
// with a log that it made, and with it every name there.
func (d *Disk) flush(path string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f := d.files[path]
	if f == nil || d.lies {
		return
	}
	if slices.ContainsFunc(f.since, func(c change) bool { return c.what == made }) {
		for _, other := range d.files {
			other.nameFlushed()
		}
	}
	f.there, f.flushed = f.replay(everything(len(f.since)))
	f.since = nil
}

// nameFlushed makes durable whether the file is there, but not what it holds.
func (f *file) nameFlushed() {
	there := f.there
	for _, c := range f.since {
		there = c.what == made || there && c.what != removed
	}
	f.there = there
	if !there {
		f.flushed, f.since = nil, nil
		return
	}
	for i, c := range f.since {
		if c.what == made || c.what == removed {
			f.since[i].what = resized
		}
	}
}

// Changes counts what was done to the files so far; flushing changes none.
func (d *Disk) Changes() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.changes
}

// Killed is what a killed program leaves: everything, by file name.
func (d *Disk) Killed() map[string][]byte {
	return d.leave(func(f *file) survivors { return everything(len(f.since)) })
}

// Flushed is what surely outlives a power cut.
func (d *Disk) Flushed() map[string][]byte {
	return d.leave(func(*file) survivors { return everything(0) })
}

// Cut is what a power cut may leave.
func (d *Disk) Cut(chance *rand.Rand) map[string][]byte {
	luck := []float64{0, 0.1, 0.5, 0.9, 1}[chance.IntN(5)]
	return d.leave(func(f *file) survivors {
		n := len(f.since)
		// What reached the disk before the cut of one sector, of the length or
		// of the name: nothing, everything, or what was done up to a moment.
		until := func() int {
			switch {
			case n > 0 && chance.IntN(3) == 0:
				return chance.IntN(n + 1)
			case chance.Float64() < luck:
				return n
			}
			return 0
		}
		bySector := map[int64]int{}
		return survivors{name: until(), length: until(), data: func(s int64) int {
			if _, drawn := bySector[s]; !drawn {
				bySector[s] = until()
			}
			return bySector[s]
		}}
	})
}

// leave is the folder's files with what is left of each. Backups are of no
// account here, and the shared index lives in memory only.
func (d *Disk) leave(draw func(*file) survivors) map[string][]byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := map[string][]byte{}
	for _, path := range slices.Sorted(maps.Keys(d.files)) {
		f := d.files[path]
		there, body := f.replay(draw(f))
		if there && filepath.Dir(path) == d.dir {
			out[filepath.Base(path)] = body
		}
	}
	return out
}

// survivors says how many of a file's changes are left of its name, of its
// length and of each of its sectors.
type survivors struct {
	name, length int
	data         func(sector int64) int
}

func everything(n int) survivors {
	return survivors{n, n, func(int64) int { return n }}
}

// replay is the file with what is left of its changes. Room that was gained
// without its data holds zeros.
func (f *file) replay(left survivors) (there bool, body []byte) {
	there = f.there
	length := int64(len(f.flushed))
	body = slices.Clone(f.flushed)
	for i, c := range f.since {
		switch {
		case c.what == made && i < left.name:
			there = true
		case c.what == removed && i < left.name:
			there = false
		}
		end := c.at + int64(len(c.data))
		switch {
		case c.what == wrote && i < left.length:
			length = max(length, end)
		case c.what != wrote && i < left.length:
			length = c.at
		}
		if c.what != wrote {
			body = blank(body, c.at, i, left)
			continue
		}
		body = grown(body, end)
		for at := c.at; at < end; {
			next := min((at/sector+1)*sector, end)
			if i < left.data(at/sector) {
				copy(body[at:next], c.data[at-c.at:next-c.at])
			}
			at = next
		}
	}
	return there, grown(body, length)[:length]
}

// blank zeroes what a new length cut off, sector by sector.
func blank(body []byte, from int64, i int, left survivors) []byte {
	for at := from; at < int64(len(body)); {
		next := min((at/sector+1)*sector, int64(len(body)))
		if i < left.data(at/sector) {
			clear(body[at:next])
		}
		at = next
	}
	return body
}

func grown(body []byte, to int64) []byte {
	if more := to - int64(len(body)); more > 0 {
		return append(body, make([]byte, more)...)
	}
	return body
}
