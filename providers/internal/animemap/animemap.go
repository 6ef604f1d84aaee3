// Package animemap turns an episode of a show, as media servers and most
// trackers number it, into an episode of a part, as AniList numbers it, and
// back.
//
// It only looks up: AniBridge's mappings first, Fribb's list of offsets where
// those say nothing, and before both what the person has written by hand. It
// never compares titles, and where two answers are possible it gives none: no
// mapping, no write (engine README, identity). It knows no account and no
// service; Map is pure and safe for concurrent use.
//
// Read Map here, then block.go for the arithmetic of ranges, syntax.go for the
// files' form, layer.go for one file in memory, fribb.go for offsets, and
// store.go and fetch.go for how the files come and stay. What adapters ask is in
// alias.go.
package animemap

import (
	"errors"
	"slices"
	"strconv"
	"sync"

	"watchkeeper/engine/media"
)

// Why there is no answer. The person sees the item with this reason and can
// write a mapping by hand.
var (
	// ErrNoMap: no mapping file is loaded at all.
	ErrNoMap = errors.New("no anime mapping is loaded")
	// ErrUnmapped: nothing maps it, or somebody said that nothing does.
	ErrUnmapped = errors.New("no mapping holds this episode")
	// ErrAmbiguous: several parts, or several places of one catalogue, claim it.
	ErrAmbiguous = errors.New("several mappings claim this episode")
)

// Source is where an answer comes from.
type Source string

const (
	ByHand    Source = "by hand"
	AniBridge Source = "anibridge"
	Fribb     Source = "fribb"
)

// Match is what an episode or film is in another numbering.
type Match struct {
	// Tokens name it there: usually one; several where one episode here is
	// several there.
	Tokens []media.Token
	// With are the numbers on this side that only together are what Tokens
	// name, in order, the one that was asked for among them.
	With   []int
	Source Source
}

// Map is every mapping that is loaded. The zero Map answers ErrNoMap.
type Map struct {
	hand, bridge *layer
	fribb        *offsets
	version      string
	aliases      sync.Map // part → aliases: lists are gone through again and again
}

// Version changes whenever an answer may change: views that were translated by
// another one have another scope.
func (m *Map) Version() string { return m.version }

func (m *Map) layers() (out []*layer) {
	for _, l := range []*layer{m.hand, m.bridge} {
		if l != nil {
			out = append(out, l)
		}
	}
	return out
}

// loaded tells whether there is a file to answer from: without one nothing may
// be written.
func (m *Map) loaded() bool { return m.bridge != nil || m.fribb != nil }

// Forward finds the AniList episodes of an episode or a film. All of its ids
// that any mapping knows must agree, unless the person has written about one:
// a server numbers by one catalogue and has the ids of several, so that the
// same numbers may mean one thing by one id and another by the next.
func (m *Map) Forward(it media.Item) (Match, error) {
	if !m.loaded() {
		return Match{}, ErrNoMap
	}
	var found []Match
	ambiguous := false
	for _, t := range it.Tokens {
		from, number, ok := placeOf(t)
		if t.Kind != it.Kind || !ok {
			continue
		}
		one, err := m.toPart(from, number)
		switch {
		case err == nil:
			found = append(found, one)
		case !errors.Is(err, ErrUnmapped):
			ambiguous = true
		}
	}
	return agreed(found, ambiguous)
}

// agreed is the one match that all are; what is written by hand counts alone.
func agreed(found []Match, ambiguous bool) (Match, error) {
	hand := func(m Match) bool { return m.Source == ByHand }
	if slices.ContainsFunc(found, hand) {
		ambiguous = false
		found = slices.DeleteFunc(found, func(m Match) bool { return !hand(m) })
	}
	switch {
	case ambiguous, slices.ContainsFunc(found, func(m Match) bool { return !m.same(found[0]) }):
		return Match{}, ErrAmbiguous
	case len(found) == 0:
		return Match{}, ErrUnmapped
	}
	return found[0], nil
}

func (m *Map) toPart(from place, number int) (Match, error) {
	found, src, said := m.find(from, number, func(p place) bool { return p.catalogue == anilist })
	switch {
	case len(found) == 1:
		out, _ := matched(found[0], src) // an AniList episode has a name always
		return out, nil
	case len(found) > 1:
		return Match{}, ErrAmbiguous
	case said || m.fribb == nil:
		return Match{}, ErrUnmapped
	}
	return m.fribb.forward(from, number)
}

