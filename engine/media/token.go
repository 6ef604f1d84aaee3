package media

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Namespace is who issued an id.
type Namespace string

// The namespaces whose tokens may join works (engine README, identity). Slugs, local
// keys and titles are never tokens.
const (
	IMDb    Namespace = "imdb"
	TMDB    Namespace = "tmdb"
	TVDB    Namespace = "tvdb"
	Trakt   Namespace = "trakt"
	SIMKL   Namespace = "simkl"
	AniList Namespace = "anilist"
	MAL     Namespace = "mal"
	AniDB   Namespace = "anidb"
	Kitsu   Namespace = "kitsu"
	Plex    Namespace = "plex"
)

// Namespaces lists every namespace, strongest first: the order in which a
// writer picks the id to send.
var Namespaces = [...]Namespace{IMDb, TMDB, TVDB, Trakt, SIMKL, AniList, MAL, AniDB, Kitsu, Plex}

// Token is one public id of a work. Film tmdb 605 and show tmdb 605 are two
// tokens. Seasons and episodes can be named by their own id or by the id of
// their show with numbers; the two forms are different tokens. Tokens are
// comparable and are made by OwnToken, SeasonToken and EpisodeToken only.
type Token struct {
	Kind      Kind
	Namespace Namespace
	ID        string // the work's own id, or its show's when numbered
	numbered  bool
	season    int32
	number    int32
}

// OwnToken names a work by its own id.
func OwnToken(kind Kind, ns Namespace, id string) Token {
	return Token{Kind: kind, Namespace: ns, ID: id}
}

// SeasonToken names a season by its show's id and the season's number.
func SeasonToken(ns Namespace, showID string, season int) Token {
	return Token{Kind: Season, Namespace: ns, ID: showID, numbered: true, season: int32(season), number: -1}
}

// EpisodeToken names an episode by its show's id, season and number.
func EpisodeToken(ns Namespace, showID string, season, number int) Token {
	return Token{Kind: Episode, Namespace: ns, ID: showID, numbered: true, season: int32(season), number: int32(number)}
}

// Numbered returns the season and episode number of a token that names its
// work through the show; number is -1 for a season. ok is false for a work's
// own id.
func (t Token) Numbered() (season, number int, ok bool) {
	return int(t.season), int(t.number), t.numbered
}

// String formats the token as kind/namespace:id, with @season or
// @seasonxnumber for tokens by show: "episode/tvdb:88@2x3".
func (t Token) String() string {
	var b strings.Builder
	b.WriteString(t.Kind.String())
	b.WriteByte('/')
	b.WriteString(string(t.Namespace))
	b.WriteByte(':')
	b.WriteString(t.ID)
	if t.numbered {
		b.WriteByte('@')
		b.WriteString(strconv.Itoa(int(t.season)))
		if t.number >= 0 {
			b.WriteByte('x')
			b.WriteString(strconv.Itoa(int(t.number)))
		}
	}
	return b.String()
}

// MarshalText writes the form of String, so that stored tokens keep their
// numbers.
func (t Token) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText is the inverse of MarshalText.
func (t *Token) UnmarshalText(b []byte) (err error) {
	*t, err = ParseToken(string(b))
	return err
}

// Compare orders tokens by kind, namespace, form, id and numbers, so that
// lists of them have one order. It returns -1, 0 or +1.
func (t Token) Compare(o Token) int {
	form := 0
	switch {
	case t.numbered && !o.numbered:
		form = 1
	case o.numbered && !t.numbered:
		form = -1
	}
	return cmp.Or(
		cmp.Compare(t.Kind, o.Kind),
		cmp.Compare(t.Namespace, o.Namespace),
		form,
		cmp.Compare(t.ID, o.ID),
		cmp.Compare(t.season, o.season),
		cmp.Compare(t.number, o.number),
	)
}

var tokenForm = regexp.MustCompile(`^([a-z]+)/([a-z]+):([^@\s]+)(?:@(\d{1,9})(?:x(\d{1,9}))?)?$`)

// ParseToken reads the form written by String. The error names the input.
func ParseToken(s string) (Token, error) {
	m := tokenForm.FindStringSubmatch(s)
	if m == nil {
		return Token{}, fmt.Errorf("token %q is not of the form kind/namespace:id", s)
	}
	kind, ok := ParseKind(m[1])
	id, valid := CleanID(Namespace(m[2]), m[3])
	if !ok || !valid {
		return Token{}, fmt.Errorf("token %q has an unknown kind, namespace or id", s)
	}
	t := OwnToken(kind, Namespace(m[2]), id)
	if m[4] == "" {
		return t, nil
	}
	season, _ := strconv.Atoi(m[4])
	switch {
	case kind == Season && m[5] == "":
		return SeasonToken(t.Namespace, id, season), nil
	case kind == Episode && m[5] != "":
		number, _ := strconv.Atoi(m[5])
		return EpisodeToken(t.Namespace, id, season, number), nil
	}
	return Token{}, fmt.Errorf("token %q numbers a %s wrongly", s, kind)
}

var (
	imdbForm   = regexp.MustCompile(`^tt\d{5,12}$`)
	digitsForm = regexp.MustCompile(`^[1-9]\d{0,17}$`)
	plexForm   = regexp.MustCompile(`^[0-9a-f]{24}$`)
)

// CleanID checks the form of an id and returns its canonical spelling. Media
// servers file ids under wrong names (a TMDB number as IMDb id), so an id of
// the wrong form is no id; nor is one of nothing but zeros.
func CleanID(ns Namespace, id string) (clean string, ok bool) {
	id = strings.ToLower(strings.TrimSpace(id))
	switch ns {
	case IMDb:
		return id, imdbForm.MatchString(id) && strings.Trim(id[2:], "0") != ""
	case Plex:
		return id, plexForm.MatchString(id)
	case TMDB, TVDB, Trakt, SIMKL, AniList, MAL, AniDB, Kitsu:
		id = strings.TrimLeft(id, "0")
		return id, digitsForm.MatchString(id)
	}
	return "", false
}
