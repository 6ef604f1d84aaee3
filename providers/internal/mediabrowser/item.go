package mediabrowser

import (
	"slices"
	"strconv"
	"strings"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// The item types that carry works.
const (
	Movie   = "Movie"
	Series  = "Series"
	Episode = "Episode"
)

// idNames maps the servers' and their plugins' names of ids, in lower case.
var idNames = map[string]media.Namespace{
	"imdb": media.IMDb, "tmdb": media.TMDB, "tvdb": media.TVDB, "trakt": media.Trakt, "simkl": media.SIMKL,
	"anidb": media.AniDB, "anilist": media.AniList, "mal": media.MAL, "myanimelist": media.MAL, "kitsu": media.Kitsu,
}

// Works translates a list. Shows knows the series of episodes that are not in
// it, and remembers those that are.
type Works struct{ Shows map[string]Item }

// Learn remembers the series in a list.
func (w *Works) Learn(items []Item) {
	if w.Shows == nil {
		w.Shows = map[string]Item{}
	}
	for _, it := range items {
		if Kind(it) == media.Show {
			it.UserData = nil // it will be out of date
			w.Shows[it.ID] = it
		}
	}
}

// Missing lists the series of episodes that are not known, in order.
func (w *Works) Missing(items []Item) []string {
	var ids []string
	for _, it := range items {
		if _, known := w.Shows[it.SeriesID]; Kind(it) == media.Episode && it.SeriesID != "" && !known {
			ids = append(ids, it.SeriesID)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// Kind returns the kind of work behind an item; NoKind for everything that is
// not kept in step.
func Kind(it Item) media.Kind {
	switch {
	case strings.EqualFold(it.Type, Movie):
		return media.Film
	case strings.EqualFold(it.Type, Series):
		return media.Show
	case strings.EqualFold(it.Type, Episode):
		return media.Episode
	}
	return media.NoKind
}

// Describe returns the works behind an item: one, or one per episode when a
// file holds several (IndexNumber to IndexNumberEnd). The first part keeps the
// item's id as its key, the others are "id#number".
func (w *Works) Describe(it Item) []media.Item {
	kind := Kind(it)
	if it.ID == "" {
		return nil
	}
	out := media.Item{Key: it.ID, Kind: kind, Title: it.Name, OriginalTitle: it.OriginalTitle, Year: it.ProductionYear,
		RuntimeMS: Millis(it.RunTimeTicks), Season: -1, Number: -1}
	switch kind {
	case media.NoKind:
		return nil
	case media.Film, media.Show:
		out.Tokens = w.own(it, kind)
		return []media.Item{out}
	}
	show := w.Shows[it.SeriesID]
	out.ShowKey, out.ShowTitle = it.SeriesID, it.SeriesName
	parts := numbers(it)
	if len(parts) > 1 {
		out.RuntimeMS /= int64(len(parts))
	}
	all := make([]media.Item, 0, len(parts))
	for n, number := range parts {
		part := out
		part.Season, part.Number = season(it), number
		if n == 0 {
			part.Tokens = w.own(it, kind) // the file's ids are those of its first episode
		} else {
			part.Key = it.ID + "#" + strconv.Itoa(number)
		}
		part.Tokens = append(part.Tokens, w.numbered(show, part.Season, number)...)
		all = append(all, part)
	}
	return all
}

// mostParts bounds how many episodes one file may claim.
const mostParts = 50

// numbers are the episodes that a file holds; -1 when it does not say.
func numbers(it Item) []int {
	if it.IndexNumber == nil {
		return []int{-1}
	}
	first, last := *it.IndexNumber, *it.IndexNumber
	if it.IndexNumberEnd != nil && *it.IndexNumberEnd > first && *it.IndexNumberEnd-first < mostParts {
		last = *it.IndexNumberEnd
	}
	var out []int
	for n := first; n <= last; n++ {
		out = append(out, n)
	}
	return out
}

func season(it Item) int {
	if it.ParentIndexNumber == nil {
		return -1
	}
	return *it.ParentIndexNumber
}

// own are the item's own ids, with those that its folder is named after.
func (w *Works) own(it Item, kind media.Kind) []media.Token {
	var out []media.Token
	for name, id := range it.ProviderIds {
		ns, known := idNames[strings.ToLower(name)]
		if clean, ok := media.CleanID(ns, id); known && ok {
			out = append(out, media.OwnToken(kind, ns, clean))
		}
	}
	out = append(out, media.FolderTokens(kind, it.Path)...)
	slices.SortFunc(out, media.Token.Compare)
	return slices.Compact(out)
}

// numbered names an episode by each id of its show.
func (w *Works) numbered(show Item, season, number int) []media.Token {
	if season < 0 || number < 0 {
		return nil
	}
	var out []media.Token
	for _, t := range w.own(show, media.Show) {
		out = append(out, media.EpisodeToken(t.Namespace, t.ID, season, number))
	}
	return out
}

// Split takes a key apart into the item's id and the number of a further
// episode in its file; first is true when there is none.
func Split(key string) (id string, number int, first bool) {
	id, part, found := strings.Cut(key, "#")
	if !found {
		return id, 0, true
	}
	number, _ = strconv.Atoi(part) // only Describe makes such keys
	return id, number, false
}

// Value returns what an item shows for a feature, the zero Value being an
// explicit no. ok is false where the kind does not have the feature or the
// item's user data is not understood.
func Value(it Item, f media.Feature) (row provider.Row, ok bool) {
	d, kind := it.UserData, Kind(it)
	if !it.Understood() {
		return row, false
	}
	switch f {
	case media.History:
		if d.Played {
			row.Value = media.Watched(d.played())
		}
		row.Count, row.Started = d.PlayCount, d.Played && d.played().Known()
		return row, kind.Leaf()
	case media.Progress:
		if d.PlaybackPositionTicks > 0 {
			row.Value = media.Position(Millis(d.PlaybackPositionTicks), Millis(it.RunTimeTicks))
			row.At = d.played()
		}
		return row, kind.Leaf()
	case media.Watchlist:
		row.Value = media.Value{Set: d.IsFavorite}
		return row, kind == media.Film || kind == media.Show
	case media.Ratings:
		if d.Rating != nil && *d.Rating > 0 { // 0 stars are none
			row.Value = media.Rated(max(1, int(*d.Rating*10+0.5)))
		}
		return row, kind != media.NoKind && (d.Rating == nil || rates(*d.Rating))
	}
	return row, false
}
