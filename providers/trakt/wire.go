package trakt

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"watchkeeper/engine/media"
)

// row is one entry of any list of the service: history, watchlist, ratings,
// playback or a search. Fields that a list does not have stay empty. Decoding
// is lenient about single values and strict about shapes: a value of an odd
// type is empty, a row that is no object is an error.
type row struct {
	ID        number  `json:"id"`
	Type      text    `json:"type"`
	WatchedAt text    `json:"watched_at"`
	ListedAt  text    `json:"listed_at"`
	RatedAt   text    `json:"rated_at"`
	PausedAt  text    `json:"paused_at"`
	Rating    number  `json:"rating"`
	Progress  number  `json:"progress"`
	Movie     *object `json:"movie"`
	Show      *object `json:"show"`
	Season    *object `json:"season"`
	Episode   *object `json:"episode"`
}

// object is a movie, show, season or episode as lists carry it.
type object struct {
	Title   text   `json:"title"`
	Year    number `json:"year"`
	Season  number `json:"season"`
	Number  number `json:"number"`
	Runtime number `json:"runtime"` // minutes
	IDs     ids    `json:"ids"`
}

// ids are the public ids of one object. The service sends numbers, strings,
// null, and has been seen to send {} for one.
type ids struct {
	Trakt number `json:"trakt"`
	IMDb  text   `json:"imdb"`
	TMDB  number `json:"tmdb"`
	TVDB  number `json:"tvdb"`
}

// UnmarshalJSON takes anything that is not an object as "no ids".
func (i *ids) UnmarshalJSON(b []byte) error {
	*i = ids{}
	type plain ids
	return lenient(b, '{', (*plain)(i))
}

// lenient decodes a value that begins as it should, and ignores any other.
func lenient(b []byte, begins byte, into any) error {
	if len(b) == 0 || b[0] != begins {
		return nil
	}
	return json.Unmarshal(b, into)
}

// number is a JSON number as it is written, also when it is sent as a string;
// "" for null and for anything else.
type number string

// UnmarshalJSON never fails: what is no number is "".
func (n *number) UnmarshalJSON(b []byte) error {
	*n = ""
	s := strings.TrimSpace(unquoted(b))
	if _, err := strconv.ParseFloat(s, 64); err == nil {
		*n = number(s)
	}
	return nil
}

// whole returns the value of a whole number that fits an int, else -1.
func (n number) whole() int {
	if v, err := strconv.Atoi(string(n)); err == nil && v >= 0 {
		return v
	}
	if f := n.float(); f >= 0 && f < 1e9 && f == float64(int(f)) {
		return int(f)
	}
	return -1
}

// float returns the value, -1 for none.
func (n number) float() float64 {
	f, err := strconv.ParseFloat(string(n), 64)
	if err != nil {
		return -1
	}
	return f
}

// text is a JSON string; "" for null and for anything else.
type text string

// UnmarshalJSON never fails: what is no string is "".
func (t *text) UnmarshalJSON(b []byte) error {
	*t = ""
	if len(b) > 0 && b[0] == '"' {
		*t = text(unquoted(b))
	}
	return nil
}

func unquoted(b []byte) string {
	if len(b) == 0 || b[0] != '"' {
		return string(b)
	}
	var s string
	if json.Unmarshal(b, &s) != nil {
		return ""
	}
	return s
}

// moment reads the service's times. The zero Moment stands for a missing or
// odd date and for the sentinels that mean "unknown": nothing was watched,
// rated or listed before 1990 (R7).
func (t text) moment() media.Moment {
	in := strings.TrimSpace(string(t))
	at, err := time.Parse(time.RFC3339, in)
	if err != nil {
		at, err = time.Parse("2006-01-02T15:04:05", in) // all times are UTC, also when they do not say so
	}
	if err != nil {
		return 0
	}
	if m := media.At(at); m.Plausible(m) {
		return m
	}
	return 0
}

// timeForm is how the service writes times: UTC with milliseconds.
const timeForm = "2006-01-02T15:04:05.000Z"

// eachRow decodes a list row by row, so that a row of an odd shape costs only
// itself: odd gets its text and why. The error is for a body that is no list.
func eachRow(dec *json.Decoder, use func(row), odd func(raw []byte, why error)) (n int, err error) {
	if t, err := dec.Token(); err != nil {
		return 0, err
	} else if t != json.Delim('[') {
		return 0, errNoList
	}
	for dec.More() {
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return n, err
		}
		n++
		var r row
		if bytes.Equal(raw, []byte("null")) {
			odd(raw, errNull)
			continue
		}
		if err := json.Unmarshal(raw, &r); err != nil {
			odd(raw, errShape)
			continue
		}
		use(r)
	}
	_, err = dec.Token()
	return n, err
}
