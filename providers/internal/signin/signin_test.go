package signin

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"watchkeeper/engine/provider"
)

func kindOf(err error) provider.ErrorKind {
	if err == nil {
		return 0
	}
	return provider.AsError(err).Kind
}

// script answers polls one after the other; the last answer repeats.
func script(answers ...any) func(context.Context, Prompt) (Poll, *provider.SignedIn, error) {
	n := 0
	return func(context.Context, Prompt) (Poll, *provider.SignedIn, error) {
		a := answers[min(n, len(answers)-1)]
		n++
		switch a := a.(type) {
		case error:
			return 0, nil, a
		case Poll:
			if a == Granted {
				return a, &provider.SignedIn{Secret: "s"}, nil
			}
			return a, nil, nil
		}
		panic("script")
	}
}

func TestPolled(t *testing.T) {
	weather := provider.Failed(provider.Transient, "", errors.New("weather"))
	for name, c := range map[string]struct {
		answers []any
		kind    provider.ErrorKind
		took    time.Duration
	}{
		"granted":          {[]any{Pending, Granted}, 0, 10 * time.Second},
		"slow down":        {[]any{SlowDown, Pending, Granted}, 0, 25 * time.Second},
		"weather":          {[]any{weather, Granted}, 0, 10 * time.Second},
		"refused":          {[]any{Pending, Refused}, provider.Rejected, 10 * time.Second},
		"expired":          {[]any{Expired}, provider.Rejected, 5 * time.Second},
		"nobody comes":     {[]any{Pending}, provider.Rejected, 605 * time.Second},
		"app not accepted": {[]any{provider.Failed(provider.AppRejected, "", nil)}, provider.AppRejected, 5 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			begun := 0
			l := Start(Polled{
				Begin: func(context.Context) (Prompt, error) {
					begun++
					return Prompt{Code: "1234", Life: 10 * time.Minute, Every: 5 * time.Second}, nil
				},
				Ask: script(c.answers...),
			}.Turn())
			step, err := l.Next(t.Context(), nil)
			if err != nil || step.Code != "1234" || !step.Expires.Known() || len(step.Fields) > 0 {
				t.Fatalf("%s: %+v %v", name, step, err)
			}
			start := time.Now()
			step, err = l.Next(t.Context(), nil)
			if kindOf(err) != c.kind || time.Since(start) != c.took || (err == nil) != (step.Done != nil) {
				t.Errorf("%s: %+v %v after %v", name, step, err, time.Since(start))
			}
			if c.kind != 0 {
				if step, err := l.Next(t.Context(), nil); err != nil || step.Code == "" || begun != 2 {
					t.Errorf("%s: no second code: %+v %v", name, step, err)
				}
			} else if _, err := l.Next(t.Context(), nil); err == nil {
				t.Errorf("%s: went on after the end", name)
			}
		})
	}
}

func TestPolledKeepsItsCodeWhenTheCallerPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := Start(Polled{
			Begin: func(context.Context) (Prompt, error) {
				return Prompt{Code: "1", Life: time.Hour, Every: time.Second}, nil
			},
			Ask: script(Pending, Pending, Granted),
		}.Turn())
		_, _ = l.Next(t.Context(), nil)
		ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
		defer cancel()
		if _, err := l.Next(ctx, nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		if step, err := l.Next(t.Context(), nil); err != nil || step.Done == nil {
			t.Errorf("%+v %v", step, err)
		}
	})
}

func TestAskCanBeAnsweredAgain(t *testing.T) {
	l := Start(Ask([]provider.Field{{Name: "password", Secret: true}}, func(_ context.Context, a map[string]string) (provider.Step, Turn, error) {
		if a["password"] != "right" {
			return provider.Step{}, nil, provider.Failed(provider.Auth, "", nil)
		}
		return Done(&provider.SignedIn{})
	}))
	if step, err := l.Next(t.Context(), nil); err != nil || len(step.Fields) != 1 {
		t.Fatal(step, err)
	}
	if _, err := l.Next(t.Context(), map[string]string{"password": "wrong"}); kindOf(err) != provider.Auth {
		t.Fatal(err)
	}
	if step, err := l.Next(t.Context(), map[string]string{"password": "right"}); err != nil || step.Done == nil {
		t.Fatal(step, err)
	}
}

