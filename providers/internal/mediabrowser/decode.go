package mediabrowser

import (
	"encoding/json"
	"strconv"
	"strings"
)

// The servers change the form of a field now and then: an id becomes a number,
// a number a text, a list null. What only describes an item is taken in every
// form and is empty in any other. What is a value is taken in every form or
// makes its record odd: then no value of the item is believed (Value).

// text is a name or id that may come as a number.
type text string

func (t *text) UnmarshalJSON(data []byte) error {
	var s string
	if json.Unmarshal(data, &s) != nil {
		if n := json.Number(data); n.String() != "" && strings.Trim(n.String(), "0123456789") == "" {
			s = n.String()
		}
	}
	*t = text(s)
	return nil
}

// most is beyond any number that the servers mean: 300 years in ticks.
const most = 1e17

// whole is a number that may come as text or with a fraction of zero. Missing
// and null are unset and not odd.
type whole struct {
	n        int64
	set, odd bool
}

func (w *whole) UnmarshalJSON(data []byte) error {
	s := strings.Trim(string(data), `"`)
	if s == "null" || s == "" {
		*w = whole{}
		return nil
	}
	f, err := strconv.ParseFloat(s, 64)
	ok := err == nil && f > -most && f < most
	if *w = (whole{set: ok, odd: !ok}); ok {
		w.n = int64(f)
	}
	if n, err := strconv.ParseInt(s, 10, 64); ok && err == nil {
		w.n = n // exact beyond 2^53
	}
	return nil
}

// small returns the number as an int; nil when there is none or it is absurd.
func (w whole) small() *int {
	if !w.set || w.n < -1<<31 || w.n >= 1<<31 {
		return nil
	}
	n := int(w.n)
	return &n
}

// flag is true or false in any spelling.
type flag struct{ on, odd bool }

func (f *flag) UnmarshalJSON(data []byte) error {
	s := strings.Trim(string(data), `"`)
	on, err := strconv.ParseBool(strings.ToLower(s))
	*f = flag{on: on, odd: err != nil && s != "null" && s != ""}
	return nil
}

// ids is a table of names and ids; null and lists are empty tables.
type ids map[string]string

func (m *ids) UnmarshalJSON(data []byte) error {
	var table map[string]text
	if json.Unmarshal(data, &table) != nil {
		table = nil
	}
	*m = make(ids, len(table))
	for name, id := range table {
		(*m)[name] = string(id)
	}
	return nil
}

// UnmarshalJSON takes an item in every form that is known.
func (it *Item) UnmarshalJSON(data []byte) error {
	var in struct {
		ID             text `json:"Id"`
		Type           text
		Name           text
		OriginalTitle  text
		ProductionYear whole
		RunTimeTicks   whole
		ProviderIds    ids
		Path           text
		SeriesID       text `json:"SeriesId"`
		SeriesName     text
		Season         whole `json:"ParentIndexNumber"`
		Number         whole `json:"IndexNumber"`
		NumberEnd      whole `json:"IndexNumberEnd"`
		CollectionType text
		LocationType   text
		UserData       *UserData
	}
	if len(data) == 0 || data[0] != '{' {
		*it = Item{} // a row that is no item has no id
		return nil
	}
	if err := json.Unmarshal(data, &in); err != nil {
		return err
	}
	*it = Item{ID: string(in.ID), Type: string(in.Type), Name: string(in.Name), OriginalTitle: string(in.OriginalTitle),
		RunTimeTicks: max(0, in.RunTimeTicks.n), ProviderIds: in.ProviderIds, Path: string(in.Path),
		SeriesID: string(in.SeriesID), SeriesName: string(in.SeriesName), ParentIndexNumber: in.Season.small(),
		IndexNumber: in.Number.small(), IndexNumberEnd: in.NumberEnd.small(), CollectionType: string(in.CollectionType),
		LocationType: string(in.LocationType), UserData: in.UserData}
	if year := in.ProductionYear.small(); year != nil {
		it.ProductionYear = *year
	}
	return nil
}

