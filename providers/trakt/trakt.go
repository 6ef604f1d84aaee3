// Package trakt reads and writes one account at Trakt (api.trakt.tv).
//
// It translates only: lists become views, changes become sync posts. It keeps
// no copy of the lists, decides nothing, and retries nothing that may have
// had an effect. Trakt's own rules that shape it: lists are cut into pages
// that must add up; the history is a log in which posting a play twice makes
// two; replies count and hardly name; a bare show in a history post means
// every episode.
//
// Read read.go (lists), write.go (posts) and lookup.go (one title); wire.go,
// items.go and body.go are the forms, service.go and login.go open accounts.
// The imitation for tests is traktfake.
package trakt

import (
	"net/http"
	"net/url"
	"sync"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/transport"
)

const (
	apiHost     = "api.trakt.tv"
	apiURL      = "https://api.trakt.tv"
	batchLimit  = 100
	requestTime = 60 * time.Second // a post of a hundred plays takes its time
	bodyCap     = 4 << 20          // a page of 250 rows is a twentieth of this
	statusRoom  = 420              // the plan is full
	// completePct is the share in percent from which Trakt counts a stop as
	// watched, and refuses a pause.
	completePct = 80
)

// The service allows 500 reads in five minutes and one write a second; both
// are kept with a margin, as older clients of the same person may be at work.
const (
	readsPerSecond  = 1.5
	readBurst       = 20
	writesPerSecond = 0.9
)

// capabilities of every account. A dated play is kept to the minute; ratings
// keep the date we send, list entries and resume points do not.
func capabilities() provider.Capabilities {
	all := [len(media.Kinds) + 1]provider.Access{media.Film: provider.FullUse, media.Show: provider.FullUse, media.Season: provider.FullUse, media.Episode: provider.FullUse}
	leaves := [len(media.Kinds) + 1]provider.Access{media.Film: provider.FullUse, media.Episode: provider.FullUse}
	c := provider.Capabilities{
		Class: provider.Tracker, Batch: batchLimit,
		Effects:      provider.ListDropsWatched | provider.ProgressExpires | provider.PlayEndsProgress,
		ReadsEveryMS: (30 * time.Minute).Milliseconds(),
	}
	c.Features[media.History] = provider.FeatureCaps{
		Access: leaves, Coverage: provider.Whole, KeepsPlays: true, PastDates: true, UndatedPlays: true, FinishProven: true,
		GrainMS: time.Minute.Milliseconds(), Stamps: true, LookUp: true, Undo: provider.ExactUndo,
	}
	c.Features[media.Ratings] = provider.FeatureCaps{
		Access: all, Coverage: provider.Whole, Step: 10, Lowest: 10, Highest: 100, PastDates: true,
		Times: true, Stamps: true, Undo: provider.ExactUndo,
	}
	c.Features[media.Watchlist] = provider.FeatureCaps{
		Access: all, Coverage: provider.Whole, Times: true, Stamps: true, Undo: provider.ValueOnly,
	}
	c.Features[media.Progress] = provider.FeatureCaps{
		Access: leaves, Coverage: provider.Whole, Fraction: true, FractionStep: media.FractionWhole / 10_000,
		CompletePct: completePct, Times: true, Stamps: true, Undo: provider.ValueOnly,
	}
	return c
}

// account is one signed-in person. Its methods are safe for concurrent use.
type account struct {
	api *transport.Client

	mu   sync.Mutex
	plan *plan // what the last answer of /users/settings allowed
}

var (
	_ provider.Provider  = (*account)(nil)
	_ provider.Confirmer = (*account)(nil)
	_ provider.Finder    = (*account)(nil)
	_ provider.Busy      = (*account)(nil)
)

// Capabilities is the same for every account.
func (a *account) Capabilities() provider.Capabilities { return capabilities() }

// get is one read. Fresh asks caches on the way to stay out of it.
func (a *account) get(path string, q url.Values, fresh bool) transport.Request {
	r := transport.Request{URL: apiURL + path, Query: q}
	if fresh {
		r.Header = http.Header{"Cache-Control": {"no-cache"}}
	}
	return r
}
