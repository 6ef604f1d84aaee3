package anilist

import (
	"encoding/json"
	"net/http"
	"testing"

	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/fakekit"
	"watchkeeper/providers/internal/fakekit/archive"
)

// exchange is a recorded answer with its status.
type exchange struct {
	Status  int
	Headers map[string]string
	Body    json.RawMessage
}

// TestRecordedAnswers: errors are told apart as the service documents them,
// and no entry of a list is lost. Files may have any name.
func TestRecordedAnswers(t *testing.T) {
	archive.Each(t, "anilist", func(a archive.Answer) bool {
		o := a.Object()
		switch {
		case o["status"] != nil && o["body"] != nil:
			var e exchange
			if err := json.Unmarshal(a.Raw, &e); err != nil {
				t.Fatal(a.Where, err)
			}
			recordedError(t, a.Where, e)
			return e.Status >= 300
		case o["MediaListCollection"] != nil:
			recordedCollection(t, a.Where, o["MediaListCollection"])
		case o["mediaList"] != nil, o["pageInfo"] != nil:
			var p page
			if err := json.Unmarshal(a.Raw, &p); err != nil || p.Media.odd+p.Entries.odd > 0 {
				t.Errorf("%s: %v, %d odd", a.Where, err, p.Media.odd+p.Entries.odd)
			}
		default:
			return false
		}
		return true
	})
}

func recordedError(t *testing.T, where string, e exchange) {
	t.Helper()
	var body reply
	if err := json.Unmarshal(e.Body, &body); err != nil {
		t.Errorf("%s: %v", where, err)
	}
	if e.Status < 300 && len(body.Errors) == 0 {
		return
	}
	w := newWorld(t)
	var headers []string
	for k, v := range e.Headers {
		headers = append(headers, k, v)
	}
	w.weather.On("recorded", "*", -1, fakekit.Answer(e.Status, "application/json", string(e.Body), headers...))
	_, err := w.account.Whoami(t.Context())
	if want := documented(e.Status, body.Errors); kind(err) != want {
		t.Errorf("%s: %v, want %v", where, err, want)
	}
}

// documented is what the service's errors mean, by the status that they name.
func documented(status int, list faults) provider.ErrorKind {
	if status < 300 && list[0].Status.whole() > 0 {
		status = list[0].Status.whole()
	}
	switch {
	case list[0].Message == "Invalid token", status == http.StatusUnauthorized:
		return provider.Auth
	case status == http.StatusTooManyRequests:
		return provider.RateLimited
	case status == http.StatusForbidden, status >= 500:
		return provider.Transient
	case len(list[0].Validation) > 0, status == http.StatusNotFound:
		return provider.Rejected
	}
	return provider.Contract
}

func recordedCollection(t *testing.T, where string, raw json.RawMessage) {
	t.Helper()
	var c collection
	if err := json.Unmarshal(raw, &c); err != nil {
		t.Errorf("%s: %v", where, err)
	}
	l := &list{}
	l.add(&c, map[int]int{})
	if l.odd > 0 {
		t.Errorf("%s: %d of %d entries are odd", where, l.odd, l.received)
	}
}
