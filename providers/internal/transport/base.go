package transport

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"
)

// NewBase returns the round tripper that talks to the real network: TLS 1.2
// or newer, verified by the system's roots; five seconds to connect; the
// system's proxy settings.
func NewBase() *http.Transport {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:    5 * time.Second,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2:      true,
		MaxIdleConnsPerHost:    4,
		IdleConnTimeout:        90 * time.Second,
		ExpectContinueTimeout:  time.Second,
		MaxResponseHeaderBytes: 256 << 10,
	}
}

// pinned returns base with the given certificates trusted as well. Only a
// *http.Transport has certificates to verify; anything else is an imitation
// and stays as it is.
func pinned(base http.RoundTripper, pins []string) http.RoundTripper {
	real, ok := base.(*http.Transport)
	if !ok || len(pins) == 0 {
		return base
	}
	real = real.Clone()
	if real.TLSClientConfig == nil {
		real.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	roots := real.TLSClientConfig.RootCAs
	trusted := make([]string, len(pins))
	for i, p := range pins {
		trusted[i] = strings.ToLower(strings.ReplaceAll(p, ":", ""))
	}
	// The library's own check is replaced by one that knows pins too; without
	// a matching pin it is exactly the library's.
	real.TLSClientConfig.InsecureSkipVerify = true
	real.TLSClientConfig.VerifyConnection = func(s tls.ConnectionState) error {
		return verify(s, roots, trusted)
	}
	return real
}

func verify(s tls.ConnectionState, roots *x509.CertPool, pins []string) error {
	leaf := s.PeerCertificates[0]
	print := sha256.Sum256(leaf.Raw)
	if slices.Contains(pins, hex.EncodeToString(print[:])) {
		return nil
	}
	middle := x509.NewCertPool()
	for _, c := range s.PeerCertificates[1:] {
		middle.AddCert(c)
	}
	_, err := leaf.Verify(x509.VerifyOptions{DNSName: s.ServerName, Roots: roots, Intermediates: middle})
	if err != nil {
		return &tls.CertificateVerificationError{UnverifiedCertificates: s.PeerCertificates, Err: err}
	}
	return nil
}

// onlyHosts refuses every host that the adapter did not name.
type onlyHosts struct {
	next  http.RoundTripper
	hosts []string
}

var errHost = errors.New("host is not one of this account's")

func (h *onlyHosts) RoundTrip(req *http.Request) (*http.Response, error) {
	if !slices.Contains(h.hosts, req.URL.Hostname()) {
		return nil, unsent{fmt.Errorf("%w: %s", errHost, req.URL.Hostname())}
	}
	return h.next.RoundTrip(req)
}
