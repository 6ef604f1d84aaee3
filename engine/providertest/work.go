package providertest

import (
	"fmt"
	"strconv"
	"strings"

	"watchkeeper/engine/media"
)

// Work names one work of the invented catalogue. It is comparable and says
// everything about the work: titles, lengths and ids are computed from it.
// Film(5) and Show(5) share their numbers in every namespace that numbers
// kinds apart (tmdb, tvdb, trakt ...), as real services do.
type Work struct {
	Kind   media.Kind
	N      int  // number of the film, show or part
	Season int  // -1 when it has none
	Number int  // -1 when it has none
	Anime  bool // an episode of Part(N), else of Show(N)
}

// Film is the n-th film, n from 1.
func Film(n int) Work { return Work{Kind: media.Film, N: n, Season: -1, Number: -1} }

// Show is the n-th show, n from 1.
func Show(n int) Work { return Work{Kind: media.Show, N: n, Season: -1, Number: -1} }

// Season is a season of the n-th show; 0 are its specials.
func Season(show, season int) Work {
	return Work{Kind: media.Season, N: show, Season: season, Number: -1}
}

// Episode is an episode of the n-th show; season < 100, number < 1000.
func Episode(show, season, number int) Work {
	return Work{Kind: media.Episode, N: show, Season: season, Number: number}
}

// Part is the n-th cour of anime, n from 1.
func Part(n int) Work { return Work{Kind: media.Part, N: n, Season: -1, Number: -1} }

// PartEpisode is an episode of the n-th part.
func PartEpisode(part, number int) Work {
	return Work{Kind: media.Episode, N: part, Season: 1, Number: number, Anime: true}
}

// Episodes is how many episodes every part has.
const Episodes = 12

// Parent is the show or part of a season or episode; any other work is its own.
func (w Work) Parent() Work {
	switch {
	case w.Kind == media.Episode && w.Anime:
		return Part(w.N)
	case w.Kind == media.Episode || w.Kind == media.Season:
		return Show(w.N)
	}
	return w
}

// String formats the work as "film 3", "episode 1@2x3" or "part 2#4".
func (w Work) String() string {
	switch {
	case w.Kind == media.Episode && w.Anime:
		return fmt.Sprintf("episode %d#%d", w.N, w.Number)
	case w.Kind == media.Episode:
		return fmt.Sprintf("episode %d@%dx%d", w.N, w.Season, w.Number)
	case w.Kind == media.Season:
		return fmt.Sprintf("season %d@%d", w.N, w.Season)
	}
	return fmt.Sprintf("%s %d", w.Kind, w.N)
}

// ParseWork is the inverse of String.
func ParseWork(s string) (Work, bool) {
	kind, rest, _ := strings.Cut(s, " ")
	k, ok := media.ParseKind(kind)
	if !ok {
		return Work{}, false
	}
	w := Work{Kind: k, Season: -1, Number: -1}
	form := [...]string{media.Season: "%d@%d", media.Episode: "%d@%dx%d", media.Part: "%d", media.Film: "%d", media.Show: "%d"}[k]
	fields := []any{&w.N, &w.Season, &w.Number}
	if k == media.Episode && strings.Contains(rest, "#") {
		w.Anime, w.Season = true, 1
		form, fields = "%d#%d", []any{&w.N, &w.Number}
	}
	_, err := fmt.Sscanf(rest, form, fields[:strings.Count(form, "%")]...)
	return w, err == nil && w.N > 0 && w.String() == s
}

// Title is what services call the work.
func (w Work) Title() string {
	switch w.Kind {
	case media.Episode:
		return fmt.Sprintf("Chapter %dx%d", w.Season, w.Number)
	case media.Season:
		return fmt.Sprintf("Season %d", w.Season)
	}
	return strings.ToUpper(w.Kind.String()[:1]) + w.Kind.String()[1:] + " " + strconv.Itoa(w.N)
}

// Year is when the work, or its show, came out.
func (w Work) Year() int { return 1960 + w.N%60 }

// RuntimeMS is the length in milliseconds; 0 for what has none.
func (w Work) RuntimeMS() int64 {
	const minute = 60_000
	switch w.Kind {
	case media.Film:
		return int64(90+w.N%60) * minute
	case media.Episode:
		return int64(24+w.N%30) * minute
	}
	return 0
}

// compare orders works by kind, number, season and episode.
func compare(a, b Work) int {
	for _, d := range [...]int{int(a.Kind) - int(b.Kind), a.N - b.N, a.Season - b.Season, a.Number - b.Number} {
		if d != 0 {
			return d
		}
	}
	switch {
	case a.Anime == b.Anime:
		return 0
	case b.Anime:
		return -1
	}
	return 1
}

// code numbers the works of one kind.
func (w Work) code() int64 {
	switch w.Kind {
	case media.Season:
		return int64(w.N)*100 + int64(w.Season)
	case media.Episode:
		return int64(w.N)*100_000 + int64(w.Season)*1000 + int64(w.Number)
	}
	return int64(w.N)
}

