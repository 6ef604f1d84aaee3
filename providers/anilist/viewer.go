package anilist

import (
	"context"
	"errors"
	"strconv"
	"time"

	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/transport"
)

// viewer is the person whom the token speaks for.
type viewer struct {
	ID      number `json:"id"`
	Name    text   `json:"name"`
	Listing struct {
		ScoreFormat text `json:"scoreFormat"`
	} `json:"mediaListOptions"`
	Options struct {
		Timezone text           `json:"timezone"`
		Silent   rows[silenced] `json:"disabledListActivity"`
	} `json:"options"`
}

// silenced is one status whose changes are not published.
type silenced struct {
	Type     text  `json:"type"`
	Disabled truth `json:"disabled"`
}

// publishes tells whether changes of the statuses that we write appear on the
// person's public page.
func (v viewer) publishes() bool {
	off := map[text]bool{}
	for _, s := range v.Options.Silent.list {
		off[s.Type] = s.Disabled.value
	}
	return !off[planning] || !off[current] || !off[completed]
}

func (v viewer) zone() *time.Location { return zone(string(v.Options.Timezone)) }

var errNobody = errors.New("the answer names no user")

// Whoami asks the service who the token belongs to.
func (a *account) Whoami(ctx context.Context) (provider.Identity, error) {
	v, _, err := a.ask(ctx)
	if err != nil {
		return provider.Identity{}, err
	}
	return provider.Identity{ServerID: apiHost, UserID: v.userID(), UserName: string(v.Name), ServerName: "AniList"}, nil
}

func (v viewer) userID() string { return strconv.Itoa(v.ID.whole()) }

// ask asks who the person is and notes it.
func (a *account) ask(ctx context.Context) (viewer, *transport.Response, error) {
	var data struct{ Viewer *viewer }
	resp, err := a.do(ctx, viewerQuery, nil, &data)
	if err != nil {
		return viewer{}, resp, err
	}
	if data.Viewer == nil || data.Viewer.ID.whole() <= 0 {
		return viewer{}, resp, named(provider.Failed(provider.Contract, "", errNobody), viewerQuery)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.viewer = data.Viewer
	return *data.Viewer, resp, nil
}

// known is the person as last asked. List queries need the number, which a
// token never changes; a read asks anew.
func (a *account) known(ctx context.Context) (viewer, error) {
	a.mu.Lock()
	v := a.viewer
	a.mu.Unlock()
	if v != nil {
		return *v, nil
	}
	asked, _, err := a.ask(ctx)
	return asked, err
}
