package mediabrowser

import (
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// AddRows adds what an item shows to a view, once for each work in it. What is
// there and not understood is listed as skipped. A position in a file of
// several episodes is a position in none of them.
func AddRows(v *provider.View, it Item, works []media.Item, playing bool) {
	row, ok := Value(it, v.Feature)
	inSeveral := v.Feature == media.Progress && len(works) > 1
	if why := oddity(it, v.Feature, inSeveral && row.Value.Set); why != "" {
		v.Skipped = append(v.Skipped, provider.Skipped{Key: it.ID, Title: it.Name, Reason: why})
		return
	}
	if !ok || inSeveral {
		return
	}
	for _, w := range works {
		row.Key, row.Playing = w.Key, playing
		v.Rows = append(v.Rows, row)
	}
}

// oddity says why a value is not used; "" when it is, or there is none.
func oddity(it Item, f media.Feature, inSeveral bool) string {
	switch {
	case it.ID == "":
		return "the row has no id"
	case Kind(it) == media.NoKind:
		return "neither a film nor a show nor an episode"
	case !it.Understood():
		return "user data is missing or has an unknown form"
	case inSeveral:
		return "a position in a file of several episodes"
	case f == media.Ratings && it.UserData.Rating != nil && !rates(*it.UserData.Rating):
		return "rating is outside 0 to 10"
	}
	return ""
}

func rates(rating float64) bool { return rating >= 0 && rating <= 10 }