// UnmarshalJSON takes user data in every form that is known; what it cannot
// take makes the record odd.
func (d *UserData) UnmarshalJSON(data []byte) error {
	var in struct {
		Played                flag
		PlayCount             whole
		IsFavorite            flag
		PlaybackPositionTicks whole
		LastPlayedDate        *Time
		Rating                json.RawMessage
		ItemID                text `json:"ItemId"`
	}
	if err := json.Unmarshal(data, &in); err != nil {
		*d = UserData{odd: true}
		return nil
	}
	count := in.PlayCount.small()
	*d = UserData{Played: in.Played.on, IsFavorite: in.IsFavorite.on, PlaybackPositionTicks: max(0, in.PlaybackPositionTicks.n),
		LastPlayedDate: in.LastPlayedDate, ItemID: string(in.ItemID)}
	d.odd = in.Played.odd || in.IsFavorite.odd || in.PlaybackPositionTicks.odd || in.PlayCount.odd || in.PlayCount.set && count == nil
	if count != nil {
		d.PlayCount = max(0, *count)
	}
	if s := strings.Trim(string(in.Rating), `"`); s != "" && s != "null" {
		n, err := strconv.ParseFloat(s, 64)
		d.Rating, d.odd = &n, d.odd || err != nil
	}
	return nil
}

// UnmarshalJSON takes a page whose total may come as text.
func (p *Page) UnmarshalJSON(data []byte) error {
	var in struct {
		Items            []Item
		TotalRecordCount whole
	}
	if err := json.Unmarshal(data, &in); err != nil {
		return err
	}
	*p = Page{Items: in.Items, TotalRecordCount: in.TotalRecordCount.small()}
	return nil
}

// UnmarshalJSON takes ids in every form.
func (u *User) UnmarshalJSON(data []byte) error {
	var in struct {
		ID       text `json:"Id"`
		Name     text
		ServerID text `json:"ServerId"`
	}
	if err := json.Unmarshal(data, &in); err != nil {
		return err
	}
	*u = User{ID: string(in.ID), Name: string(in.Name), ServerID: string(in.ServerID)}
	return nil
}

// Understood tells whether the item's user data could be read in full. A
// record that could not must not be written back either.
func (it Item) Understood() bool { return it.UserData != nil && !it.UserData.odd }

// UnmarshalJSON takes a session in every form; what is no session is one in
// which nobody plays.
func (s *Session) UnmarshalJSON(data []byte) error {
	var in struct {
		UserID          text `json:"UserId"`
		DeviceID        text `json:"DeviceId"`
		AdditionalUsers json.RawMessage
		NowPlayingItem  *Item
	}
	*s = Session{}
	if json.Unmarshal(data, &in) != nil {
		return nil
	}
	s.UserID, s.DeviceID, s.NowPlayingItem = string(in.UserID), string(in.DeviceID), in.NowPlayingItem
	_ = json.Unmarshal(in.AdditionalUsers, &s.AdditionalUsers) // who is not named does not watch along
	return nil
}

// UnmarshalJSON takes ids and versions in every form.
func (p *PublicInfo) UnmarshalJSON(data []byte) error {
	var in struct {
		ID                               text `json:"Id"`
		ServerName, Version, ProductName text
		StartupWizardCompleted           json.RawMessage
	}
	if err := json.Unmarshal(data, &in); err != nil {
		return err
	}
	*p = PublicInfo{ID: string(in.ID), ServerName: string(in.ServerName), Version: string(in.Version), ProductName: string(in.ProductName)}
	_ = json.Unmarshal(in.StartupWizardCompleted, &p.StartupWizardCompleted) // else the server does not tell
	return nil
}

// UnmarshalJSON takes ids and tokens in every form.
func (s *SignIn) UnmarshalJSON(data []byte) error {
	var in struct {
		User        User
		AccessToken text
		ServerID    text `json:"ServerId"`
	}
	if err := json.Unmarshal(data, &in); err != nil {
		return err
	}
	*s = SignIn{User: in.User, AccessToken: string(in.AccessToken), ServerID: string(in.ServerID)}
	return nil
}