// fromCode is the inverse of code.
func fromCode(k media.Kind, c int64) (Work, bool) {
	if c <= 0 {
		return Work{}, false
	}
	switch k {
	case media.Season:
		return Season(int(c/100), int(c%100)), true
	case media.Episode:
		return Episode(int(c/100_000), int(c/1000%100), int(c%1000)), true
	case media.Film, media.Show, media.Part:
		return Work{Kind: k, N: int(c), Season: -1, Number: -1}, true
	}
	return Work{}, false
}

// start is where a namespace starts to count.
func start(ns media.Namespace) int64 {
	for i, n := range media.Namespaces {
		if n == ns {
			return int64(i) * 1000
		}
	}
	return 0
}

// ID is the work's own id in a namespace.
func (w Work) ID(ns media.Namespace) string {
	switch ns {
	case media.IMDb:
		return fmt.Sprintf("tt%d%09d", w.Kind, w.code())
	case media.Plex:
		return fmt.Sprintf("%02x%022x", uint8(w.Kind), w.code())
	}
	return strconv.FormatInt(start(ns)+w.code(), 10)
}

// Tokens are the work's ids in the given namespaces: its own ones and, for a
// season or episode when numbered is set, those by its parent's ids. The
// episodes of a part have no ids of their own.
func (w Work) Tokens(own, numbered []media.Namespace) []media.Token {
	out := make([]media.Token, 0, len(own)+len(numbered))
	if !w.Anime {
		for _, ns := range own {
			out = append(out, media.OwnToken(w.Kind, ns, w.ID(ns)))
		}
	}
	for _, ns := range numbered {
		if ofAnime(ns) != w.Anime {
			continue
		}
		switch w.Kind {
		case media.Season:
			out = append(out, media.SeasonToken(ns, w.Parent().ID(ns), w.Season))
		case media.Episode:
			out = append(out, media.EpisodeToken(ns, w.Parent().ID(ns), w.Season, w.Number))
		}
	}
	return out
}

// ofAnime tells whether a namespace numbers parts rather than shows.
func ofAnime(ns media.Namespace) bool {
	switch ns {
	case media.AniList, media.MAL, media.AniDB, media.Kitsu:
		return true
	}
	return false
}

// WorkOf tells which work of the catalogue a token names.
func WorkOf(t media.Token) (Work, bool) {
	season, number, numbered := t.Numbered()
	kind := t.Kind
	if numbered {
		kind = media.Show
		if ofAnime(t.Namespace) {
			kind = media.Part
		}
	}
	w, ok := fromID(kind, t.Namespace, t.ID)
	switch {
	case !ok || !numbered:
		return w, ok
	case kind == media.Part:
		return PartEpisode(w.N, number), true
	case t.Kind == media.Season:
		return Season(w.N, season), true
	}
	return Episode(w.N, season, number), true
}

func fromID(k media.Kind, ns media.Namespace, id string) (Work, bool) {
	var c int64
	var err error
	switch {
	case ns == media.IMDb && len(id) > 3:
		c, err = strconv.ParseInt(id[3:], 10, 64)
		if id[2] != '0'+byte(k) {
			return Work{}, false
		}
	case ns == media.Plex && len(id) == 24:
		c, err = strconv.ParseInt(id[2:], 16, 64)
	default:
		c, err = strconv.ParseInt(id, 10, 64)
		c -= start(ns)
	}
	if err != nil {
		return Work{}, false
	}
	return fromCode(k, c)
}

// byTitle finds a work the way a service without ids does: by exact title,
// year and kind, episodes by their show's title and numbers.
func byTitle(it media.Item) (Work, bool) {
	title := it.Title
	k := it.Kind
	if k == media.Season || k == media.Episode {
		title, k = it.ShowTitle, media.Show
	}
	name, number, ok := strings.Cut(title, " ")
	n, err := strconv.Atoi(number)
	if !ok || err != nil || n <= 0 || !strings.EqualFold(name, k.String()) {
		return Work{}, false
	}
	switch it.Kind {
	case media.Season:
		return Season(n, it.Season), it.Season >= 0
	case media.Episode:
		return Episode(n, it.Season, it.Number), it.Season >= 0 && it.Number >= 0
	}
	w, ok := fromCode(k, int64(n))
	return w, ok && (it.Year == 0 || it.Year == w.Year())
}

// Item describes the work as a media file or a stranger would: every id, no
// native key.
func (w Work) Item() media.Item {
	own := []media.Namespace{media.IMDb, media.TMDB, media.TVDB, media.Trakt, media.SIMKL, media.Plex}
	numbered := []media.Namespace{media.IMDb, media.TMDB, media.TVDB}
	if w.Kind == media.Part {
		own = []media.Namespace{media.AniList, media.MAL, media.AniDB, media.Kitsu, media.SIMKL}
	}
	if w.Anime {
		numbered = []media.Namespace{media.AniList, media.MAL}
	}
	it := media.Item{Kind: w.Kind, Title: w.Title(), Year: w.Year(), RuntimeMS: w.RuntimeMS(),
		Tokens: w.Tokens(own, numbered), Season: w.Season, Number: w.Number}
	if w.Parent() != w {
		it.ShowTitle = w.Parent().Title()
	}
	return it
}
