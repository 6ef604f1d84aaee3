package emby

import (
	"context"
	"slices"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/mediabrowser"
)

// LookUp implements provider.Confirmer: it reads the items by id, past all
// lists. An item that the user cannot see is not held.
func (a *account) LookUp(ctx context.Context, f media.Feature, items []media.Item) ([]provider.Answer, error) {
	held, err := a.held(ctx, items)
	if err != nil {
		return nil, err
	}
	answers := make([]provider.Answer, len(items))
	for i, item := range items {
		answers[i] = provider.Answer{Key: item.Key}
		id, _, _ := mediabrowser.Split(item.Key)
		it := held[id]
		if it == nil {
			continue
		}
		if row, ok := mediabrowser.Value(*it, f); ok {
			row.Key = item.Key
			answers[i].Held, answers[i].Rows = true, []provider.Row{row}
		}
	}
	return answers, nil
}

// held reads the items that have a key here, by the server's ids.
func (a *account) held(ctx context.Context, items []media.Item) (map[string]*mediabrowser.Item, error) {
	var ids []string
	for _, item := range items {
		if id, _, _ := mediabrowser.Split(item.Key); id != "" {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	found, err := a.server.byID(ctx, slices.Compact(ids))
	if err != nil {
		return nil, err
	}
	out := make(map[string]*mediabrowser.Item, len(found))
	for i := range found {
		out[found[i].ID] = &found[i]
	}
	return out, nil
}
