package providertest

import (
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// PlexLike: a library per server token and a watchlist in the cloud. Marking
// as watched dates the mark now and writes no row of history; watching writes
// one; un-marking leaves the rows and drops the resume point.
func PlexLike() Profile {
	leaf := allow(provider.FullUse, media.Film, media.Episode)
	p := Profile{Name: "plex", IDs: named(media.IMDb, media.TMDB, media.TVDB, media.Plex), Numbered: []media.Namespace{media.IMDb, media.TMDB, media.TVDB, media.Plex},
		Identity: provider.Identity{ServerID: "0123abcd", UserID: "7700123", UserName: "marlow", ServerName: "Attic NAS", Version: "1.43.0.10000"},
		Finds:    true, Sessions: true, Page: 500, Totals: true, ListApart: true, RowsAndFlag: true}
	p.Caps = provider.Capabilities{Class: provider.MediaServer, Batch: 1, OnwardToTrackers: true, ReadsEveryMS: 15 * minute,
		WritesHeldOnly: true, Effects: provider.PlayEndsProgress | provider.UnwatchEndsProgress}
	p.Caps.Features[media.Watchlist] = provider.FeatureCaps{Access: allow(provider.FullUse, media.Film, media.Show),
		Coverage: provider.Whole, LookUp: true, Undo: provider.ValueOnly}
	p.Caps.Features[media.Ratings] = provider.FeatureCaps{Access: allow(provider.FullUse, media.Film, media.Show, media.Season, media.Episode),
		Coverage: provider.Catalogue, Step: 1, Lowest: 1, Highest: 100, GrainMS: second, PastDates: true, Times: true, LookUp: true, Undo: provider.ExactUndo}
	p.Caps.Features[media.History] = provider.FeatureCaps{Access: leaf, Coverage: provider.Catalogue, UndatedPlays: true,
		GrainMS: second, LookUp: true, Undo: provider.ValueOnly}
	// A position cannot be taken away without un-watching.
	p.Caps.Features[media.Progress] = provider.FeatureCaps{Access: allow(provider.AddIt, media.Film, media.Episode), Coverage: provider.Catalogue,
		CompletePct: 90, GrainMS: second, Times: true, LookUp: true, Undo: provider.NoUndo}
	return p
}

// JellyfinLike: one flag per item with the date of the last start, which moves
// when somebody only looks in; favourites for a watchlist; no dates on
// favourites and ratings; every reply shows the item.
func JellyfinLike() Profile {
	p := Server()
	p.Name, p.Numbered = "jellyfin", []media.Namespace{media.IMDb, media.TMDB, media.TVDB}
	p.Identity = provider.Identity{ServerID: "ee00ee00", UserID: "aa00aa00", UserName: "marlow", ServerName: "Attic Jellyfin", Version: "10.11.11"}
	h := &p.Caps.Features[media.History]
	h.FinishProven, h.StartDated = false, true
	p.Caps.Features[media.Ratings].Access = allow(provider.FullUse, media.Film, media.Show, media.Episode)
	return p
}

// EmbyLike: as Jellyfin, but a write answers with nothing, items can be found
// by their ids, and ratings of shows are not written: a show's record is
// computed from its episodes and cannot be sent back as it was read.
func EmbyLike() Profile {
	p := JellyfinLike()
	p.Name, p.Finds, p.Confirms, p.Keys = "emby", true, false, false
	p.Identity = provider.Identity{ServerID: "9f00", UserID: "bb00bb00", UserName: "marlow", ServerName: "Attic Emby", Version: "4.8.11.0"}
	p.Caps.Features[media.History].GrainMS = second
	p.Caps.Features[media.Ratings].Access[media.Show] = provider.ReadIt
	return p
}

// TraktLike: a log of plays to the minute in which the same play can stand
// twice; watched titles and shows begun leave the watchlist; 250 list entries;
// a point look-up for plays only; replies count and name what was not found.
func TraktLike() Profile {
	p := Tracker()
	p.Name, p.Confirms, p.Keys = "trakt", false, false
	p.Identity = provider.Identity{ServerID: "api.trakt.tv", UserID: "marlow", UserName: "marlow", ServerName: "Trakt"}
	p.IDs = named(media.Trakt, media.IMDb, media.TMDB, media.TVDB)
	p.IDs[media.Film] = []media.Namespace{media.Trakt, media.IMDb, media.TMDB}
	p.IDs[media.Season] = []media.Namespace{media.Trakt, media.TMDB, media.TVDB}
	p.Numbered = []media.Namespace{media.Trakt, media.IMDb, media.TMDB, media.TVDB}
	p.Caps.OnwardToTrackers = false
	p.Caps.Effects = provider.ListDropsWatched | provider.ProgressExpires | provider.PlayEndsProgress
	all := allow(provider.FullUse, media.Film, media.Show, media.Season, media.Episode)
	for _, f := range media.Features {
		p.Caps.Features[f].LookUp = f == media.History
	}
	w, r, h, g := &p.Caps.Features[media.Watchlist], &p.Caps.Features[media.Ratings], &p.Caps.Features[media.History], &p.Caps.Features[media.Progress]
	w.Access, w.Capacity, w.PastDates, w.Undo = all, 250, false, provider.ValueOnly
	r.Access, r.Capacity = all, 10_000
	h.GrainMS, h.Capacity = minute, 100_000
	g.FractionStep, g.CompletePct, g.PastDates, g.Undo = 10, 80, false, provider.ValueOnly
	return p
}

// SimklLike: one date per work and no log; changes since a cursor, without
// names of what is gone; a rating lists the work; a play moves it off the
// plan; one session per show.
func SimklLike() Profile {
	p := Tracker()
	p.Name, p.Confirms, p.Keys, p.Deltas = "simkl", false, false, true
	p.Identity = provider.Identity{ServerID: "api.simkl.com", UserID: "424242", UserName: "marlow", ServerName: "SIMKL"}
	p.IDs = named(media.SIMKL, media.IMDb, media.TMDB, media.TVDB)
	p.IDs[media.Episode], p.IDs[media.Season] = nil, nil
	p.IDs[media.Part] = []media.Namespace{media.SIMKL, media.AniList, media.MAL, media.AniDB, media.Kitsu}
	p.Numbered = []media.Namespace{media.SIMKL, media.IMDb, media.TMDB, media.TVDB}
	p.Caps.Effects = provider.ListDropsWatched | provider.StatusMoves | provider.RatingLists | provider.RatingWatches |
		provider.ProgressExpires | provider.ProgressPerShow | provider.PlayEndsProgress
	p.Caps.ReadsEveryMS = 2 * hour
	top := allow(provider.FullUse, media.Film, media.Show, media.Part)
	w, r, h, g := &p.Caps.Features[media.Watchlist], &p.Caps.Features[media.Ratings], &p.Caps.Features[media.History], &p.Caps.Features[media.Progress]
	w.Access, w.PastDates, w.Undo = top, false, provider.ValueOnly
	r.Access = top
	h.KeepsPlays = false
	g.FractionStep, g.CompletePct, g.PastDates, g.Stamps, g.SameList, g.Undo = 10, 80, false, false, true, provider.ValueOnly
	return p
}

// AnilistLike: parts of anime only. A count of watched episodes without dates
// that never falls, scores to one point without dates, no positions.
func AnilistLike() Profile {
	p := Tracker()
	p.Name, p.Page, p.Totals = "anilist", 500, false
	p.Identity = provider.Identity{ServerID: "graphql.anilist.co", UserID: "555", UserName: "marlow", ServerName: "AniList"}
	p.IDs = [len(media.Kinds) + 1][]media.Namespace{media.Part: {media.AniList, media.MAL}}
	p.Numbered, p.Prefix = []media.Namespace{media.AniList, media.MAL}, true
	p.Caps.Batch, p.Caps.MatchFirst, p.Finds = 10, true, true
	p.Caps.Effects = provider.ListDropsWatched | provider.StatusMoves | provider.RatingLists
	part := allow(provider.FullUse, media.Part)
	w, r, h := &p.Caps.Features[media.Watchlist], &p.Caps.Features[media.Ratings], &p.Caps.Features[media.History]
	w.Access, w.PastDates, w.Times, w.Stamps, w.Undo = part, false, false, false, provider.ValueOnly
	r.Access, r.Step, r.Lowest, r.PastDates, r.Times, r.Stamps, r.Undo = part, 1, 1, false, false, false, provider.ValueOnly
	*h = provider.FeatureCaps{Access: allow(provider.AddIt, media.Episode), Coverage: provider.Whole, UndatedPlays: true,
		FinishProven: true, Counts: true, LookUp: true, Undo: provider.NoUndo}
	p.Caps.Features[media.Progress] = provider.FeatureCaps{}
	return p
}

// Profiles lists every profile.
func Profiles() []Profile {
	return []Profile{Tracker(), Journal(), Server(), TitleOnly(), NoStamp(),
		PlexLike(), JellyfinLike(), EmbyLike(), TraktLike(), SimklLike(), AnilistLike()}
}
