package main

import (
	"fmt"
	"maps"

	"watchkeeper/providers/jellyfin/jellyfinfake"
	"watchkeeper/providers/trakt/traktfake"
)

// What the services really hold, past every interface that programs use.

// truth is everything at both services.
type truth struct {
	here   map[string]jellyfinfake.State // by Jellyfin's id
	plays  map[*traktfake.Title]int
	listed map[*traktfake.Title]bool
	rated  map[*traktfake.Title]int
	paused map[*traktfake.Title]bool
}

func (t *stage) truth() truth {
	v := truth{map[string]jellyfinfake.State{}, map[*traktfake.Title]int{}, map[*traktfake.Title]bool{}, map[*traktfake.Title]int{}, map[*traktfake.Title]bool{}}
	for _, w := range t.all() {
		if w.id != "" {
			v.here[w.id] = t.anna.State(w.id)
		}
	}
	for _, p := range t.tracked.Plays() {
		v.plays[p.Title]++
	}
	for _, e := range t.tracked.Listed() {
		v.listed[e.Title] = true
	}
	for _, e := range t.tracked.Rated() {
		v.rated[e.Title] = e.Rating
	}
	for _, e := range t.tracked.Paused() {
		v.paused[e.Title] = true
	}
	return v
}

// all is every film, show and episode.
func (t *stage) all() []*work {
	all := append([]*work(nil), t.films...)
	for _, s := range t.shows {
		all = append(append(all, s), s.parts...)
	}
	return all
}

// same tells whether nothing at all has changed.
func (v truth) same(o truth) bool {
	return maps.Equal(v.here, o.here) && maps.Equal(v.plays, o.plays) && maps.Equal(v.listed, o.listed) &&
		maps.Equal(v.rated, o.rated) && maps.Equal(v.paused, o.paused)
}

// favourites counts the hearts at Jellyfin.
func (v truth) favourites() (n int) {
	for _, s := range v.here {
		if s.Favorite {
			n++
		}
	}
	return n
}

// differences names every title of which the services tell different stories.
// What the server does not hold it cannot tell.
func (t *stage) differences() []string {
	v := t.truth()
	var out []string
	for _, w := range t.all() {
		if w.id == "" {
			continue
		}
		s := v.here[w.id]
		played, count := s.Played, v.plays[w.title]
		switch {
		case played != (count > 0):
			out = append(out, fmt.Sprintf("%s: watched is %t at Jellyfin, %d plays at Trakt", w.name, played, count))
		case count > 1:
			out = append(out, fmt.Sprintf("%s: one viewing counts as %d plays at Trakt", w.name, count))
		}
		if s.Favorite != v.listed[w.title] {
			out = append(out, fmt.Sprintf("%s: favourite is %t at Jellyfin, listed is %t at Trakt", w.name, s.Favorite, v.listed[w.title]))
		}
		if rated := max(0, int(s.Rating+0.5)); rated != v.rated[w.title] {
			out = append(out, fmt.Sprintf("%s: rated %d at Jellyfin, %d at Trakt", w.name, rated, v.rated[w.title]))
		}
		if (s.PositionMS > 0) != v.paused[w.title] {
			out = append(out, fmt.Sprintf("%s: stopped at %d ms at Jellyfin, paused is %t at Trakt", w.name, s.PositionMS, v.paused[w.title]))
		}
	}
	return out
}
