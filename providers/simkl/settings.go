package simkl

import (
	"context"
	"errors"

	"watchkeeper/engine/provider"
)

// settings is what is used of /users/settings.
type settings struct {
	User struct {
		Name text `json:"name"`
	} `json:"user"`
	Account struct {
		ID number `json:"id"`
	} `json:"account"`
}

var errNobody = errors.New("the answer names no user")

// Whoami asks the service who the token belongs to.
func (a *account) Whoami(ctx context.Context) (provider.Identity, error) {
	var s settings
	if _, err := a.api.JSON(ctx, a.get("/users/settings", nil, true), &s); err != nil {
		return provider.Identity{}, err
	}
	if s.Account.ID.Whole() <= 0 {
		return provider.Identity{}, provider.Failed(provider.Contract, "get /users/settings", errNobody)
	}
	return provider.Identity{ServerID: apiHost, UserID: string(s.Account.ID), UserName: string(s.User.Name), ServerName: "SIMKL"}, nil
}
