package mediabrowser

import (
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// AddRows adds what an item shows to a view, once for each work in it. What is
// there and not understood is listed as skipped. A position in a file of
// several episodes is a position in none of them.
func AddRows(v *provider.View, it Item, works []media.Item, playing bool) {
	if len(works) == 0 || v.Feature == media.Progress && len(works) > 1 {
		return
	}
	row, ok := Value(it, v.Feature)
	if !ok {
		if why := oddity(it, v.Feature); why != "" {
			v.Skipped = append(v.Skipped, provider.Skipped{Key: it.ID, Title: it.Name, Reason: why})
		}
		return
	}
	for _, w := range works {
		row.Key, row.Playing = w.Key, playing
		v.Rows = append(v.Rows, row)
	}
}

// oddity says why a value is not understood; "" when the kind has none.
func oddity(it Item, f media.Feature) string {
	switch {
	case !it.Understood():
		return "user data has an unknown form"
	case f == media.Ratings && it.UserData.Rating != nil:
		return "rating is outside 0 to 10"
	}
	return ""
}
