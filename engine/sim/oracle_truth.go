package sim

import (
	"slices"

	"watchkeeper/engine/media"
	"watchkeeper/engine/providertest"
)

// shows is what an account shows for a work.
func shows(items []providertest.Has, f media.Feature) media.Value {
	for _, h := range items {
		switch {
		case f == media.Watchlist && h.Listed:
			return media.Listed()
		case f == media.Ratings && h.Rating > 0:
			return media.Rated(h.Rating)
		case f == media.Progress && h.Position.Set:
			return h.Position
		case f == media.History && h.Watched:
			return media.Watched(h.WatchedAt)
		}
	}
	return media.Value{}
}

// dated is when the service says that it came to show it; zero for viewings, which
// are dated by themselves.
func dated(items []providertest.Has, f media.Feature) media.Moment {
	for _, h := range items {
		switch {
		case f == media.Watchlist && h.Listed:
			return h.ListedAt
		case f == media.Ratings && h.Rating > 0:
			return h.RatedAt
		case f == media.Progress && h.Position.Set:
			return h.PausedAt
		}
	}
	return 0
}

// missing are the dates of plays and marks that are no more.
func missing(was, is []providertest.Has) (out []media.Moment) {
	left := allPlays(is)
	for _, at := range allPlays(was) {
		if i := slices.Index(left, at); i >= 0 {
			left = slices.Delete(left, i, i+1)
			continue
		}
		out = append(out, at)
	}
	return out
}

// newest is the date of the play that is new; of the latest if none is.
func newest(was, is []providertest.Has) media.Moment {
	if fresh := missing(is, was); len(fresh) > 0 {
		return fresh[len(fresh)-1]
	}
	return media.Moment(shows(is, media.History).N)
}

func allPlays(items []providertest.Has) (out []media.Moment) {
	for _, h := range items {
		out = append(out, h.Plays...)
		if len(h.Plays) == 0 && h.Watched {
			out = append(out, h.WatchedAt)
		}
	}
	slices.Sort(out)
	return out
}
