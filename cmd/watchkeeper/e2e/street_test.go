//go:build e2e

package e2e

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
)

// street is the way between the program and the services: it overhears the
// codes that are to be typed in elsewhere, and can hold back an answer.
type street struct {
	codes chan string

	mu      sync.Mutex
	marks   int // writes at the media server so far
	stallAt int // the answer to this one is held back
	reached chan struct{}
	release chan struct{}
}

// stallMark holds back the answer to the nth write at the media server, which
// is done, until release is closed; reached is closed then.
func (s *street) stallMark(n int) (reached, release chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stallAt, s.reached, s.release = n, make(chan struct{}), make(chan struct{})
	return s.reached, s.release
}

func (s *street) watch(service http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.Contains(r.URL.Path, "QuickConnect/Initiate"), strings.Contains(r.URL.Path, "device/code"):
			answer := httptest.NewRecorder()
			service.ServeHTTP(answer, r)
			var said map[string]any
			_ = json.Unmarshal(answer.Body.Bytes(), &said) // what is no code is passed on all the same
			for _, name := range []string{"Code", "user_code"} {
				if code, ok := said[name].(string); ok {
					s.codes <- code
				}
			}
			pass(w, answer)
		case r.Method != http.MethodGet && (strings.Contains(r.URL.Path, "PlayedItems") || strings.Contains(r.URL.Path, "UserData")):
			answer := httptest.NewRecorder()
			service.ServeHTTP(answer, r)
			s.marked()
			pass(w, answer)
		default:
			service.ServeHTTP(w, r)
		}
	})
}

func (s *street) marked() {
	s.mu.Lock()
	s.marks++
	stall := s.stallAt != 0 && s.marks == s.stallAt
	s.mu.Unlock()
	if stall {
		close(s.reached)
		<-s.release
	}
}

func pass(w http.ResponseWriter, answer *httptest.ResponseRecorder) {
	for name, values := range answer.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes()) // the client may be gone
}
