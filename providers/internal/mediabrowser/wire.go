// Package mediabrowser is what the Jellyfin and Emby adapters truly share:
// the shapes of items and user data, their translation into media's words,
// addresses, signing in, libraries, the paging of lists and what sockets tell.
//
// It asks nothing by itself: adapters hand it what to ask with. It decides
// nothing. Where the two servers differ, each adapter has its own code. Read
// item.go for what an item becomes, then scan.go.
package mediabrowser

import (
	"strings"
	"time"

	"watchkeeper/engine/media"
)

// PublicInfo is /System/Info/Public.
type PublicInfo struct {
	ID          string `json:"Id"`
	ServerName  string
	Version     string
	ProductName string
	// StartupWizardCompleted is nil on servers that do not tell.
	StartupWizardCompleted *bool
}

// User is a user as the server describes it.
type User struct {
	ID       string `json:"Id"`
	Name     string
	ServerID string `json:"ServerId"`
}

// SignIn is the answer to a sign-in.
type SignIn struct {
	User        User
	AccessToken string
	ServerID    string `json:"ServerId"`
}

// Item is one row of a list. Missing numbers are nil: season 0 and episode 0
// are numbers.
type Item struct {
	ID                string `json:"Id"`
	Type              string
	Name              string
	OriginalTitle     string
	ProductionYear    int
	RunTimeTicks      int64
	ProviderIds       map[string]string
	Path              string
	SeriesID          string `json:"SeriesId"`
	SeriesName        string
	ParentIndexNumber *int
	IndexNumber       *int
	IndexNumberEnd    *int
	CollectionType    string
	LocationType      string // "Virtual" for what is known of but has no file
	UserData          *UserData
}

// UserData is what a user has said and done about an item.
type UserData struct {
	Played                bool
	PlayCount             int
	IsFavorite            bool
	PlaybackPositionTicks int64
	LastPlayedDate        *Time
	Rating                *float64
	ItemID                string `json:"ItemId"`

	odd bool // a field was not understood
}

// Page is one page of a list. TotalRecordCount is nil when the server does not
// tell how long the list is.
type Page struct {
	Items            []Item
	TotalRecordCount *int
}

// Session is one connected player. Emby tells its device and who watches along.
type Session struct {
	UserID          string `json:"UserId"`
	DeviceID        string `json:"DeviceId"`
	AdditionalUsers []struct {
		UserID string `json:"UserId"`
	}
	NowPlayingItem *Item
}

// Plays tells what a user plays in this session; "" when it is nothing.
func (s Session) Plays(user string) string {
	with := s.UserID == user
	for _, u := range s.AdditionalUsers {
		with = with || u.UserID == user
	}
	if !with || s.NowPlayingItem == nil {
		return ""
	}
	return s.NowPlayingItem.ID
}

// Time reads the server's dates: ISO 8601 with up to seven digits of seconds;
// without a zone they are UTC.
type Time struct{ time.Time }

// UnmarshalJSON takes what it can read; an unreadable or empty date is no
// date, because one odd row must not hide the others.
func (t *Time) UnmarshalJSON(data []byte) error {
	s := strings.Trim(string(data), `"`)
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999"} {
		if at, err := time.Parse(layout, s); err == nil {
			t.Time = at.UTC()
			return nil
		}
	}
	t.Time = time.Time{}
	return nil
}

// played returns when the item was last started; unknown when never, or when
// the server shows the year 1 for never.
func (d *UserData) played() media.Moment {
	if d.LastPlayedDate == nil || d.LastPlayedDate.Year() < 1900 {
		return 0
	}
	return media.At(d.LastPlayedDate.Time)
}

// ticksPerMS: the server counts time in 100 ns.
const ticksPerMS = 10_000

// Ticks returns milliseconds in the server's unit.
func Ticks(ms int64) int64 { return ms * ticksPerMS }

// Millis returns the server's unit in milliseconds, rounded.
func Millis(ticks int64) int64 { return (ticks + ticksPerMS/2) / ticksPerMS }

// Date writes a moment as the servers read it, to the millisecond.
func Date(at media.Moment) string { return at.Time().Format("2006-01-02T15:04:05.000Z") }
