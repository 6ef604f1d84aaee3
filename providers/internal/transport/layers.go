package transport

import (
	"cmp"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"golang.org/x/time/rate"
)

// logged writes one line per exchange: method, path, status, time. Never a
// query, a header or a body.
type logged struct {
	next http.RoundTripper
	log  *slog.Logger
	hide *redactor
}

func (l *logged) RoundTrip(req *http.Request) (*http.Response, error) {
	start := time.Now()
	resp, err := l.next.RoundTrip(req)
	took := slog.Duration("took", time.Since(start).Truncate(time.Millisecond))
	doing := slog.String("request", l.hide.doing(req.Method, req.URL))
	host := slog.String("host", req.URL.Hostname())
	if err != nil {
		l.log.DebugContext(req.Context(), "no answer", doing, host, took, slog.String("why", l.hide.text(plain(err).Error())))
		return resp, err
	}
	l.log.DebugContext(req.Context(), "answer", doing, host, took, slog.Int("status", resp.StatusCode))
	return resp, nil
}

// auth adds credential and user agent, and sends once more after a 401 that
// Refresh could heal. A 401 had no effect, so this is safe for every method.
type auth struct {
	next      http.RoundTripper
	authorize func(context.Context, *http.Request) error
	refresh   func(context.Context, *http.Response) (bool, error)
	agent     string
	hide      *redactor
}

func (a *auth) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := a.send(req, req.Body)
	if err != nil || resp.StatusCode != http.StatusUnauthorized || a.refresh == nil {
		return resp, err
	}
	again, err := a.refresh(req.Context(), resp)
	if err != nil {
		resp.Body.Close()
		return nil, unsent{err}
	}
	if !again {
		return resp, nil
	}
	resp.Body.Close()
	fresh, err := replay(req)
	if err != nil {
		return nil, unsent{err}
	}
	return a.send(req, fresh)
}

func (a *auth) send(req *http.Request, body io.ReadCloser) (*http.Response, error) {
	out := req.Clone(req.Context())
	out.Body = body
	if a.agent != "" {
		out.Header.Set("User-Agent", a.agent)
	}
	if a.authorize != nil {
		if err := a.authorize(req.Context(), out); err != nil {
			return nil, unsent{err}
		}
	}
	a.hide.learn(out)
	return a.next.RoundTrip(out)
}

// replay returns the body once more, from its beginning.
func replay(req *http.Request) (io.ReadCloser, error) {
	if req.Body == nil || req.Body == http.NoBody {
		return http.NoBody, nil
	}
	if req.GetBody == nil {
		return nil, errors.New("body cannot be sent twice")
	}
	return req.GetBody()
}

// pace waits for the account's turn before every try.
type pace struct {
	next        http.RoundTripper
	read, write *rate.Limiter
}

func (p *pace) RoundTrip(req *http.Request) (*http.Response, error) {
	turn := p.write
	if isRead(req.Method) {
		turn = p.read
	}
	if turn != nil {
		if err := turn.Wait(req.Context()); err != nil {
			// The limiter gives up at once when the turn comes after the deadline.
			return nil, unsent{cmp.Or(req.Context().Err(), context.DeadlineExceeded)}
		}
	}
	return p.next.RoundTrip(req)
}

func isRead(method string) bool { return method == http.MethodGet || method == http.MethodHead }

// timeout bounds one try, its body included.
type timeout struct {
	next http.RoundTripper
	each time.Duration
}

func (t *timeout) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeoutCause(req.Context(), t.each, errTooLate)
	resp, err := t.next.RoundTrip(req.WithContext(ctx))
	if err != nil {
		err = lateOr(ctx, err)
		cancel()
		return nil, err
	}
	resp.Body = &timedBody{ReadCloser: resp.Body, ctx: ctx, cancel: cancel}
	return resp, nil
}

type timedBody struct {
	io.ReadCloser
	ctx    context.Context
	cancel context.CancelFunc
}

func (b *timedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		err = lateOr(b.ctx, err)
	}
	return n, err
}

func (b *timedBody) Close() error {
	defer b.cancel()
	return b.ReadCloser.Close()
}

// lateOr returns errTooLate when the try's own clock ended it, err otherwise.
func lateOr(ctx context.Context, err error) error {
	if errors.Is(context.Cause(ctx), errTooLate) {
		return errTooLate
	}
	return err
}

// body decompresses and caps. Asking for gzip here, not in net/http, makes the
// cap count what is read, and treats real and imitated networks alike.
type body struct {
	next  http.RoundTripper
	limit int64
}

func (b *body) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.Header.Set("Accept-Encoding", "gzip")
	resp, err := b.next.RoundTrip(req)
	if err != nil || resp.Body == nil || resp.Body == http.NoBody {
		return resp, err
	}
	capped := &cappedBody{from: resp.Body, closer: resp.Body, left: b.limit}
	if packed := resp.Header.Get("Content-Encoding"); strings.EqualFold(packed, "gzip") || strings.EqualFold(packed, "x-gzip") {
		capped.from = &lazyGzip{raw: resp.Body}
		resp.Header.Del("Content-Encoding")
		resp.Header.Del("Content-Length")
		resp.ContentLength = -1
	}
	resp.Body = capped
	return resp, nil
}

type cappedBody struct {
	from   io.Reader
	closer io.Closer
	left   int64
}

func (c *cappedBody) Read(p []byte) (int, error) {
	if c.left < 0 {
		return 0, errTooLarge
	}
	// One byte more than is left tells "exactly full" from "too large".
	if int64(len(p)) > c.left+1 {
		p = p[:c.left+1]
	}
	n, err := c.from.Read(p)
	c.left -= int64(n)
	if c.left < 0 {
		return n - 1, errTooLarge
	}
	return n, err
}

func (c *cappedBody) Close() error { return c.closer.Close() }

// lazyGzip opens the stream at the first read, so that an empty body marked
// as gzip stays an empty body.
type lazyGzip struct {
	raw io.Reader
	zip *gzip.Reader
}

func (l *lazyGzip) Read(p []byte) (int, error) {
	if l.zip == nil {
		zip, err := gzip.NewReader(l.raw)
		if err != nil {
			return 0, err
		}
		l.zip = zip
	}
	return l.zip.Read(p)
}
