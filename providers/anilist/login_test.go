package anilist

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/signin"
)

func (w *world) fixed() fixed { return fixed(signin.Token{Access: w.token, Expires: ends(w.token)}) }

// answered is the address at which the service's page ends.
func (w *world) answered(page string) string {
	w.t.Helper()
	u, err := url.Parse(page)
	if err != nil || u.Host != siteHost {
		w.t.Fatal(page, err)
	}
	rec := httptest.NewRecorder()
	w.fake.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, u.RequestURI(), nil))
	if rec.Code != http.StatusFound {
		w.t.Fatal(rec.Code, rec.Body)
	}
	return rec.Header().Get("Location")
}

// TestPaste: the token, the answer or the whole address will do; anything
// else can be tried again.
func TestPaste(t *testing.T) {
	w := newWorld(t)
	l, err := Service(nil).Login(w.env, provider.Paste)
	if err != nil {
		t.Fatal(err)
	}
	shown, err := l.Next(t.Context(), nil)
	if err != nil || shown.Notice == "" || len(shown.Fields) > 0 {
		t.Fatalf("%+v, %v", shown, err)
	}
	if asked, err := l.Next(t.Context(), nil); err != nil || len(asked.Fields) != 1 || !asked.Fields[0].Secret {
		t.Fatalf("%+v, %v", asked, err)
	}
	for _, bad := range []string{"", "nonsense", "http://127.0.0.1/#error=access_denied"} {
		if _, err := l.Next(t.Context(), map[string]string{"answer": bad}); err == nil {
			t.Errorf("%q signs in", bad)
		}
	}
	end, err := l.Next(t.Context(), map[string]string{"answer": w.answered(shown.URL)})
	if err != nil || end.Done == nil || end.Done.Identity.UserID != "555" {
		t.Fatalf("%+v, %v", end, err)
	}
	token, err := signin.ParseToken(end.Done.Secret)
	if err != nil || time.Until(token.Expires).Round(24*time.Hour) != 365*24*time.Hour {
		t.Errorf("the token ends %s, %v", token.Expires, err)
	}
}

func TestReadPasted(t *testing.T) {
	for _, in := range []string{"abc", " abc\n", "access_token=abc&token_type=Bearer", "#access_token=abc", "http://127.0.0.1:51844/callback#access_token=abc&expires_in=5"} {
		if got := readPasted(in).Get("access_token"); got != "abc" {
			t.Errorf("%q gives %q", in, got)
		}
	}
}

func TestNoClientIDNoLogin(t *testing.T) {
	w := newWorld(t)
	w.env.ClientID = ""
	if _, err := Service(nil).Login(w.env, provider.Browser); kind(err) != provider.AppRejected {
		t.Error(err)
	}
	if _, err := Service(nil).Open(w.env); err != nil {
		t.Error("an account that is signed in needs no client id:", err)
	}
}

// TestEndedTokenIsAuth: a token past its year asks for a new sign-in.
func TestEndedTokenIsAuth(t *testing.T) {
	w := newWorld(t)
	old := signin.Token{Access: w.token, Issued: time.Now().AddDate(-1, -1, 0), Expires: time.Now().AddDate(0, -1, 0)}
	secret, err := old.Secret()
	if err != nil {
		t.Fatal(err)
	}
	w.env.Secrets = &keyring{secret: secret}
	w.fake.Revoke(w.token)
	p, err := Service(nil).Open(w.env)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Whoami(t.Context()); kind(err) != provider.Auth {
		t.Error(err)
	}
}

// TestBrowser: the answer comes back to the loopback page, with or without the
// state.
func TestBrowser(t *testing.T) {
	for _, drops := range []bool{false, true} {
		w := newWorld(t)
		w.fake.DropsState = drops
		l, err := Service(nil).Login(w.env, provider.Browser)
		if err != nil {
			t.Fatal(err)
		}
		shown, err := l.Next(t.Context(), nil)
		if errors.Is(err, signin.ErrPortBusy) {
			t.Log("another program holds the port; signin's own tests cover the page")
			return
		}
		if err != nil || shown.URL == "" || shown.Notice == "" {
			t.Fatalf("%+v, %v", shown, err)
		}
		_, fragment, _ := strings.Cut(w.answered(shown.URL), "#")
		post, _ := http.NewRequest(http.MethodPost, redirect, strings.NewReader(fragment))
		post.Close = true // the next round is another server on the same port
		post.Header.Set("Origin", strings.TrimSuffix(redirect, "/callback"))
		resp, err := http.DefaultClient.Do(post)
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Fatal(resp, err)
		}
		resp.Body.Close()
		end, err := l.Next(t.Context(), nil)
		if err != nil || end.Done == nil || end.Done.Identity.UserName != "marlow" {
			t.Errorf("state dropped %v: %+v, %v", drops, end, err)
		}
	}
}
