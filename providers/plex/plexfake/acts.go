package plexfake

import (
	"fmt"
	"net/http"
	"strconv"
)

// act answers what programs do to one item.
func (s *Server) act(in call, path string) {
	if path == "/:/prefs" {
		s.prefs(in)
		return
	}
	key := in.query("key")
	if path == "/:/timeline" {
		key = in.query("ratingKey")
	}
	it := s.item(key)
	switch {
	case in.r.Method != http.MethodPut && in.r.Method != http.MethodGet && path != "/:/timeline":
		in.page(http.StatusNotFound)
	case path != "/:/timeline" && in.query("identifier") != "com.plexapp.plugins.library":
		in.page(http.StatusBadRequest)
	case it == nil:
		in.page(http.StatusNotFound)
	case s.numb[key] && path == "/:/timeline":
		in.container(0, map[string]any{})
	case s.numb[key]:
		in.page(http.StatusOK)
	default:
		s.do(in, path, it)
	}
}

func (s *Server) do(in call, path string, it *item) {
	switch path {
	case "/:/scrobble", "/:/unscrobble":
		for _, leaf := range s.leaves(it) {
			st := s.state(in.user, leaf.key)
			if path == "/:/scrobble" {
				s.mark(st)
			} else {
				st.count, st.viewed, st.offset = 0, 0, 0
			}
			s.tell(leaf)
		}
		in.page(http.StatusOK)
	case "/:/rate":
		s.rate(in, s.state(in.user, it.key))
	case "/:/timeline":
		s.timeline(in, it)
	default:
		in.page(http.StatusNotFound)
	}
}

// leaves are what a mark on an item marks: all below a show or season.
func (s *Server) leaves(it *item) (out []*item) {
	for _, x := range s.items {
		if x == it && it.kind != "show" && it.kind != "season" || x.kind == "episode" && (x.show == it || x.season == it) {
			out = append(out, x)
		}
	}
	return out
}

func (s *Server) rate(in call, st *state) {
	rating, err := strconv.ParseFloat(in.query("rating"), 64)
	at := s.cloud.now().Unix()
	if in.query("ratedAt") != "" {
		at = int64(number(in.query("ratedAt")))
	}
	if err != nil || rating > 10 || at > s.cloud.now().Unix() {
		in.page(http.StatusBadRequest)
		return
	}
	st.rating, st.rated, st.ratedAt = rating, rating >= 0, at
	if !st.rated {
		st.ratedAt = 0
	}
	in.page(http.StatusOK)
}

// timeline takes a player's report. Without length or client it is taken and
// ignored; from the threshold on it is a play.
func (s *Server) timeline(in call, it *item) {
	at, length := number(in.query("time")), number(in.query("duration"))
	st := s.state(in.user, it.key)
	switch {
	case in.r.Header.Get("X-Plex-Client-Identifier") == "" || length == 0 || at == 0:
	case at*100 >= length*s.threshold:
		s.mark(st)
		s.log(in.user, it, st.viewed)
	default:
		st.offset, st.viewed = int64(at), s.cloud.now().Unix()
	}
	in.container(0, map[string]any{})
}

func (s *Server) prefs(in call) {
	if in.user != s.owner {
		in.page(http.StatusForbidden)
		return
	}
	in.container(1, map[string]any{"Setting": []any{map[string]any{"id": "LibraryVideoPlayedThreshold", "label": "Video played threshold",
		"summary": "", "type": "int", "default": "90", "value": strconv.Itoa(s.threshold), "hidden": false, "advanced": true, "group": "library"}}})
}

// events is the stream of what happens at the server.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	heard := make(chan string, 64)
	s.cloud.mu.Lock()
	known := s.tokens[token(r)] != nil
	if known {
		s.listeners[heard] = true
	}
	s.cloud.mu.Unlock()
	if !known {
		call{w: w}.page(http.StatusUnauthorized)
		return
	}
	defer func() {
		s.cloud.mu.Lock()
		delete(s.listeners, heard)
		s.cloud.mu.Unlock()
	}()
	w.Header().Set("Content-Type", "text/event-stream")
	w.WriteHeader(http.StatusOK)
	flush := func() {
		if f, ok := w.(http.Flusher); ok {
			f.Flush()
		}
	}
	flush()
	for {
		select {
		case <-r.Context().Done():
			return
		case text, open := <-heard:
			if !open {
				return
			}
			if _, err := fmt.Fprint(w, text); err != nil {
				return
			}
			flush()
		}
	}
}

// push sends an event; a listener that does not keep up misses some.
func (s *Server) push(name, data string) {
	for l := range s.listeners {
		select {
		case l <- "event: " + name + "\ndata: " + data + "\n\n":
		default:
		}
	}
}

// tell says that an item changed.
func (s *Server) tell(it *item) {
	s.push("timeline", fmt.Sprintf(`{"TimelineEntry":{"identifier":"com.plexapp.plugins.library","sectionID":%q,"itemID":%q,"type":1,"title":%q,"state":5}}`,
		it.library.key, it.key, it.title))
}

// Listening counts open streams.
func (s *Server) Listening() int {
	s.cloud.mu.Lock()
	defer s.cloud.mu.Unlock()
	return len(s.listeners)
}

// HangUp ends all streams.
func (s *Server) HangUp() {
	s.cloud.mu.Lock()
	defer s.cloud.mu.Unlock()
	for l := range s.listeners {
		close(l)
		delete(s.listeners, l)
	}
}
