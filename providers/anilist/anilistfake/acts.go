package anilistfake

import (
	"slices"
	"time"
)

// User is one person with a list.
type User struct {
	s       *Service
	ID      int
	Name    string
	Format  string // of scores
	Zone    string
	Silent  []string // statuses whose changes are not published
	entries []*Entry
}

// Date is a calendar day; zero parts are missing.
type Date struct{ Year, Month, Day int }

// Entry is one row of a list.
type Entry struct {
	ID        int
	Media     *Media
	Status    string
	Progress  int
	Repeat    int
	Score     int // 0..100
	Notes     string
	Custom    []string // custom lists that hold it
	Hidden    bool     // from the lists by status
	Started   Date
	Completed Date
	Updated   time.Time
}

// AddUser makes a person with an empty list.
func (s *Service) AddUser(id int, name string) *User {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := &User{s: s, ID: id, Name: name, Format: "POINT_100", Zone: "+00:00"}
	s.users = append(s.users, u)
	return u
}

// Edit changes the person's entry of a title as they would on the site,
// making it when there is none.
func (u *User) Edit(m *Media, change func(*Entry)) Entry {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	e := u.of(m.ID)
	if e == nil {
		u.s.lastID++
		e = &Entry{ID: u.s.lastID, Media: m, Status: "CURRENT"}
		u.entries = append(u.entries, e)
	}
	change(e)
	e.Updated = u.s.clock()
	return *e
}

// Delete takes the entry of a title away.
func (u *User) Delete(m *Media) {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	u.drop(m.ID)
}

// Entry is what the person has of a title; ok is false for nothing.
func (u *User) Entry(m *Media) (e Entry, ok bool) {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	if found := u.of(m.ID); found != nil {
		return *found, true
	}
	return Entry{}, false
}

func (u *User) of(media int) *Entry {
	i := slices.IndexFunc(u.entries, func(e *Entry) bool { return e.Media.ID == media })
	if i < 0 {
		return nil
	}
	return u.entries[i]
}

func (u *User) drop(media int) bool {
	before := len(u.entries)
	u.entries = slices.DeleteFunc(u.entries, func(e *Entry) bool { return e.Media.ID == media })
	return len(u.entries) < before
}

// newest lists entries, the last changed first.
func (u *User) newest() []*Entry {
	out := slices.Clone(u.entries)
	slices.SortStableFunc(out, func(a, b *Entry) int {
		if c := b.Updated.Compare(a.Updated); c != 0 {
			return c
		}
		return b.ID - a.ID
	})
	return out
}
