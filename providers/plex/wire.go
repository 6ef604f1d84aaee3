package plex

import (
	"bytes"
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"strings"

	"watchkeeper/engine/media"
)

// envelope is how a media server and the cloud catalogue wrap every answer.
type envelope struct {
	MediaContainer *container
}

// container is one page of a list, or one small answer.
type container struct {
	Size              number `json:"size"`
	TotalSize         number `json:"totalSize"`
	Offset            number `json:"offset"`
	MachineIdentifier text   `json:"machineIdentifier"`
	Version           text   `json:"version"`
	FriendlyName      text   `json:"friendlyName"`
	Metadata          rows
	Directory         rows
	UserState         rows
	Setting           rows

	header http.Header
}

// rows is a list whose rows are decoded one by one, so that an odd one does
// not hide the others. Null and a missing list are empty, one object is a list
// of one.
type rows []json.RawMessage

// UnmarshalJSON never fails on what is JSON; what is neither list nor object
// is a row that will not be understood.
func (r *rows) UnmarshalJSON(data []byte) error {
	data = bytes.TrimSpace(data)
	switch {
	case len(data) > 0 && data[0] == '[':
		return json.Unmarshal(data, (*[]json.RawMessage)(r))
	case string(data) == "null":
		*r = nil
	default:
		*r = rows{bytes.Clone(data)}
	}
	return nil
}

// decoded returns the rows that are of type T.
func decoded[T any](r rows) []T {
	var out []T
	for _, raw := range r {
		var v T
		if json.Unmarshal(raw, &v) == nil {
			out = append(out, v)
		}
	}
	return out
}

// item is a film, show, season or episode, a row of the history, of the
// watchlist, or a session: their fields have the same names. Missing numbers
// are not known: season 0 and episode 0 are numbers.
type item struct {
	RatingKey            text    `json:"ratingKey"`
	GUID                 text    `json:"guid"`
	Guids                guids   `json:"Guid"`
	Type                 text    `json:"type"`
	Title                text    `json:"title"`
	OriginalTitle        text    `json:"originalTitle"`
	Year                 number  `json:"year"`
	Index                number  `json:"index"`
	ParentIndex          number  `json:"parentIndex"`
	ParentRatingKey      text    `json:"parentRatingKey"`
	ParentGUID           text    `json:"parentGuid"`
	ParentTitle          text    `json:"parentTitle"`
	GrandparentRatingKey text    `json:"grandparentRatingKey"`
	GrandparentGUID      text    `json:"grandparentGuid"`
	GrandparentTitle     text    `json:"grandparentTitle"`
	Duration             number  `json:"duration"` // ms
	ViewCount            number  `json:"viewCount"`
	ViewOffset           number  `json:"viewOffset"`   // ms
	LastViewedAt         number  `json:"lastViewedAt"` // s
	UserRating           decimal `json:"userRating"`   // 0 to 10
	LastRatedAt          number  `json:"lastRatedAt"`  // s
	LibrarySectionID     text    `json:"librarySectionID"`
	Media                files   `json:"Media"`

	HistoryKey text   `json:"historyKey"`
	ViewedAt   number `json:"viewedAt"` // s
	AccountID  text   `json:"accountID"`
	User       rows   `json:"User"`
}

// files are the paths of an item's files; nothing else of them is kept.
type files []string

func (f *files) UnmarshalJSON(data []byte) error {
	type medium struct{ Part rows }
	type part struct {
		File text `json:"file"`
	}
	*f = nil
	for _, m := range decoded[medium](rowsIn(data)) {
		for _, p := range decoded[part](m.Part) {
			*f = append(*f, string(p.File))
		}
	}
	return nil
}

// guids are an item's public ids, one level each.
type guids []string

func (g *guids) UnmarshalJSON(data []byte) error {
	type guid struct {
		ID text `json:"id"`
	}
	*g = nil
	for _, v := range decoded[guid](rowsIn(data)) {
		*g = append(*g, string(v.ID))
	}
	return nil
}

func rowsIn(data []byte) (r rows) {
	_ = r.UnmarshalJSON(data) // fails on nothing that is JSON
	return r
}

// section is one library.
type section struct {
	Key   text `json:"key"`
	Type  text `json:"type"`
	Title text `json:"title"`
	UUID  text `json:"uuid"`
}

// userState is what the cloud catalogue keeps of one title for one user.
type userState struct {
	WatchlistedAt number `json:"watchlistedAt"`
}

// text is a string that may come as a number; anything else is empty.
type text string

func (t *text) UnmarshalJSON(data []byte) error {
	var s string
	switch {
	case json.Unmarshal(data, &s) == nil:
		*t = text(s)
	case len(data) > 0 && (data[0] == '-' || data[0] >= '0' && data[0] <= '9'):
		*t = text(data)
	default:
		*t = ""
	}
	return nil
}

// decimal is a number that may come as a string; known is false when there is
// none, odd when there is something else in its place.
type decimal struct {
	F          float64
	known, odd bool
}

func (d *decimal) UnmarshalJSON(data []byte) error {
	s := strings.Trim(strings.TrimSpace(string(data)), `" `)
	f, err := strconv.ParseFloat(s, 64)
	*d = decimal{}
	switch {
	case err == nil && !math.IsNaN(f) && !math.IsInf(f, 0):
		*d = decimal{F: f, known: true}
	case s != "" && s != "null":
		d.odd = true
	}
	return nil
}

// number is a whole number; one beyond all sense is odd.
type number struct {
	N          int64
	known, odd bool
}

const mostSense = 1 << 52

func (n *number) UnmarshalJSON(data []byte) error {
	var d decimal
	_ = d.UnmarshalJSON(data) // never fails
	*n = number{odd: d.odd}
	if d.known {
		n.known = math.Abs(d.F) <= mostSense
		n.odd = !n.known
	}
	if n.known {
		n.N = int64(d.F)
	}
	return nil
}

// or returns the number, or another when there is none.
func (n number) or(other int64) int64 {
	if n.known {
		return n.N
	}
	return other
}

// moment reads seconds since the epoch; zero, negative and absurd ones are
// unknown.
func (n number) moment() media.Moment {
	const latest = 1 << 35
	if !n.known || n.N <= 0 || n.N > latest {
		return 0
	}
	return media.Moment(n.N * 1000)
}

// flag is a truth that may come as 0 and 1 or in quotes.
type flag bool

func (f *flag) UnmarshalJSON(data []byte) error {
	switch strings.ToLower(strings.Trim(string(data), `"`)) {
	case "true", "1", "yes":
		*f = true
	default:
		*f = false
	}
	return nil
}
