package anilist

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"watchkeeper/engine/media"
	"watchkeeper/providers/internal/animemap"
)

// Native keys: "101" is the part, "101#3" its third episode, as AniList counts.
// What the mapping knows by another name is listed under that name, and the
// key tells which, because a key must mean the same work for ever:
// "101#3@episode/tvdb:88@2x3" is an episode of a show, "101#1-2@film/tmdb:9" a
// film that two episodes are, "101@show/tvdb:88" the show whose first episode
// the part holds.

// ref names a part (lo 0), an episode or several; id 0: nothing here has such
// ids.
type ref struct {
	id, lo, hi int
	as         media.Token // the name it is listed under; zero for AniList's own
	// shared is how many works only together are these episodes.
	shared int
}

func partRef(id int) ref { return ref{id: id} }

func episodeRef(id, n int) ref { return ref{id: id, lo: n, hi: n, shared: 1} }

func aliasRef(id int, a animemap.Alias) ref {
	return ref{id: id, lo: a.Lo, hi: a.Hi, as: a.Tokens[0], shared: a.Shared}
}

// key is the native key.
func (r ref) key() string {
	k := strconv.Itoa(r.id)
	switch {
	case r.lo > 0 && r.hi == r.lo:
		k += "#" + strconv.Itoa(r.lo)
	case r.lo > 0:
		k += fmt.Sprintf("#%d-%d", r.lo, r.hi)
	}
	if r.as != (media.Token{}) {
		k += "@" + r.as.String()
	}
	return k
}

// kind is what sort of work it is.
func (r ref) kind() media.Kind {
	switch {
	case r.as != (media.Token{}):
		return r.as.Kind
	case r.lo > 0:
		return media.Episode
	}
	return media.Part
}

// parseKey is the inverse of key, but for shared, which it does not tell.
func parseKey(k string) (r ref, ok bool) {
	own, name, named := strings.Cut(k, "@")
	if named {
		t, err := media.ParseToken(name)
		if err != nil {
			return ref{}, false
		}
		r.as = t
	}
	first, rest, numbered := strings.Cut(own, "#")
	id, err := strconv.Atoi(first)
	if err != nil || id <= 0 {
		return ref{}, false
	}
	r.id, r.shared = id, 1
	if !numbered {
		return r, true
	}
	from, to, several := strings.Cut(rest, "-")
	if !several {
		to = from
	}
	lo, errLo := strconv.Atoi(from)
	hi, errHi := strconv.Atoi(to)
	r.lo, r.hi = lo, hi
	return r, errLo == nil && errHi == nil && 0 < lo && lo <= hi
}

// atlas is the mapping as one call uses it.
type atlas struct{ *animemap.Map }

// atlas is what works are called now.
func (a *account) atlas() atlas {
	if a.anime == nil {
		return atlas{&animemap.Map{}}
	}
	return atlas{a.anime.Map()}
}

// still tells whether a ref that was named some time ago is listed by that
// name now, and completes it.
func (n atlas) still(r ref) (ref, bool) {
	switch {
	case r.as == (media.Token{}):
		return r, true
	case r.as.Kind == media.Show:
		part, err := n.PartOf(media.Item{Kind: media.Show, Tokens: []media.Token{r.as}})
		return r, err == nil && part == strconv.Itoa(r.id)
	}
	part, alias, err := n.Locate(media.Item{Kind: r.as.Kind, Tokens: []media.Token{r.as}})
	if err != nil || part != strconv.Itoa(r.id) {
		return r, false
	}
	now := aliasRef(r.id, alias)
	r.shared = now.shared
	return r, r == now
}

// locate finds what an item is by the mapping.
func (n atlas) locate(it media.Item) (r ref, err error) {
	var part string
	switch it.Kind {
	case media.Show:
		if part, err = n.PartOf(it); err == nil {
			r = partRef(atoi(part))
			tokens, _ := n.Stands(part, 0)
			r.as = first(tokens)
		}
	case media.Episode, media.Film:
		var alias animemap.Alias
		if part, alias, err = n.Locate(it); err == nil {
			r = aliasRef(atoi(part), alias)
		}
	default:
		err = animemap.ErrUnmapped
	}
	return r, err
}

