package animemap

import (
	"cmp"
	"errors"
	"slices"

	"watchkeeper/engine/media"
)

// Alias is one work that episodes of a part are elsewhere: an episode of a
// show, or a film.
type Alias struct {
	Lo, Hi int // episodes of the part; all together are the work
	// Shared is how many works only together are these episodes: 1 but for
	// recaps and double episodes.
	Shared int
	// Tokens name the work, strongest first: of one kind, and for an episode of
	// one season and number. What two catalogues of shows number differently are
	// two aliases, because an item has its own numbers and the ids of all of
	// them. AniDB counts within the part, so its name joins the first alias.
	Tokens []media.Token
}

// Names tells whether a token is one of the alias.
func (a Alias) Names(t media.Token) bool { return slices.Contains(a.Tokens, t) }

// Aliases lists what the first episodes of a part are elsewhere, in order. A
// place is left out where its numbers, read with the id that another catalogue
// has for the same show, are another episode: an item that has both ids could
// be either.
func (m *Map) Aliases(part string, episodes int) []Alias {
	known, _ := m.aliases.Load(part)
	names, _ := known.(aliases)
	if names.upTo < episodes {
		shows := m.showsOf(part)
		more := aliases{upTo: episodes, list: slices.Clip(names.list)}
		for n := names.upTo + 1; n <= episodes; n++ {
			more.list = append(more.list, m.aliasesAt(part, n, shows)...)
		}
		m.aliases.Store(part, more)
		names = more
	}
	end := slices.IndexFunc(names.list, func(a Alias) bool { return a.Lo > episodes })
	if end < 0 {
		end = len(names.list)
	}
	return slices.Clone(names.list[:end])
}

// aliases are a part's names as far as they were asked for.
type aliases struct {
	upTo int // episodes
	list []Alias
}

// aliasesAt lists the aliases whose first episode is n.
func (m *Map) aliasesAt(part string, n int, shows []place) (out []Alias) {
	found, err := m.Reverse(part, n)
	if err != nil {
		return nil // it is called nothing elsewhere
	}
	for _, match := range found {
		for _, t := range match.Tokens {
			a, ok := m.alias(part, t, shows)
			if !ok || a.Lo != n {
				continue
			}
			if i := slices.IndexFunc(out, a.same); i >= 0 {
				out[i].Tokens = append(out[i].Tokens, a.Tokens...)
			} else {
				out = append(out, a)
			}
		}
	}
	for i := range out {
		slices.SortFunc(out[i].Tokens, stronger)
		out[i].Tokens = slices.Compact(out[i].Tokens)
	}
	return joinAniDB(out)
}

// joinAniDB gives the names that AniDB alone has to the first alias of the same
// episodes: else one episode would be two works, one of which hardly anybody
// knows.
func joinAniDB(list []Alias) (out []Alias) {
	for _, a := range list {
		i := slices.IndexFunc(out, func(b Alias) bool {
			return a.Lo == b.Lo && a.Hi == b.Hi && a.Shared == 1 && b.Shared == 1 && a.Tokens[0].Kind == b.Tokens[0].Kind
		})
		if a.Tokens[0].Namespace == media.AniDB && i >= 0 {
			out[i].Tokens = append(out[i].Tokens, a.Tokens...)
			continue
		}
		out = append(out, a)
	}
	return out
}

// same tells whether two aliases are of one numbering.
func (a Alias) same(b Alias) bool {
	s, n, _ := a.Tokens[0].Numbered()
	s2, n2, _ := b.Tokens[0].Numbered()
	return a.Lo == b.Lo && a.Hi == b.Hi && a.Tokens[0].Kind == b.Tokens[0].Kind && s == s2 && n == n2
}

// named is the order in which an alias is called by its tokens.
var named = []media.Namespace{media.TVDB, media.TMDB, media.IMDb, media.AniDB}

func stronger(a, b media.Token) int {
	return cmp.Or(cmp.Compare(slices.Index(named, a.Namespace), slices.Index(named, b.Namespace)), a.Compare(b))
}

