package transport

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"watchkeeper/engine/provider"
)

// Request is one exchange. URL is absolute and without query.
type Request struct {
	Method string // "" means GET
	URL    string
	Query  url.Values
	Header http.Header
	// Body is sent as JSON, or as a form when it is url.Values; nil: no body.
	Body any
}

// Response is what an answer says besides its body.
type Response struct {
	Status int
	Header http.Header
	// ServerTime is the answer's Date, to the second; zero when it has none or
	// a cache answered.
	ServerTime time.Time
	// Midway is our own clock half-way through the exchange, Took its length.
	Midway time.Time
	Took   time.Duration
}

// ClockMS returns the server's clock minus ours in milliseconds, to the
// second, known only when the answer carries a date. A difference that the
// cut-off second and the way there and back explain is none: it would shift
// every date by noise.
func (r *Response) ClockMS() (ms int64, known bool) {
	if r == nil || r.ServerTime.IsZero() {
		return 0, false
	}
	const half = time.Second / 2
	off := r.ServerTime.Add(half).Sub(r.Midway)
	if off.Abs() <= half+r.Took/2 {
		return 0, true
	}
	return off.Round(time.Second).Milliseconds(), true
}

// JSON sends one request and decodes the answer into a pointer. Into nil
// expects an answer without content and ignores a JSON body. Every error is a
// *provider.Error; the Response is not nil when there was an answer.
//
// An answer that is not JSON is no answer (a proxy's log-in page, a portal, a
// maintenance page): Transient. JSON that does not fit is Contract.
func (c *Client) JSON(ctx context.Context, r Request, into any) (*Response, error) {
	if into == nil {
		return c.exchange(ctx, r, noContent)
	}
	return c.exchange(ctx, r, func(resp *http.Response) error {
		if err := isJSON(resp.Header); err != nil {
			return err
		}
		dec := json.NewDecoder(afterMark(resp.Body))
		if err := dec.Decode(into); err != nil {
			return err
		}
		return atEnd(dec)
	})
}

// Decode is JSON for long lists: read gets a decoder at the start of the body
// and takes values one by one. It must read to the end of the outermost value.
func (c *Client) Decode(ctx context.Context, r Request, read func(*json.Decoder) error) (*Response, error) {
	return c.exchange(ctx, r, func(resp *http.Response) error {
		if err := isJSON(resp.Header); err != nil {
			return err
		}
		dec := json.NewDecoder(afterMark(resp.Body))
		if err := read(dec); err != nil {
			return err
		}
		return atEnd(dec)
	})
}

// exchange is one request with one answer, whose body is left to take.
func (c *Client) exchange(ctx context.Context, r Request, take func(*http.Response) error) (*Response, error) {
	req, err := r.build(ctx)
	if err != nil {
		return nil, provider.Failed(provider.Contract, strings.ToLower(r.Method), err)
	}
	doing := c.hide.doing(req.Method, req.URL)
	start := time.Now()
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, c.Fault(doing, err)
	}
	defer resp.Body.Close()
	took := time.Since(start)
	out := &Response{Status: resp.StatusCode, Header: resp.Header, Midway: start.Add(took / 2), Took: took}
	if resp.Header.Get("Age") == "" {
		out.ServerTime, _ = http.ParseTime(resp.Header.Get("Date"))
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		text, _ := io.ReadAll(io.LimitReader(resp.Body, failureBody)) // the status stands even if its text does not arrive
		return out, c.refused(doing, Failure{req.Method, req.URL.Path, resp.StatusCode, resp.Header, text})
	}
	if err := take(resp); err != nil {
		return out, c.untaken(doing, resp.StatusCode, err)
	}
	return out, nil
}

// untaken judges an answer of 2xx whose body was no good: the request may
// well have had its effect.
func (c *Client) untaken(doing string, status int, err error) *provider.Error {
	out := &provider.Error{Kind: provider.Transient, Doing: doing, Status: status, Sent: true}
	kind, cause := undecodable(err)
	var ours *provider.Error
	switch {
	case cause != nil:
		out.Kind, out.Err = kind, cause
	case isOneOf(err, errHTML, errNotJSON):
		out.Err = err
	case errors.As(err, &ours):
		out.Kind, out.Until, out.Err = ours.Kind, ours.Until, ours.Err
	case strings.HasPrefix(err.Error(), "json: "):
		out.Kind, out.Err = provider.Contract, err
	default:
		return c.Fault(doing, err)
	}
	return c.hide.scrub(out)
}

func (r Request) build(ctx context.Context) (*http.Request, error) {
	u, err := url.Parse(r.URL)
	if err != nil || u.Host == "" {
		return nil, errors.New("address is not a url")
	}
	if len(r.Query) > 0 {
		u.RawQuery = r.Query.Encode()
	}
	body, kind, err := encode(r.Body)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, r.Method, u.String(), body)
	if err != nil {
		return nil, errors.New("request cannot be made")
	}
	req.Header.Set("Accept", "application/json")
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	for name, values := range r.Header {
		req.Header[http.CanonicalHeaderKey(name)] = values
	}
	return req, nil
}

func encode(body any) (io.Reader, string, error) {
	switch b := body.(type) {
	case nil:
		return nil, "", nil
	case url.Values:
		return strings.NewReader(b.Encode()), "application/x-www-form-urlencoded", nil
	}
	data, err := json.Marshal(body)
	return bytes.NewReader(data), "application/json", err
}

func isJSON(h http.Header) error {
	kind, _, _ := mime.ParseMediaType(h.Get("Content-Type"))
	switch {
	case kind == "application/json", kind == "text/json", strings.HasSuffix(kind, "+json"):
		return nil
	case kind == "text/html", kind == "application/xhtml+xml":
		return errHTML
	}
	return errNotJSON
}

// afterMark skips a byte order mark: some services and proxies put one before
// their JSON, where it means nothing. A body that fails early fails at the
// decoder.
func afterMark(body io.Reader) io.Reader {
	const mark = "\xef\xbb\xbf"
	buffered := bufio.NewReader(body)
	if start, _ := buffered.Peek(len(mark)); string(start) == mark {
		_, _ = buffered.Discard(len(mark)) // they are in the buffer
	}
	return buffered
}

// atEnd makes sure that the answer is one value and arrived whole.
func atEnd(dec *json.Decoder) error {
	switch _, err := dec.Token(); {
	case err == io.EOF:
		return nil
	case err != nil:
		return err
	}
	return provider.Failed(provider.Contract, "", errors.New("more than one json value"))
}

// noContent takes an answer whose body does not matter; a page for people is
// still no answer.
func noContent(resp *http.Response) error {
	n, err := io.Copy(io.Discard, resp.Body)
	if err != nil {
		return err
	}
	if kind := isJSON(resp.Header); n > 0 && kind == errHTML {
		return kind
	}
	return nil
}