// listed is how an episode that is known by AniList's own number is listed:
// under the name that the item has too, or its first, or its own.
func (n atlas) listed(id, number int, it media.Item) ref {
	all := n.Aliases(strconv.Itoa(id), number)
	all = slices.DeleteFunc(all, func(a animemap.Alias) bool { return a.Hi < number })
	for _, a := range all {
		if slices.ContainsFunc(it.Tokens, a.Names) {
			return aliasRef(id, a)
		}
	}
	switch {
	case len(all) == 0:
		return episodeRef(id, number)
	case all[0].Lo == number && all[0].Hi == number && all[0].Shared == 1:
		return aliasRef(id, all[0])
	}
	return ref{} // one episode of several that are one work elsewhere
}

// whole is how a title as a whole is listed: as the film that it is, as the
// show that it stands for, or by itself. A rating of a show counts for a part
// only where the show has no other.
func (n atlas) whole(t title, f media.Feature) ref {
	id := t.ID.whole()
	tokens, rated := n.Stands(strconv.Itoa(id), t.episodes())
	if len(tokens) == 0 || f == media.Ratings && !rated {
		return partRef(id)
	}
	r := partRef(id)
	if r.as = tokens[0]; r.as.Kind == media.Film {
		r.lo, r.hi, r.shared = 1, t.episodes(), 1
	}
	return r
}

func first(tokens []media.Token) (t media.Token) {
	if len(tokens) > 0 {
		t = tokens[0]
	}
	return t
}

func atoi(s string) int {
	n, _ := strconv.Atoi(s) // a part's id in the mapping is a number, or no title has it
	return n
}

// shown is one value of an entry, with what it is listed as.
type shown struct {
	ref
	tokens []media.Token
	value  media.Value
}

// shows is what an entry says in one feature: at most one value, or one for
// every watched episode. None of them has a date: updatedAt moves with any
// edit, and completedAt is about the whole title.
func (n atlas) shows(e entry, f media.Feature) ([]shown, error) {
	if f == media.History {
		return n.watched(e)
	}
	v, err := e.value(f)
	if err != nil || !v.Set {
		return nil, err
	}
	r := n.whole(e.named(), f)
	return []shown{{ref: r, tokens: n.tokens(e.named(), r), value: v}}, nil
}

// watched lists the watched episodes: by every name that they have elsewhere,
// and by their own number where they have none.
func (n atlas) watched(e entry) (out []shown, err error) {
	id, seen := e.MediaID.whole(), e.watched()
	if e.Progress != "" && e.Progress.whole() < 0 || seen > mostEpisodes {
		return nil, errCount
	}
	hidden := make([]bool, seen+1)
	for _, a := range n.Aliases(strconv.Itoa(id), seen) {
		for i := a.Lo; i <= min(a.Hi, seen); i++ {
			hidden[i] = true
		}
		if a.Hi <= seen {
			out = append(out, shown{aliasRef(id, a), a.Tokens, media.Watched(0)})
		}
	}
	for i := 1; i <= seen; i++ {
		if !hidden[i] {
			out = append(out, shown{episodeRef(id, i), e.named().numbered(i), media.Watched(0)})
		}
	}
	return out, nil
}

// tokens are the ids of what a ref names.
func (n atlas) tokens(t title, r ref) []media.Token {
	switch {
	case r.as == (media.Token{}) && r.lo == 0:
		return t.ids()
	case r.as == (media.Token{}):
		return t.numbered(r.lo)
	case r.as.Kind == media.Show:
		tokens, _ := n.Stands(strconv.Itoa(r.id), 0)
		return tokens
	}
	_, alias, err := n.Locate(media.Item{Kind: r.as.Kind, Tokens: []media.Token{r.as}})
	if err != nil {
		return nil
	}
	return alias.Tokens
}
