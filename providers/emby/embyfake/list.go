package embyfake

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// visible are the items that the query's filters leave.
func (c *call) visible(u *User) []*item {
	types := split(strings.ToLower(c.q["includeitemtypes"]))
	from := c.items
	if c.q["ids"] != "" {
		from = nil
		for _, id := range split(c.q["ids"]) {
			if it := c.byID[id]; it != nil {
				from = append(from, it)
			}
		}
	}
	var out []*item
	for _, it := range from {
		switch {
		case u.hidden[it.library.id]:
		case len(types) > 0 && !slices.Contains(types, strings.ToLower(it.kind)):
		case c.q["parentid"] != "" && c.q["parentid"] != it.library.id && (it.series == nil || it.series.id != c.q["parentid"]):
		case c.q["anyprovideridequals"] != "" && !it.named(split(strings.ToLower(c.q["anyprovideridequals"]))):
		case !c.filtered(u, it):
		default:
			out = append(out, it)
		}
	}
	return out
}

// named tells whether the item has one of the ids "imdb.tt1"; its type is not
// looked at.
func (it *item) named(ids []string) bool {
	for name, id := range it.ids {
		if slices.Contains(ids, strings.ToLower(name+"."+id)) {
			return true
		}
	}
	return false
}

func split(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}

// filtered applies Filters= and the like. What the server does not know, it
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
	rows := []map[string]any{}
	for _, it := range found[min(start, len(found)):min(start+limit, len(found))] {
		rows = append(rows, c.itemDto(u, it))
	}
	c.json(map[string]any{"Items": rows, "TotalRecordCount": len(found)})
}

// resume is the list of what is half watched and not hidden, last started
// first.
func (c *call) resume() {
	u := c.session.user
	found := slices.DeleteFunc(c.visible(u), func(it *item) bool { return u.state(it).ticks == 0 || u.state(it).hidden })
	slices.SortStableFunc(found, func(a, b *item) int { return u.state(b).last.Compare(u.state(a).last) })
	c.page(u, found)
}

func (c *call) views() {
	if _, given := c.q["includeexternalcontent"]; !given {
		c.status(http.StatusBadRequest)
		return
	}
	rows := []map[string]any{}
	for _, l := range c.libraries {
		if !c.session.user.hidden[l.id] {
			rows = append(rows, map[string]any{"Id": l.id, "Name": l.name, "ServerId": c.ID, "Type": "CollectionFolder",
				"CollectionType": l.kind, "IsFolder": true})
		}
	}
	c.json(map[string]any{"Items": rows, "TotalRecordCount": len(rows)})
}

// sessions are those that the user may see: the user's own.
func (c *call) sessions() {
	rows := []map[string]any{}
	for _, s := range c.tokens {
		if s.user == c.session.user || s.with == c.session.user {
			rows = append(rows, c.sessionDto(s))
		}
	}
	slices.SortFunc(rows, func(a, b map[string]any) int { return cmp.Compare(a["Id"].(string), b["Id"].(string)) })
	c.json(rows)
}

func (c *call) sessionDto(s *session) map[string]any {
	row := map[string]any{"Id": guid("session" + s.token), "UserId": s.user.ID, "UserName": s.user.Name, "DeviceId": s.device,
		"ServerId": c.ID, "LastActivityDate": date(c.now()), "AdditionalUsers": []any{}, "SupportsRemoteControl": false}
	if s.with != nil {
		row["AdditionalUsers"] = []any{map[string]any{"UserId": s.with.ID, "UserName": s.with.Name}}
	}
	if s.playing != nil {
		row["NowPlayingItem"] = map[string]any{"Id": s.playing.id, "Name": s.playing.name, "Type": s.playing.kind}
		row["PlayState"] = map[string]any{"IsPaused": false, "CanSeek": true, "IsMuted": false, "RepeatMode": "RepeatNone"}
	}
	return row
}

// itemDto is one row. Ids and path come when they are asked for; so do the
// date and the count in the user data.
func (c *call) itemDto(u *User, it *item) map[string]any {
	fields := c.q["fields"]
	row := map[string]any{"Name": it.name, "ServerId": c.ID, "Id": it.id, "Type": it.kind, "ProductionYear": it.year,
		"IsFolder": it.kind == "Series"}
	if strings.Contains(fields, "ProviderIds") {
		row["ProviderIds"] = it.ids
	}
	if strings.Contains(fields, "Path") {
		row["Path"] = it.path
	}
	if it.virtual {
		row["LocationType"] = "Virtual"
	}
	if it.ticks > 0 {
		row["RunTimeTicks"], row["MediaType"] = it.ticks, "Video"
	}
	if it.series != nil {
		row["SeriesName"], row["SeriesId"] = it.series.name, it.series.id
		row["IndexNumber"], row["ParentIndexNumber"] = *it.number, *it.season
		if it.last != nil {
			row["IndexNumberEnd"] = *it.last
		}
	}
	if c.q["enableuserdata"] != "false" {
		row["UserData"] = c.dataDto(u, it, strings.Contains(fields, "UserDataLastPlayedDate"), strings.Contains(fields, "UserDataPlayCount"))
	}
	return row
}

func (s *Server) dataDto(u *User, it *item, dated, counted bool) map[string]any {
	d := u.state(it)
	row := map[string]any{"PlaybackPositionTicks": d.ticks, "PlayCount": 0, "IsFavorite": d.favorite, "Played": d.played}
	if counted {
		row["PlayCount"] = d.count
	}
	if dated && !d.last.IsZero() {
		row["LastPlayedDate"] = date(d.last)
	}
	if it.kind == "Series" {
		row["UnplayedItemCount"] = s.unplayed(u, it)
	}
	if d.ticks > 0 && it.ticks > 0 {
		row["PlayedPercentage"] = float64(d.ticks) * 100 / float64(it.ticks)
	}
	if d.rating != nil {
		row["Rating"] = *d.rating
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
