package trakt

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/providers/internal/loose"
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
	return loose.Decode(b, '{', (*plain)(i))
}

type number = loose.Number

// text is a JSON string; "" for null and for anything else.
type text string

// UnmarshalJSON never fails: what is no string is "".
func (t *text) UnmarshalJSON(b []byte) error {
	*t = text(loose.String(b))
	return nil
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
