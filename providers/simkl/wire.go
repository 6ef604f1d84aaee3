package simkl

import (
	"encoding/json"
	"strings"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/providers/internal/loose"
)

// record is one title of the library: a row of /sync/all-items. Decoding is
// lenient about single values and strict about shapes: a value of an odd type
// is empty, a row that is no object is an error. It is also how the library
// keeps the title, so field names are the service's.
type record struct {
	Status       text    `json:"status,omitempty"`
	AddedAt      text    `json:"added_to_watchlist_at,omitempty"`
	WatchedAt    text    `json:"last_watched_at,omitempty"`
	Rating       number  `json:"user_rating,omitempty"`
	RatedAt      text    `json:"user_rated_at,omitempty"`
	WatchedCount number  `json:"watched_episodes_count,omitempty"`
	AnimeType    text    `json:"anime_type,omitempty"`
	Rewatch      truth   `json:"is_rewatch,omitempty"`
	Seasons      seasons `json:"seasons,omitempty"`
	Movie        *title  `json:"movie,omitempty"`
	Show         *title  `json:"show,omitempty"`
	Anime        *title  `json:"anime,omitempty"`
}

// title describes a movie, show or anime.
type title struct {
	Title   text   `json:"title,omitempty"`
	Year    number `json:"year,omitempty"`
	Runtime number `json:"runtime,omitempty"` // minutes
	// Type of an anime, where it is not told beside the title.
	Type text `json:"anime_type,omitempty"`
	IDs  ids  `json:"ids"`
}

// season and episode are what is recorded as watched.
type season struct {
	Number   number   `json:"number,omitempty"`
	Episodes episodes `json:"episodes,omitempty"`
}

type episode struct {
	Number    number   `json:"number,omitempty"`
	WatchedAt text     `json:"watched_at,omitempty"`
	TVDB      numbered `json:"tvdb,omitzero"`
}

// numbered is an episode's place in TVDB's numbering.
type numbered struct {
	Season  number `json:"season,omitempty"`
	Episode number `json:"episode,omitempty"`
}

// ids are the public ids of a title. The service sends numbers and strings.
type ids struct {
	Simkl   number `json:"simkl,omitempty"`
	SimklID number `json:"simkl_id,omitempty"`
	IMDb    text   `json:"imdb,omitempty"`
	TMDB    number `json:"tmdb,omitempty"`
	TVDB    number `json:"tvdb,omitempty"`
	MAL     number `json:"mal,omitempty"`
	AniDB   number `json:"anidb,omitempty"`
	AniList number `json:"anilist,omitempty"`
	Kitsu   number `json:"kitsu,omitempty"`
}

type (
	seasons  []season
	episodes []episode
)

// UnmarshalJSON takes anything that is not a list as none.
func (s *seasons) UnmarshalJSON(b []byte) (err error) {
	*s, err = values[season](b)
	return err
}

// UnmarshalJSON takes anything that is not a list as none.
func (e *episodes) UnmarshalJSON(b []byte) (err error) {
	*e, err = values[episode](b)
	return err
}

// values decodes the values of a list; one of an odd shape is an error.
func values[T any](b []byte) (out []T, err error) {
	if len(b) > 0 && b[0] == '[' {
		err = json.Unmarshal(b, &out)
		return out, err
	}
	for _, raw := range loose.List(b) {
		var one T
		if err := json.Unmarshal(raw, &one); err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, nil
}

// UnmarshalJSON takes anything that is not an object as "no ids".
func (i *ids) UnmarshalJSON(b []byte) error {
	*i = ids{}
	type plain ids
	return loose.Decode(b, '{', (*plain)(i))
}

// UnmarshalJSON takes anything that is not an object as "no numbers".
func (n *numbered) UnmarshalJSON(b []byte) error {
	*n = numbered{}
	type plain numbered
	return loose.Decode(b, '{', (*plain)(n))
}

type number = loose.Number

// text is a JSON string; "" for null and for anything else.
type text string

// UnmarshalJSON never fails: what is no string is "".
func (t *text) UnmarshalJSON(b []byte) error {
	*t = text(loose.String(b))
	return nil
}

// truth is a JSON boolean; anything else is false.
type truth bool

// UnmarshalJSON never fails.
func (t *truth) UnmarshalJSON(b []byte) error {
	*t = string(b) == "true"
	return nil
}

// longAgo is how the service writes a date that nobody knows.
const longAgo = "1970-01-01T00:00:01Z"

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
		at, err = time.Parse("2006-01-02 15:04:05", in)
	}
	if err != nil {
		return 0
	}
	if m := media.At(at); m.Plausible(m) {
		return m
	}
	return 0
}

// stampForm is how dates are sent: UTC, whole seconds.
const stampForm = "2006-01-02T15:04:05Z"

// date never invents one: an unknown moment is the service's own sentinel, as
// leaving it out would mean now.
func date(at media.Moment) string {
	if !at.Known() {
		return longAgo
	}
	return at.Time().Format(stampForm)
}
