package jellyfinfake

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// list is GET /Items with the filters, orders and pages that programs use.
func (c *call) list() {
	u := c.session.user
	if asked := c.q["userid"]; asked != "" && asked != u.ID {
		c.status(http.StatusForbidden)
		return
	}
	found := c.visible(u)
	c.sort(u, found)
	c.page(u, found)
}

// visible are the items that the query's filters leave.
func (c *call) visible(u *User) []*item {
	ids, types := split(c.q["ids"]), split(strings.ToLower(c.q["includeitemtypes"]))
	var out []*item
	for _, it := range c.items {
		switch {
		case u.hidden[it.library.id]:
		case c.q["ids"] != "" && !slices.Contains(ids, it.id):
		case len(types) > 0 && !slices.Contains(types, strings.ToLower(it.kind)):
		case c.q["parentid"] != "" && c.q["parentid"] != it.library.id && (it.series == nil || it.series.id != c.q["parentid"]):
		case !c.filtered(u, it):
		default:
			out = append(out, it)
		}
	}
	return out
}

func split(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}

// filtered applies filters= and the like. What the server does not know, it
// ignores.
func (c *call) filtered(u *User, it *item) bool {
	d := u.state(it)
	keep := true
	for _, f := range split(c.q["filters"]) {
		switch f {
		case "IsPlayed":
			keep = keep && d.played
		case "IsUnplayed":
			keep = keep && !d.played
		case "IsFavorite":
			keep = keep && d.favorite
		case "IsResumable":
			keep = keep && d.ticks > 0
		}
	}
	for name, has := range map[string]bool{"isplayed": d.played, "isfavorite": d.favorite} {
		if want, err := strconv.ParseBool(c.q[name]); err == nil {
			keep = keep && has == want
		}
	}
	return keep
}

func (c *call) sort(u *User, items []*item) {
	by := split(c.q["sortby"])
	down := strings.HasPrefix(strings.ToLower(c.q["sortorder"]), "desc")
	slices.SortStableFunc(items, func(a, b *item) int {
		order := 0
		for _, key := range by {
			switch strings.ToLower(key) {
			case "sortname":
				order = cmp.Or(order, cmp.Compare(strings.ToLower(a.name), strings.ToLower(b.name)))
			case "datecreated":
				order = cmp.Or(order, a.created.Compare(b.created))
			case "dateplayed":
				order = cmp.Or(order, u.state(a).last.Compare(u.state(b).last))
			}
		}
		if down {
			return -order
		}
		return order
	})
}

func (c *call) page(u *User, found []*item) {
	start, _ := strconv.Atoi(c.q["startindex"]) // none is 0
	limit, err := strconv.Atoi(c.q["limit"])
	if err != nil {
		limit = len(found)
	}
	total := len(found)
	if c.q["enabletotalrecordcount"] == "false" {
		total = 0
	}
	rows := []map[string]any{}
	for _, it := range found[min(start, len(found)):min(start+limit, len(found))] {
		rows = append(rows, c.itemDto(u, it))
	}
	c.json(map[string]any{"Items": rows, "TotalRecordCount": total, "StartIndex": start})
}

// resume is the list of what is half watched, last started first.
func (c *call) resume() {
	u := c.session.user
	found := slices.DeleteFunc(c.visible(u), func(it *item) bool {
		return u.state(it).ticks == 0 || c.q["parentid"] == "" && u.offHome[it.library.id]
	})
	slices.SortStableFunc(found, func(a, b *item) int { return u.state(b).last.Compare(u.state(a).last) })
	c.page(u, found)
}

func (c *call) views() {
	rows := []map[string]any{}
	for _, l := range c.libraries {
		if !c.session.user.hidden[l.id] {
			rows = append(rows, map[string]any{"Id": l.id, "Name": l.name, "ServerId": c.ID, "Type": "CollectionFolder",
				"CollectionType": l.kind, "IsFolder": true, "MediaType": "Unknown"})
		}
	}
	c.json(map[string]any{"Items": rows, "TotalRecordCount": len(rows), "StartIndex": 0})
}

func (c *call) sessions() {
	rows := []map[string]any{}
	for _, s := range c.tokens {
		row := map[string]any{"Id": guid("session" + s.token), "UserId": s.user.ID, "UserName": s.user.Name, "DeviceId": s.device,
			"LastActivityDate": date(c.now()), "LastPlaybackCheckIn": date(c.now()), "IsActive": true, "SupportsMediaControl": false}
		if s.playing != nil {
			row["NowPlayingItem"] = c.itemDto(s.user, s.playing)
			row["PlayState"] = map[string]any{"PositionTicks": s.user.state(s.playing).ticks, "IsPaused": false, "CanSeek": true,
				"IsMuted": false, "RepeatMode": "RepeatNone", "PlaybackOrder": "Default"}
		}
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b map[string]any) int { return cmp.Compare(a["Id"].(string), b["Id"].(string)) })
	c.json(rows)
}

// itemDto is one row. Ids, path and original title come when they are asked
// for; user data unless it is refused.
func (c *call) itemDto(u *User, it *item) map[string]any {
	media := "Video"
	if it.kind == "Series" {
		media = "Unknown"
	}
	row := map[string]any{"Name": it.name, "ServerId": c.ID, "Id": it.id, "Type": it.kind, "ProductionYear": it.year,
		"IsFolder": it.kind == "Series", "MediaType": media, "LocationType": "FileSystem"}
	fields := c.q["fields"]
	if strings.Contains(fields, "ProviderIds") {
		row["ProviderIds"] = it.ids
	}
	if strings.Contains(fields, "Path") {
		row["Path"] = it.path
	}
	if it.ticks > 0 {
		row["RunTimeTicks"] = it.ticks
	}
	if it.series != nil {
		row["SeriesName"], row["SeriesId"] = it.series.name, it.series.id
		row["SeasonId"] = guid(it.series.id + strconv.Itoa(*it.season))
		row["IndexNumber"], row["ParentIndexNumber"] = *it.number, *it.season
		if it.last != nil {
			row["IndexNumberEnd"] = *it.last
		}
	}
	if c.q["enableuserdata"] != "false" {
		row["UserData"] = c.dataDto(u, it)
	}
	return row
}

func (s *Server) dataDto(u *User, it *item) map[string]any {
	d := u.state(it)
	row := map[string]any{"PlaybackPositionTicks": d.ticks, "PlayCount": d.count, "IsFavorite": d.favorite, "Played": d.played,
		"Key": s.dataKey(it), "ItemId": it.id}
	if it.kind == "Series" {
		row["UnplayedItemCount"] = s.unplayed(u, it)
	}
	if !d.last.IsZero() {
		row["LastPlayedDate"] = date(d.last)
	}
	if d.ticks > 0 && it.ticks > 0 {
		row["PlayedPercentage"] = float64(d.ticks) * 100 / float64(it.ticks)
	}
	if d.rating != nil {
		row["Rating"], row["Likes"] = *d.rating, *d.rating >= 6.5
	}
	return row
}

func (s *Server) unplayed(u *User, series *item) int {
	n := 0
	for _, it := range s.items {
		if it.series == series && !u.state(it).played {
			n++
		}
	}
	return n
}
