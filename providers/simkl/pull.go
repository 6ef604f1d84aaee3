package simkl

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// detail asks for everything that is recorded, and nothing else: episodes with
// their dates, those of anime with TVDB's numbers. "original" keeps the service
// from inventing rows for titles that were completed as a whole.
func detail() url.Values {
	return url.Values{"extended": {"full_anime_seasons"}, "episode_watched_at": {"yes"},
		"include_all_episodes": {"original"}}
}

// haul is what an answer of /sync/all-items lists.
type haul struct {
	records titles
	odd     []provider.Skipped // rows that name no title
	at      time.Time          // the service's clock; zero when it did not tell
}

func newHaul() *haul { return &haul{records: titles{}} }

// all reads the library, whole or what changed since a moment. A library too
// large for one answer is read list by list, and status by status.
func (a *account) all(ctx context.Context, q url.Values, fresh bool) (*haul, error) {
	out := newHaul()
	err := a.list(ctx, "/sync/all-items", q, fresh, out)
	if !errors.Is(err, errTooMuch) {
		return out, err
	}
	for _, b := range buckets {
		if err := a.bucket(ctx, b, q, fresh, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// bucket reads one list of the library. The status in a path is checked by
// nobody: a word that the service does not know gives every status. Each record
// carries its own, so more than was asked for does no harm.
func (a *account) bucket(ctx context.Context, b bucket, q url.Values, fresh bool, into *haul) error {
	path := "/sync/all-items/" + string(b)
	err := a.list(ctx, path, q, fresh, into)
	if !errors.Is(err, errTooMuch) {
		return err
	}
	for _, status := range statuses {
		if b == movies && (status == "watching" || status == "hold") {
			continue // a movie is never on these
		}
		if err := a.list(ctx, path+"/"+status, q, fresh, into); err != nil {
			return err
		}
	}
	return nil
}

// list reads one answer.
func (a *account) list(ctx context.Context, path string, q url.Values, fresh bool, into *haul) error {
	var body lists
	resp, err := a.api.JSON(ctx, a.get(path, q, fresh), &body)
	if err != nil {
		return err
	}
	if err := into.take(body); err != nil {
		return provider.Failed(provider.Contract, "get "+path, err)
	}
	into.at = resp.ServerTime
	return nil
}

// lists is an answer by list. An empty library is {}, null or [].
type lists map[string]json.RawMessage

var (
	errNoLists = errors.New("the answer is not a library")
	errNoList  = errors.New("a list of the library is not a list")
)

// UnmarshalJSON takes the forms of an empty library as such.
func (l *lists) UnmarshalJSON(b []byte) error {
	*l = lists{}
	switch b = bytes.TrimSpace(b); {
	case bytes.Equal(b, []byte("null")), len(b) > 1 && b[0] == '[' && len(bytes.TrimSpace(b[1:len(b)-1])) == 0:
		return nil
	case len(b) == 0 || b[0] != '{':
		return provider.Failed(provider.Contract, "", errNoLists)
	}
	return json.Unmarshal(b, (*map[string]json.RawMessage)(l))
}

// take adds an answer's records. The error is for what is no list at all.
func (h *haul) take(body lists) error {
	for _, b := range buckets {
		rows, err := body.rows(string(b))
		if err != nil {
			return err
		}
		for _, raw := range rows {
			h.add(b, raw)
		}
		delete(body, string(b))
	}
	for name, raw := range body {
		if rows, err := body.rows(name); err == nil && len(rows) > 0 && raw[0] == '[' {
			h.odd = append(h.odd, provider.Skipped{Title: name, Reason: fmt.Sprintf("a list of %d titles that is not known", len(rows))})
		}
	}
	return nil
}

// rows of one list; a missing one and null are empty.
func (l lists) rows(name string) ([]json.RawMessage, error) {
	raw := bytes.TrimSpace(l[name])
	if len(raw) == 0 || bytes.Equal(raw, []byte("null")) || bytes.Equal(raw, []byte("{}")) {
		return nil, nil
	}
	var rows []json.RawMessage
	if raw[0] != '[' || json.Unmarshal(raw, &rows) != nil {
		return nil, errNoList
	}
	return rows, nil
}

func (h *haul) add(b bucket, raw json.RawMessage) {
	var r record
	if bytes.Equal(raw, []byte("null")) || json.Unmarshal(raw, &r) != nil {
		h.skip(raw, r, errShape)
		return
	}
	k, err := r.key(b)
	if err != nil {
		h.skip(raw, r, err)
		return
	}
	if r.Rewatch {
		h.odd = append(h.odd, provider.Skipped{Key: k + "#rewatch", Title: string(r.about().Title), Reason: errRewatch.Error()})
		return
	}
	if old, double := h.records[k]; double && old.newer(r) {
		return
	}
	h.records[k] = r
}

// newer tells which of two records of one title counts: the one added,
// watched or rated later.
func (r record) newer(o record) bool { return r.latest() > o.latest() }

func (r record) latest() media.Moment {
	return max(r.AddedAt.moment(), r.WatchedAt.moment(), r.RatedAt.moment())
}

// skip notes a row that names no title. As it may be any, nothing is taken as
// absent while it is there.
func (h *haul) skip(raw []byte, r record, why error) {
	const most = 80
	s := provider.Skipped{Title: string(raw[:min(len(raw), most)]), Reason: why.Error()}
	if t := r.about(); t != nil && t.Title != "" {
		s.Title = string(t.Title)
	}
	h.odd = append(h.odd, s)
}
