package anilist

import (
	"cmp"
	"errors"
	"strconv"

	"watchkeeper/engine/media"
)

func digits(n int) number { return number(strconv.Itoa(n)) }

// name is the title to show: English where there is one, as most libraries do.
func (t title) name() string {
	return string(cmp.Or(t.Title.English, t.Title.Romaji, t.Title.Native))
}

func (t title) year() int {
	return max(0, cmp.Or(max(0, t.SeasonYear.whole()), max(0, t.StartDate.Year.whole())))
}

// episodes is how many episodes the part has; 0: unknown.
// A film that is not out yet is one all the same.
func (t title) episodes() int {
	if t.Format == "MOVIE" {
		return max(1, t.Episodes.whole())
	}
	return max(0, t.Episodes.whole())
}

// ids are the public ids of the part, by namespace.
func (t title) ids() (out []media.Token) {
	for _, id := range []struct {
		ns media.Namespace
		n  number
	}{{media.AniList, t.ID}, {media.MAL, t.MAL}} {
		if n := id.n.whole(); n > 0 {
			out = append(out, media.OwnToken(media.Part, id.ns, strconv.Itoa(n)))
		}
	}
	return out
}

// numbered are the ids of one episode, as AniList counts.
func (t title) numbered(n int) (out []media.Token) {
	for _, id := range t.ids() {
		out = append(out, media.EpisodeToken(id.Namespace, id.ID, 1, n))
	}
	return out
}

// item describes what a ref names, with its ids.
func (t title) item(r ref, tokens []media.Token) media.Item {
	it := media.Item{Key: r.key(), Kind: r.kind(), Year: t.year(), Tokens: tokens, Season: -1, Number: -1}
	if it.Kind != media.Episode {
		it.Title, it.OriginalTitle = t.name(), string(t.Title.Native)
	}
	minutes := int64(min(max(0, t.Duration.whole()), 24*60)) * int64(r.hi-r.lo+1)
	if r.lo > 0 && r.shared == 1 {
		it.RuntimeMS = minutes * 60_000
	}
	if it.Kind == media.Episode {
		it.ShowTitle, it.Season, it.Number = t.name(), 1, r.lo
		if r.as == (media.Token{}) {
			it.ShowKey = partRef(r.id).key()
		} else {
			it.Season, it.Number, _ = r.as.Numbered()
		}
	}
	return it
}

// mostEpisodes is more than any title has; a count beyond it is not believed.
const mostEpisodes = 10_000

var (
	errScore  = errors.New("a score outside 0 to 100")
	errCount  = errors.New("a count of episodes that cannot be")
	errStatus = errors.New("a list that is not known")
)

// watched is how many episodes were watched, from the first on. A title that
// was completed once was watched whole, also while it is watched again: the
// count starts anew then.
func (e entry) watched() int {
	seen := max(0, e.Progress.whole())
	all := e.Media.episodes()
	if e.Status == completed || e.Status == repeating || e.Repeat.whole() > 0 {
		seen = max(seen, all)
	}
	if all > 0 {
		seen = min(seen, all)
	}
	return seen
}

// value is what an entry says of its title as a whole.
func (e entry) value(f media.Feature) (media.Value, error) {
	if f == media.Watchlist {
		switch e.Status {
		case planning:
			return media.Listed(), nil
		case current, completed, repeating, paused, dropped:
			return media.Value{}, nil
		}
		return media.Value{}, errStatus
	}
	switch score := e.score(); {
	case score < 0:
		return media.Value{}, errScore
	case score > 0:
		return media.Rated(score), nil
	}
	return media.Value{}, nil
}

// named is the entry's title, which the service names beside it.
func (e entry) named() title {
	e.Media.ID = e.MediaID
	return e.Media
}

// score is the score in 0..100, 0 for none; -1 when it cannot be.
func (e entry) score() int {
	if e.Score == "" {
		return 0
	}
	f := e.Score.float()
	if f < 0 || f > 100 {
		return -1
	}
	if f > 0 && f < 1 {
		return 1
	}
	return int(f + 0.5)
}
