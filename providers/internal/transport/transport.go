// Package transport is the HTTP stack under every adapter: one client per
// account, assembled in New from small layers, each in its own file.
//
// It sends one exchange at a time and says plainly how it ended: every error
// is a *provider.Error that tells who must act next and whether the request
// may have had an effect. It retries only what is always safe (R28), never
// follows a redirect to another host, and never shows a secret. It knows no
// service: adapters hand in what is theirs through Options.
//
// Read Options first, then request.go for one exchange.
package transport

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"regexp"
	"time"

	"golang.org/x/time/rate"

	"watchkeeper/engine/provider"
)

// Defaults of Options.
const (
	DefaultTimeout = 30 * time.Second
	DefaultBodyCap = 32 << 20
)

// Options is what an adapter chooses for its client. The zero value of each
// field is a safe default, except that no host is allowed.
type Options struct {
	// Base is the bottom of the stack; nil means NewBase().
	Base      http.RoundTripper
	Log       *slog.Logger
	UserAgent string
	// Hosts the client may speak to, without port. Anything else is refused
	// before it is sent.
	Hosts []string
	// Pins are SHA-256 fingerprints (hex, colons allowed) of certificates that
	// are trusted besides those the system verifies.
	Pins []string
	// Authorize adds the credential. It sees every request, also each after a
	// refresh; nil sends none. Errors of Authorize and Refresh should be
	// *provider.Error: the text of any other is not shown.
	Authorize func(context.Context, *http.Request) error
	// Refresh is called once per exchange after a 401. When it returns true the
	// request is authorized and sent again; nil: a 401 is final.
	Refresh func(context.Context, *http.Response) (retry bool, err error)
	// ReadPace limits GET and HEAD, WritePace everything else; nil: unlimited.
	ReadPace, WritePace *rate.Limiter
	// Timeout bounds one try from sending to the last byte of the body.
	Timeout time.Duration
	// BodyCap is the most bytes of one answer, after decompression.
	BodyCap int64
	// Classify may judge an answer outside 2xx before the default does; it
	// returns nil to leave it. Only Kind, Until and Err of what it returns
	// count.
	Classify func(Failure) *provider.Error
	// Redact hides what it matches (or its first group) in logs and errors, in
	// addition to what is always hidden.
	Redact []*regexp.Regexp
	// Chance returns numbers in [0,1) for jitter; nil means math/rand.
	Chance func() float64
}

// Client sends requests of one account. It is safe for concurrent use.
type Client struct {
	http     *http.Client
	live     *http.Client
	classify func(Failure) *provider.Error
	hide     *redactor
}

// New assembles the stack. From top to bottom: redirects, log, auth, retry,
// pace, time-out, body, host check, base.
func New(o Options) *Client {
	o = o.withDefaults()
	hide := newRedactor(o.Redact)
	bottom := &onlyHosts{next: pinned(o.Base, o.Pins), hosts: o.Hosts}

	var stack http.RoundTripper = bottom
	stack = &body{next: stack, limit: o.BodyCap}
	stack = &timeout{next: stack, each: o.Timeout}
	stack = &pace{next: stack, read: o.ReadPace, write: o.WritePace}
	stack = &retry{next: stack, chance: o.Chance}
	stack = &auth{next: stack, authorize: o.Authorize, refresh: o.Refresh, agent: o.UserAgent, hide: hide}
	stack = &logged{next: stack, log: o.Log, hide: hide}

	live := &auth{next: bottom, authorize: o.Authorize, agent: o.UserAgent, hide: hide}
	return &Client{
		http:     &http.Client{Transport: stack, CheckRedirect: sameHostOnly},
		live:     &http.Client{Transport: live, CheckRedirect: noRedirect},
		classify: o.Classify,
		hide:     hide,
	}
}

func (o Options) withDefaults() Options {
	if o.Base == nil {
		o.Base = NewBase()
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Timeout == 0 {
		o.Timeout = DefaultTimeout
	}
	if o.BodyCap == 0 {
		o.BodyCap = DefaultBodyCap
	}
	if o.Chance == nil {
		o.Chance = rand.Float64
	}
	return o
}

// Live returns a client for connections that stay open (web sockets, event
// streams): same hosts, pins and credential, but no retry, pace, time-out or
// cap. The caller bounds it with its context and scrubs errors with Fault.
func (c *Client) Live() *http.Client { return c.live }

const maxRedirects = 3

var (
	errOtherHost     = errors.New("redirected to another address")
	errManyRedirects = errors.New("redirected too often")
)

// sameHostOnly lets reads follow a short chain on the same host that never
// steps down from https; the http.Client keeps POSTs from being replayed by
// returning the redirect itself.
func sameHostOnly(next *http.Request, via []*http.Request) error {
	first := via[0]
	switch {
	case first.Method != http.MethodGet && first.Method != http.MethodHead:
		return http.ErrUseLastResponse
	case len(via) > maxRedirects:
		return errManyRedirects
	case next.URL.Hostname() != first.URL.Hostname():
		return errOtherHost
	case first.URL.Scheme == "https" && next.URL.Scheme != "https":
		return errOtherHost
	case next.URL.Scheme == first.URL.Scheme && next.URL.Host != first.URL.Host:
		return errOtherHost // another port is another service
	}
	return nil
}

func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