// find asks layer after layer; the first with an answer has the word. said
// tells that a mapping expressly says no.
func (m *Map) find(from place, number int, wanted func(place) bool) (found []hit, src Source, said bool) {
	var barred []place
	var above []*layer
	for _, l := range m.layers() {
		hits, denied := l.find(from, number, wanted)
		barred = append(barred, denied...)
		all := len(hits)
		hits = slices.DeleteFunc(hits, func(h hit) bool {
			over := func(l *layer) bool { return l.replaced[[2]place{from, h.to}] }
			return slices.Contains(barred, h.to) || slices.ContainsFunc(above, over)
		})
		if len(hits) > 0 {
			return hits, l.source, false
		}
		said = said || all > 0 || len(barred) > 0
		above = append(above, l)
	}
	return nil, "", said
}

// matched names a hit; ok is false where the vocabulary has no word for it,
// such as a film's second episode.
func matched(h hit, src Source) (out Match, ok bool) {
	out = Match{With: h.with, Source: src}
	for n := h.lo; n <= h.hi; n++ {
		t := h.to.token(n)
		if t.ID == "" {
			return Match{}, false
		}
		out.Tokens = append(out.Tokens, t)
	}
	return out, true
}

// Reverse finds the places of an AniList episode, at most one in each
// catalogue: an episode of a show or a film. A catalogue in which several
// places claim it has none. The error is for no place at all.
func (m *Map) Reverse(part string, number int) ([]Match, error) {
	if !m.loaded() {
		return nil, ErrNoMap
	}
	from := place{catalogue: anilist, id: part}
	var out []Match
	ambiguous := false
	for _, c := range catalogues {
		found, src, said := m.find(from, number, func(p place) bool { return p.catalogue == c })
		switch {
		case len(found) == 1:
			if one, ok := matched(found[0], src); ok {
				out = append(out, one)
			}
		case len(found) > 1:
			ambiguous = true
		case !said && m.fribb != nil:
			out = append(out, m.fribb.reverse(c, part, number)...)
		}
	}
	switch {
	case len(out) > 0:
		return out, nil
	case ambiguous:
		return nil, ErrAmbiguous
	}
	return nil, ErrUnmapped
}

// First is the part that stands for a show on a watchlist: the one that holds
// its first episode.
func (m *Map) First(show media.Token) (media.Token, error) {
	found, err := m.Forward(media.Item{Kind: media.Episode, Tokens: []media.Token{media.EpisodeToken(show.Namespace, show.ID, 1, 1)}})
	if err != nil {
		return media.Token{}, err
	}
	return media.OwnToken(media.Part, media.AniList, found.Tokens[0].ID), nil
}

// Shows are the shows that a part stands for on a watchlist: those whose first
// episode it holds. A later part stands for none.
func (m *Map) Shows(part string) ([]media.Token, error) {
	found, err := m.Reverse(part, 1)
	if err != nil {
		return nil, err
	}
	var out []media.Token
	for _, f := range found {
		t := f.Tokens[0]
		if season, number, ok := t.Numbered(); ok && season == 1 && number == 1 && t.Namespace != media.AniDB {
			out = append(out, media.OwnToken(media.Show, t.Namespace, t.ID))
		}
	}
	if len(out) == 0 {
		return nil, ErrUnmapped
	}
	return out, nil
}

// Only is the one part of a show that has no other, specials aside: a rating
// of the show may go there and nowhere else.
func (m *Map) Only(show media.Token) (media.Token, error) {
	if !m.loaded() {
		return media.Token{}, ErrNoMap
	}
	from, _, ok := placeOf(media.EpisodeToken(show.Namespace, show.ID, 1, 1))
	if !ok {
		return media.Token{}, ErrUnmapped
	}
	var parts []string
	for _, l := range m.layers() {
		parts = append(parts, l.partsOf(from)...)
	}
	if m.fribb != nil {
		parts = append(parts, m.fribb.partsOf(from)...)
	}
	slices.Sort(parts)
	switch parts = slices.Compact(parts); len(parts) {
	case 0:
		return media.Token{}, ErrUnmapped
	case 1:
		return media.OwnToken(media.Part, media.AniList, parts[0]), nil
	}
	return media.Token{}, ErrAmbiguous
}

// atoi reads a number that has passed the syntax already.
func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}
