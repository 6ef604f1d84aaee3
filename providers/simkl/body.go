package simkl

import (
	"errors"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// Reasons why a change cannot be sent at all.
var (
	errKind   = errors.New("simkl does not keep this kind of title")
	errUnsent = errors.New("the title has no id that simkl knows")
)

// body is what a sync post carries. Anime goes among the shows: the service
// ignores it elsewhere when it removes.
type body struct {
	Movies []*entry `json:"movies,omitempty"`
	Shows  []*entry `json:"shows,omitempty"`
}

// entry is one title of a post.
type entry struct {
	IDs       sentIDs `json:"ids"`
	To        string  `json:"to,omitempty"`
	WatchedAt string  `json:"watched_at,omitempty"`
	Rating    int     `json:"rating,omitempty"`
	RatedAt   string  `json:"rated_at,omitempty"`
	// TVDBSeasons: numbers are TVDB's, also where the title is an anime.
	TVDBSeasons bool       `json:"use_tvdb_anime_seasons,omitempty"`
	Seasons     []*entrySn `json:"seasons,omitempty"`
}

type entrySn struct {
	Number   int       `json:"number"`
	Episodes []entryEp `json:"episodes"`
}

type entryEp struct {
	Number    int    `json:"number"`
	WatchedAt string `json:"watched_at,omitempty"`
}

// sentIDs are the ids of a title as a post carries them: the service's own a
// number, all others strings.
type sentIDs struct {
	Simkl   int64  `json:"simkl,omitempty"`
	IMDb    string `json:"imdb,omitempty"`
	TMDB    string `json:"tmdb,omitempty"`
	TVDB    string `json:"tvdb,omitempty"`
	MAL     string `json:"mal,omitempty"`
	AniDB   string `json:"anidb,omitempty"`
	AniList string `json:"anilist,omitempty"`
	Kitsu   string `json:"kitsu,omitempty"`
}

func (s *sentIDs) set(ns media.Namespace, id string) {
	switch ns {
	case media.SIMKL:
		s.Simkl = atoi(id)
	case media.IMDb:
		s.IMDb = id
	case media.TMDB:
		s.TMDB = id
	case media.TVDB:
		s.TVDB = id
	case media.MAL:
		s.MAL = id
	case media.AniDB:
		s.AniDB = id
	case media.AniList:
		s.AniList = id
	case media.Kitsu:
		s.Kitsu = id
	}
}

// meets tells whether two titles share an id.
func (s sentIDs) meets(o sentIDs) bool {
	same := func(a, b string) bool { return a != "" && a == b }
	return s.Simkl != 0 && s.Simkl == o.Simkl || same(s.IMDb, o.IMDb) || same(s.TMDB, o.TMDB) || same(s.TVDB, o.TVDB) ||
		same(s.MAL, o.MAL) || same(s.AniDB, o.AniDB) || same(s.AniList, o.AniList) || same(s.Kitsu, o.Kitsu)
}

// address is how one title is named in a post; episodes by their title and
// numbers.
type address struct {
	kind            media.Kind
	list            bucket // movies or shows, where the post carries it
	ids             sentIDs
	season, episode int
}

// addressOf names an item: by the service's own id once that is known, else by
// public ids.
func addressOf(it media.Item) (address, error) {
	a := address{kind: it.Kind, list: shows}
	switch it.Kind {
	case media.Episode:
		return episodeAddress(it)
	case media.Film:
		a.list = movies
	case media.Show, media.Part:
	default:
		return a, errKind
	}
	if b, id, ok := parseKey(it.Key); ok {
		if b == anime {
			a.list = shows
		}
		a.ids.Simkl = atoi(id)
		return a, nil
	}
	for _, t := range it.Tokens {
		if _, _, byShow := t.Numbered(); !byShow && t.Kind == it.Kind {
			a.ids.set(t.Namespace, t.ID)
		}
	}
	if a.ids == (sentIDs{}) {
		return a, errUnsent
	}
	return a, nil
}

// numbering is the order in which shows' numberings are believed: the service
// follows TVDB.
var numbering = [...]media.Namespace{media.TVDB, media.SIMKL, media.IMDb, media.TMDB}

// episodeAddress names an episode by its show. The service's own number of an
// anime is one of its seasons and does not fit TVDB's numbers, so there the
// show's TVDB id is sent.
func episodeAddress(it media.Item) (address, error) {
	a := address{kind: media.Episode, list: shows, season: -1}
	b, id, keyed := parseKey(it.Key)
	for _, ns := range numbering {
		for _, t := range it.Tokens {
			season, number, byShow := t.Numbered()
			if !byShow || t.Namespace != ns || t.Kind != media.Episode || keyed && b == anime && ns != media.TVDB {
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
	if keyed && b == shows && it.Season >= 0 && it.Number >= 0 {
		a.season, a.episode, a.ids = it.Season, it.Number, sentIDs{Simkl: atoi(id)}
	}
	if a.season < 0 {
		return a, errUnsent
	}
	return a, nil
}

// add puts one change into the body. Episodes of one show share an object,
// which never stands without them: a bare show means all of it.
func (b *body) add(a address, c provider.Change) {
	if a.kind == media.Episode {
		b.addEpisode(a, c)
		return
	}
	e := &entry{IDs: a.ids}
	if c.Action != provider.Remove {
		e.say(c)
	}
	if a.list == movies {
		b.Movies = append(b.Movies, e)
	} else {
		b.Shows = append(b.Shows, e)
	}
}

// say adds what a change says of its title.
func (e *entry) say(c provider.Change) {
	switch c.Feature {
	case media.Watchlist:
		e.To = "plantowatch"
	case media.History:
		e.WatchedAt = date(c.New.PlayedAt())
	case media.Ratings:
		e.Rating = min(max(1, int(c.New.N+5)/10), 10)
		if c.At.Known() {
			e.RatedAt = date(c.At)
		}
	}
}

func (b *body) addEpisode(a address, c provider.Change) {
	ep := entryEp{Number: a.episode}
	if c.Action != provider.Remove {
		ep.WatchedAt = date(c.New.PlayedAt())
	}
	var show *entry
	for _, e := range b.Shows {
		if e.IDs == a.ids && e.TVDBSeasons {
			show = e
		}
	}
	if show == nil {
		show = &entry{IDs: a.ids, TVDBSeasons: true}
		b.Shows = append(b.Shows, show)
	}
	for _, s := range show.Seasons {
		if s.Number == a.season {
			s.Episodes = append(s.Episodes, ep)
			return
		}
	}
	show.Seasons = append(show.Seasons, &entrySn{Number: a.season, Episodes: []entryEp{ep}})
}
