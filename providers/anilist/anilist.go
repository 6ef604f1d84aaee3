// Package anilist reads and writes one account's anime list at AniList
// (graphql.anilist.co).
//
// It translates only: list entries become views, changes become saved
// entries. It decides nothing and retries nothing that may have had an effect.
// AniList's own rules that shape it: an entry belongs to one cour (a part);
// what was watched is one count without dates; a list is a status, so that
// "on the watchlist" means PLANNING; an error can come with status 200, and
// 403 means that the service is down.
//
// Other services know shows with seasons where AniList has parts. What a part
// and its episodes are called there is said by the mapping, and is how they are
// listed, found and written here: numbering.go. What the mapping says is
// decided in providers/internal/animemap.
//
// Read read.go (the list), write.go (changes) with its three rules
// progress.go, planned.go and score.go, and lookup.go (single titles);
// queries.go and wire.go are the forms, service.go and login.go open accounts.
// The imitation for tests is anilistfake.
package anilist

import (
	"sync"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/animemap"
	"watchkeeper/providers/internal/transport"
)

const (
	apiHost     = "graphql.anilist.co"
	apiURL      = "https://graphql.anilist.co"
	siteHost    = "anilist.co"
	batchLimit  = 10
	requestTime = 45 * time.Second // a chunk of 500 entries takes its time
	bodyCap     = 8 << 20          // a chunk of 500 entries is a tenth of this
)

// capabilities of every account. What was watched is a count that we only
// raise; scores keep one point of a hundred, whatever the person's own format
// shows; nothing keeps a date of ours.
func capabilities() provider.Capabilities {
	titles := [len(media.Kinds) + 1]provider.Access{media.Film: provider.FullUse, media.Show: provider.FullUse, media.Part: provider.FullUse}
	c := provider.Capabilities{
		Class: provider.Tracker, Batch: batchLimit, OnwardToTrackers: true, MatchFirst: true,
		Effects:      provider.ListDropsWatched | provider.StatusMoves | provider.RatingLists,
		ReadsEveryMS: (30 * time.Minute).Milliseconds(),
	}
	c.Features[media.History] = provider.FeatureCaps{
		Access:   [len(media.Kinds) + 1]provider.Access{media.Film: provider.AddIt, media.Episode: provider.AddIt},
		Coverage: provider.Whole, UndatedPlays: true, FinishProven: true, Counts: true, LookUp: true, Undo: provider.NoUndo,
	}
	c.Features[media.Ratings] = provider.FeatureCaps{
		Access: titles, Coverage: provider.Whole, Step: 1, Lowest: 1, Highest: 100, LookUp: true, Undo: provider.ValueOnly,
	}
	c.Features[media.Watchlist] = provider.FeatureCaps{
		Access: titles, Coverage: provider.Whole, LookUp: true, Undo: provider.ValueOnly,
	}
	return c
}

// account is one signed-in person. Its methods are safe for concurrent use.
type account struct {
	api   *transport.Client
	meter *meter
	anime *animemap.Store // nil: no mapping, and every part goes by itself
	past  *past
	ends  time.Time // when the token dies; zero: unknown

	mu     sync.Mutex
	viewer *viewer // as last asked; nil before the first time
}

var (
	_ provider.Provider  = (*account)(nil)
	_ provider.Confirmer = (*account)(nil)
	_ provider.Finder    = (*account)(nil)
)

// Capabilities is the same for every account.
func (a *account) Capabilities() provider.Capabilities { return capabilities() }
