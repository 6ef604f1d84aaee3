package anilist

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"time"

	"watchkeeper/providers/internal/loose"
)

// entry is one row of a person's list: one title with one status.
type entry struct {
	ID          number `json:"id"`
	MediaID     number `json:"mediaId"`
	Status      text   `json:"status"`
	Progress    number `json:"progress"`
	Repeat      number `json:"repeat"`
	Score       number `json:"score"` // in 0..100; 0: none
	Notes       text   `json:"notes"`
	CustomLists ticks  `json:"customLists"`
	StartedAt   fuzzy  `json:"startedAt"`
	CompletedAt fuzzy  `json:"completedAt"`
	UpdatedAt   number `json:"updatedAt"` // unix seconds; 0: unknown
	Media       title  `json:"media"`
}

// The statuses that are told apart. Any other is no watchlist.
const (
	planning  = "PLANNING"
	current   = "CURRENT"
	completed = "COMPLETED"
	repeating = "REPEATING"
	paused    = "PAUSED"
	dropped   = "DROPPED"
)

// title is what the service knows about a part.
type title struct {
	ID         number `json:"id"`
	MAL        number `json:"idMal"`
	Format     text   `json:"format"`
	Status     text   `json:"status"`
	Episodes   number `json:"episodes"` // missing while airing
	Duration   number `json:"duration"` // of an episode in minutes
	SeasonYear number `json:"seasonYear"`
	StartDate  fuzzy  `json:"startDate"`
	Title      names  `json:"title"`
}

type names struct {
	Romaji  text `json:"romaji"`
	English text `json:"english"`
	Native  text `json:"native"`
}

// UnmarshalJSON takes anything that is not an object as no title.
func (t *title) UnmarshalJSON(b []byte) error {
	type plain title
	return loose.Decode(b, '{', (*plain)(t))
}

// UnmarshalJSON takes anything that is not an object as no names.
func (n *names) UnmarshalJSON(b []byte) error {
	type plain names
	return loose.Decode(b, '{', (*plain)(n))
}

// fuzzy is a date of which any part may be missing.
type fuzzy struct {
	Year  number `json:"year"`
	Month number `json:"month"`
	Day   number `json:"day"`
}

// UnmarshalJSON takes anything that is not an object as no date.
func (f *fuzzy) UnmarshalJSON(b []byte) error {
	type plain fuzzy
	return loose.Decode(b, '{', (*plain)(f))
}

func (f fuzzy) empty() bool { return f.Year.whole() <= 0 && f.Month.whole() <= 0 && f.Day.whole() <= 0 }

// ticks is the set of custom lists: a map of names to whether they hold the
// entry, or a list of objects. True: at least one does, or the form is odd.
type ticks bool

// UnmarshalJSON never fails. An odd form counts as held, because what may be
// lost with an entry must not be overlooked.
func (t *ticks) UnmarshalJSON(b []byte) error {
	var byName map[string]bool
	var byRow []struct {
		Enabled bool `json:"enabled"`
	}
	*t = false
	switch {
	case bytes.Equal(b, []byte("null")):
	case json.Unmarshal(b, &byName) == nil:
		for _, in := range byName {
			*t = *t || ticks(in)
		}
	case json.Unmarshal(b, &byRow) == nil:
		for _, row := range byRow {
			*t = *t || ticks(row.Enabled)
		}
	default:
		*t = true
	}
	return nil
}

// number is a JSON number, also as a string; "" for null, odd when it is none.
type number string

// UnmarshalJSON never fails.
func (n *number) UnmarshalJSON(b []byte) error {
	var l loose.Number
	_ = l.UnmarshalJSON(b) // never fails
	*n = number(l)
	return nil
}

// whole returns the value of a whole number from 0 to 2^31, where the service's
// own integers end, else -1.
func (n number) whole() int {
	f := n.float()
	if f >= 0 && f <= math.MaxInt32 && f == math.Trunc(f) {
		return int(f)
	}
	return -1
}

// float returns the value, -1 for none.
func (n number) float() float64 { return loose.Number(n).Float() }

// text is a JSON string; "" for null and for anything else.
type text string

// UnmarshalJSON never fails.
func (t *text) UnmarshalJSON(b []byte) error {
	*t = text(loose.String(b))
	return nil
}

// truth is a JSON boolean that must be there.
type truth struct{ said, value bool }

// UnmarshalJSON never fails.
func (t *truth) UnmarshalJSON(b []byte) error {
	t.value = string(b) == "true"
	t.said = t.value || string(b) == "false"
	return nil
}

// rows decodes a list row by row, so that a row of an odd shape costs only
// itself.
type rows[T any] struct {
	list []T
	odd  int  // rows that are no objects of the form
	said bool // the field is a list
}

// UnmarshalJSON takes anything that is no list as unsaid.
func (r *rows[T]) UnmarshalJSON(b []byte) error {
	var raw []json.RawMessage
	if json.Unmarshal(b, &raw) != nil || raw == nil {
		return nil
	}
	r.said = true
	for _, one := range raw {
		var row T
		if len(one) == 0 || one[0] != '{' || json.Unmarshal(one, &row) != nil {
			r.odd++
			continue
		}
		r.list = append(r.list, row)
	}
	return nil
}

// zone reads the service's form of a time zone, an offset such as "+09:00" or
// "-3:30", or a name; UTC for anything else.
func zone(s string) *time.Location {
	s = strings.TrimSpace(s)
	for _, form := range []string{"-07:00", "-0700", "-07"} {
		in := s
		if i := strings.IndexAny(in, "0123456789"); i == 0 {
			in = "+" + in
		}
		if len(in) > 2 && in[2] == ':' {
			in = in[:1] + "0" + in[1:]
		}
		if t, err := time.Parse(form, in); err == nil {
			return t.Location()
		}
	}
	if l, err := time.LoadLocation(s); err == nil && s != "" && s != "Local" {
		return l
	}
	return time.UTC
}
