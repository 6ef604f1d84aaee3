package animemap

import (
	"context"
	"os"
	"time"
)

// renewEvery is how often newer files are asked for, and tryEvery how soon
// again when that failed.
const (
	renewEvery = 7 * 24 * time.Hour
	tryEvery   = time.Hour
	// patience bounds a renewal that a read waits for.
	patience = 2 * time.Minute
)

// Renew asks for newer files when it is time to, and takes in what the person
// has written by hand since. What fails leaves the mappings as they are: their
// age is in Notices.
func (s *Store) Renew(ctx context.Context) {
	s.renewing.Lock()
	defer s.renewing.Unlock()
	now := s.now()
	a := s.Age()
	if a.Loaded && now.Sub(a.Checked) < renewEvery || now.Sub(s.tried) < tryEvery {
		s.reread()
		return
	}
	s.tried = now
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	_ = s.Refresh(ctx) // the age tells
}

// reread reads the file by hand again when it has changed.
func (s *Store) reread() {
	at := s.written()
	s.mu.Lock()
	defer s.mu.Unlock()
	if at.Equal(s.handAt) {
		return
	}
	m, err := s.read()
	s.handAt, s.odd = at, err != nil
	if err == nil {
		s.current = m
	}
}

// written is when the file by hand was last written; zero for none.
func (s *Store) written() time.Time {
	info, err := os.Stat(s.path(handFile))
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}

// Notices are catalogue keys of what the person should know about the
// mappings: that there are none, of which day they are, or that what they
// wrote by hand is not understood.
func (s *Store) Notices() (out []string) {
	a := s.Age()
	switch {
	case !a.Loaded:
		return []string{"anime.no_mapping"}
	case a.Stale(s.now()):
		out = append(out, "anime.mapping_old="+a.day())
	default:
		out = append(out, "anime.mapping="+a.day())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.odd || len(a.Odd) > 0 {
		out = append(out, "anime.by_hand")
	}
	return out
}

// day is the day that the mappings are of, as far as it is known.
func (a Age) day() string {
	at := a.Generated
	if at.IsZero() {
		at = a.Checked
	}
	if at.IsZero() {
		return "?"
	}
	return at.Format(time.DateOnly)
}
