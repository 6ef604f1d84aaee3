package transport

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"

	"watchkeeper/engine/provider"
)

const hidden = "[hidden]"

// always matches credentials by their looks, wherever they turn up.
var always = []*regexp.Regexp{
	regexp.MustCompile(`(?i)\b(?:[\w-]*token|api_?key|[\w-]+-key|[\w-]*secret|password|pw|authorization)["']?\s*[:=]\s*["']?((?:bearer |mediabrowser |emby )?[^\s"'&,;]+)`),
	regexp.MustCompile(`(?i)\bcode=([^\s"'&]+)`),
	regexp.MustCompile(`(?i)\bbearer\s+([^\s"']+)`),
	regexp.MustCompile(`\beyJ[\w-]+\.[\w-]+\.[\w-]*`),
}

// redactor hides secrets in texts: by their looks, by the adapter's patterns,
// and literally, once a request has carried them.
type redactor struct {
	patterns []*regexp.Regexp

	mu    sync.Mutex
	known []string // newest last; the spellings of the last few credentials
}

const (
	shortestSecret = 6
	spellings      = 7
	rememberAtMost = 8 * spellings
)

func newRedactor(more []*regexp.Regexp) *redactor {
	return &redactor{patterns: append(append([]*regexp.Regexp{}, always...), more...)}
}

// doing names a request: "get /path", no query.
func (r *redactor) doing(method string, u *url.URL) string {
	if method == "" {
		method = http.MethodGet
	}
	return r.text(strings.ToLower(method) + " " + u.EscapedPath())
}

// text hides every secret in s.
func (r *redactor) text(s string) string {
	r.mu.Lock()
	for _, k := range r.known {
		s = strings.ReplaceAll(s, k, hidden)
	}
	r.mu.Unlock()
	for _, p := range r.patterns {
		s = p.ReplaceAllStringFunc(s, func(found string) string {
			m := p.FindStringSubmatch(found)
			if len(m) > 1 && m[1] != "" {
				return strings.Replace(found, m[1], hidden, 1)
			}
			return hidden
		})
	}
	return s
}

// scrub makes an error safe to show. A cause whose text changes is replaced,
// so that no one can unwrap to the secret.
func (r *redactor) scrub(e *provider.Error) *provider.Error {
	e.Doing = r.text(e.Doing)
	if e.Err != nil {
		if safe := r.text(e.Err.Error()); safe != e.Err.Error() {
			e.Err = errors.New(safe)
		}
	}
	return e
}

var credentialHeader = regexp.MustCompile(`(?i)authorization|token|key|secret|cookie`)
var credentialQuery = regexp.MustCompile(`(?i)token|key|secret|code|pw|password`)
var quoted = regexp.MustCompile(`(?i)token="([^"]+)"`)

// learn remembers the credentials that a request carries.
func (r *redactor) learn(req *http.Request) {
	for name, values := range req.Header {
		if !credentialHeader.MatchString(name) {
			continue
		}
		for _, v := range values {
			r.remember(credential(v))
		}
	}
	for name, values := range req.URL.Query() {
		if credentialQuery.MatchString(name) {
			for _, v := range values {
				r.remember(v)
			}
		}
	}
}

// credential cuts a header's value down to its secret.
func credential(v string) string {
	if m := quoted.FindStringSubmatch(v); m != nil {
		if plain, err := url.QueryUnescape(m[1]); err == nil {
			return plain
		}
		return m[1]
	}
	if strings.Contains(v, `="`) {
		return "" // a structured header without a token, as at sign-in
	}
	if _, after, ok := strings.Cut(v, " "); ok {
		return after
	}
	return v
}

func (r *redactor) remember(secret string) {
	if len(secret) < shortestSecret {
		return
	}
	quotedForm, _ := json.Marshal(secret)
	forms := [spellings]string{
		secret,
		url.QueryEscape(secret),
		url.PathEscape(secret),
		strings.Trim(string(quotedForm), `"`),
		base64.StdEncoding.EncodeToString([]byte(secret)),
		base64.RawURLEncoding.EncodeToString([]byte(secret)),
		base64.RawStdEncoding.EncodeToString([]byte(secret)),
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, k := range r.known {
		if k == secret {
			return
		}
	}
	r.known = append(r.known, forms[:]...)
	if len(r.known) > rememberAtMost {
		r.known = r.known[len(r.known)-rememberAtMost:]
	}
}