// alias is a token with its way back to the part; ok is false where it does
// not lead back, or where its numbers contradict another catalogue's.
func (m *Map) alias(part string, t media.Token, shows []place) (a Alias, ok bool) {
	from, number, ok := placeOf(t)
	if !ok {
		return Alias{}, false
	}
	back, err := m.toPart(from, number)
	if err != nil || back.Tokens[0].ID != part {
		return Alias{}, false
	}
	a = Alias{Shared: len(back.With), Tokens: []media.Token{t}}
	a.Lo, a.Hi = back.span()
	season := from.season()
	for _, show := range shows {
		if season < 0 || show.catalogue == from.catalogue {
			continue
		}
		other := place{show.catalogue, show.id, from.scope}
		there, err := m.toPart(other, number)
		switch {
		case err == nil && there.same(back):
			a.Tokens = append(a.Tokens, other.token(number))
		case !errors.Is(err, ErrUnmapped):
			return Alias{}, false
		}
	}
	return a, true
}

// span are the first and last of a match's episodes of a part.
func (h Match) span() (lo, hi int) {
	_, lo, _ = h.Tokens[0].Numbered()
	_, hi, _ = h.Tokens[len(h.Tokens)-1].Numbered()
	return lo, hi
}

// same tells whether two matches are the same episodes of the same part.
func (h Match) same(o Match) bool { return slices.Equal(h.Tokens, o.Tokens) }

// Locate finds the episodes of a part that an item is, as Aliases lists them.
func (m *Map) Locate(it media.Item) (part string, a Alias, err error) {
	found, err := m.Forward(it)
	if err != nil {
		return "", Alias{}, err
	}
	part = found.Tokens[0].ID
	lo, _ := found.span()
	for _, a := range m.aliasesAt(part, lo, m.showsOf(part)) {
		if slices.ContainsFunc(it.Tokens, a.Names) {
			return part, a, nil
		}
	}
	return "", Alias{}, ErrAmbiguous
}

// Stands tells what a part stands for on a watchlist: the film that it is as a
// whole, or the shows whose first episode it holds; nothing where it stands
// for itself only, as later parts do. rated tells whether a rating of the show
// or film is one of this part and no other. episodes is how many the part has,
// 0 where that is not known.
func (m *Map) Stands(part string, episodes int) (tokens []media.Token, rated bool) {
	for _, a := range m.aliasesAt(part, 1, m.showsOf(part)) {
		if a.Tokens[0].Kind == media.Film && a.Hi == episodes && a.Shared == 1 {
			return a.Tokens, true
		}
	}
	shows, err := m.Shows(part)
	if err != nil {
		return nil, false
	}
	rated = true
	for _, s := range shows {
		if first, err := m.First(s); err != nil || first.ID != part {
			continue
		}
		tokens = append(tokens, s)
		only, err := m.Only(s)
		rated = rated && err == nil && only.ID == part
	}
	return tokens, rated && len(tokens) > 0
}

// PartOf finds the part that stands for a show; all ids of the show that the
// mappings know must agree.
func (m *Map) PartOf(show media.Item) (part string, err error) {
	if !m.loaded() {
		return "", ErrNoMap
	}
	err = ErrUnmapped
	for _, t := range show.Tokens {
		if t.Kind != media.Show || t.Namespace != media.TVDB && t.Namespace != media.TMDB {
			continue
		}
		first, failed := m.First(t)
		switch {
		case errors.Is(failed, ErrUnmapped):
		case failed != nil:
			return "", failed
		case part != "" && part != first.ID:
			return "", ErrAmbiguous
		default:
			part, err = first.ID, nil
		}
	}
	return part, err
}

// showsOf lists the shows, without seasons, that a part is found in.
func (m *Map) showsOf(part string) (out []place) {
	add := func(p place) {
		p = p.whole()
		if (p.catalogue == tvdbShow || p.catalogue == tmdbShow) && !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	for _, l := range m.layers() {
		for _, r := range l.runs[place{catalogue: anilist, id: part}] {
			if !r.denied {
				add(r.to)
			}
		}
	}
	if m.fribb != nil {
		for _, s := range m.fribb.byPart[part] {
			add(s.in)
		}
	}
	return out
}
