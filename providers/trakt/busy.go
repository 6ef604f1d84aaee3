package trakt

import (
	"context"
	"net/http"

	"watchkeeper/engine/provider"
)

// Playing returns the title that the person is watching right now by the
// service's account, as players report it. Writing a position over it would
// break the player's session.
func (a *account) Playing(ctx context.Context) ([]string, error) {
	var now row
	resp, err := a.api.JSON(ctx, a.get("/users/me/watching", nil, true), &now)
	switch {
	case resp != nil && (resp.Status == http.StatusNoContent || resp.Status == http.StatusNotFound):
		return nil, nil
	case err != nil:
		return nil, err
	}
	k, _, _, err := now.key()
	if err != nil {
		return nil, provider.Failed(provider.Contract, "get /users/me/watching", err)
	}
	return []string{k}, nil
}
