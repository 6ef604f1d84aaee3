package plex

import (
	"math"
	"strconv"
	"strings"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// shows are the own tokens of shows by rating key: episodes are named by them.
type shows map[string][]media.Token

func (it item) kind() media.Kind {
	switch strings.ToLower(string(it.Type)) {
	case "movie":
		return media.Film
	case "show":
		return media.Show
	case "season":
		return media.Season
	case "episode":
		return media.Episode
	}
	return media.NoKind
}

// showKey is the rating key of the show of a season or episode.
func (it item) showKey() string {
	if it.kind() == media.Season {
		return string(it.ParentRatingKey)
	}
	return string(it.GrandparentRatingKey)
}

const longest = 1 << 31 // ms; about 25 days

// describe tells about the work behind an item.
func (s shows) describe(it item) media.Item {
	kind := it.kind()
	out := media.Item{Key: string(it.RatingKey), Kind: kind, Title: string(it.Title), OriginalTitle: string(it.OriginalTitle),
		Tokens: ownTokens(it, kind), Season: -1, Number: -1}
	if y := it.Year.or(0); y > 1800 && y < 3000 {
		out.Year = int(y)
	}
	if d := it.Duration.or(0); d > 0 && d < longest {
		out.RuntimeMS = d
	}
	switch kind {
	case media.Season:
		out.Season, out.ShowKey, out.ShowTitle = small(it.Index), it.showKey(), string(it.ParentTitle)
	case media.Episode:
		out.Season, out.Number = small(it.ParentIndex), small(it.Index)
		out.ShowKey, out.ShowTitle = it.showKey(), string(it.GrandparentTitle)
	default:
		return out
	}
	out.Tokens = sorted(append(out.Tokens, s.numbered(it, out.Season, out.Number)...))
	return out
}

// numbered names a season or episode by every id of its show.
func (s shows) numbered(it item, season, number int) (out []media.Token) {
	if season < 0 || number < 0 && it.kind() == media.Episode {
		return nil
	}
	guid := it.GrandparentGUID
	if it.kind() == media.Season {
		guid = it.ParentGUID
	}
	ids := ownTokens(item{GUID: guid}, media.Show)
	for _, t := range append(ids, s[it.showKey()]...) {
		if it.kind() == media.Season {
			out = append(out, media.SeasonToken(t.Namespace, t.ID, season))
		} else {
			out = append(out, media.EpisodeToken(t.Namespace, t.ID, season, number))
		}
	}
	return out
}

// learn remembers the shows in a list.
func (s shows) learn(items []item) {
	for _, it := range items {
		if it.kind() == media.Show {
			s[string(it.RatingKey)] = ownTokens(it, media.Show)
		}
	}
}

// small is a season or episode number; -1 when there is none.
func small(n number) int {
	if !n.known || n.N < 0 || n.N > 1<<20 {
		return -1
	}
	return int(n.N)
}

// value returns what an item shows in one feature, the zero Value being an
// explicit no. why tells what is wrong with a value that is not understood;
// ok is false where the kind does not have the feature.
func (it item) value(f media.Feature) (row provider.Row, why string, ok bool) {
	row.Key = string(it.RatingKey)
	kind := it.kind()
	switch f {
	case media.History:
		if it.ViewCount.odd {
			return row, "a count of views that is no number", kind.Leaf()
		}
		if row.Count = int(min(max(it.ViewCount.or(0), 0), math.MaxInt32)); row.Count > 0 {
			row.Value = media.Watched(it.lastPlay())
		}
		return row, "", kind.Leaf()
	case media.Progress:
		if it.ViewOffset.odd {
			return row, "a position that is no number", kind.Leaf()
		}
		at := it.ViewOffset.or(0)
		if d := it.Duration.or(0); at < 0 || d > 0 && at > d || at >= longest {
			return row, "a position of " + strconv.FormatInt(at, 10) + " ms is outside the film", kind.Leaf()
		}
		if at > 0 {
			row.Value, row.At = media.Position(at, max(it.Duration.or(0), 0)), it.LastViewedAt.moment()
			row.Value.Of = min(row.Value.Of, longest)
		}
		if row.Value.Set && row.Value.Of == 0 {
			return row, "a position in a film of unknown length", kind.Leaf()
		}
		return row, "", kind.Leaf()
	case media.Ratings:
		n := math.Round(it.UserRating.F * 10)
		if it.UserRating.odd {
			return row, "a rating that is no number", kind != media.NoKind
		}
		if it.UserRating.known && (n < 0 || n > 100) {
			return row, "a rating outside 0 to 10", kind != media.NoKind
		}
		if it.UserRating.known && n > 0 { // some versions show a rating that was taken away as 0
			row.Value, row.At = media.Rated(int(n)), it.LastRatedAt.moment()
		}
		return row, "", kind != media.NoKind
	}
	return row, "", false
}

// lastPlay is the date of the watched flag. While the film is being watched
// again, the server moves the date with the position, so it is none.
func (it item) lastPlay() media.Moment {
	if it.ViewOffset.or(0) > 0 {
		return 0
	}
	return it.LastViewedAt.moment()
}
