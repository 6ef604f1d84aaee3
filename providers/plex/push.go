package plex

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"watchkeeper/engine/provider"
)

// Playing implements provider.Busy: what this user plays right now. The server
// tells its owner only.
func (a *account) Playing(ctx context.Context) ([]string, error) {
	k, err := a.keeper.load(ctx)
	if err != nil || !k.Owned {
		return nil, err
	}
	c, err := a.server.get(ctx, "/status/sessions", nil, 0, 0)
	if err != nil {
		return nil, err
	}
	type who struct {
		ID text `json:"id"`
	}
	var keys []string
	for _, s := range decoded[item](c.Metadata) {
		for _, u := range decoded[who](s.User) {
			if string(u.ID) == k.localID() && s.RatingKey != "" {
				keys = append(keys, string(s.RatingKey))
			}
		}
	}
	return keys, nil
}

const eventsPath = "/:/eventsource/notifications"

var errEnded = errors.New("the server ended the stream of events")

// Nudges implements provider.Nudger over the server's stream of events. It
// names no user: somebody stopped playing, or an item changed.
func (a *account) Nudges(ctx context.Context, ready func(), nudge func()) error {
	if _, _, err := a.server.reach(ctx); err != nil {
		return err
	}
	address, client := a.server.at()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address+eventsPath, nil)
	if err != nil {
		return client.Fault("get "+eventsPath, err)
	}
	req.Header.Set("Accept", "text/event-stream")
	resp, err := client.Live().Do(req)
	if err != nil {
		return client.Fault("get "+eventsPath, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		kind := provider.Transient
		if resp.StatusCode == http.StatusUnauthorized || resp.StatusCode == http.StatusForbidden || resp.StatusCode == http.StatusNotFound {
			kind = provider.Rejected // listening is a courtesy; reading goes on
		}
		return &provider.Error{Kind: kind, Doing: "get " + eventsPath, Status: resp.StatusCode}
	}
	ready()
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, mostHeard)
	for lines.Scan() {
		data, ok := strings.CutPrefix(lines.Text(), "data:")
		if !ok {
			continue
		}
		if look, full := worthALook([]byte(data)); look {
			a.heardOf(full)
			nudge()
		}
	}
	if err := lines.Err(); err != nil {
		return client.Fault("get "+eventsPath, err)
	}
	return provider.Failed(provider.Transient, "get "+eventsPath, errEnded)
}

const mostHeard = 4 << 20 // bytes of one line

// event is what the stream tells, with or without the envelope of the socket.
type event struct {
	NotificationContainer        *event
	PlaySessionStateNotification rows
	TimelineEntry                rows
}

// What the server says of an item: all its work on it is done, or it is gone.
const (
	itemProcessed = 5
	itemDeleted   = 9
	lastLevel     = 4 // films, shows, seasons and episodes; music and photos come after
)

// takeHeard tells whether a full look is due because of what was heard of.
func (a *account) takeHeard() (rescan bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	rescan, a.rescan = a.rescan, false
	return rescan
}

func (a *account) heardOf(rescan bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.rescan = a.rescan || rescan
}

// worthALook tells whether an event may mean that somebody's score changed. An
// item that changed may have lost a mark or a rating, which moves no date: only
// a full look shows that.
func worthALook(data []byte) (look, full bool) {
	var e event
	if json.Unmarshal(data, &e) != nil {
		return false, false // an event that is none of ours
	}
	if e.NotificationContainer != nil {
		e = *e.NotificationContainer
	}
	type session struct {
		State text `json:"state"`
	}
	for _, s := range decoded[session](e.PlaySessionStateNotification) {
		if s.State == "stopped" || s.State == "paused" {
			look = true
		}
	}
	type entry struct {
		State number `json:"state"`
		Type  number `json:"type"`
	}
	for _, t := range decoded[entry](e.TimelineEntry) {
		s, level := t.State.or(itemProcessed), t.Type.or(1)
		if (s == itemProcessed || s == itemDeleted) && level >= 1 && level <= lastLevel {
			return true, true
		}
	}
	return look, false
}
