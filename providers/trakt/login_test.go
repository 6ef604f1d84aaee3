package trakt

import (
	"context"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/fakekit"
	"watchkeeper/providers/internal/signin"
	"watchkeeper/providers/trakt/traktfake"
)

func TestDeviceCode(t *testing.T) {
	for name, c := range map[string]struct {
		act  func(w *world, code string)
		ends string
	}{
		"approved": {func(w *world, code string) { w.fake.Approve(code, w.user) }, ""},
		"denied":   {func(w *world, code string) { w.fake.Deny(code) }, "rejected: sign-in was refused"},
		"expired":  {func(*world, string) {}, "rejected: the code has expired"},
		"app gone": {func(w *world, _ string) { w.fake.RemoveClient("test-client") }, "app rejected"},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			flow, err := login(w.env, provider.DeviceCode)
			if err != nil {
				t.Fatal(err)
			}
			step, err := flow.Next(t.Context(), nil)
			if err != nil || len(step.Code) != 8 || step.URL != "https://auth.trakt.tv/activate" || step.Notice != "trakt.one_app" || !step.Expires.Known() {
				t.Fatalf("%+v %v", step, err)
			}
			time.AfterFunc(12*time.Second, func() { c.act(w, step.Code) })
			end, err := flow.Next(t.Context(), nil)
			if c.ends != "" {
				if err == nil || !strings.HasPrefix(err.Error(), c.ends) {
					t.Errorf("%s: %v", name, err)
				}
				return
			}
			if err != nil || end.Done == nil || end.Done.Identity.UserID != w.user.UUID {
				t.Fatalf("%s: %+v %v", name, end, err)
			}
			w.env.Secrets = &keyring{secret: end.Done.Secret}
			account, err := openService(w.env)
			if err != nil {
				t.Fatal(err)
			}
			if who, err := account.Whoami(t.Context()); err != nil || who.UserName != "marlow" {
				t.Error(who, err)
			}
		})
	}
}

// TestBrowser signs in with PKCE and without a secret.
func TestBrowser(t *testing.T) {
	w := newWorld(t)
	w.fake.AddClient(traktfake.Client{ID: "public", Redirects: []string{redirect}})
	w.env.ClientID, w.env.ClientSecret = "public", ""
	flow, err := login(w.env, provider.Browser)
	if err != nil {
		t.Fatal(err)
	}
	step, err := flow.Next(t.Context(), nil)
	if err != nil || step.Notice != "trakt.one_app" {
		t.Fatal(err)
	}
	jar, _ := cookiejar.New(nil)
	page, _ := url.Parse(step.URL)
	jar.SetCookies(page, []*http.Cookie{{Name: "user", Value: "marlow"}})
	browser := http.Client{Jar: jar, Transport: inProcessOr{w.env.Base}}
	req, _ := http.NewRequest(http.MethodGet, step.URL, nil)
	req.Header.Set("User-Agent", "Browser/1")
	resp, err := browser.Do(req)
	if err != nil || resp.StatusCode != 200 {
		t.Fatal(resp, err)
	}
	resp.Body.Close()
	end, err := flow.Next(t.Context(), nil)
	if err != nil || end.Done == nil || end.Done.Identity.UserName != "marlow" {
		t.Fatalf("%+v %v", end, err)
	}
	w.env.Secrets = &keyring{secret: end.Done.Secret}
	if err := signOut(t.Context(), w.env); err != nil {
		t.Error(err)
	}
	account, _ := openService(w.env)
	if _, err := account.Whoami(t.Context()); provider.AsError(err).Kind != provider.Auth {
		t.Error(err)
	}
}

// inProcessOr sends the loopback answer over the real network.
type inProcessOr struct{ http.RoundTripper }

func (i inProcessOr) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Hostname() == "localhost" {
		return http.DefaultTransport.RoundTrip(r)
	}
	return i.RoundTripper.RoundTrip(r)
}

