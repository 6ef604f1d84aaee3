package providertest

import (
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// Profile is what one kind of service is like: what it can do, and the habits
// that its capabilities do not tell.
type Profile struct {
	Name     string
	Caps     provider.Capabilities
	Identity provider.Identity
	// IDs are the namespaces its items carry, by kind; Numbered those by which
	// it names seasons and episodes through their show or part.
	IDs      [len(media.Kinds) + 1][]media.Namespace
	Numbered []media.Namespace
	// Finds and Sessions give the account a Finder and a Busy. A Confirmer is
	// there when any feature has LookUp.
	Finds, Sessions bool
	// Page is how many rows come at once; 0: all. Totals: pages announce how
	// many rows there are.
	Page   int
	Totals bool
	// Confirms: a write's reply shows the item's new state; else it is
	// only accepted. Keys: it teaches native keys.
	Confirms, Keys bool
	// ListApart: the watchlist lives in a cloud catalogue of its own, with its
	// own keys, and takes works that the library does not hold.
	ListApart bool
	// RowsAndFlag: beside the watched flag there are rows of plays that
	// only watching makes, never marking by hand.
	RowsAndFlag bool
	// Deltas: a read with a cursor gives Changes; where NamesRemovals is not
	// set, a removal makes it Whole.
	Deltas bool
	// Prefix: of a part only a count of watched episodes is kept: no holes,
	// never lowered.
	Prefix bool
}

// knows tells whether the service has ever heard of such a work.
func (p Profile) knows(w Work) bool {
	if w.Kind == media.Episode && w.Anime != p.Prefix {
		return false
	}
	for _, f := range p.Caps.Features {
		if f.Of(w.Kind) != provider.None {
			return true
		}
	}
	return false
}

// holds tells whether only works in a library can be kept score of.
func (p Profile) holds() bool { return p.Caps.WritesHeldOnly }

// confirms tells whether any feature has a point look-up.
func (p Profile) confirms() bool {
	for _, f := range p.Caps.Features {
		if f.LookUp {
			return true
		}
	}
	return false
}

// allow gives one access to some kinds.
func allow(a provider.Access, kinds ...media.Kind) (out [len(media.Kinds) + 1]provider.Access) {
	for _, k := range kinds {
		out[k] = a
	}
	return out
}

// named gives the same namespaces to films, shows, seasons and episodes.
func named(ns ...media.Namespace) (out [len(media.Kinds) + 1][]media.Namespace) {
	for _, k := range []media.Kind{media.Film, media.Show, media.Season, media.Episode} {
		out[k] = ns
	}
	return out
}

const (
	second = 1000
	minute = 60 * second
	hour   = 60 * minute
	day    = 24 * hour
)

// Tracker is a plain, well-behaved tracker: every feature, exact dates, a
// log of plays, look-ups, stamps.
func Tracker() Profile {
	leaf := allow(provider.FullUse, media.Film, media.Episode)
	p := Profile{Name: "tracker", IDs: named(media.IMDb, media.TMDB, media.TVDB), Numbered: []media.Namespace{media.TMDB, media.TVDB},
		Identity: provider.Identity{ServerID: "tracker.example", UserID: "1001", UserName: "marlow", ServerName: "Tracker"},
		Finds:    true, Page: 100, Totals: true, Confirms: true, Keys: true}
	p.Caps = provider.Capabilities{Class: provider.Tracker, Batch: 100, OnwardToTrackers: true, ReadsEveryMS: 30 * minute}
	p.Caps.Features[media.Watchlist] = provider.FeatureCaps{Access: allow(provider.FullUse, media.Film, media.Show),
		Coverage: provider.Whole, PastDates: true, Times: true, Stamps: true, LookUp: true, Undo: provider.ExactUndo}
	p.Caps.Features[media.Ratings] = provider.FeatureCaps{Access: allow(provider.FullUse, media.Film, media.Show, media.Season, media.Episode),
		Coverage: provider.Whole, Step: 10, Lowest: 10, Highest: 100, PastDates: true, Times: true, Stamps: true, LookUp: true, Undo: provider.ExactUndo}
	p.Caps.Features[media.History] = provider.FeatureCaps{Access: leaf, Coverage: provider.Whole, KeepsPlays: true, PastDates: true,
		UndatedPlays: true, FinishProven: true, GrainMS: second, Stamps: true, LookUp: true, Undo: provider.ExactUndo}
	p.Caps.Features[media.Progress] = provider.FeatureCaps{Access: leaf, Coverage: provider.Whole, Fraction: true, FractionStep: 1,
		CompletePct: 90, PastDates: true, Times: true, Stamps: true, LookUp: true, Undo: provider.ExactUndo}
	return p
}

// Journal is a Tracker whose changes name what was removed.
func Journal() Profile {
	p := Tracker()
	p.Name, p.Identity.ServerID, p.Deltas = "journal", "journal.example", true
	for f := range p.Caps.Features {
		p.Caps.Features[f].NamesRemovals = true
		p.Caps.Features[f].LookUp = false
	}
	return p
}

// Server is a plain media server: a catalogue with flags that keep their
// dates, and look-ups by item.
func Server() Profile {
	leaf := allow(provider.FullUse, media.Film, media.Episode)
	p := Profile{Name: "server", IDs: named(media.IMDb, media.TMDB, media.TVDB), Numbered: []media.Namespace{media.TVDB},
		Identity: provider.Identity{ServerID: "5e54e1", UserID: "u-1", UserName: "marlow", ServerName: "Attic", Version: "1.0.0"},
		Sessions: true, Page: 500, Totals: true, Confirms: true, Keys: true}
	p.Caps = provider.Capabilities{Class: provider.MediaServer, Batch: 50, OnwardToTrackers: true, ReadsEveryMS: 15 * minute,
		WritesHeldOnly: true, Effects: provider.PlayEndsProgress | provider.UnwatchEndsProgress}
	p.Caps.Features[media.Watchlist] = provider.FeatureCaps{Access: allow(provider.FullUse, media.Film, media.Show),
		Coverage: provider.Catalogue, LookUp: true, Undo: provider.ValueOnly}
	p.Caps.Features[media.Ratings] = provider.FeatureCaps{Access: allow(provider.FullUse, media.Film, media.Show, media.Season, media.Episode),
		Coverage: provider.Catalogue, Step: 1, Lowest: 1, Highest: 100, LookUp: true, Undo: provider.ValueOnly}
	p.Caps.Features[media.History] = provider.FeatureCaps{Access: leaf, Coverage: provider.Catalogue, PastDates: true, UndatedPlays: true,
		FinishProven: true, LookUp: true, Undo: provider.ExactUndo}
	p.Caps.Features[media.Progress] = provider.FeatureCaps{Access: leaf, Coverage: provider.Catalogue, PastDates: true, Times: true,
		CompletePct: 90, LookUp: true, Undo: provider.ExactUndo}
	return p
}

// TitleOnly is a tracker that gives no ids at all: title, year and kind are
// all it shows and all it takes.
func TitleOnly() Profile {
	p := Tracker()
	p.Name, p.Identity.ServerID = "titleonly", "titles.example"
	p.IDs, p.Numbered, p.Finds = [len(media.Kinds) + 1][]media.Namespace{}, nil, false
	p.Confirms, p.Keys = false, false
	for f := range p.Caps.Features {
		p.Caps.Features[f].LookUp, p.Caps.Features[f].Stamps = false, false
	}
	return p
}

// NoStamp is a tracker with five stars and no evidence at all: no stamps, no
// times, no totals, no look-up.
func NoStamp() Profile {
	p := Tracker()
	p.Name, p.Identity.ServerID = "nostamp", "nostamp.example"
	p.Totals, p.Confirms, p.Keys = false, false, false
	for f := range p.Caps.Features {
		c := &p.Caps.Features[f]
		c.LookUp, c.Stamps, c.Times = false, false, false
	}
	p.Caps.Features[media.Ratings].Step, p.Caps.Features[media.Ratings].Lowest = 20, 20
	return p
}
