package media

import (
	"regexp"
	"slices"
	"strings"
)

var (
	// tagForm is an id in brackets: [tmdbid-603], {tmdb-603}, [imdbid=tt0133093].
	tagForm = regexp.MustCompile(`(?i)[\[{(]\s*([a-z0-9]+?)(?:-?id)?\s*[-=:]\s*([a-z0-9]+)\s*[\]})]`)
	// bareIMDbForm is an IMDb id in brackets without a name: [tt0133093].
	bareIMDbForm = regexp.MustCompile(`(?i)[\[{(]\s*(tt\d{5,12})\s*[\]})]`)
)

// tagNames maps the names used in folder tags to namespaces.
var tagNames = map[string]Namespace{
	"imdb": IMDb, "tmdb": TMDB, "themoviedb": TMDB, "tvdb": TVDB, "thetvdb": TVDB,
	"anidb": AniDB, "anilist": AniList, "mal": MAL, "myanimelist": MAL, "kitsu": Kitsu,
	"trakt": Trakt, "simkl": SIMKL,
}

// FolderTokens returns the tokens that a file's path gives to the work of the
// given kind: "/films/Paper Lighthouse (2023) [tmdbid-603]/film.mkv" names
// film tmdb:603. Folder names by themselves mean the film or show that the
// folder holds, so the ids are those of a film or show; other kinds have none.
// The deepest tag of each namespace counts, and two different ids in the same
// path element count as none: they contradict. Slashes may lean either way.
func FolderTokens(kind Kind, path string) []Token {
	if kind != Film && kind != Show {
		return nil
	}
	var tokens []Token
	var settled []Namespace
	parts := strings.FieldsFunc(path, func(r rune) bool { return r == '/' || r == '\\' })
	for _, part := range slices.Backward(parts) {
		ids := tagsOf(part)
		for _, ns := range Namespaces {
			found := ids[ns]
			if len(found) == 0 || slices.Contains(settled, ns) {
				continue
			}
			settled = append(settled, ns)
			if len(found) == 1 {
				tokens = append(tokens, OwnToken(kind, ns, found[0]))
			}
		}
	}
	return tokens
}

// tagsOf returns the distinct ids per namespace in one path element.
func tagsOf(part string) map[Namespace][]string {
	ids := map[Namespace][]string{}
	add := func(ns Namespace, id string) {
		if clean, ok := CleanID(ns, id); ok && !slices.Contains(ids[ns], clean) {
			ids[ns] = append(ids[ns], clean)
		}
	}
	for _, m := range tagForm.FindAllStringSubmatch(part, -1) {
		if ns, ok := tagNames[strings.ToLower(m[1])]; ok {
			add(ns, m[2])
		}
	}
	for _, m := range bareIMDbForm.FindAllStringSubmatch(part, -1) {
		add(IMDb, m[1])
	}
	return ids
}
