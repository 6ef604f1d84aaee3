package transport

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// serve is a base whose network is one function.
type serve func(*http.Request) (*http.Response, error)

func (s serve) RoundTrip(r *http.Request) (*http.Response, error) { return s(r) }

func answer(r *http.Request, status int, kind, text string) *http.Response {
	h := http.Header{}
	if kind != "" {
		h.Set("Content-Type", kind)
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(text)), Request: r, ContentLength: int64(len(text))}
}

func client(base serve, change func(*Options)) *Client {
	o := Options{Base: base, Hosts: []string{"svc.test"}, Chance: func() float64 { return 0.5 }}
	if change != nil {
		change(&o)
	}
	return New(o)
}

type reply struct {
	N int `json:"n"`
}

func mustError(t *testing.T, err error) *provider.Error {
	t.Helper()
	var e *provider.Error
	if !errors.As(err, &e) {
		t.Fatalf("not a provider error: %v", err)
	}
	return e
}

func TestStatusMeansWhoActsNext(t *testing.T) {
	for status, want := range map[int]provider.ErrorKind{
		400: provider.Rejected, 401: provider.Auth, 403: provider.Rejected, 404: provider.Rejected, 409: provider.Rejected,
		420: provider.PlanLimit, 426: provider.PlanLimit, 423: provider.Locked, 408: provider.Transient,
		500: provider.Transient, 503: provider.Transient, 520: provider.Transient, 522: provider.Transient, 302: provider.Transient,
	} {
		c := client(func(r *http.Request) (*http.Response, error) {
			return answer(r, status, "application/json", `{}`), nil
		}, nil)
		_, err := c.JSON(t.Context(), Request{Method: "POST", URL: "https://svc.test/a", Query: url.Values{"q": {"x"}}}, nil)
		e := mustError(t, err)
		if e.Kind != want || e.Status != status || e.Doing != "post /a" || e.Sent != (status >= 500) {
			t.Errorf("%d: %+v", status, e)
		}
	}
}

func TestClassifyOverrides(t *testing.T) {
	c := client(func(r *http.Request) (*http.Response, error) {
		return answer(r, 403, "application/json", `{"error":"app_gone"}`), nil
	}, func(o *Options) {
		o.Classify = func(f Failure) *provider.Error {
			if f.Status == 403 && bytes.Contains(f.Body, []byte("app_gone")) {
				return &provider.Error{Kind: provider.AppRejected, Err: errors.New("app gone"), Sent: true}
			}
			return nil
		}
	})
	_, err := c.JSON(t.Context(), Request{URL: "https://svc.test/a"}, &reply{})
	if e := mustError(t, err); e.Kind != provider.AppRejected || e.Sent || e.Status != 403 {
		t.Errorf("%+v", e)
	}
}

func TestWhatIsNotJSONIsNoAnswer(t *testing.T) {
	for name, c := range map[string]struct {
		kind, text string
		want       provider.ErrorKind
	}{
		"html":      {"text/html; charset=utf-8", "<html>log in</html>", provider.Transient},
		"text":      {"text/plain", "ok", provider.Transient},
		"none":      {"", `{"n":1}`, provider.Transient},
		"cut":       {"application/json", `{"n":`, provider.Transient},
		"empty":     {"application/json", ``, provider.Transient},
		"syntax":    {"application/json", `{"n":}`, provider.Contract},
		"shape":     {"application/json", `{"n":"x"}`, provider.Contract},
		"huge":      {"application/json", `{"n":1` + strings.Repeat("0", 400) + `}`, provider.Contract},
		"nested":    {"application/json", strings.Repeat("[", 20000), provider.Contract},
		"two":       {"application/json", `{"n":1}{"n":2}`, provider.Contract},
		"trailing":  {"application/json", `{"n":1}<html>`, provider.Contract},
		"good":      {"application/json; charset=utf-8", `{"n":1}`, 0},
		"good +":    {"application/problem+json", `{"n":1}`, 0},
		"tolerated": {"application/json", `{"n":1,"m":{}}` + "\n", 0},
	} {
		cl := client(func(r *http.Request) (*http.Response, error) { return answer(r, 200, c.kind, c.text), nil }, nil)
		var got reply
		resp, err := cl.JSON(t.Context(), Request{URL: "https://svc.test/a"}, &got)
		if resp == nil || resp.Status != 200 {
			t.Errorf("%s: no response", name)
		}
		if c.want == 0 {
			if err != nil || got.N != 1 {
				t.Errorf("%s: %v %v", name, got, err)
			}
			continue
		}
		if e := mustError(t, err); e.Kind != c.want || !e.Sent {
			t.Errorf("%s: %+v", name, e)
		}
	}
	page := client(func(r *http.Request) (*http.Response, error) {
		return answer(r, 200, "text/html", "<html>log in</html>"), nil
	}, nil)
	if _, err := page.JSON(t.Context(), Request{Method: "POST", URL: "https://svc.test/a"}, nil); err == nil {
		t.Error("a page was taken for an empty answer")
	}
	none := client(func(r *http.Request) (*http.Response, error) { return answer(r, 200, "text/html", ""), nil }, nil)
	if _, err := none.JSON(t.Context(), Request{Method: "POST", URL: "https://svc.test/a"}, nil); err != nil {
		t.Error(err)
	}
}

