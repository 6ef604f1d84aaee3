package app

import (
	"errors"
	"strings"

	"watchkeeper/app/instance"
	"watchkeeper/engine/provider"
)

// codeOfService begins the code of a refusal that a service caused.
const codeOfService = "service."

// serviceError is what a service answered to something that was asked of it
// outside a run, for a person who reads it.
type serviceError struct {
	doing string
	err   error
}

// Error names what was done and what happened.
func (e *serviceError) Error() string {
	said := e.err.Error()
	var known *provider.Error
	if errors.As(e.err, &known) {
		said = known.Detail()
	}
	return e.doing + ": " + said
}

// Unwrap returns the cause.
func (e *serviceError) Unwrap() error { return e.err }

// kinds are the catalogue's names of who must act next.
var kinds = map[provider.ErrorKind]string{
	provider.Transient: "transient", provider.RateLimited: "rate_limited", provider.Auth: "auth",
	provider.AppRejected: "app_rejected", provider.WrongUser: "wrong_user", provider.Rejected: "rejected",
}

// SignInKind is the catalogue's name of what went wrong with a sign-in, here or
// at the process that was asked: "login_error." and this. "other" when no
// service said it.
func SignInKind(err error) string {
	var known *provider.Error
	var there *instance.Refusal
	kind := ""
	switch {
	case errors.As(err, &known):
		kind = kinds[known.Kind]
	case errors.As(err, &there):
		kind, _ = strings.CutPrefix(there.Code, codeOfService)
		if kind == there.Code {
			kind = ""
		}
	}
	if kind == "" {
		return "other"
	}
	return kind
}

// refusalCode is the code that an error travels with.
func refusalCode(err error) string {
	var known *Error
	var service *provider.Error
	switch {
	case errors.As(err, &known):
		return known.Code
	case errors.As(err, &service):
		return codeOfService + SignInKind(err)
	}
	return ""
}
