package emby

import (
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/mediabrowser"
)

// record is the whole of an item's user data (API: UserItemDataDto). The
// server takes it as it is: what is left out is lost, so all of it is sent.
type record struct {
	Played                bool
	PlayCount             int
	IsFavorite            bool
	PlaybackPositionTicks int64
	LastPlayedDate        string   `json:",omitempty"`
	Rating                *float64 `json:",omitempty"`
}

// recorded is the record as it was read, dates to the last digit.
func recorded(d mediabrowser.UserData) record {
	r := record{Played: d.Played, PlayCount: d.PlayCount, IsFavorite: d.IsFavorite, PlaybackPositionTicks: d.PlaybackPositionTicks, Rating: d.Rating}
	if d.LastPlayedDate != nil && !d.LastPlayedDate.IsZero() {
		r.LastPlayedDate = d.LastPlayedDate.UTC().Format(dateForm)
	}
	return r
}

// dateForm is how the server itself writes dates.
const dateForm = "2006-01-02T15:04:05.0000000Z"

// changed is the record with the change in it.
func changed(c provider.Change, it mediabrowser.Item) record {
	r := recorded(*it.UserData)
	switch c.Feature {
	case media.History:
		r.play(c, it)
	case media.Progress:
		r.move(c, it)
	case media.Ratings:
		rating := float64(c.New.N) / 10
		r.Rating = &rating
	}
	return r
}

// play marks as watched with exactly the date of the play, or with none. It
// adds nothing to the count of an item that has one. A position from after the
// play stays.
func (r *record) play(c provider.Change, it mediabrowser.Item) {
	at := c.New.PlayedAt()
	position, _ := mediabrowser.Value(it, media.Progress)
	if !r.Played && !(position.Value.Set && position.At > at) {
		r.PlaybackPositionTicks = 0
	}
	if !r.Played && !at.Known() {
		r.LastPlayedDate = "" // it is when it was last started, not watched
	}
	r.Played, r.PlayCount = true, max(1, r.PlayCount)
	if at.Known() {
		r.LastPlayedDate = at.Time().Format(dateForm)
	}
}

// move sets the resume point. The date goes with it, except on a watched item,
// where it is the date of the play, and never backwards.
func (r *record) move(c provider.Change, it mediabrowser.Item) {
	wanted := mediabrowser.Wanted(c, it)
	r.PlaybackPositionTicks = mediabrowser.Ticks(wanted.N)
	if at := c.At.Time().Format(dateForm); wanted.Set && c.At.Known() && !r.Played && at > r.LastPlayedDate {
		r.LastPlayedDate = at // the form sorts by time
	}
}
