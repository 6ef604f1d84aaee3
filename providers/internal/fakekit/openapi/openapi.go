// Package openapi compares recorded exchanges with a service's API
// description. TEST ONLY. It proves two things at once: that an adapter asks
// what the service understands, and that the imitation answers what the
// service would. Read Contract.Check.
package openapi

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"watchkeeper/providers/internal/fakekit"
)

// Deviation is a difference from the description that is known to be right,
// with the reason. Call is "GET /Items" with the description's path; Text is
// part of the complaint.
type Deviation struct{ Call, Text, Reason string }

// Contract is one loaded description.
type Contract struct {
	doc       *openapi3.T
	tolerated []Deviation
	// Base is cut from the front of every recorded path.
	Base string
	// CommaLists: the service takes "a,b" where its description repeats names.
	CommaLists bool
}

// Load reads a description (JSON or YAML, a byte order mark is allowed). found
// is false when there is no such file; then nothing can be checked.
func Load(path string, tolerated ...Deviation) (c *Contract, found bool, err error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	doc, err := openapi3.NewLoader().LoadFromData(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))
	if err != nil {
		return nil, true, fmt.Errorf("%s: %w", path, err)
	}
	return &Contract{doc: doc, tolerated: tolerated}, true, nil
}

// Check returns one complaint per difference: unknown path or method, query
// names that the description does not have, requests or answers that do not
// fit. Exchanges without an answer are not judged.
func (c *Contract) Check(calls []fakekit.Call) (complaints []string) {
	defer func() { complaints = unique(complaints) }()
	for _, call := range calls {
		if call.Status == 0 {
			continue
		}
		route, params := c.route(call.Method, strings.TrimPrefix(call.Path, c.Base))
		if route == nil {
			complaints = append(complaints, call.Method+" "+call.Path+": not described")
			continue
		}
		for _, text := range c.judge(call, route, params) {
			if name := call.Method + " " + route.Path; !c.isTolerated(name, text) {
				complaints = append(complaints, name+": "+text)
			}
		}
	}
	return complaints
}

func unique(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

func (c *Contract) isTolerated(name, text string) bool {
	for _, d := range c.tolerated {
		if (d.Call == name || d.Call == "*") && strings.Contains(text, d.Text) {
			return true
		}
	}
	return false
}

// route finds the described path with the most literal segments.
func (c *Contract) route(method, path string) (*routers.Route, map[string]string) {
	var best *routers.Route
	var bestParams map[string]string
	for template, item := range c.doc.Paths.Map() {
		params, ok := match(template, path)
		op := item.GetOperation(method)
		if !ok || op == nil || best != nil && len(params) >= len(bestParams) {
			continue
		}
		best = &routers.Route{Spec: c.doc, Path: template, PathItem: item, Method: method, Operation: op}
		bestParams = params
	}
	return best, bestParams
}

func match(template, path string) (map[string]string, bool) {
	want, have := strings.Split(template, "/"), strings.Split(path, "/")
	if len(want) != len(have) {
		return nil, false
	}
	params := map[string]string{}
	for i, w := range want {
		switch {
		case strings.HasPrefix(w, "{") && strings.HasSuffix(w, "}"):
			params[w[1:len(w)-1]] = have[i]
		case w != have[i]:
			return nil, false
		}
	}
	return params, true
}

func (c *Contract) judge(call fakekit.Call, route *routers.Route, params map[string]string) []string {
	complaints := unknownQuery(call, route)
	if c.CommaLists {
		call.Query = splitLists(call.Query, route)
	}
	ask := &openapi3filter.RequestValidationInput{
		Request:    rebuilt(call),
		PathParams: params,
		Route:      route,
		Options:    &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
	}
	ask.QueryParams = ask.Request.URL.Query()
	if err := openapi3filter.ValidateRequest(context.Background(), ask); err != nil {
		complaints = append(complaints, "request: "+firstLine(err))
	}
	if call.Status >= 400 {
		return complaints
	}
	if route.Operation.Responses.Status(call.Status) == nil && route.Operation.Responses.Default() == nil {
		return append(complaints, fmt.Sprintf("answer: status %d is not described", call.Status))
	}
	if call.Status == http.StatusNoContent || len(call.Reply) == 0 {
		return complaints
	}
	err := openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: ask,
		Status:                 call.Status,
		Header:                 call.ReplyHeader,
		Body:                   io.NopCloser(bytes.NewReader(call.Reply)),
		Options:                ask.Options,
	})
	if err != nil {
		complaints = append(complaints, "answer: "+firstLine(err))
	}
	return complaints
}

// unknownQuery lists query names that the operation does not have: services
// that ignore unknown parameters answer something else than was meant.
func unknownQuery(call fakekit.Call, route *routers.Route) []string {
	var out []string
	for name := range call.Query {
		known := false
		for _, list := range []openapi3.Parameters{route.Operation.Parameters, route.PathItem.Parameters} {
			for _, p := range list {
				known = known || p.Value != nil && p.Value.In == "query" && strings.EqualFold(p.Value.Name, name)
			}
		}
		if !known {
			out = append(out, "request: unknown query "+name)
		}
	}
	return out
}

// splitLists repeats the names of array parameters that came as one value.
func splitLists(query url.Values, route *routers.Route) url.Values {
	out := url.Values{}
	for name, values := range query {
		out[name] = values
		p := route.Operation.Parameters.GetByInAndName("query", name)
		if p != nil && p.Schema != nil && p.Schema.Value.Type.Is("array") {
			out[name] = strings.Split(strings.Join(values, ","), ",")
		}
	}
	return out
}

func rebuilt(call fakekit.Call) *http.Request {
	u := url.URL{Scheme: "http", Host: "service.test", Path: call.Path, RawQuery: call.Query.Encode()}
	req, _ := http.NewRequest(call.Method, u.String(), bytes.NewReader(call.Body)) // cannot fail: the parts came from a request
	req.Header = call.Header.Clone()
	return req
}

func firstLine(err error) string {
	text, _, _ := strings.Cut(err.Error(), "\n")
	return text[:min(len(text), 300)]
}
