package animemap

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"

	"watchkeeper/engine/media"
)

// offsets is Fribb's list: every part with the season that it belongs to and
// how many episodes of the season come before it.
type offsets struct {
	byPlace map[place][]offset // sorted by before
	byPart  map[string][]slot
	byShow  map[place][]string // parts
	rows    int
}

type offset struct {
	part   string
	before int
}

type slot struct {
	in     place
	before int
}

// fribbRow is one row of the list, as far as it is used.
type fribbRow struct {
	AniList loose        `json:"anilist_id"`
	TVDB    loose        `json:"tvdb_id"`
	TMDB    ids          `json:"themoviedb_id"`
	Season  perCatalogue `json:"season"`
	Offset  perCatalogue `json:"episode_offset"`
}

type perCatalogue struct {
	TVDB loose `json:"tvdb"`
	TMDB loose `json:"tmdb"`
}

// UnmarshalJSON takes anything that is not an object as nothing said.
func (p *perCatalogue) UnmarshalJSON(b []byte) error {
	type plain perCatalogue
	p.TVDB, p.TMDB = -1, -1
	return object(b, (*plain)(p))
}

// ids is an object with the id of a show; older lists have a bare number.
type ids struct {
	TV loose `json:"tv"`
}

// UnmarshalJSON takes anything that is not an object as no id.
func (i *ids) UnmarshalJSON(b []byte) error {
	type plain ids
	i.TV = -1
	return object(b, (*plain)(i))
}

func object(b []byte, into any) error {
	if len(b) == 0 || b[0] != '{' {
		return nil
	}
	return json.Unmarshal(b, into)
}

// loose is a whole number from 0, also as a string; -1 for anything else.
type loose int

// UnmarshalJSON never fails.
func (n *loose) UnmarshalJSON(b []byte) error {
	*n = -1
	var s string
	if json.Unmarshal(b, &s) != nil {
		s = string(b)
	}
	if f, err := strconv.ParseFloat(s, 64); err == nil && f >= 0 && f <= math.MaxInt32 && f == math.Trunc(f) {
		*n = loose(f)
	}
	return nil
}

// readFribb reads the list row by row; rows without the ids are not counted.
func readFribb(r io.Reader) (*offsets, error) {
	dec := json.NewDecoder(r)
	if t, err := dec.Token(); err != nil || t != json.Delim('[') {
		return nil, fmt.Errorf("list of offsets: no list: %w", cmp.Or(err, io.ErrUnexpectedEOF))
	}
	o := &offsets{byPlace: map[place][]offset{}, byPart: map[string][]slot{}, byShow: map[place][]string{}}
	for dec.More() {
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return nil, fmt.Errorf("list of offsets: %w", err)
		}
		row := fribbRow{AniList: -1, TVDB: -1, TMDB: ids{-1}, Season: perCatalogue{-1, -1}, Offset: perCatalogue{-1, -1}}
		if json.Unmarshal(raw, &row) == nil {
			o.add(row)
		}
	}
	if _, err := dec.Token(); err != nil {
		return nil, fmt.Errorf("list of offsets: %w", err)
	}
	for p := range o.byPlace {
		slices.SortFunc(o.byPlace[p], func(a, b offset) int {
			return cmp.Or(cmp.Compare(a.before, b.before), cmp.Compare(a.part, b.part))
		})
	}
	return o, nil
}

// add notes a row for every season that it names. Specials are never counted
// by offsets.
func (o *offsets) add(row fribbRow) {
	if row.AniList <= 0 {
		return
	}
	o.rows++
	part := strconv.Itoa(int(row.AniList))
	for _, c := range []struct {
		catalogue          string
		id, season, before loose
	}{{tvdbShow, row.TVDB, row.Season.TVDB, row.Offset.TVDB}, {tmdbShow, row.TMDB.TV, row.Season.TMDB, row.Offset.TMDB}} {
		if c.id <= 0 || c.season <= 0 {
			continue
		}
		p := place{c.catalogue, strconv.Itoa(int(c.id)), "s" + strconv.Itoa(int(c.season))}
		before := max(0, int(c.before))
		if at := (offset{part, before}); !slices.Contains(o.byPlace[p], at) {
			o.byPlace[p] = append(o.byPlace[p], at)
			o.byPart[part] = append(o.byPart[part], slot{p, before})
			o.byShow[p.whole()] = append(o.byShow[p.whole()], part)
		}
	}
}

// forward finds the part whose offset is the largest below the number. Two
// parts that begin at the same place contradict.
func (o *offsets) forward(from place, n int) (Match, error) {
	best, double := offset{before: -1}, false
	for _, c := range o.byPlace[from] {
		switch {
		case c.before >= n || c.before < best.before:
		case c.before == best.before:
			double = true
		default:
			best, double = c, false
		}
	}
	switch {
	case double:
		return Match{}, ErrAmbiguous
	case best.part == "" || n < 1:
		return Match{}, ErrUnmapped
	}
	t := media.EpisodeToken(media.AniList, best.part, 1, n-best.before)
	return Match{Tokens: []media.Token{t}, With: []int{n}, Source: Fribb}, nil
}

// reverse finds the place of a part's episode in one catalogue, as far as it
// leads back.
func (o *offsets) reverse(catalogue, part string, n int) (out []Match) {
	for _, s := range o.byPart[part] {
		if s.in.catalogue != catalogue {
			continue
		}
		there := s.before + n
		back, err := o.forward(s.in, there)
		if err == nil && back.Tokens[0] == media.EpisodeToken(media.AniList, part, 1, n) {
			out = append(out, Match{Tokens: []media.Token{s.in.token(there)}, With: []int{n}, Source: Fribb})
		}
	}
	if len(out) > 1 {
		return nil
	}
	return out
}

// partsOf lists the parts of a show.
func (o *offsets) partsOf(show place) []string { return o.byShow[show.whole()] }
