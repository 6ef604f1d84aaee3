package trakt

import (
	"errors"
	"slices"
	"strconv"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// Reasons why a change cannot be sent at all.
var (
	errKind   = errors.New("trakt does not keep this kind of title")
	errUnsent = errors.New("the title has no id that trakt knows")
)

// post is the body of a sync post: objects by kind, or history ids alone.
type post struct {
	Movies   []entry  `json:"movies,omitempty"`
	Shows    []*entry `json:"shows,omitempty"`
	Seasons  []entry  `json:"seasons,omitempty"`
	Episodes []entry  `json:"episodes,omitempty"`
	IDs      []int64  `json:"ids,omitempty"`
}

// entry is one object of a post. Below a show, seasons and episodes go by
// number.
type entry struct {
	IDs     *sentIDs `json:"ids,omitempty"`
	Number  *int     `json:"number,omitempty"`
	Details          // of the object itself
	Seasons []*entry `json:"seasons,omitempty"`
	// Episodes of a season below a show.
	Episodes []*entry `json:"episodes,omitempty"`
}

// Details are what is said about an object.
type Details struct {
	WatchedAt string `json:"watched_at,omitempty"`
	RatedAt   string `json:"rated_at,omitempty"`
	Rating    int    `json:"rating,omitempty"`
}

// sentIDs are the ids of an object as a post carries them.
type sentIDs struct {
	Trakt int64  `json:"trakt,omitempty"`
	IMDb  string `json:"imdb,omitempty"`
	TMDB  int64  `json:"tmdb,omitempty"`
	TVDB  int64  `json:"tvdb,omitempty"`
}

// address is how one title is named in a post: by ids of its own, or, for
// plays and positions of episodes, by its show's with numbers.
type address struct {
	kind    media.Kind
	ids     sentIDs
	byShow  bool
	season  int
	episode int // -1: the season itself
}

// addressOf names an item: by the service's own id once that is known, else by
// public ids. With byShow a season or episode is rather named by its show and
// numbers, as media servers know those best; without it a part goes by ids of
// its own only, because a post that does not know numbers would mean the whole
// show.
func addressOf(it media.Item, byShow bool) (address, error) {
	if kindNames[it.Kind] == "" {
		return address{}, errKind
	}
	if kind, id, ok := parseKey(it.Key); ok && kind == it.Kind {
		n, _ := strconv.ParseInt(id, 10, 64)
		return address{kind: it.Kind, ids: sentIDs{Trakt: n}}, nil
	}
	own := address{kind: it.Kind, ids: ownIDs(it)}
	if own.ids.Trakt != 0 {
		own.ids = sentIDs{Trakt: own.ids.Trakt}
		return own, nil
	}
	if a, ok := numbered(it); ok && byShow {
		return a, nil
	}
	if own.ids == (sentIDs{}) {
		return address{}, errUnsent
	}
	return own, nil
}

// ownIDs collects the ids of the item itself that the service takes for its
// kind.
func ownIDs(it media.Item) (out sentIDs) {
	for _, t := range it.Tokens {
		if _, _, byShow := t.Numbered(); byShow || t.Kind != it.Kind {
			continue
		}
		out.set(t.Namespace, t.ID)
	}
	if it.Kind == media.Film {
		out.TVDB = 0 // a film has none here
	}
	if it.Kind == media.Season {
		out.IMDb = ""
	}
	return out
}

func (s *sentIDs) set(ns media.Namespace, id string) {
	n, _ := strconv.ParseInt(id, 10, 64)
	switch ns {
	case media.Trakt:
		s.Trakt = n
	case media.IMDb:
		s.IMDb = id
	case media.TMDB:
		s.TMDB = n
	case media.TVDB:
		s.TVDB = n
	}
}

// numbered names a season or episode by its show. Namespaces may number
// differently; the service follows TMDB for most shows, so its own numbers
// count first, then TMDB's.
func numbered(it media.Item) (address, bool) {
	a := address{kind: it.Kind, byShow: true, season: -1}
	for _, ns := range []media.Namespace{media.Trakt, media.TMDB, media.TVDB, media.IMDb} {
		for _, t := range it.Tokens {
			season, number, byShow := t.Numbered()
			if !byShow || t.Namespace != ns || t.Kind != it.Kind {
				continue
			}
			if a.season < 0 {
				a.season, a.episode = season, number
			}
			if season == a.season && number == a.episode {
				a.ids.set(ns, t.ID)
			}
		}
	}
	if a.ids.Trakt != 0 {
		a.ids = sentIDs{Trakt: a.ids.Trakt}
	}
	return a, a.season >= 0
}

// details of an added or changed value; a removal has none.
func details(c provider.Change) Details {
	if c.Action == provider.Remove {
		return Details{}
	}
	switch c.Feature {
	case media.History:
		return Details{WatchedAt: playTime(c.New.PlayedAt())}
	case media.Ratings:
		d := Details{Rating: min(max(1, int(c.New.N+5)/10), 10)}
		if c.At.Known() {
			d.RatedAt = c.At.Time().Format(timeForm)
		}
		return d
	}
	return Details{}
}

// playTime never invents a date: a play without one is "unknown", as leaving
// it out would mean now.
func playTime(at media.Moment) string {
	if !at.Known() {
		return "unknown"
	}
	return at.Time().Format(timeForm)
}

// add puts one title into the body.
func (p *post) add(a address, d Details) {
	if a.byShow {
		p.addByShow(a, d)
		return
	}
	e := entry{IDs: &a.ids, Details: d}
	switch a.kind {
	case media.Film:
		p.Movies = append(p.Movies, e)
	case media.Show:
		p.Shows = append(p.Shows, &e)
	case media.Season:
		p.Seasons = append(p.Seasons, e)
	case media.Episode:
		p.Episodes = append(p.Episodes, e)
	}
}

// addByShow groups episodes under one object per show and season, so that a
// show object never stands without parts.
func (p *post) addByShow(a address, d Details) {
	show := place(&p.Shows, func(e *entry) bool { return *e.IDs == a.ids && len(e.Seasons) > 0 }, entry{IDs: &a.ids})
	season := place(&show.Seasons, func(e *entry) bool { return *e.Number == a.season }, entry{Number: &a.season})
	season.Episodes = append(season.Episodes, &entry{Number: &a.episode, Details: d})
}

// place returns the entry that fits, or puts a new one at the end.
func place(list *[]*entry, fits func(*entry) bool, fresh entry) *entry {
	if i := slices.IndexFunc(*list, fits); i >= 0 {
		return (*list)[i]
	}
	*list = append(*list, &fresh)
	return &fresh
}
