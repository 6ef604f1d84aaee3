package transport

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"syscall"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// Failure is an answer outside 2xx, for Options.Classify.
type Failure struct {
	Method string
	Path   string
	Status int
	Header http.Header
	Body   []byte // at most 64 KiB; not always JSON
}

const failureBody = 64 << 10

// unsent marks an error that came before anything could reach the service.
type unsent struct{ error }

func (u unsent) Unwrap() error { return u.error }

var (
	errTooLate   = errors.New("no answer in time")
	errTooLarge  = errors.New("answer is larger than allowed")
	errHTML      = errors.New("html instead of json")
	errNotJSON   = errors.New("not json")
	errEmpty     = errors.New("empty answer instead of json")
	errCut       = errors.New("answer was cut short")
	errRefused   = errors.New("connection refused")
	errReset     = errors.New("connection lost")
	errNoHost    = errors.New("host not found")
	errNoNetwork = errors.New("no connection")
	errTLS       = errors.New("no secure connection")
)

// plain maps what net/http says to a closed list of causes. Its own texts
// hold whole URLs and whatever a server sent.
func plain(err error) error {
	var (
		ours    *provider.Error
		badCert *tls.CertificateVerificationError
		alert   tls.AlertError
		record  tls.RecordHeaderError
		dns     *net.DNSError
		late    net.Error
	)
	switch {
	case errors.As(err, &ours):
		return ours
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case isOneOf(err, errTooLate, errTooLarge, errOtherHost, errManyRedirects, errHost):
		return innermost(err)
	case errors.Is(err, context.DeadlineExceeded):
		return context.DeadlineExceeded
	case errors.As(err, &badCert):
		return fmt.Errorf("%w: certificate not trusted, sha-256 %s", errTLS, fingerprint(badCert))
	case errors.As(err, &alert), errors.As(err, &record):
		return errTLS
	case errors.As(err, &dns):
		return errNoHost
	case errors.Is(err, syscall.ECONNREFUSED):
		return errRefused
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errCut
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, io.EOF):
		return errReset
	case errors.As(err, &late) && late.Timeout():
		return errTooLate
	}
	return errNoNetwork
}

func isOneOf(err error, list ...error) bool {
	for _, e := range list {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// innermost drops the wrapping of url.Error and unsent, whose text is not ours.
func innermost(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	var s unsent
	if errors.As(err, &s) {
		err = s.error
	}
	return err
}

func fingerprint(e *tls.CertificateVerificationError) string {
	if len(e.UnverifiedCertificates) == 0 {
		return "unknown"
	}
	sum := sha256.Sum256(e.UnverifiedCertificates[0].Raw)
	return hex.EncodeToString(sum[:])
}

// worthRetrying is false for errors that a second try would only repeat.
func worthRetrying(err error) bool {
	var ours *provider.Error
	var badCert *tls.CertificateVerificationError
	return !errors.As(err, &ours) && !errors.As(err, &badCert) &&
		!isOneOf(err, context.Canceled, context.DeadlineExceeded, errHost, errTooLarge)
}

// neverArrived tells whether the request certainly had no effect.
func neverArrived(err error) bool {
	var u unsent
	var op *net.OpError
	var dns *net.DNSError
	var badCert *tls.CertificateVerificationError
	return errors.As(err, &u) || errors.As(err, &dns) || errors.As(err, &badCert) ||
		errors.As(err, &op) && op.Op == "dial"
}

// Fault turns any error of a connection into the layer's own: kind, doing,
// and a cause from the closed list. An error that already is a
// *provider.Error keeps its kind.
func (c *Client) Fault(doing string, err error) *provider.Error {
	cause := plain(err)
	out := &provider.Error{Kind: provider.Transient, Doing: doing, Err: cause, Sent: !neverArrived(err)}
	var ours *provider.Error
	switch {
	case errors.As(cause, &ours):
		out.Kind, out.Until, out.Status, out.Err = ours.Kind, ours.Until, ours.Status, ours.Err
	case isOneOf(cause, errTooLarge, errHost):
		out.Kind = provider.Contract
	}
	return c.hide.scrub(out)
}

// refused judges an answer outside 2xx. Statuses below 500 say that nothing
// was done; after a 5xx it may have been.
func (c *Client) refused(doing string, f Failure) *provider.Error {
	out := &provider.Error{Kind: kindOf(f.Status), Doing: doing, Status: f.Status}
	if wait, ok := retryAfter(f.Header, time.Now()); ok && (f.Status == 429 || f.Status == 503) {
		out.Until = media.At(time.Now().Add(wait))
	}
	if c.classify != nil {
		if e := c.classify(f); e != nil {
			out.Kind, out.Err = e.Kind, e.Err
			if e.Until.Known() {
				out.Until = e.Until
			}
		}
	}
	out.Sent = f.Status >= 500
	return c.hide.scrub(out)
}

// kindOf is the default meaning of a status.
func kindOf(status int) provider.ErrorKind {
	switch status {
	case http.StatusUnauthorized:
		return provider.Auth
	case http.StatusTooManyRequests:
		return provider.RateLimited
	case http.StatusRequestTimeout, http.StatusTooEarly:
		return provider.Transient
	case 420, http.StatusUpgradeRequired:
		return provider.PlanLimit
	case http.StatusLocked:
		return provider.Locked
	}
	if status >= 400 && status < 500 {
		return provider.Rejected
	}
	return provider.Transient
}

// undecodable judges a body that could not be read as JSON.
func undecodable(err error) (provider.ErrorKind, error) {
	var form *json.SyntaxError
	var shape *json.UnmarshalTypeError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return provider.Transient, errCut
	case errors.Is(err, io.EOF):
		return provider.Transient, errEmpty
	case errors.As(err, &form):
		return provider.Contract, fmt.Errorf("bad json at byte %d", form.Offset)
	case errors.As(err, &shape):
		return provider.Contract, fmt.Errorf("field %s is not of type %s", shape.Field, shape.Type)
	case errors.Is(err, errTooLarge):
		return provider.Contract, errTooLarge
	}
	return 0, nil
}
