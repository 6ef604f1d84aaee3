package trakt

import (
	"errors"
	"fmt"
	"strings"

	"watchkeeper/engine/media"
)

// Reasons for rows that cannot be used, and for bodies that are no lists.
var (
	errNoList  = errors.New("the answer is not a list")
	errNull    = errors.New("the row is null")
	errShape   = errors.New("the row has a shape that is not understood")
	errType    = errors.New("the row's type is not a film, show, season or episode")
	errNoID    = errors.New("the row has no trakt id")
	errNumber  = errors.New("the episode has no season or number")
	errPlayID  = errors.New("the play has no history id")
	errRating  = errors.New("the rating is not a whole number of 1 to 10")
	errPercent = errors.New("the progress is not a percentage")
)

// kindNames are the service's words for kinds, singular.
var kindNames = map[media.Kind]string{
	media.Film: "movie", media.Show: "show", media.Season: "season", media.Episode: "episode",
}

// key is an item's native key: the service's word for the kind and its id,
// "movie:4". Ids are unique per kind only.
func key(kind media.Kind, id string) string { return kindNames[kind] + ":" + id }

// parseKey is the inverse of key; ok is false for keys by show and number.
func parseKey(k string) (kind media.Kind, id string, ok bool) {
	name, id, found := strings.Cut(k, ":")
	for kind, n := range kindNames {
		if found && n == name {
			id, ok = media.CleanID(media.Trakt, id)
			return kind, id, ok
		}
	}
	return 0, "", false
}

// key is the native key of the work behind a row, and what the row says about
// it; the error is for a row that names no usable work.
func (r row) key() (k string, o *object, kind media.Kind, err error) {
	o, kind = r.object()
	if o == nil {
		return "", nil, 0, errType
	}
	if kind == media.Episode && (o.Season.Whole() < 0 || o.Number.Whole() < 0) {
		return "", o, kind, errNumber
	}
	if id, ok := media.CleanID(media.Trakt, string(o.IDs.Trakt)); ok {
		return key(kind, id), o, kind, nil
	}
	if k = r.partKey(o, kind); k == "" {
		return "", o, kind, errNoID
	}
	return k, o, kind, nil
}

// partKey is the native key of a season or episode whose own id the service
// left out: its show's id and its numbers, "season:1@0", "episode:1@4x2"; ""
// when they are not told.
func (r row) partKey(o *object, kind media.Kind) string {
	if r.Show == nil {
		return ""
	}
	show, ok := media.CleanID(media.Trakt, string(r.Show.IDs.Trakt))
	switch {
	case ok && kind == media.Season && o.Number.Whole() >= 0:
		return key(kind, fmt.Sprintf("%s@%d", show, o.Number.Whole()))
	case ok && kind == media.Episode:
		return key(kind, fmt.Sprintf("%s@%dx%d", show, o.Season.Whole(), o.Number.Whole()))
	}
	return ""
}

// item describes the work behind a row.
func (r row) item() (media.Item, error) {
	k, o, kind, err := r.key()
	if err != nil {
		return media.Item{}, err
	}
	it := media.Item{
		Key: k, Kind: kind, Title: string(o.Title), Year: max(0, o.Year.Whole()),
		RuntimeMS: int64(max(0, o.Runtime.Whole())) * 60_000, Season: -1, Number: -1,
		Tokens: o.IDs.tokens(kind),
	}
	switch kind {
	case media.Season:
		it.Season = o.Number.Whole()
	case media.Episode:
		it.Season, it.Number = o.Season.Whole(), o.Number.Whole()
	}
	if it.Season >= 0 && r.Show != nil {
		partOf(&it, r.Show)
	}
	return it, nil
}

// partOf adds what a season or episode takes from its show.
func partOf(it *media.Item, show *object) {
	it.ShowTitle = string(show.Title)
	if id, ok := media.CleanID(media.Trakt, string(show.IDs.Trakt)); ok {
		it.ShowKey = key(media.Show, id)
	}
	for _, t := range show.IDs.tokens(media.Show) {
		if it.Kind == media.Season {
			it.Tokens = append(it.Tokens, media.SeasonToken(t.Namespace, t.ID, it.Season))
		} else {
			it.Tokens = append(it.Tokens, media.EpisodeToken(t.Namespace, t.ID, it.Season, it.Number))
		}
	}
}

// tokens returns the object's own tokens. Ids of a wrong form are left out,
// and so is a film's tvdb id, which the service does not keep.
func (i ids) tokens(kind media.Kind) []media.Token {
	var out []media.Token
	for _, n := range [...]struct {
		ns media.Namespace
		id string
	}{{media.Trakt, string(i.Trakt)}, {media.IMDb, string(i.IMDb)}, {media.TMDB, string(i.TMDB)}, {media.TVDB, string(i.TVDB)}} {
		if id, ok := media.CleanID(n.ns, n.id); ok {
			out = append(out, media.OwnToken(kind, n.ns, id))
		}
	}
	return out
}

// object returns what the row is about. Lists of one type leave the type out:
// then the most specific object counts.
func (r row) object() (*object, media.Kind) {
	switch {
	case r.Type == "movie" || r.Type == "" && r.Movie != nil:
		return r.Movie, media.Film
	case r.Type == "episode" || r.Type == "" && r.Episode != nil:
		return r.Episode, media.Episode
	case r.Type == "season" || r.Type == "" && r.Season != nil:
		return r.Season, media.Season
	case r.Type == "show" || r.Type == "" && r.Show != nil:
		return r.Show, media.Show
	}
	return nil, 0
}

// foreign tells whether the row is of a type that is none of ours.
func (r row) foreign() bool {
	switch r.Type {
	case "", "movie", "show", "season", "episode":
		return false
	}
	return true
}
