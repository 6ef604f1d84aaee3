package identity

import (
	"slices"

	"watchkeeper/engine/media"
)

// Tokens returns every token that Resolve may ask about for these items, each
// once: their own usable ones, those that seasons and episodes have through
// the show in the list, and the shows' behind numbered tokens. It tells the
// engine what to load into Known.Tokens.
func Tokens(items []media.Item) []media.Token {
	shows := showTokens(items)
	seen := make(map[media.Token]bool, 4*len(items))
	var all []media.Token
	add := func(t media.Token) {
		if !seen[t] {
			seen[t] = true
			all = append(all, t)
		}
	}
	for i := range items {
		for _, t := range tokensOf(&items[i], shows) {
			add(t)
			if _, _, numbered := t.Numbered(); numbered {
				add(showOf(t))
			}
		}
	}
	return all
}

// tokensOf returns an item's usable tokens, sorted, each once.
func tokensOf(it *media.Item, shows map[string][]media.Token) []media.Token {
	through := shows[it.ShowKey]
	tokens := make([]media.Token, 0, len(it.Tokens)+len(through))
	for _, t := range it.Tokens {
		if t, ok := usable(it.Kind, t); ok {
			tokens = append(tokens, t)
		}
	}
	for _, s := range through {
		if t, ok := throughShow(it, s); ok {
			tokens = append(tokens, t)
		}
	}
	slices.SortFunc(tokens, media.Token.Compare)
	return slices.Compact(tokens)
}

// showTokens returns the usable tokens of the shows in the list by native key.
func showTokens(items []media.Item) map[string][]media.Token {
	shows := map[string][]media.Token{}
	for i := range items {
		if items[i].Kind == media.Show && items[i].Key != "" {
			key := items[i].Key
			shows[key] = append(shows[key], tokensOf(&items[i], nil)...)
		}
	}
	return shows
}

// throughShow names a season or episode by its show's token; ok is false for
// other kinds and where a number is missing.
func throughShow(it *media.Item, show media.Token) (t media.Token, ok bool) {
	switch {
	case it.Kind == media.Season && it.Season >= 0:
		return media.SeasonToken(show.Namespace, show.ID, it.Season), true
	case it.Kind == media.Episode && it.Season >= 0 && it.Number >= 0:
		return media.EpisodeToken(show.Namespace, show.ID, it.Season, it.Number), true
	}
	return media.Token{}, false
}

// showOf returns the show's own token behind a numbered one.
func showOf(t media.Token) media.Token { return media.OwnToken(media.Show, t.Namespace, t.ID) }

// usable returns the token in canonical spelling if it may join works of this
// kind.
func usable(kind media.Kind, t media.Token) (clean media.Token, ok bool) {
	if !speaks(kind, t) {
		return t, false
	}
	season, number, numbered := t.Numbered()
	if numbered && (season < 0 || kind == media.Episode && number < 0) {
		return t, false
	}
	t.ID, ok = media.CleanID(t.Namespace, t.ID)
	return t, ok
}

// speaks tells whether a token is about an item of this kind at all. A part is
// named by anime catalogues only: show ids on it are those of its show, which
// all its parts share.
func speaks(kind media.Kind, t media.Token) bool {
	if t.Kind != kind {
		return false
	}
	if kind != media.Part {
		return true
	}
	switch t.Namespace {
	case media.SIMKL, media.AniList, media.MAL, media.AniDB, media.Kitsu:
		return true
	}
	return false
}
