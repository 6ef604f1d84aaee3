package simkl

import (
	"context"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/fakekit"
	"watchkeeper/providers/internal/signin"
	"watchkeeper/providers/simkl/simklfake"
)

func TestDeviceCode(t *testing.T) {
	for name, c := range map[string]struct {
		act  func(w *world, code string)
		ends string
	}{
		"approved": {func(w *world, code string) { w.fake.Approve(code, w.user) }, ""},
		"denied":   {func(w *world, code string) { w.fake.Approve(code, nil) }, "rejected: sign-in was refused"},
		"expired":  {func(*world, string) {}, "rejected: the code has expired"},
		"app gone": {func(w *world, _ string) { w.fake.RemoveClient("test-client") }, "app rejected"},
		"read only": {func(w *world, code string) {
			w.fake.Approve(code, w.user)
			w.weather.On("scope", "POST /oauth2/token", -1, fakekit.Changed(func(_ http.Header, body []byte) []byte {
				return []byte(strings.Replace(string(body), " media:write", "", 1))
			}))
		}, "sign-in needed: post /oauth2/token: simkl gave a sign-in that can only read"},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			flow, err := login(w.env, provider.DeviceCode)
			if err != nil {
				t.Fatal(err)
			}
			step, err := flow.Next(t.Context(), nil)
			if err != nil || step.Code == "" || step.URL != "https://simkl.com/pin/"+step.Code || !step.Expires.Known() {
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
			if err != nil || end.Done == nil || end.Done.Identity.UserName != "marlow" || end.Done.Identity.ServerID != apiHost {
				t.Fatalf("%s: %+v %v", name, end, err)
			}
			w.env.Secrets = &keyring{secret: end.Done.Secret}
			account, err := Service(nil).Open(w.env)
			if err != nil {
				t.Fatal(err)
			}
			if who, err := account.Whoami(t.Context()); err != nil || who != end.Done.Identity {
				t.Error(who, err)
			}
		})
	}
}

// TestBrowser signs in with PKCE and without a secret.
func TestBrowser(t *testing.T) {
	w := newWorld(t)
	w.fake.AddClient(simklfake.Client{ID: "desktop", Redirects: []string{redirect}})
	w.env.ClientID = "desktop"
	flow, err := login(w.env, provider.Browser)
	if err != nil {
		t.Fatal(err)
	}
	step, err := flow.Next(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	page, _ := url.Parse(step.URL)
	if q := page.Query(); page.Host != "simkl.com" || q.Get("scope") != scope || q.Get("code_challenge_method") != "S256" || q.Get("redirect_uri") != redirect {
		t.Error(step.URL)
	}
	jar, _ := cookiejar.New(nil)
	jar.SetCookies(page, []*http.Cookie{{Name: "user", Value: "marlow"}})
	browser := http.Client{Jar: jar, Transport: inProcessOr{w.env.Base}}
	resp, err := browser.Get(step.URL)
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
	account, _ := Service(nil).Open(w.env)
	if _, err := account.Whoami(t.Context()); provider.AsError(err).Kind != provider.Auth {
		t.Error(err)
	}
}

// inProcessOr sends the loopback answer over the real network.
type inProcessOr struct{ http.RoundTripper }

func (i inProcessOr) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Hostname() == "127.0.0.1" {
		return http.DefaultTransport.RoundTrip(r)
	}
	return i.RoundTripper.RoundTrip(r)
}

// TestAnotherIssuer is not believed.
func TestAnotherIssuer(t *testing.T) {
	w := newWorld(t)
	for _, iss := range []string{"", "https://evil.test"} {
		if in, err := newOAuth(w.env).finish(t.Context(), url.Values{"code": {"x"}, "iss": {iss}}, "v"); in != nil || err == nil || len(w.recorder.Calls()) > 0 {
			t.Errorf("%q: %+v %v", iss, in, err)
		}
	}
}

// TestTheWrongKindOfApplication is told.
func TestTheWrongKindOfApplication(t *testing.T) {
	w := newWorld(t)
	w.fake.AddClient(simklfake.Client{ID: "desktop"})
	w.env.ClientID = "desktop"
	if _, err := newOAuth(w.env).begin(t.Context()); provider.AsError(err).Kind != provider.AppRejected {
		t.Error(err)
	}
}

func TestNoClientID(t *testing.T) {
	w := newWorld(t)
	w.env.ClientID = ""
	_, err := login(w.env, provider.DeviceCode)
	_, openErr := Service(nil).Open(w.env)
	for _, e := range []error{err, openErr} {
		if e == nil || !strings.Contains(e.Error(), "needs a client id") || !strings.Contains(e.Error(), "simkl.com/settings/developer") {
			t.Error(e)
		}
	}
	w.env.ClientID = "x"
	if _, err := login(w.env, provider.Password); err == nil {
		t.Error("signs in by password")
	}
}

// TestOneRefresh: many callers, one new token, which is kept before it is
// used; the refresh token stays.
func TestOneRefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		minted := w.fake.Mint(w.user, "test-client")
		secret, err := signin.Token{Access: minted.Access, Refresh: minted.Refresh, Issued: time.Now(), Expires: minted.Expires}.Secret()
		if err != nil {
			t.Fatal(err)
		}
		ring := &keyring{secret: secret}
		w.env.Secrets = ring
		account, _ := Service(nil).Open(w.env)
		time.Sleep(8 * 24 * time.Hour)
		done := make(chan error)
		for range 5 {
			go func() { _, err := account.Whoami(context.Background()); done <- err }()
		}
		for range 5 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		kept, err := signin.ParseToken(ring.secret)
		if err != nil || kept.Refresh != minted.Refresh || kept.Access == minted.Access || ring.saves != 1 || w.recorder.Count("POST /oauth2/token") != 1 {
			t.Errorf("%+v %v after %d saves", kept, err, ring.saves)
		}
		w.fake.EndSessions(w.user)
		if _, err := account.Whoami(t.Context()); provider.AsError(err).Kind != provider.Auth {
			t.Error(err)
		}
	})
}