func TestNoClientID(t *testing.T) {
	w := newWorld(t)
	w.env.ClientID = ""
	_, err := login(w.env, provider.DeviceCode)
	_, openErr := openService(w.env)
	for _, e := range []error{err, openErr} {
		if e == nil || !strings.Contains(e.Error(), "needs a client id") || !strings.Contains(e.Error(), "developer.trakt.tv") {
			t.Error(e)
		}
	}
	if _, err := login(newWorld(t).env, provider.Password); err == nil {
		t.Error("a password was taken")
	}
}

// signedIn opens an account as the program does, with refresh and pace.
func (w *world) signedIn(life time.Duration) (provider.Provider, *keyring) {
	w.t.Helper()
	minted := w.fake.Mint(w.user, "test-client")
	now := time.Now()
	secret, err := signin.Token{Access: minted.Access, Refresh: minted.Refresh, Issued: now, Expires: now.Add(life)}.Secret()
	if err != nil {
		w.t.Fatal(err)
	}
	k := &keyring{secret: secret}
	w.env.Secrets = k
	p, err := openService(w.env)
	if err != nil {
		w.t.Fatal(err)
	}
	return p, k
}

// TestOneRefresh (R30): many callers with an old token share one refresh, and
// the new token is kept before it is used.
func TestOneRefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		p, k := w.signedIn(7 * 24 * time.Hour)
		time.Sleep(6 * 24 * time.Hour)
		var wait sync.WaitGroup
		for range 8 {
			wait.Go(func() {
				if _, err := p.Whoami(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if n := len(w.posted("/oauth/token")); n != 1 || k.saves != 1 {
			t.Errorf("%d refreshes, %d saves", n, k.saves)
		}
		time.Sleep(30 * 24 * time.Hour) // past the token's life: the first call refreshes
		if _, err := p.Whoami(t.Context()); err != nil || k.saves != 2 {
			t.Error(err, k.saves)
		}
	})
}

func TestDeadSessionNeedsAPerson(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		p, _ := w.signedIn(7 * 24 * time.Hour)
		w.fake.EndSessions(w.user)
		for range 3 {
			if _, err := p.Whoami(t.Context()); provider.AsError(err).Kind != provider.Auth {
				t.Error(err)
			}
		}
		if n := len(w.posted("/oauth/token")); n != 1 {
			t.Errorf("the dead token was sent %d times", n)
		}
	})
}

// TestPace: the program's own limits keep it below the service's, so that the
// service never has to say so.
func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.fake.Limited = true
		p, _ := w.signedIn(7 * 24 * time.Hour)
		begin := time.Now()
		var changes []provider.Change
		for i := range 9 {
			changes = append(changes, add(media.Progress, episodeItem("88", 1+i/5, 1+i%3), media.Position(int64(20_000+i), 0)))
		}
		results, err := p.Write(t.Context(), changes)
		if err != nil || strings.Count(outcomes(results), "confirmed") != 9 {
			t.Error(outcomes(results), err)
		}
		if took := time.Since(begin); took < 8*time.Second || took > 12*time.Second {
			t.Errorf("9 positions took %s", took)
		}
		for range 700 {
			if _, err := p.Whoami(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range w.recorder.Calls() {
			if c.Status == 429 {
				t.Fatal("the service had to say no")
			}
		}
	})
}

// TestCancelIsQuick: a cancelled call returns at once, also while it waits
// for its turn.
func TestCancelIsQuick(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		p, _ := w.signedIn(7 * 24 * time.Hour)
		w.weather.On("hang", "GET /sync", -1, fakekit.HangBefore())
		w.weather.On("hang", "POST /scrobble", -1, fakekit.HangAfter())
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		begin := time.Now()
		_, err := p.Read(ctx, provider.ReadRequest{Wants: []provider.FeatureRequest{{Feature: media.History}}})
		if err == nil || time.Since(begin) > 5*time.Second {
			t.Error(err, time.Since(begin))
		}
		ctx, cancel = context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		begin = time.Now()
		results, err := p.Write(ctx, []provider.Change{
			add(media.Progress, filmItem("6"), media.Position(30_000, 0)), add(media.Progress, episodeItem("88", 1, 1), media.Position(30_000, 0))})
		if got := outcomes(results); err == nil || got != "unproven, not applied" || time.Since(begin) > 5*time.Second {
			t.Error(got, err, time.Since(begin))
		}
	})
}