func freePort(t *testing.T) string {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

// send is a browser's request.
func send(t *testing.T, method, target, body string, header ...string) (int, string, http.Header) {
	t.Helper()
	req, _ := http.NewRequest(method, target, strings.NewReader(body))
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
		if header[i] == "Host" {
			req.Host = header[i+1]
		}
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return 0, err.Error(), nil
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(text), resp.Header
}

func TestBrowserTakesOneAnswer(t *testing.T) {
	redirect := "http://127.0.0.1:" + freePort(t) + "/answer"
	var state, challenge string
	l := Start(Browser{
		Redirect: redirect,
		Page: func(s, c string) string {
			state, challenge = s, c
			return "https://svc.test/authorize"
		},
		Finish: func(_ context.Context, a url.Values, verifier string) (*provider.SignedIn, error) {
			sum := sha256.Sum256([]byte(verifier))
			if a.Get("code") != "c0de" || base64.RawURLEncoding.EncodeToString(sum[:]) != challenge {
				t.Errorf("%v %q", a, verifier)
			}
			return &provider.SignedIn{Secret: "s"}, nil
		},
	}.Turn())
	if step, err := l.Next(t.Context(), nil); err != nil || step.URL != "https://svc.test/authorize" {
		t.Fatal(step, err)
	}
	right := "?state=" + state + "&code=c0de"
	for name, c := range map[string]struct {
		method, target string
		header         []string
		status         int
	}{
		"wrong state": {"GET", redirect + "?state=" + strings.Repeat("x", len(state)) + "&code=evil", nil, 400},
		"no state":    {"GET", redirect + "?code=evil", nil, 400},
		"other host":  {"GET", redirect + right, []string{"Host", "evil.test"}, 403},
		"other path":  {"GET", strings.Replace(redirect, "/answer", "/favicon.ico", 1) + right, nil, 404},
		"posted":      {"POST", redirect + right, nil, 405},
	} {
		if status, _, _ := send(t, c.method, c.target, "", c.header...); status != c.status {
			t.Errorf("%s: %d, want %d", name, status, c.status)
		}
	}
	status, text, header := send(t, "GET", redirect+right, "")
	if status != 200 || strings.Contains(text, "c0de") || header.Get("Referrer-Policy") != "no-referrer" || header.Get("Cache-Control") != "no-store" {
		t.Error(status, text, header)
	}
	if status, _, _ := send(t, "GET", redirect+right, ""); status == 200 {
		t.Error("a second answer was taken")
	}
	if step, err := l.Next(t.Context(), nil); err != nil || step.Done == nil {
		t.Fatal(step, err)
	}
	if status, _, _ := send(t, "GET", redirect+right, ""); status != 0 {
		t.Error("the port is still open")
	}
}

func TestBrowserFragment(t *testing.T) {
	redirect := "http://127.0.0.1:" + freePort(t) + "/answer"
	var state string
	l := Start(Browser{
		Redirect: redirect, Fragment: true,
		Page: func(s, _ string) string { state = s; return "https://svc.test/" },
		Finish: func(_ context.Context, a url.Values, _ string) (*provider.SignedIn, error) {
			return &provider.SignedIn{Secret: provider.Secret(a.Get("access_token"))}, nil
		},
	}.Turn())
	_, _ = l.Next(t.Context(), nil)
	status, text, header := send(t, "GET", redirect, "")
	if status != 200 || !strings.Contains(text, "location.hash") || !strings.Contains(header.Get("Content-Security-Policy"), "script-src 'nonce-") {
		t.Error(status, text, header)
	}
	answer := "access_token=t0ken&state=" + state
	if status, _, _ := send(t, "POST", redirect, answer, "Origin", "https://evil.test"); status != 405 {
		t.Error("another page may post: ", status)
	}
	if status, _, _ := send(t, "POST", redirect, answer, "Origin", strings.TrimSuffix(redirect, "/answer")); status != 200 {
		t.Error(status)
	}
	if step, err := l.Next(t.Context(), nil); err != nil || step.Done.Secret.Reveal() != "t0ken" {
		t.Error(step, err)
	}
}

func TestBrowserRefusedBusyAndStopped(t *testing.T) {
	redirect := "http://127.0.0.1:" + freePort(t) + "/answer"
	var state string
	b := Browser{Redirect: redirect, Page: func(s, _ string) string { state = s; return "https://svc.test/" }}
	l := Start(b.Turn())
	_, _ = l.Next(t.Context(), nil)
	if _, err := Start(b.Turn()).Next(t.Context(), nil); !errors.Is(err, ErrPortBusy) {
		t.Error(err)
	}
	send(t, "GET", redirect+"?error=access_denied&state="+state, "")
	if _, err := l.Next(t.Context(), nil); kindOf(err) != provider.Rejected {
		t.Error(err)
	}
	if step, err := l.Next(t.Context(), nil); err != nil || step.URL == "" {
		t.Fatalf("no second page: %+v %v", step, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.Next(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// TestBrowserStateless: a service may drop the state; another state is refused.
func TestBrowserStateless(t *testing.T) {
	for stateless, want := range map[bool]int{true: 200, false: 400} {
		redirect := "http://127.0.0.1:" + freePort(t) + "/answer"
		l := Start(Browser{Redirect: redirect, Fragment: true, Stateless: stateless,
			Page: func(string, string) string { return "https://svc.test/" },
			Finish: func(context.Context, url.Values, string) (*provider.SignedIn, error) {
				return &provider.SignedIn{}, nil
			},
		}.Turn())
		_, _ = l.Next(t.Context(), nil)
		origin := strings.TrimSuffix(redirect, "/answer")
		if status, _, _ := send(t, "POST", redirect, "access_token=t0ken&state=other", "Origin", origin); status != 400 {
			t.Error("another state is taken:", status)
		}
		if status, _, _ := send(t, "POST", redirect, "access_token=t0ken", "Origin", origin); status != want {
			t.Errorf("stateless %v: %d", stateless, status)
		}
		ctx, cancel := context.WithCancel(t.Context())
		if !stateless {
			cancel() // nothing was taken
		}
		_, err := l.Next(ctx, nil)
		cancel()
		if (err == nil) != stateless {
			t.Error(err)
		}
	}
}
