package fakekit

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// counter is a service with an effect: every POST counts.
type counter struct{ n int }

func (c *counter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		c.n++
	}
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"n":%d}`, c.n)
}

func ask(ctx context.Context, base http.RoundTripper, method, url string) (int, string, error) {
	req, _ := http.NewRequestWithContext(ctx, method, url, strings.NewReader(""))
	resp, err := base.RoundTrip(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	return resp.StatusCode, string(text), err
}

func TestInternetRoutesByHost(t *testing.T) {
	n := NewInternet()
	n.Host("a.test", &counter{})
	n.Host("b.test:8096", &counter{n: 5})
	for url, want := range map[string]string{"https://a.test/x": `{"n":0}`, "http://b.test:8096/x": `{"n":5}`} {
		if status, text, err := ask(t.Context(), n, "GET", url); err != nil || status != 200 || text != want {
			t.Error(url, status, text, err)
		}
	}
	if _, _, err := ask(t.Context(), n, "GET", "https://c.test/"); err == nil {
		t.Error("unknown host answered")
	}
	n.Down("a.test", true)
	if _, _, err := ask(t.Context(), n, "GET", "https://a.test/"); err == nil {
		t.Error("a host that is down answered")
	}
}

func TestFaultsHaveTheEffectTheySay(t *testing.T) {
	for name, c := range map[string]struct {
		fault  Fault
		effect int
		status int
		broken bool
	}{
		"status":       {Status(503), 0, 503, false},
		"html":         {HTML(), 0, 200, false},
		"reset before": {ResetBefore(), 0, 0, true},
		"reset after":  {ResetAfter(), 1, 0, true},
		"hang before":  {HangBefore(), 0, 0, true},
		"hang after":   {HangAfter(), 1, 0, true},
		"status after": {StatusAfter(502), 1, 502, false},
		"cut":          {Cut(50), 1, 200, true},
		"slow":         {Slow(time.Millisecond), 1, 200, false},
		"endless":      {Endless(), 0, 200, false},
		"bomb":         {Bomb(3), 0, 200, false},
		"redirect":     {Redirect("https://evil.test/"), 0, 307, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			service := &counter{}
			weather := NewWeather(service)
			weather.On(name, "POST *", 1, c.fault)
			n := NewInternet()
			n.Host("a.test", weather)
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			status, _, err := ask(ctx, n, "POST", "https://a.test/x")
			if status != c.status || (err != nil) != c.broken || service.n != c.effect || weather.Fired()[name] != 1 {
				t.Errorf("%s: status %d, %v, effect %d, fired %v", name, status, err, service.n, weather.Fired())
			}
			if status, _, err := ask(t.Context(), n, "POST", "https://a.test/x"); err != nil || status != 200 {
				t.Errorf("%s: the weather did not clear: %d %v", name, status, err)
			}
		})
	}
}

func TestFreezeServesTheOldAnswer(t *testing.T) {
	service := &counter{}
	weather := NewWeather(service)
	n := NewInternet()
	n.Host("a.test", weather)
	weather.On("frozen", "*", -1, Freeze())
	for range 2 {
		if _, text, _ := ask(t.Context(), n, "GET", "https://a.test/x"); text != `{"n":0}` {
			t.Error(text)
		}
		_, _, _ = ask(t.Context(), n, "POST", "https://a.test/x")
	}
	weather.Clear()
	if _, text, _ := ask(t.Context(), n, "GET", "https://a.test/x"); text != `{"n":2}` {
		t.Error(text)
	}
}

func TestTheSameHandlerOnLoopback(t *testing.T) {
	record := NewRecorder(NewWeather(&counter{}))
	srv := httptest.NewServer(record)
	defer srv.Close()
	resp, err := http.Post(srv.URL+"/x?y=1", "application/json", strings.NewReader(`{"a":1}`))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	calls := record.Calls()
	if len(calls) != 1 || string(calls[0].Body) != `{"a":1}` || calls[0].Query.Get("y") != "1" || string(calls[0].Reply) != `{"n":1}` || record.Count("POST /x") != 1 {
		t.Errorf("%+v", calls)
	}
}

func TestHangingUpEndsTheHandler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := NewInternet()
		ended := false
		n.Host("a.test", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
			ended = true
		}))
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(nil) })
		if _, _, err := ask(ctx, n, "GET", "https://a.test/"); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		synctest.Wait()
		if !ended {
			t.Error("the handler still runs")
		}
	})
}

func TestReadWorks(t *testing.T) {
	works, err := ReadWorks(strings.NewReader("kind\ttitle\tyear\timdb\ttmdb\ttvdb\ttrakt\nfilm\tA\t2001\ttt0000001\t1\t\t2\nshow\tB\t2002\t\t\t3\t\n"))
	if err != nil || len(works) != 2 || works[0].TMDB != 1 || works[0].TVDB != 0 || !works[1].Show || works[1].TVDB != 3 || len(works[1].Episodes) != 2 {
		t.Errorf("%+v %v", works, err)
	}
	if _, err := ReadWorks(strings.NewReader("h\nfilm\tA\tyear\t\t\t\t\n")); err == nil {
		t.Error("bad year accepted")
	}
}

// A web socket goes through the internet of the process, as on a network.
func TestSwitchedProtocol(t *testing.T) {
	n := NewInternet()
	n.Host("a.test", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusSwitchingProtocols)
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		heard := make([]byte, 4)
		if _, err := io.ReadFull(conn, heard); err == nil {
			_, _ = conn.Write(heard)
		}
	}))
	resp, err := (&http.Client{Transport: n}).Get("http://a.test/")
	if err != nil {
		t.Fatal(err)
	}
	line, ok := resp.Body.(io.ReadWriteCloser)
	if !ok || resp.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("%d %T", resp.StatusCode, resp.Body)
	}
	defer line.Close()
	if _, err := line.Write([]byte("ping")); err != nil {
		t.Fatal(err)
	}
	if back, err := io.ReadAll(line); err != nil || string(back) != "ping" {
		t.Errorf("%q %v", back, err)
	}
}
