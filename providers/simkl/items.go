package simkl

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"watchkeeper/engine/media"
)

// Reasons for rows that cannot be used.
var (
	errShape   = errors.New("the row has a shape that is not understood")
	errNoTitle = errors.New("the row names no title")
	errNoID    = errors.New("the row has no simkl id")
	errStatus  = errors.New("the status is not known")
	errRating  = errors.New("the rating is not a whole number of 1 to 10")
	errNumber  = errors.New("an episode has no season or number")
	errNoTVDB  = errors.New("the anime's episodes have no tvdb numbers, so they cannot be told apart from those of other seasons")
	errPercent = errors.New("the progress is not a percentage")
	errRewatch = errors.New("the row is a rewatch, and counts beside the title itself only")
)

// bucket is one of the service's three lists of titles.
type bucket string

const (
	movies bucket = "movies"
	shows  bucket = "shows"
	anime  bucket = "anime"
)

// buckets in the order in which they are read.
var buckets = [...]bucket{shows, movies, anime}

// words are a bucket's name in keys.
var words = map[bucket]string{movies: "movie", shows: "show", anime: "anime"}

// key is a title's native key, "movie:4", "show:4" or "anime:4"; ids are
// unique per list only. An episode's is its title's with TVDB's numbers,
// "show:4@2x3".
func (b bucket) key(id string) string { return words[b] + ":" + id }

func episodeKey(title string, season, number int) string {
	return fmt.Sprintf("%s@%dx%d", title, season, number)
}

// parseKey is the inverse of key; an episode's key gives its title's.
func parseKey(k string) (b bucket, id string, ok bool) {
	whole, _, _ := strings.Cut(k, "@")
	word, id, _ := strings.Cut(whole, ":")
	for b, w := range words {
		if w == word {
			id, ok = media.CleanID(media.SIMKL, id)
			return b, id, ok
		}
	}
	return "", "", false
}

// about is the title a record is about.
func (r record) about() *title {
	for _, t := range []*title{r.Movie, r.Show, r.Anime} {
		if t != nil {
			return t
		}
	}
	return nil
}

// key names the record's title.
func (r record) key(b bucket) (string, error) {
	t := r.about()
	if t == nil {
		return "", errNoTitle
	}
	id, ok := t.IDs.own()
	if !ok {
		return "", errNoID
	}
	return b.key(id), nil
}

func (i ids) own() (string, bool) {
	if id, ok := media.CleanID(media.SIMKL, string(i.Simkl)); ok {
		return id, true
	}
	return media.CleanID(media.SIMKL, string(i.SimklID))
}

// kind of the work that a title stands for. An anime film with a film's ids is
// that film; any other anime is a part: one cour with ids of its own.
func (t title) kind(b bucket, animeType text) media.Kind {
	switch {
	case b == movies:
		return media.Film
	case b == shows:
		return media.Show
	case strings.EqualFold(string(cmp.Or(animeType, t.Type)), "movie") && len(t.IDs.film()) > 0:
		return media.Film
	}
	return media.Part
}

// spaces are the namespaces by which the service names a kind. Ids of parts
// never are those of a show. The service's own number of an anime film may be
// that of another film, so it is left out there.
func (i ids) spaces(kind media.Kind) []struct {
	ns media.Namespace
	id string
} {
	own, _ := i.own()
	if kind == media.Part {
		return []struct {
			ns media.Namespace
			id string
		}{{media.SIMKL, own}, {media.AniList, string(i.AniList)}, {media.MAL, string(i.MAL)},
			{media.AniDB, string(i.AniDB)}, {media.Kitsu, string(i.Kitsu)}}
	}
	return []struct {
		ns media.Namespace
		id string
	}{{media.IMDb, string(i.IMDb)}, {media.TMDB, string(i.TMDB)}, {media.TVDB, string(i.TVDB)}}
}

// tokens are the title's own public ids, without the service's own number
// except for a part. Ids of a wrong form are left out.
func (i ids) tokens(kind media.Kind) []media.Token {
	var out []media.Token
	for _, s := range i.spaces(kind) {
		if id, ok := media.CleanID(s.ns, s.id); ok {
			out = append(out, media.OwnToken(kind, s.ns, id))
		}
	}
	return out
}

// film are the tokens of an anime film. Its TVDB id is that of the show whose
// special it is.
func (i ids) film() []media.Token {
	i.TVDB = ""
	return i.tokens(media.Film)
}

// item describes a title.
func (t title) item(b bucket, animeType text) media.Item {
	kind := t.kind(b, animeType)
	id, _ := t.IDs.own()
	it := media.Item{
		Key: b.key(id), Kind: kind, Title: string(t.Title), Year: max(0, t.Year.Whole()),
		Season: -1, Number: -1, Tokens: t.IDs.tokens(kind),
	}
	if kind == media.Film {
		it.RuntimeMS = int64(max(0, t.Runtime.Whole())) * 60_000
	}
	if b == anime && kind == media.Film {
		it.Tokens = t.IDs.film()
	}
	if b != anime {
		it.Tokens = append(it.Tokens, media.OwnToken(kind, media.SIMKL, id))
	}
	return it
}

// part describes an episode of a show, or of an anime by TVDB's numbers.
func (t title) part(b bucket, season, number int) media.Item {
	id, _ := t.IDs.own()
	it := media.Item{
		Key: episodeKey(b.key(id), season, number), Kind: media.Episode, ShowTitle: string(t.Title),
		RuntimeMS: int64(max(0, t.Runtime.Whole())) * 60_000, Season: season, Number: number,
	}
	for _, s := range t.IDs.spaces(media.Show) {
		if b == anime && s.ns != media.TVDB {
			continue // the numbers are TVDB's
		}
		if own, ok := media.CleanID(s.ns, s.id); ok {
			it.Tokens = append(it.Tokens, media.EpisodeToken(s.ns, own, season, number))
		}
	}
	if b == shows {
		it.ShowKey = b.key(id)
		it.Tokens = append(it.Tokens, media.EpisodeToken(media.SIMKL, id, season, number))
	}
	return it
}

// hasTVDB tells whether an anime's TVDB numbers belong to a known show.
func (t title) hasTVDB() bool {
	_, ok := media.CleanID(media.TVDB, string(t.IDs.TVDB))
	return ok
}

// place is where an episode stands: by its own number, or for an anime by
// TVDB's.
func (e episode) place(b bucket, season number) (s, n int, err error) {
	if b == anime {
		s, n = e.TVDB.Season.Whole(), e.TVDB.Episode.Whole()
		if s < 0 || n < 0 {
			return 0, 0, errNoTVDB
		}
		return s, n, nil
	}
	s, n = season.Whole(), e.Number.Whole()
	if s < 0 || n < 0 {
		return 0, 0, errNumber
	}
	return s, n, nil
}

// atoi reads an id that CleanID has passed.
func atoi(id string) int64 {
	n, _ := strconv.ParseInt(id, 10, 64)
	return n
}
