package simkl

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/loose"
)

var (
	errOtherTitle = errors.New("the answer is about another title")
	errAnswers    = errors.New("the answer is not one per title")
	errUnknown    = errors.New("the service has no such title")
)

// question is one title of /sync/watched.
type question struct {
	Simkl int64  `json:"simkl"`
	Type  string `json:"type,omitempty"` // "movie" or "show"
	key   string
}

// looked is one title of the answer.
type looked struct {
	IDs       ids                 `json:"-"` // stand beside the rest
	Result    result              `json:"result"`
	List      text                `json:"list"`
	WatchedAt text                `json:"last_watched_at"`
	Seasons   array[lookedSeason] `json:"seasons"`
}

// UnmarshalJSON reads the ids from where the rest is.
func (g *looked) UnmarshalJSON(b []byte) error {
	type plain looked
	if err := json.Unmarshal(b, (*plain)(g)); err != nil {
		return err
	}
	return json.Unmarshal(b, &g.IDs)
}

// array is a JSON list; one of another form is odd, and a missing one empty.
type array[T any] struct {
	rows []T
	odd  bool
}

// UnmarshalJSON never fails.
func (l *array[T]) UnmarshalJSON(b []byte) error {
	*l = array[T]{}
	l.odd = string(b) != "null" && (b[0] != '[' || json.Unmarshal(b, &l.rows) != nil)
	return nil
}

type lookedSeason struct {
	Number   number               `json:"number"`
	Episodes array[lookedEpisode] `json:"episodes"`
}

type lookedEpisode struct {
	Number    number `json:"number"`
	Watched   result `json:"watched"`
	WatchedAt text   `json:"last_watched_at"`
}

// result of a title: true in the library, false known and not in it,
// "not_found" not known.
type result string

// UnmarshalJSON never fails: it keeps the word.
func (r *result) UnmarshalJSON(b []byte) error {
	*r = result(loose.Unquoted(b))
	return nil
}

// askSingly answers items past the lists; where the service cannot be asked
// for one title, from a list read past caches.
func (a *account) askSingly(ctx context.Context, f media.Feature, items []media.Item, batch []int, out []provider.Answer) error {
	var asks []question
	which := make([]int, len(batch)) // question of each item; -1: none
	for n, i := range batch {
		q, err := a.question(ctx, items[i])
		which[n] = -1
		switch {
		case err == nil:
			if which[n] = slices.Index(asks, q); which[n] < 0 {
				which[n], asks = len(asks), append(asks, q)
			}
		case errors.Is(err, errUnknown):
			out[i] = provider.Answer{Key: items[i].Key}
		case wholeAccount(err.Kind) || ctx.Err() != nil:
			return err
		default:
			out[i] = unanswered(items[i], err)
		}
	}
	if len(asks) == 0 {
		return nil
	}
	got, err := a.watched(ctx, asks)
	if err != nil && (wholeAccount(err.Kind) || ctx.Err() != nil) {
		return err
	}
	lists := guard{account: a, now: map[string]*haul{}}
	for n, i := range batch {
		switch {
		case which[n] < 0:
		case err == nil && (got[which[n]].Result != "true" || !asks[which[n]].listOnly(f, items[i])):
			out[i] = got[which[n]].answer(f, items[i], asks[which[n]].key)
		case err == nil || noSuchCall(err):
			out[i] = lists.answer(ctx, f, items[i], asks[which[n]].key, err == nil)
		default:
			out[i] = unanswered(items[i], err)
		}
	}
	return nil
}

// noSuchCall tells whether the service does not offer the look-up at all.
func noSuchCall(e *provider.Error) bool {
	return e.Status == http.StatusNotFound || e.Status == http.StatusMethodNotAllowed || e.Status == http.StatusGone
}

// listOnly tells whether only the title's record tells of an item: ratings are
// not looked up, and episodes of an anime by AniDB's numbers.
func (q question) listOnly(f media.Feature, it media.Item) bool {
	b, _, _ := parseKey(q.key)
	return f == media.Ratings || it.Kind == media.Episode && b == anime
}

// question finds out by which number to ask for an item's title.
func (a *account) question(ctx context.Context, it media.Item) (question, *provider.Error) {
	b, id, ok := parseKey(it.Key)
	if !ok {
		k, _, known := a.shelf.titles().find(it)
		if !known {
			var err *provider.Error
			if k, err = a.resolve(ctx, it); err != nil {
				return question{}, err
			}
		}
		b, id, _ = parseKey(k)
	}
	q := question{Simkl: atoi(id), key: b.key(id)}
	switch b {
	case movies:
		q.Type = "movie"
	case shows:
		q.Type = "show"
	}
	return q, nil
}

// watched asks for titles; the answers come in the order of the questions.
func (a *account) watched(ctx context.Context, asks []question) ([]looked, *provider.Error) {
	const path = "/sync/watched"
	var got []looked
	q := url.Values{"extended": {"episodes,specials"}}
	if _, err := a.api.JSON(ctx, a.post(path, q, asks), &got); err != nil {
		return nil, provider.AsError(err)
	}
	if len(got) != len(asks) {
		return nil, provider.Failed(provider.Contract, "post "+path, errAnswers)
	}
	for i, g := range got {
		if !g.IDs.share(sentIDs{Simkl: asks[i].Simkl}) {
			return nil, provider.Failed(provider.Contract, "post "+path, errOtherTitle)
		}
	}
	return got, nil
}

// answer says what the look-up of a title means for an item.
func (g looked) answer(f media.Feature, it media.Item, k string) provider.Answer {
	var to address
	if it.Kind == media.Episode {
		var err error
		if to, err = episodeAddress(it); err != nil {
			return unanswered(it, provider.Failed(provider.Rejected, "look up", err))
		}
		k = episodeKey(k, to.season, to.episode)
	}
	out := provider.Answer{Key: k, Held: g.Result == "true" || g.Result == "false"}
	if g.Result != "true" {
		return out
	}
	r := record{Status: g.List, WatchedAt: g.WatchedAt}
	var row provider.Row
	var err error
	switch {
	case f == media.Watchlist:
		row, err = r.listed()
	case it.Kind == media.Film:
		row, err = r.seen()
	default:
		row, err = g.play(to)
	}
	if err != nil {
		return unanswered(it, provider.Failed(provider.Contract, "post /sync/watched", err))
	}
	if row.Value.Set {
		row.Key = k
		out.Rows = []provider.Row{row}
	}
	return out
}

// play is that of an episode, if there is one. What is not understood may be
// the episode, and is no "no".
func (g looked) play(to address) (row provider.Row, err error) {
	if g.Seasons.odd {
		err = errShape
	}
	for _, s := range g.Seasons.rows {
		n := s.Number.Whole()
		if n != to.season && n >= 0 {
			continue
		}
		if n < 0 || s.Episodes.odd {
			err = errShape
		}
		for _, e := range s.Episodes.rows {
			switch at := e.Number.Whole(); {
			case at == to.episode && n >= 0 && e.Watched == "true":
				return provider.Row{Value: media.Watched(e.WatchedAt.moment())}, nil
			case at < 0, at == to.episode && e.Watched != "false":
				err = errShape
			}
		}
	}
	return provider.Row{}, err
}
