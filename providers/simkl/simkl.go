// Package simkl reads and writes one account at SIMKL (api.simkl.com).
//
// It translates only: a library of titles becomes views, changes become sync
// posts. It decides nothing and retries nothing that may have had an effect.
// SIMKL's own rules that shape it: activities are asked first and lists only
// for what moved; all apps of a person share a small daily allowance; a title
// has one status, and the watchlist is the status "plan to watch"; taking a
// title out of the library takes its rating along; an anime is listed cour by
// cour, and only episodes with TVDB numbers can be told apart from others.
//
// Read read.go (views), library.go (what is kept between reads), write.go
// (posts) and lookup.go (single titles); wire.go, items.go and body.go are the
// forms, service.go and login.go open accounts, allowance.go is the budget.
// The imitation for tests is simklfake.
package simkl

import (
	"net/http"
	"net/url"
	"sync"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/animemap"
	"watchkeeper/providers/internal/transport"
)

const (
	apiHost     = "api.simkl.com"
	apiURL      = "https://api.simkl.com"
	batchLimit  = 100
	requestTime = 90 * time.Second // a large library takes its time
	bodyCap     = 64 << 20         // and some megabytes
	// completePct is the share in percent from which SIMKL counts a stop as
	// watched.
	completePct = 80
	// readsEvery is the interval between looks by schedule. SIMKL asks
	// programs to look every few hours, and an idle day must leave room in the
	// allowance for what people do.
	readsEvery = 2 * time.Hour
)

// The service allows ten reads and one write a second; both are kept with a
// margin.
const (
	readsPerSecond  = 5
	writesPerSecond = 0.8
)

// capabilities of every account. There is no log: a title or episode is
// watched or not, with one date that keeps what we send.
func capabilities() provider.Capabilities {
	titles := [len(media.Kinds) + 1]provider.Access{media.Film: provider.FullUse, media.Show: provider.FullUse, media.Part: provider.FullUse}
	leaves := [len(media.Kinds) + 1]provider.Access{media.Film: provider.FullUse, media.Episode: provider.FullUse}
	c := provider.Capabilities{
		Class: provider.Tracker, Batch: batchLimit, OnwardToTrackers: true,
		Effects: provider.ListDropsWatched | provider.StatusMoves | provider.RatingLists | provider.RatingWatches |
			provider.ProgressExpires | provider.ProgressPerShow | provider.PlayEndsProgress,
		ReadsEveryMS: readsEvery.Milliseconds(),
	}
	c.Features[media.History] = provider.FeatureCaps{
		Access: leaves, Coverage: provider.Whole, PastDates: true, UndatedPlays: true, FinishProven: true,
		GrainMS: time.Second.Milliseconds(), Stamps: true, LookUp: true, Undo: provider.ExactUndo,
	}
	c.Features[media.Ratings] = provider.FeatureCaps{
		Access: titles, Coverage: provider.Whole, Step: 10, Lowest: 10, Highest: 100, PastDates: true,
		Times: true, Stamps: true, LookUp: true, Undo: provider.ExactUndo,
	}
	c.Features[media.Watchlist] = provider.FeatureCaps{
		Access: titles, Coverage: provider.Whole, Times: true, Stamps: true, LookUp: true, Undo: provider.ValueOnly,
	}
	c.Features[media.Progress] = provider.FeatureCaps{
		Access: leaves, Coverage: provider.Whole, Fraction: true, FractionStep: media.FractionWhole / 10_000,
		CompletePct: completePct, Times: true, LookUp: true, SameList: true, Undo: provider.ValueOnly,
	}
	return c
}

// account is one signed-in person. Its methods are safe for concurrent use.
type account struct {
	api   *transport.Client
	meter *meter
	shelf *shelf
	anime *animemap.Store // nil: no mapping, and every part goes by itself
	// called is what parts are listed as; Read alone uses it.
	called *called

	mu      sync.Mutex
	doubted time.Time // since when the token seems to fail; zero while it works
}

var (
	_ provider.Provider  = (*account)(nil)
	_ provider.Confirmer = (*account)(nil)
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

// post is one request with a body.
func (a *account) post(path string, q url.Values, body any) transport.Request {
	return transport.Request{Method: http.MethodPost, URL: apiURL + path, Query: q, Body: body}
}
