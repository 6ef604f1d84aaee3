package jellyfin

import (
	"context"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/mediabrowser"
)

// LookUp implements provider.Confirmer: it reads the items by id, past all
// lists. An item that the user cannot see is not held.
func (a *account) LookUp(ctx context.Context, f media.Feature, items []media.Item) ([]provider.Answer, error) {
	kept, err := a.server.SignedIn(ctx)
	if err != nil {
		return nil, err
	}
	held, err := a.held(ctx, kept.UserID, items)
	if err != nil {
		return nil, err
	}
	return mediabrowser.Answers(held, f, items), nil
}

// held reads the items that have a key here, by the server's ids.
func (a *account) held(ctx context.Context, user string, items []media.Item) (map[string]*mediabrowser.Item, error) {
	found, err := a.byID(ctx, user, mediabrowser.IDs(items))
	if err != nil {
		return nil, err
	}
	return mediabrowser.ByID(found), nil
}
