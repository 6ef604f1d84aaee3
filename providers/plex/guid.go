package plex

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"watchkeeper/engine/media"
)

// named is what a guid says: an id of the item itself, or of its show with
// numbers below it.
type named struct {
	space    media.Namespace
	id       string
	numbers  []int // season, or season and episode, of an id that is the show's
	ofShow   bool  // without numbers, below a show the id says nothing
	showOnly bool  // the numbers count in another scheme, so only the show is known
	level    string
}

// schemes are the ids that the new agents list beside an item.
var schemes = map[string]media.Namespace{
	"imdb": media.IMDb, "tmdb": media.TMDB, "themoviedb": media.TMDB, "tvdb": media.TVDB, "thetvdb": media.TVDB,
	"anidb": media.AniDB, "anilist": media.AniList, "mal": media.MAL, "myanimelist": media.MAL, "kitsu": media.Kitsu,
}

// agents are the older agents whose guid is an id, with numbers for what is
// below a show.
var agents = map[string]media.Namespace{
	"com.plexapp.agents.imdb":       media.IMDb,
	"com.plexapp.agents.themoviedb": media.TMDB,
	"com.plexapp.agents.thetvdb":    media.TVDB,
}

// parseGUID reads every family of guid. ok is false where it names nothing
// public: unmatched items, music, live television, private agents.
func parseGUID(guid string) (n named, ok bool) {
	guid, _, _ = strings.Cut(strings.TrimSpace(guid), "?")
	scheme, rest, found := strings.Cut(guid, "://")
	if !found {
		return named{}, false
	}
	scheme = strings.ToLower(scheme)
	rest = strings.Trim(rest, "/")
	parts := strings.Split(rest, "/")
	switch {
	case scheme == "plex":
		if len(parts) != 2 {
			return named{}, false
		}
		return clean(named{space: media.Plex, id: parts[1], level: strings.ToLower(parts[0])})
	case agents[scheme] != "":
		return ofShow(numbered(agents[scheme], parts))
	case scheme == "com.plexapp.agents.xbmcnfo", scheme == "com.plexapp.agents.xbmcnfotv":
		return ofShow(numbered(nfoSpace(scheme, parts[0]), parts))
	case scheme == "com.plexapp.agents.hama":
		return hama(parts)
	case strings.HasPrefix(scheme, "tv.plex.agents.nfo"):
		return sourceID(parts)
	case schemes[scheme] != "":
		return numbered(schemes[scheme], parts)
	}
	return named{}, false
}

// nfoSpace: the older NFO agents keep whatever id the file held.
func nfoSpace(scheme, id string) media.Namespace {
	switch {
	case strings.HasPrefix(strings.ToLower(id), "tt"):
		return media.IMDb
	case strings.HasSuffix(scheme, "tv"):
		return media.TVDB
	}
	return media.TMDB
}

// hama reads "anidb-123/1/2": the prefix names the source. tvdb2 to tvdb5 are
// the show's number on TVDB with seasons counted in another way.
func hama(parts []string) (named, bool) {
	prefix, id, found := strings.Cut(parts[0], "-")
	if !found {
		return named{}, false
	}
	prefix = strings.ToLower(prefix)
	shifted := strings.TrimRight(prefix, "0123456789") != prefix
	if prefix = strings.TrimRight(prefix, "0123456789"); prefix == "tsdb" {
		prefix = "tmdb"
	}
	n, ok := ofShow(numbered(schemes[prefix], append([]string{id}, parts[1:]...)))
	n.showOnly = shifted
	return n, ok
}

// ofShow marks what an older agent says: below a show its id is the show's.
func ofShow(n named, ok bool) (named, bool) {
	n.ofShow = true
	return n, ok
}

// sourceID reads the new NFO agents' "movie/tmdb_12345".
func sourceID(parts []string) (named, bool) {
	if len(parts) != 2 {
		return named{}, false
	}
	source, id, found := strings.Cut(parts[1], "_")
	if !found {
		return named{}, false
	}
	return clean(named{space: schemes[strings.ToLower(source)], id: id, level: strings.ToLower(parts[0])})
}

// numbered reads id, season and episode.
func numbered(space media.Namespace, parts []string) (named, bool) {
	n := named{space: space, id: parts[0]}
	for _, p := range parts[1:] {
		v, err := strconv.Atoi(p)
		if err != nil || v < 0 || v > 1<<20 || len(n.numbers) == 2 {
			return named{}, false
		}
		n.numbers = append(n.numbers, v)
	}
	return clean(n)
}

func clean(n named) (named, bool) {
	if plain, err := url.PathUnescape(n.id); err == nil {
		n.id = plain
	}
	id, ok := media.CleanID(n.space, n.id)
	n.id = id
	return n, ok
}

// token is what the guid says of an item of the given kind. An id with
// numbers is the show's, whatever the level it stands at.
func (n named) token(kind media.Kind) (t media.Token, ok bool) {
	if n.level != "" && levels[n.level] != kind {
		return t, false
	}
	switch {
	case (n.showOnly || n.ofShow && len(n.numbers) == 0) && (kind == media.Season || kind == media.Episode):
		return t, false
	case len(n.numbers) == 0:
		return media.OwnToken(kind, n.space, n.id), true
	case kind == media.Season && len(n.numbers) == 1:
		return media.SeasonToken(n.space, n.id, n.numbers[0]), true
	case kind == media.Episode && len(n.numbers) == 2:
		return media.EpisodeToken(n.space, n.id, n.numbers[0], n.numbers[1]), true
	}
	return t, false
}

// levels are Plex's own words for kinds.
var levels = map[string]media.Kind{
	"movie": media.Film, "show": media.Show, "series": media.Show, "season": media.Season, "episode": media.Episode,
}

// ownTokens are all ids that an item carries at its own level.
func ownTokens(it item, kind media.Kind) []media.Token {
	var out []media.Token
	for _, g := range append(slices.Clone(it.Guids), string(it.GUID)) {
		if n, ok := parseGUID(g); ok {
			if t, ok := n.token(kind); ok {
				out = append(out, t)
			}
		}
	}
	for _, path := range it.Media {
		out = append(out, media.FolderTokens(kind, path)...)
	}
	return sorted(out)
}

func sorted(tokens []media.Token) []media.Token {
	slices.SortFunc(tokens, media.Token.Compare)
	return slices.Compact(tokens)
}
