package anilist

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// Native keys: "101" is the part, "101#3" its third episode.

func partKey(id int) string { return strconv.Itoa(id) }

func episodeKey(id, number int) string { return fmt.Sprintf("%d#%d", id, number) }

// parseKey is the inverse of both; episode is 0 for a part.
func parseKey(k string) (id, episode int, ok bool) {
	first, rest, numbered := strings.Cut(k, "#")
	id, err := strconv.Atoi(first)
	if err != nil || id <= 0 {
		return 0, 0, false
	}
	if !numbered {
		return id, 0, true
	}
	episode, err = strconv.Atoi(rest)
	return id, episode, err == nil && episode > 0
}

func digits(n int) number { return number(strconv.Itoa(n)) }

// name is the title to show: English where there is one, as most libraries do.
func (t title) name() string {
	return string(cmp.Or(t.Title.English, t.Title.Romaji, t.Title.Native))
}

func (t title) year() int {
	return max(0, cmp.Or(max(0, t.SeasonYear.whole()), max(0, t.StartDate.Year.whole())))
}

// episodes is how many episodes the part has; 0: unknown.
func (t title) episodes() int { return max(0, t.Episodes.whole()) }

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

// part describes the title as a whole.
func (t title) part() media.Item {
	return media.Item{Key: partKey(t.ID.whole()), Kind: media.Part, Title: t.name(), OriginalTitle: string(t.Title.Native),
		Year: t.year(), Tokens: t.ids(), Season: -1, Number: -1}
}

// episode describes one episode; parts count theirs from 1 and know no seasons.
func (t title) episode(number int) media.Item {
	it := media.Item{Key: episodeKey(t.ID.whole(), number), Kind: media.Episode, Year: t.year(),
		RuntimeMS: int64(min(max(0, t.Duration.whole()), 24*60)) * 60_000,
		ShowKey:   partKey(t.ID.whole()), ShowTitle: t.name(), Season: 1, Number: number}
	for _, id := range t.ids() {
		it.Tokens = append(it.Tokens, media.EpisodeToken(id.Namespace, id.ID, 1, number))
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

// shows is what an entry says in one feature: at most one row, or one for
// every watched episode. None of them has a date: updatedAt moves with any
// edit, and completedAt is about the whole title.
func (e entry) shows(f media.Feature) ([]provider.Row, error) {
	id := e.MediaID.whole()
	switch f {
	case media.Watchlist:
		switch e.Status {
		case planning:
			return []provider.Row{{Key: partKey(id), Value: media.Listed()}}, nil
		case current, completed, repeating, paused, dropped, "":
			return nil, nil
		}
		return nil, errStatus
	case media.Ratings:
		return e.rated(id)
	}
	if e.Progress != "" && e.Progress.whole() < 0 || e.watched() > mostEpisodes {
		return nil, errCount
	}
	out := make([]provider.Row, 0, e.watched())
	for n := 1; n <= e.watched(); n++ {
		out = append(out, provider.Row{Key: episodeKey(id, n), Value: media.Watched(0)})
	}
	return out, nil
}

func (e entry) rated(id int) ([]provider.Row, error) {
	score := e.score()
	switch {
	case score == 0:
		return nil, nil
	case score < 0:
		return nil, errScore
	}
	return []provider.Row{{Key: partKey(id), Value: media.Rated(score)}}, nil
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