func TestDecodeStreamsAndChecksTheEnd(t *testing.T) {
	list := func(dec *json.Decoder) error {
		if _, err := dec.Token(); err != nil {
			return err
		}
		for dec.More() {
			var r reply
			if err := dec.Decode(&r); err != nil {
				return err
			}
		}
		_, err := dec.Token()
		return err
	}
	for text, want := range map[string]provider.ErrorKind{`[{"n":1},{"n":2}]`: 0, `[{"n":1},`: provider.Transient, `[{"n":1}`: provider.Transient, `[1]`: provider.Contract} {
		c := client(func(r *http.Request) (*http.Response, error) { return answer(r, 200, "application/json", text), nil }, nil)
		_, err := c.Decode(t.Context(), Request{URL: "https://svc.test/a"}, list)
		if want == 0 {
			if err != nil {
				t.Error(err)
			}
		} else if e := mustError(t, err); e.Kind != want {
			t.Errorf("%s: %v", text, e)
		}
	}
}

// tally counts tries and notes when they came.
type tally struct {
	at []time.Duration
	t0 time.Time
}

func (c *tally) note() int {
	if c.at == nil {
		c.t0 = time.Now()
	}
	c.at = append(c.at, time.Since(c.t0))
	return len(c.at)
}

func TestByteOrderMarkBeforeJSONMeansNothing(t *testing.T) {
	const mark = "\xef\xbb\xbf"
	for text, want := range map[string]int{mark + `{"n":7}`: 7, mark + " {\"n\":7}": 7, `{"n":7}`: 7,
		mark: 0, mark + mark + `{"n":7}`: 0, mark[:2] + `{"n":7}`: 0, "": 0} {
		c := client(func(r *http.Request) (*http.Response, error) { return answer(r, 200, "application/json", text), nil }, nil)
		var whole, streamed reply
		req := Request{URL: "https://svc.test/a"}
		_, err1 := c.JSON(t.Context(), req, &whole)
		_, err2 := c.Decode(t.Context(), req, func(d *json.Decoder) error { return d.Decode(&streamed) })
		if whole.N != want || streamed.N != want || (err1 == nil) != (want > 0) || (err2 == nil) != (want > 0) {
			t.Errorf("%q: %d %v, %d %v", text, whole.N, err1, streamed.N, err2)
		}
	}
}

