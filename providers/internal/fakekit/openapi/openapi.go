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
	// Credentials are headers that the service takes in the place of those that
	// its description names.
	Credentials []string
}

// Unions reads a description that was made from unions of types: it says
// "one of" where several forms may fit, and none must be the only one.
func Unions(data []byte) []byte { return bytes.ReplaceAll(data, []byte(`"oneOf"`), []byte(`"anyOf"`)) }

// Load reads a description (JSON or YAML, a byte order mark is allowed). found
// is false when there is no such file; then nothing can be checked.
func Load(path string, tolerated ...Deviation) (c *Contract, found bool, err error) {
	return LoadAs(path, func(data []byte) []byte { return data }, tolerated...)
}

// LoadAs is Load of a description that is put right first.
func LoadAs(path string, right func([]byte) []byte, tolerated ...Deviation) (c *Contract, found bool, err error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	doc, err := openapi3.NewLoader().LoadFromData(right(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))))
	if err != nil {
		return nil, true, fmt.Errorf("%s: %w", path, err)
	}
	return &Contract{doc: doc, tolerated: tolerated}, true, nil
}

// Check returns one complaint per difference: unknown path or method, query
// names that the description does not have, requests or answers that do not
// fit. Of an exchange without an answer the request is judged.
func (c *Contract) Check(calls []fakekit.Call) (complaints []string) {
	defer func() { complaints = unique(complaints) }()
	for _, call := range calls {
		path := c.below(call.Path)
		route, params := c.route(call.Method, path)
		if name := call.Method + " " + path; route == nil {
			if !c.isTolerated(name, "not described") {
				complaints = append(complaints, name+": not described")
			}
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

// below is a path without the base, as the description has it.
func (c *Contract) below(path string) string {
	if rest, based := strings.CutPrefix(path, c.Base+"/"); based {
		return "/" + rest
	}
	return path
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

// judge holds the request, and the answer where there is one, to an operation.
func (c *Contract) judge(call fakekit.Call, route *routers.Route, params map[string]string) []string {
	complaints := unknownQuery(call, route)
	if c.CommaLists {
		call.Query = splitLists(call.Query, route)
	}
	ask := &openapi3filter.RequestValidationInput{
		Request:    rebuilt(call),
		PathParams: params,
		Route:      route,
		Options:    &openapi3filter.Options{AuthenticationFunc: c.credential, MultiError: true},
	}
	ask.QueryParams = ask.Request.URL.Query()
	complaints = append(complaints, texts("request", openapi3filter.ValidateRequest(context.Background(), ask))...)
	complaints = append(complaints, unknownFields("request", sentForm(route.Operation), call.Body)...)
	if call.Status == 0 {
		return complaints
	}
	return append(complaints, c.judgeAnswer(call, ask)...)
}

// judgeAnswer holds an answer to what the operation may answer. An error has
// the described form or none at all: bodies of errors are seldom described.
func (c *Contract) judgeAnswer(call fakekit.Call, ask *openapi3filter.RequestValidationInput) []string {
	op := ask.Route.Operation
	described := op.Responses.Status(call.Status)
	if described == nil {
		described = op.Responses.Default()
	}
	var odd []string
	status := call.Status
	if described == nil {
		odd = []string{fmt.Sprintf("answer: status %d is not described", call.Status)}
		if status, described = success(op); call.Status >= 400 || described == nil {
			return odd
		}
	}
	switch {
	case call.Status == http.StatusNoContent, len(call.Reply) == 0, call.Status >= 400 && len(described.Value.Content) == 0:
		return odd
	}
	err := openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: ask,
		Status:                 status,
		Header:                 call.ReplyHeader,
		Body:                   io.NopCloser(bytes.NewReader(call.Reply)),
		Options:                ask.Options,
	})
	return slices.Concat(odd, texts("answer", err), unknownFields("answer", form(described.Value.Content), call.Reply))
}

// success is how an operation answers that worked, under whatever status.
func success(op *openapi3.Operation) (int, *openapi3.ResponseRef) {
	for _, status := range []int{http.StatusOK, http.StatusCreated} {
		if described := op.Responses.Status(status); described != nil {
			return status, described
		}
	}
	return 0, nil
}

// credential tells whether a request carries what a scheme asks for.
func (c *Contract) credential(_ context.Context, in *openapi3filter.AuthenticationInput) error {
	r, scheme := in.RequestValidationInput.Request, in.SecurityScheme
	has := slices.ContainsFunc(c.Credentials, func(name string) bool { return r.Header.Get(name) != "" })
	switch {
	case scheme.Type != "apiKey":
		has = has || r.Header.Get("Authorization") != ""
	case scheme.In == "query":
		has = has || r.URL.Query().Has(scheme.Name)
	default:
		has = has || r.Header.Get(scheme.Name) != ""
	}
	if !has {
		return errors.New("no credential " + in.SecuritySchemeName)
	}
	return nil
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

// texts are the single complaints in an error, each in one short line. What
// fits none of several forms is one complaint.
func texts(about string, err error) (out []string) {
	switch e := err.(type) {
	case nil:
		return nil
	case openapi3.MultiError:
		for _, one := range e {
			out = append(out, texts(about, one)...)
		}
		return out
	case *openapi3filter.RequestError:
		if e.Parameter != nil {
			about += " " + e.Parameter.Name
		}
		if e.Err != nil {
			return texts(about, e.Err)
		}
	case *openapi3filter.ResponseError:
		if e.Err != nil {
			return texts(about, e.Err)
		}
	}
	text, _, _ := strings.Cut(err.Error(), "\n")
	return []string{about + ": " + text[:min(len(text), 300)]}
}

// Unjudged is the control of Check: it lists the operations of which a request
// with an argument that nobody knows, or an answer that is only a word, would
// pass. Where that is so, the check says nothing.
func (c *Contract) Unjudged(calls []fakekit.Call) (out []string) {
	for _, call := range calls {
		route, _ := c.route(call.Method, c.below(call.Path))
		if route == nil || call.Status == 0 || call.Status >= 400 {
			continue
		}
		name := call.Method + " " + route.Path
		bent := call
		bent.Query = url.Values{"nobodysArgument": {"1"}}
		if len(c.Check([]fakekit.Call{bent})) == 0 {
			out = append(out, name+": requests are not judged")
		}
		bent = call
		if bent.Reply = []byte(`"word"`); len(call.Reply) > 0 && len(c.Check([]fakekit.Call{bent})) == 0 && !c.isTolerated(name, "answers are not judged") {
			out = append(out, name+": answers are not judged")
		}
	}
	return unique(out)
}

// Judge is what Main is told of a package's calls, by the name of who is
// judged: Check and its control, where there is a description, and once all
// tests ran what Unreached finds in the source of the working folder. No
// description is held to the calls elsewhere.
func Judge(name string, c *Contract, all bool, calls, elsewhere []fakekit.Call) (complaints []string) {
	var list []string
	if c != nil {
		list = append(c.Check(calls), c.Unjudged(calls)...)
	}
	if all {
		missing, err := Unreached(".", slices.Concat(calls, elsewhere))
		if list = append(list, missing...); err != nil {
			list = append(list, err.Error())
		}
	}
	for _, text := range list {
		complaints = append(complaints, name+": "+text)
	}
	return complaints
}
