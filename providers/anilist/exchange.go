package anilist

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/transport"
)

// request is the body of every exchange.
type request struct {
	Query         string         `json:"query"`
	Variables     map[string]any `json:"variables"`
	OperationName string         `json:"operationName"`
}

// reply is the outer form of every answer, whatever its status.
type reply struct {
	Data   json.RawMessage `json:"data"`
	Errors faults          `json:"errors"`
}

// fault is one entry of errors. Its message may quote what we sent, so it is
// read and never shown.
type fault struct {
	Message    text            `json:"message"`
	Status     number          `json:"status"`
	Validation json.RawMessage `json:"validation"`
}

type faults []fault

// UnmarshalJSON keeps that there were errors when their form is odd.
func (f *faults) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		return nil
	}
	var list []json.RawMessage
	if json.Unmarshal(b, &list) != nil {
		*f = faults{{}}
		return nil
	}
	for _, raw := range list {
		var one fault
		_ = json.Unmarshal(raw, &one) // what is no object stays an error without words
		*f = append(*f, one)
	}
	return nil
}

var (
	errEnded   = errors.New("the sign-in has ended; it lasts a year")
	errOutage  = errors.New("anilist has switched its interface off for now")
	errValue   = errors.New("anilist does not take this value")
	errUnknown = errors.New("anilist does not have this title")
	errBroken  = errors.New("anilist did not understand the request")
	errFailed  = errors.New("anilist reports an error")
	errNoData  = errors.New("the answer holds no data")
)

// do sends one operation and decodes its data. Errors inside an answer of 200
// are errors: with a query there is no answer then, and a change may have
// happened unless the service says that it took no offence of ours.
func (a *account) do(ctx context.Context, op operation, vars map[string]any, into any) (*transport.Response, error) {
	if err := a.meter.open(); err != nil {
		return nil, err
	}
	var r reply
	body := request{Query: op.text, Variables: vars, OperationName: op.name}
	req := transport.Request{Method: http.MethodPost, URL: apiURL, Header: http.Header{"Cache-Control": {"no-cache"}}, Body: body}
	resp, err := a.api.JSON(ctx, req, &r)
	if resp != nil {
		a.meter.obey(resp.Header)
	}
	if err != nil {
		e := provider.AsError(err)
		if e.Kind == provider.RateLimited && e.Until.Known() {
			a.meter.silence(e.Until.Time())
		}
		return resp, named(e, op)
	}
	if len(r.Errors) > 0 {
		e := judge(http.StatusOK, r.Errors)
		e.Sent = e.Kind == provider.Transient || e.Kind == provider.Contract
		if e.Kind == provider.RateLimited {
			e.Until = media.At(resets(resp.Header))
			a.meter.silence(e.Until.Time())
		}
		return resp, named(e, op)
	}
	if len(r.Data) == 0 || string(r.Data) == "null" {
		return resp, named(&provider.Error{Kind: provider.Contract, Err: errNoData, Sent: true}, op)
	}
	if err := json.Unmarshal(r.Data, into); err != nil {
		return resp, named(&provider.Error{Kind: provider.Contract, Err: err, Sent: true}, op)
	}
	return resp, nil
}

// named says which operation failed: every path is the same here.
func named(e *provider.Error, op operation) *provider.Error {
	e.Doing = "post / " + op.name
	return e
}

// classify judges answers outside 2xx by what they say of themselves.
func classify(f transport.Failure) *provider.Error {
	var r reply
	_ = json.Unmarshal(f.Body, &r) // a body that is no JSON says nothing
	e := judge(f.Status, r.Errors)
	if e.Kind == provider.RateLimited {
		e.Until = media.At(resets(f.Header))
	}
	return e
}

// judge turns a status and the errors in an answer into who must act next. A
// dead token is told by words, with status 400 or 401; 403 is an outage.
func judge(status int, list faults) *provider.Error {
	for _, f := range list {
		said := strings.ToLower(string(f.Message))
		if strings.Contains(said, "invalid token") || strings.Contains(said, "unauthorized") || strings.Contains(said, "unauthenticated") {
			return provider.Failed(provider.Auth, "", errEnded)
		}
	}
	if status == http.StatusOK {
		for _, f := range list {
			status = max(status, f.Status.whole())
		}
	}
	switch {
	case status == http.StatusUnauthorized:
		return provider.Failed(provider.Auth, "", errEnded)
	case status == http.StatusTooManyRequests:
		return provider.Failed(provider.RateLimited, "", errQuiet)
	case status == http.StatusForbidden:
		return provider.Failed(provider.Transient, "", errOutage)
	case status == http.StatusNotFound:
		return provider.Failed(provider.Rejected, "", errUnknown)
	case status == http.StatusBadRequest && validated(list), status == http.StatusUnprocessableEntity:
		return provider.Failed(provider.Rejected, "", errValue)
	case status >= 400 && status < 500 && status != http.StatusRequestTimeout && status != http.StatusTooEarly:
		return provider.Failed(provider.Contract, "", errBroken)
	}
	return provider.Failed(provider.Transient, "", errFailed)
}

func validated(list faults) bool {
	for _, f := range list {
		if len(f.Validation) > 0 || f.Message == "validation" {
			return true
		}
	}
	return false
}