func TestRetriesOnlyWhatIsSafe(t *testing.T) {
	reset := &net.OpError{Op: "read", Err: errors.New("reset")}
	for name, c := range map[string]struct {
		method string
		answer func(n int, r *http.Request) (*http.Response, error)
		tries  int
		kind   provider.ErrorKind
		sent   bool
	}{
		"get reset":      {"GET", func(int, *http.Request) (*http.Response, error) { return nil, reset }, 3, provider.Transient, true},
		"get 500":        {"GET", func(_ int, r *http.Request) (*http.Response, error) { return answer(r, 500, "", ""), nil }, 3, provider.Transient, true},
		"get heals":      {"GET", func(n int, r *http.Request) (*http.Response, error) { return heal(n, r, 502) }, 2, 0, false},
		"get 404":        {"GET", func(_ int, r *http.Request) (*http.Response, error) { return answer(r, 404, "", ""), nil }, 1, provider.Rejected, false},
		"post reset":     {"POST", func(int, *http.Request) (*http.Response, error) { return nil, reset }, 1, provider.Transient, true},
		"post 503":       {"POST", func(_ int, r *http.Request) (*http.Response, error) { return answer(r, 503, "", ""), nil }, 1, provider.Transient, true},
		"post 429 short": {"POST", func(n int, r *http.Request) (*http.Response, error) { return limited(n, r, "2") }, 2, 0, false},
		"post 429 long":  {"POST", func(n int, r *http.Request) (*http.Response, error) { return limited(n, r, "60") }, 1, provider.RateLimited, false},
		"post 429 mute":  {"POST", func(n int, r *http.Request) (*http.Response, error) { return limited(n, r, "") }, 1, provider.RateLimited, false},
		"post dial": {"POST", func(int, *http.Request) (*http.Response, error) {
			return nil, &net.OpError{Op: "dial", Err: errors.New("x")}
		}, 1, provider.Transient, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			var count tally
			cl := client(func(r *http.Request) (*http.Response, error) {
				if r.Body != nil {
					if b, _ := io.ReadAll(r.Body); r.Method == "POST" && string(b) != `{"n":7}` {
						t.Errorf("%s: body %q", name, b)
					}
				}
				return c.answer(count.note(), r)
			}, nil)
			req := Request{Method: c.method, URL: "https://svc.test/a"}
			if c.method == "POST" {
				req.Body = reply{7}
			}
			_, err := cl.JSON(t.Context(), req, &reply{})
			if len(count.at) != c.tries {
				t.Errorf("%s: %d tries, want %d", name, len(count.at), c.tries)
			}
			if c.kind == 0 {
				if err != nil {
					t.Errorf("%s: %v", name, err)
				}
				return
			}
			if e := mustError(t, err); e.Kind != c.kind || e.Sent != c.sent {
				t.Errorf("%s: %+v", name, e)
			}
		})
	}
}

func heal(n int, r *http.Request, status int) (*http.Response, error) {
	if n == 1 {
		return answer(r, status, "", ""), nil
	}
	return answer(r, 200, "application/json", `{"n":1}`), nil
}

func limited(n int, r *http.Request, after string) (*http.Response, error) {
	resp, err := heal(n, r, 429)
	if after != "" {
		resp.Header.Set("Retry-After", after)
	}
	return resp, err
}

func TestWaitsAreShortJitteredAndSaidWhenLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var count tally
		c := client(func(r *http.Request) (*http.Response, error) { count.note(); return answer(r, 500, "", ""), nil }, nil)
		_, _ = c.JSON(t.Context(), Request{URL: "https://svc.test/a"}, &reply{})
		if got := fmt.Sprint(count.at); got != "[0s 400ms 1.4s]" {
			t.Error(got)
		}
		c = client(func(r *http.Request) (*http.Response, error) { return limited(1, r, "90") }, nil)
		_, err := c.JSON(t.Context(), Request{URL: "https://svc.test/a"}, &reply{})
		if e := mustError(t, err); e.Until != media.At(time.Now().Add(90*time.Second)) {
			t.Error(e.Until)
		}
	})
}

func TestTimeoutCoversTheBodyAndIsUnproven(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := client(func(r *http.Request) (*http.Response, error) {
			pr, pw := io.Pipe()
			context.AfterFunc(r.Context(), func() { pw.CloseWithError(r.Context().Err()) })
			resp := answer(r, 200, "application/json", "")
			resp.Body = pr
			return resp, nil
		}, nil)
		start := time.Now()
		_, err := c.JSON(t.Context(), Request{Method: "POST", URL: "https://svc.test/a"}, &reply{})
		e := mustError(t, err)
		if e.Kind != provider.Transient || !e.Sent || !errors.Is(e, errTooLate) || time.Since(start) != DefaultTimeout {
			t.Errorf("%v after %v", e, time.Since(start))
		}
	})
}

func TestCancelEndsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := client(func(r *http.Request) (*http.Response, error) { <-r.Context().Done(); return nil, r.Context().Err() }, nil)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		_, err := c.JSON(ctx, Request{URL: "https://svc.test/a"}, &reply{})
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}

func TestPaceSpreadsTries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var count tally
		c := client(func(r *http.Request) (*http.Response, error) {
			count.note()
			return answer(r, 200, "application/json", `{}`), nil
		}, func(o *Options) {
			o.WritePace = rate.NewLimiter(1, 1)
		})
		for range 3 {
			if _, err := c.JSON(t.Context(), Request{Method: "POST", URL: "https://svc.test/a"}, nil); err != nil {
				t.Fatal(err)
			}
		}
		if got := fmt.Sprint(count.at); got != "[0s 1s 2s]" {
			t.Error(got)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		_, err := c.JSON(ctx, Request{Method: "POST", URL: "https://svc.test/a"}, nil)
		if e := mustError(t, err); e.Sent || !errors.Is(e, context.DeadlineExceeded) {
			t.Errorf("%+v", e)
		}
	})
}

func TestOneRefreshAfter401(t *testing.T) {
	for _, heals := range []bool{true, false} {
		token, refreshed, tried := "old", 0, 0
		c := client(func(r *http.Request) (*http.Response, error) {
			tried++
			if b, _ := io.ReadAll(r.Body); string(b) != `{"n":7}` {
				t.Errorf("body %q", b)
			}
			if r.Header.Get("Authorization") == "Bearer new" {
				return answer(r, 200, "application/json", `{"n":1}`), nil
			}
			return answer(r, 401, "", ""), nil
		}, func(o *Options) {
			o.Authorize = func(_ context.Context, r *http.Request) error {
				r.Header.Set("Authorization", "Bearer "+token)
				return nil
			}
			o.Refresh = func(context.Context, *http.Response) (bool, error) {
				refreshed++
				if heals {
					token = "new"
				}
				return true, nil
			}
		})
		_, err := c.JSON(t.Context(), Request{Method: "POST", URL: "https://svc.test/a", Body: reply{7}}, &reply{})
		if heals != (err == nil) || refreshed != 1 || tried != 2 {
			t.Errorf("heals %v: %v, %d refreshes, %d tries", heals, err, refreshed, tried)
		}
	}
}

func TestRefreshErrorKeepsItsKind(t *testing.T) {
	c := client(func(r *http.Request) (*http.Response, error) { return answer(r, 401, "", ""), nil }, func(o *Options) {
		o.Refresh = func(context.Context, *http.Response) (bool, error) {
			return false, provider.Failed(provider.Transient, "", errors.New("keyring is locked"))
		}
	})
	_, err := c.JSON(t.Context(), Request{Method: "POST", URL: "https://svc.test/a"}, nil)
	if e := mustError(t, err); e.Kind != provider.Transient || e.Sent {
		t.Errorf("%+v", e)
	}
}

