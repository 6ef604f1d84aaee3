package animemap

import (
	"fmt"
	"regexp"
	"strconv"

	"watchkeeper/engine/media"
)

// The catalogues that mappings speak of.
const (
	anilist   = "anilist"
	anidb     = "anidb"
	mal       = "mal"
	tvdbShow  = "tvdb_show"
	tmdbShow  = "tmdb_show"
	tmdbMovie = "tmdb_movie"
	imdbMovie = "imdb_movie"
	imdbShow  = "imdb_show"
)

// namespaces are the vocabulary's words for the catalogues.
var namespaces = map[string]media.Namespace{anilist: media.AniList, anidb: media.AniDB, mal: media.MAL, tvdbShow: media.TVDB,
	tmdbShow: media.TMDB, tmdbMovie: media.TMDB, imdbMovie: media.IMDb, imdbShow: media.IMDb}

// catalogues are the ones that an AniList episode can be found in.
var catalogues = [...]string{tvdbShow, tmdbShow, tmdbMovie, imdbMovie, anidb, mal}

// place is one numbering: a season of a show, a film, an entry. Its episodes
// count from 1; specials of a show are its season 0.
type place struct{ catalogue, id, scope string }

var placeForm = regexp.MustCompile(`^(\w+):(\w+)(?::(\w+))?$`)

// parsePlace reads "provider:id[:scope]".
func parsePlace(s string) (place, error) {
	m := placeForm.FindStringSubmatch(s)
	if m == nil {
		return place{}, fmt.Errorf("%q is not of the form provider:id:scope", s)
	}
	p := place{m[1], m[2], m[3]}
	if ns, known := namespaces[p.catalogue]; known {
		if id, ok := media.CleanID(ns, p.id); !ok || id != p.id {
			return place{}, fmt.Errorf("%q has no id of %s", s, ns)
		}
	}
	if p.catalogue == anidb && p.scope == "" {
		p.scope = "R" // what people write for regular episodes
	}
	return p, nil
}

// String is the inverse of parsePlace.
func (p place) String() string {
	if p.scope == "" {
		return p.catalogue + ":" + p.id
	}
	return p.catalogue + ":" + p.id + ":" + p.scope
}

// whole is the show behind a season.
func (p place) whole() place { return place{catalogue: p.catalogue, id: p.id} }

// season is the number of a show's season; -1 where the place is none.
func (p place) season() int {
	if len(p.scope) < 2 || p.scope[0] != 's' {
		return -1
	}
	n, err := strconv.Atoi(p.scope[1:])
	if err != nil || n < 0 {
		return -1
	}
	return n
}

// token names the n-th episode of a place, or the film that it is; the zero
// Token where the vocabulary has no word for it.
func (p place) token(n int) media.Token {
	switch p.catalogue {
	case anilist:
		return media.EpisodeToken(media.AniList, p.id, 1, n)
	case mal:
		return media.EpisodeToken(media.MAL, p.id, 1, n)
	case anidb:
		switch p.scope {
		case "R":
			return media.EpisodeToken(media.AniDB, p.id, 1, n)
		case "S":
			return media.EpisodeToken(media.AniDB, p.id, 0, n)
		}
	case tvdbShow, tmdbShow:
		if s := p.season(); s >= 0 {
			return media.EpisodeToken(showNamespace(p.catalogue), p.id, s, n)
		}
	case tmdbMovie:
		if n == 1 {
			return media.OwnToken(media.Film, media.TMDB, p.id)
		}
	case imdbMovie:
		if n == 1 {
			return media.OwnToken(media.Film, media.IMDb, p.id)
		}
	}
	return media.Token{}
}

func showNamespace(catalogue string) media.Namespace {
	if catalogue == tvdbShow {
		return media.TVDB
	}
	return media.TMDB
}

// placeOf is the inverse of token: the numbering that a token is of, and the
// number in it.
func placeOf(t media.Token) (p place, number int, ok bool) {
	season, n, numbered := t.Numbered()
	switch {
	case t.Kind == media.Film && !numbered && t.Namespace == media.TMDB:
		return place{tmdbMovie, t.ID, ""}, 1, true
	case t.Kind == media.Film && !numbered && t.Namespace == media.IMDb:
		return place{imdbMovie, t.ID, ""}, 1, true
	case t.Kind != media.Episode || !numbered:
		return place{}, 0, false
	}
	switch t.Namespace {
	case media.TVDB:
		return place{tvdbShow, t.ID, "s" + strconv.Itoa(season)}, n, true
	case media.TMDB:
		return place{tmdbShow, t.ID, "s" + strconv.Itoa(season)}, n, true
	case media.AniDB:
		if season == 0 {
			return place{anidb, t.ID, "S"}, n, true
		}
		return place{anidb, t.ID, "R"}, n, season == 1
	}
	return place{}, 0, false
}
