package simkl

import (
	"errors"
	"slices"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

var (
	errUnlisted = errors.New("the title counts watched episodes and lists none")
	errPart     = errors.New("what was watched of an anime without tvdb numbers has no place outside of simkl")
)

func skip(v *provider.View, key string, r record, why error) {
	v.Skipped = append(v.Skipped, notUnderstood(key, string(r.about().Title), why))
}

// notUnderstood names a row by its key. An episode without its numbers may be
// any that was shown, so it goes without one.
func notUnderstood(key, title string, why error) provider.Skipped {
	if errors.Is(why, errNumber) {
		key = ""
	}
	return provider.Skipped{Key: key, Title: title, Reason: why.Error()}
}

// show adds what one title says in a view's feature.
func (r record) show(v *provider.View, b bucket, k string, c *collector) {
	var row provider.Row
	var err error
	switch v.Feature {
	case media.Watchlist:
		row, err = r.listed()
	case media.Ratings:
		row, err = r.rated()
	case media.History:
		if r.about().kind(b, r.AnimeType) != media.Film {
			r.showEpisodes(v, b, k, c)
			return
		}
		row, err = r.seen()
	}
	if err != nil {
		skip(v, k, r, err)
		return
	}
	if row.Value.Set {
		row.Key = k
		v.Rows = append(v.Rows, row)
		c.describe(r.about().item(b, r.AnimeType))
	}
}

// listed is the watchlist entry: the status "plan to watch".
func (r record) listed() (provider.Row, error) {
	switch {
	case !slices.Contains(statuses[:], string(r.Status)):
		return provider.Row{}, errStatus
	case r.Status != "plantowatch":
		return provider.Row{}, nil
	}
	return provider.Row{Value: media.Listed(), At: r.AddedAt.moment()}, nil
}

// rated is the rating; none is null, and has been seen to be 0.
func (r record) rated() (provider.Row, error) {
	if r.Rating == "" || r.Rating.Float() == 0 {
		return provider.Row{}, nil
	}
	n := r.Rating.Whole()
	if n < 1 || n > 10 {
		return provider.Row{}, errRating
	}
	return provider.Row{Value: media.Rated(n * 10), At: r.RatedAt.moment()}, nil
}

// seen is a film's one play. A film that is planned is not watched, whatever
// date an earlier viewing left; one given up is only where a date says so.
func (r record) seen() (provider.Row, error) {
	switch {
	case !slices.Contains(statuses[:], string(r.Status)):
		return provider.Row{}, errStatus
	case r.Status == "plantowatch", r.Status != "completed" && !r.WatchedAt.moment().Known():
		return provider.Row{}, nil
	}
	row := provider.Row{Value: media.Watched(r.WatchedAt.moment())}
	if !row.Value.PlayedAt().Known() {
		row.At = r.AddedAt.moment() // tells a mark from what a rating did
	}
	return row, nil
}

// play is an episode that is recorded as watched.
type play struct {
	key            string
	season, number int
	at             media.Moment
	err            error
}

// watched lists the episodes of a show or anime.
func (r record) watched(b bucket, k string) (out []play) {
	for _, s := range r.Seasons {
		for _, e := range s.Episodes {
			p := play{at: e.WatchedAt.moment()}
			if p.season, p.number, p.err = e.place(b, s.Number); p.err == nil {
				p.key = episodeKey(k, p.season, p.number)
			}
			if b == anime && !r.about().hasTVDB() {
				p.err = errPart
			}
			out = append(out, p)
		}
	}
	return out
}

// showEpisodes adds every watched episode once. One that has no place is
// named once per reason.
func (r record) showEpisodes(v *provider.View, b bucket, k string, c *collector) {
	at := map[string]int{}
	odd := map[error]bool{}
	for _, p := range r.watched(b, k) {
		if p.err != nil {
			if !odd[p.err] {
				odd[p.err] = true
				skip(v, k, r, p.err)
			}
			continue
		}
		row := provider.Row{Key: p.key, Value: media.Watched(p.at)}
		if i, double := at[p.key]; double {
			if v.Rows[i].Value.N < row.Value.N {
				v.Rows[i] = row
			}
			continue
		}
		at[p.key] = len(v.Rows)
		v.Rows = append(v.Rows, row)
		c.describe(r.about().part(b, p.season, p.number))
	}
}
