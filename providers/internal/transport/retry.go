package transport

import (
	"io"
	"net/http"
	"strconv"
	"time"
)

const (
	tries        = 3
	shortWait    = 200 * time.Millisecond
	longWait     = 2 * time.Second
	patience     = 5 * time.Second // the longest Retry-After that is waited for here
	drainAtRetry = 4 << 10
)

// retry repeats what is always safe (R28): reads after a network error or a
// 5xx, and anything after a 429 that asks for a short wait.
type retry struct {
	next   http.RoundTripper
	chance func() float64
}

func (r *retry) RoundTrip(req *http.Request) (*http.Response, error) {
	for n := 1; ; n++ {
		resp, err := r.next.RoundTrip(req)
		wait, again := r.wait(req.Method, n, resp, err)
		if n == tries || !again || req.Context().Err() != nil {
			return resp, err
		}
		body, bodyErr := replay(req)
		if bodyErr != nil {
			return resp, err
		}
		if resp != nil {
			_, _ = io.CopyN(io.Discard, resp.Body, drainAtRetry) // a kept connection is a courtesy
			resp.Body.Close()
		}
		if !sleep(req, wait) {
			return nil, unsent{req.Context().Err()}
		}
		req = req.Clone(req.Context())
		req.Body = body
	}
}

// wait says whether try n may be followed by another, and after how long.
func (r *retry) wait(method string, n int, resp *http.Response, err error) (time.Duration, bool) {
	backoff := r.backoff(n)
	if err != nil {
		return backoff, isRead(method) && worthRetrying(err)
	}
	asked, told := retryAfter(resp.Header, time.Now())
	switch {
	case resp.StatusCode == http.StatusTooManyRequests:
		return asked, told && asked <= patience
	case resp.StatusCode >= 500 && resp.StatusCode != http.StatusNotImplemented:
		return max(asked, backoff), isRead(method) && asked <= patience
	}
	return 0, false
}

// backoff is a random wait whose upper bound triples: 200–600 ms, 200 ms–1.8 s.
func (r *retry) backoff(n int) time.Duration {
	top := 3 * shortWait
	for range n - 1 {
		top *= 3
	}
	top = min(top, longWait)
	return shortWait + time.Duration(r.chance()*float64(top-shortWait))
}

func sleep(req *http.Request, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-req.Context().Done():
		return false
	}
}

// retryAfter reads the header in both of its forms, seconds and date.
func retryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	v := h.Get("Retry-After")
	if s, err := strconv.ParseFloat(v, 64); err == nil && s >= 0 && s < 1e9 {
		return time.Duration(s * float64(time.Second)), true
	}
	if t, err := http.ParseTime(v); err == nil {
		return max(0, t.Sub(now)), true
	}
	return 0, false
}
