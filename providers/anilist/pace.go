package anilist

import (
	"errors"
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// The service allows 30 requests a minute while it calls itself degraded, and
// 90 at other times. A request every two seconds and a bit stays below the
// lower number together with its burst.
const (
	perSecond = 0.45
	burst     = 2
	// lockout is how long the service refuses after too many requests, where
	// it does not say.
	lockout = time.Minute
)

var errQuiet = errors.New("the service allows no more requests for now")

// meter keeps to the service's limits: a steady pace, and silence once the
// service says that nothing is left.
type meter struct {
	pace *rate.Limiter

	mu    sync.Mutex
	quiet time.Time // no request before
}

func newMeter() *meter { return &meter{pace: rate.NewLimiter(perSecond, burst)} }

// open returns an error while the service wants silence.
func (m *meter) open() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if time.Now().Before(m.quiet) {
		return &provider.Error{Kind: provider.RateLimited, Doing: "post /", Until: media.At(m.quiet), Err: errQuiet}
	}
	return nil
}

// obey reads the headers that every answer carries. Others may use the same
// limit: when nothing is left, the minute is waited out; a limit below our
// pace slows it down.
func (m *meter) obey(h http.Header) {
	if limit, err := strconv.Atoi(h.Get("X-RateLimit-Limit")); err == nil && limit > 0 && m.pace.Limit() != rate.Inf {
		m.pace.SetLimit(min(perSecond, rate.Limit(limit)/60*0.9))
	}
	left, err := strconv.Atoi(h.Get("X-RateLimit-Remaining"))
	if err != nil || left > 0 {
		return
	}
	m.silence(resets(h))
}

func (m *meter) silence(until time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if until.After(m.quiet) {
		m.quiet = until
	}
}

// resets is when requests are taken again, by Retry-After or by the service's
// own header; a minute from now where both are missing or odd.
func resets(h http.Header) time.Time {
	now := time.Now()
	if s, err := strconv.Atoi(h.Get("Retry-After")); err == nil && s >= 0 && s <= 3600 {
		return now.Add(time.Duration(s) * time.Second)
	}
	if unix, err := strconv.ParseInt(h.Get("X-RateLimit-Reset"), 10, 64); err == nil {
		if at := time.Unix(unix, 0); at.After(now) && at.Before(now.Add(time.Hour)) {
			return at
		}
	}
	return now.Add(lockout)
}
