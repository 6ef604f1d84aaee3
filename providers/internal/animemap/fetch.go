package animemap

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"time"
)

// Where the files come from. They are fetched at run time and never bundled:
// what their makers collected is not ours to pass on.
const (
	statsURL  = "https://github.com/anibridge/anibridge-mappings/releases/download/v3/stats.json"
	bridgeURL = "https://github.com/anibridge/anibridge-mappings/releases/download/v3/mappings.min.json"
	fribbURL  = "https://raw.githubusercontent.com/Fribb/anime-lists/master/anime-list-full.json"
)

// Hosts are all hosts that a refresh speaks to. Releases are served by a
// second one.
var Hosts = []string{"github.com", "raw.githubusercontent.com", "objects.githubusercontent.com", "release-assets.githubusercontent.com"}

// fetchTime bounds one download.
const fetchTime = 5 * time.Minute

var (
	errElsewhere = errors.New("redirected to another address")
	errShrunk    = errors.New("the new file is far smaller than the one before")
	errTooLarge  = errors.New("the new file is larger than allowed")
)

func newClient(base http.RoundTripper) *http.Client {
	return &http.Client{Transport: base, Timeout: fetchTime, CheckRedirect: func(next *http.Request, via []*http.Request) error {
		if next.URL.Scheme != "https" || !slices.Contains(Hosts, next.URL.Hostname()) || len(via) > 5 {
			return errElsewhere
		}
		return nil
	}}
}

// Refresh asks for newer files and takes those that are sound: they parse, are
// no larger than allowed, and hold at least nine tenths of what the ones
// before held. Anything else leaves the old files in force. The error tells
// which file could not be renewed; the other may have been.
func (s *Store) Refresh(ctx context.Context) error {
	s.fetching.Lock()
	defer s.fetching.Unlock()
	s.mu.Lock()
	st, m := s.state, s.current
	s.mu.Unlock()
	if m.bridge == nil {
		st.StatsTag, st.Generated, st.Edges = "", "", 0
	}
	if m.fribb == nil {
		st.FribbTag, st.Rows = "", 0
	}
	bridge := s.renewBridge(ctx, &st)
	fribb := s.renewFribb(ctx, &st)
	if bridge == nil || fribb == nil {
		st.Checked = s.now()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	next, err := s.read()
	if err == nil {
		s.current, s.state = next, st
		err = s.keep(st)
	}
	return errors.Join(bridge, fribb, err)
}

// renewBridge asks the small file first, which tells when the large one was
// made.
func (s *Store) renewBridge(ctx context.Context, st *state) error {
	var stats struct {
		Meta struct {
			Generated string `json:"generated_on"`
		} `json:"meta"`
	}
	tag, fresh, err := s.get(ctx, statsURL, st.StatsTag, func(r io.Reader) error { return json.NewDecoder(r).Decode(&stats) })
	if err != nil || !fresh {
		return err
	}
	if !newer(stats.Meta.Generated, st.Generated) {
		st.StatsTag = tag
		return nil
	}
	var l *layer
	_, _, err = s.renew(ctx, file{url: bridgeURL, name: bridgeFile}, func(r io.Reader) (err error) {
		if l, err = readBridge(r); err != nil {
			return err
		}
		return enough(l.edges, st.Edges)
	})
	if err != nil {
		return err
	}
	st.StatsTag, st.Generated, st.Edges = tag, stats.Meta.Generated, l.edges
	return nil
}

// enough holds a new file against the one before it.
func enough(now, before int) error {
	if now == 0 || now*10 < before*9 {
		return errShrunk
	}
	return nil
}

// newer compares the makers' times; what cannot be compared is newer when it
// is another.
func newer(now, before string) bool {
	a, errA := time.Parse(time.RFC3339, now)
	b, errB := time.Parse(time.RFC3339, before)
	if errA != nil || errB != nil {
		return now == "" || now != before
	}
	return a.After(b)
}

func (s *Store) renewFribb(ctx context.Context, st *state) error {
	var o *offsets
	tag, taken, err := s.renew(ctx, file{url: fribbURL, name: fribbFile, tag: st.FribbTag}, func(r io.Reader) (err error) {
		if o, err = readFribb(r); err != nil {
			return err
		}
		return enough(o.rows, st.Rows)
	})
	if taken {
		st.FribbTag, st.Rows = tag, o.rows
	}
	return err
}

// file is one file to renew; tag names the version that is here.
type file struct{ url, name, tag string }

// renew downloads a file beside the old one, checks it, and swaps them. What
// does not pass the check leaves no trace.
func (s *Store) renew(ctx context.Context, f file, check func(io.Reader) error) (tag string, taken bool, err error) {
	temp, err := os.CreateTemp(s.dir, f.name+".*")
	if err != nil {
		return "", false, fmt.Errorf("anime mapping: %w", err)
	}
	defer os.Remove(temp.Name()) // gone already when it was swapped in
	defer temp.Close()
	tag, fresh, err := s.get(ctx, f.url, f.tag, func(r io.Reader) error {
		if _, err := io.Copy(temp, r); err != nil {
			return err
		}
		return temp.Sync()
	})
	if err != nil || !fresh {
		return tag, false, err
	}
	if _, err = temp.Seek(0, io.SeekStart); err == nil {
		err = check(temp)
	}
	if err == nil {
		err = temp.Close() // a file that is open cannot be renamed everywhere
	}
	if err == nil {
		err = s.swap(temp.Name(), f.name)
	}
	if err != nil {
		return "", false, fmt.Errorf("anime mapping: %s: %w", f.name, err)
	}
	return tag, true, nil
}

// get asks for one file, unless it is the one with the tag. The body must
// arrive whole and within the cap.
func (s *Store) get(ctx context.Context, url, tag string, take func(io.Reader) error) (newTag string, fresh bool, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", false, fmt.Errorf("anime mapping: %w", err)
	}
	if tag != "" {
		req.Header.Set("If-None-Match", tag)
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return "", false, fmt.Errorf("anime mapping: %w", err)
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode == http.StatusNotModified && tag != "":
		return tag, false, nil
	case resp.StatusCode != http.StatusOK:
		return "", false, fmt.Errorf("anime mapping: %s answers with status %d", req.URL.Host, resp.StatusCode)
	}
	body := &io.LimitedReader{R: resp.Body, N: s.limit + 1}
	if err := take(body); err != nil {
		return "", false, fmt.Errorf("anime mapping: %w", err)
	}
	if body.N <= 0 {
		return "", false, errTooLarge
	}
	return resp.Header.Get("ETag"), true, nil
}
