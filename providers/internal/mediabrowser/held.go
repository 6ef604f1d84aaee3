package mediabrowser

import (
	"slices"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// IDs are the servers' own ids of the items that have a key here, each once.
func IDs(items []media.Item) []string {
	var ids []string
	for _, item := range items {
		if id, _, _ := Split(item.Key); id != "" {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// ByID are items by their ids.
func ByID(items []Item) map[string]*Item {
	out := make(map[string]*Item, len(items))
	for i := range items {
		out[items[i].ID] = &items[i]
	}
	return out
}

// Answers are what a look-up found: an item that the user cannot see is not
// held.
func Answers(held map[string]*Item, f media.Feature, items []media.Item) []provider.Answer {
	answers := make([]provider.Answer, len(items))
	for i, item := range items {
		answers[i] = provider.Answer{Key: item.Key}
		id, _, _ := Split(item.Key)
		if held[id] == nil {
			continue
		}
		if row, ok := Value(*held[id], f); ok {
			row.Key = item.Key
			answers[i].Held, answers[i].Rows = true, []provider.Row{row}
		}
	}
	return answers
}