func TestRedirectsStayHome(t *testing.T) {
	for name, c := range map[string]struct {
		method, from, to string
		ok               bool
	}{
		"same host":      {"GET", "https://svc.test/a", "/b", true},
		"to https":       {"GET", "http://svc.test/a", "https://svc.test/b", true},
		"to http":        {"GET", "https://svc.test/a", "http://svc.test/b", false},
		"other host":     {"GET", "https://svc.test/a", "https://evil.test/b", false},
		"other port":     {"GET", "https://svc.test/a", "https://svc.test:8443/b", false},
		"subdomain":      {"GET", "https://svc.test/a", "https://svc.test.evil.test/b", false},
		"write":          {"POST", "https://svc.test/a", "/b", false},
		"loop":           {"GET", "https://svc.test/a", "/a", false},
		"userinfo trick": {"GET", "https://svc.test/a", "https://svc.test@evil.test/b", false},
	} {
		seen := 0
		cl := client(func(r *http.Request) (*http.Response, error) {
			if r.URL.Hostname() != "svc.test" {
				t.Errorf("%s: left home for %s", name, r.URL.Host)
			}
			if seen++; r.URL.Path == "/b" {
				return answer(r, 200, "application/json", `{"n":1}`), nil
			}
			resp := answer(r, 307, "", "")
			resp.Header.Set("Location", c.to)
			return resp, nil
		}, func(o *Options) { o.Hosts = []string{"svc.test", "evil.test", "svc.test.evil.test"} })
		_, err := cl.JSON(t.Context(), Request{Method: c.method, URL: c.from}, &reply{})
		if c.ok != (err == nil) || seen > 1+maxRedirects {
			t.Errorf("%s: %v after %d requests", name, err, seen)
		}
		if err != nil && mustError(t, err).Kind != provider.Transient {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestUnknownHostIsNeverAsked(t *testing.T) {
	c := client(func(*http.Request) (*http.Response, error) { t.Error("asked"); return nil, errors.New("x") }, nil)
	_, err := c.JSON(t.Context(), Request{URL: "https://other.test/a"}, &reply{})
	if e := mustError(t, err); e.Kind != provider.Contract || e.Sent {
		t.Errorf("%+v", e)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func TestBodyCapHoldsEndlessBodiesAndBombs(t *testing.T) {
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	_, _ = z.Write(bytes.Repeat([]byte(" "), 4<<20))
	z.Close()
	var good bytes.Buffer
	z = gzip.NewWriter(&good)
	_, _ = z.Write([]byte(`{"n":1}`))
	z.Close()
	for name, c := range map[string]struct {
		body io.Reader
		zip  bool
		ok   bool
	}{
		"endless": {endless{}, false, false},
		"bomb":    {&bomb, true, false},
		"zipped":  {&good, true, true},
		"full":    {strings.NewReader(`{"n":1}` + strings.Repeat(" ", 1<<20-7)), false, true},
		"one on":  {strings.NewReader(`{"n":1}` + strings.Repeat(" ", 1<<20-6)), false, false},
	} {
		cl := client(func(r *http.Request) (*http.Response, error) {
			resp := answer(r, 200, "application/json", "")
			resp.Body = io.NopCloser(c.body)
			if c.zip {
				resp.Header.Set("Content-Encoding", "gzip")
			}
			return resp, nil
		}, func(o *Options) { o.BodyCap = 1 << 20 })
		_, err := cl.JSON(t.Context(), Request{URL: "https://svc.test/a"}, &reply{})
		if c.ok {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		} else if e := mustError(t, err); e.Kind != provider.Contract {
			t.Errorf("%s: %v", name, e)
		}
	}
}

func TestPinTrustsThatCertificateOnly(t *testing.T) {
	good := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"n":1}`)
	}))
	defer good.Close()
	good.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)
	pin := ""
	ask := func(pins ...string) error {
		c := New(Options{Hosts: []string{"127.0.0.1"}, Pins: pins})
		_, err := c.JSON(t.Context(), Request{URL: good.URL + "/a"}, &reply{})
		return err
	}
	err := ask()
	_, pin, ok := strings.Cut(mustError(t, err).Error(), "sha-256 ")
	if !ok || mustError(t, err).Sent {
		t.Fatalf("unverified server: %v", err)
	}
	if err := ask("00:" + pin[2:]); err == nil {
		t.Error("wrong pin accepted")
	}
	if err := ask(strings.ToUpper(pin)); err != nil {
		t.Error(err)
	}
}

func TestNoSecretInLogsOrErrors(t *testing.T) {
	const canary = `cAn/aRy+7"f3=`
	quotedForm, _ := json.Marshal(canary)
	forms := []string{canary, url.QueryEscape(canary), url.PathEscape(canary), base64.StdEncoding.EncodeToString([]byte(canary)),
		base64.RawURLEncoding.EncodeToString([]byte(canary)), strings.Trim(string(quotedForm), `"`)}
	everything := strings.Join(forms, " ")
	var log bytes.Buffer
	behaviours := map[string]serve{
		"error text": func(r *http.Request) (*http.Response, error) { return nil, errors.New(everything + r.URL.String()) },
		"status text": func(r *http.Request) (*http.Response, error) {
			return answer(r, 400, "application/json", everything), nil
		},
		"bad json": func(r *http.Request) (*http.Response, error) {
			return answer(r, 200, "application/json", `{"n":`+string(quotedForm)+`}`), nil
		},
		"redirect": func(r *http.Request) (*http.Response, error) {
			resp := answer(r, 302, "", "")
			resp.Header.Set("Location", "https://svc.test/x/"+url.PathEscape(canary)+"?token="+url.QueryEscape(canary))
			return resp, nil
		},
		"away": func(r *http.Request) (*http.Response, error) {
			resp := answer(r, 302, "", "")
			resp.Header.Set("Location", "https://"+forms[4]+".test/")
			return resp, nil
		},
		"panic-free proxy": func(r *http.Request) (*http.Response, error) { return answer(r, 200, "text/html", everything), nil },
	}
	for name, b := range behaviours {
		c := client(b, func(o *Options) {
			o.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
			o.Authorize = func(_ context.Context, r *http.Request) error {
				r.Header.Set("Authorization", "Bearer "+canary)
				return nil
			}
			o.Classify = func(f Failure) *provider.Error {
				return &provider.Error{Kind: provider.Rejected, Err: errors.New(string(f.Body))}
			}
		})
		_, err := c.JSON(t.Context(), Request{Method: "POST", URL: "https://svc.test/p/" + url.PathEscape(canary), Query: url.Values{"api_key": {canary}}}, &reply{})
		_, err2 := c.JSON(t.Context(), Request{URL: "https://svc.test/q", Query: url.Values{"api_key": {canary}}}, &reply{})
		shown := fmt.Sprintf("%v %+v %v %s", err, errors.Unwrap(err), err2, log.String())
		for _, f := range forms {
			if strings.Contains(shown, f) {
				t.Errorf("%s shows %q: %s", name, f, shown)
			}
		}
	}
	if !strings.Contains(log.String(), "/p/") {
		t.Error("nothing was logged, so nothing was proved")
	}
}

func TestRedactByLooks(t *testing.T) {
	r := newRedactor(nil)
	for _, s := range []string{
		`ApiKey=S3CRETS3CRET`, `{"access_token":"S3CRETS3CRET"}`, `Token="S3CRETS3CRET"`, `Authorization: Bearer S3CRETS3CRET`,
		`?code=S3CRETS3CRET&x=1`, `X-Plex-Token=S3CRETS3CRET`, `client_secret=S3CRETS3CRET`, `eyJS3CRETS3CRET.abc.def`,
	} {
		if got := r.text(s); strings.Contains(got, "S3CRET") {
			t.Errorf("%s → %s", s, got)
		}
	}
	for _, s := range []string{"status code: 412", "rate limited: get /sync/watchlist", "field key is not of type int"} {
		if got := r.text(s); got != s {
			t.Errorf("%s → %s", s, got)
		}
	}
}

func TestClock(t *testing.T) {
	for ahead, want := range map[time.Duration]time.Duration{
		0: 0, 300 * time.Millisecond: 0, -900 * time.Millisecond: 0, // the way takes two seconds
		9 * time.Minute: 9 * time.Minute, -9 * time.Minute: -9 * time.Minute,
	} {
		synctest.Test(t, func(t *testing.T) {
			c := client(func(r *http.Request) (*http.Response, error) {
				time.Sleep(time.Second)
				resp := answer(r, 200, "application/json", `{}`)
				resp.Header.Set("Date", time.Now().Add(ahead).UTC().Format(http.TimeFormat))
				time.Sleep(time.Second)
				return resp, nil
			}, nil)
			resp, _ := c.JSON(t.Context(), Request{URL: "https://svc.test/a"}, &reply{})
			ms, known := resp.ClockMS()
			if off := time.Duration(ms)*time.Millisecond - want; !known || off.Abs() > time.Second || want == 0 && ms != 0 || ms%1000 != 0 {
				t.Errorf("%s ahead reads as %d ms", ahead, ms)
			}
		})
	}
	if _, known := (*Response)(nil).ClockMS(); known {
		t.Error("no answer, no clock")
	}
}
