package provider

import (
	"errors"
	"testing"
)

// TestDetail: what a person reads beside a reason has no technical word for it.
func TestDetail(t *testing.T) {
	for want, e := range map[string]*Error{
		"get /sync: status 503":  {Kind: Transient, Doing: "get /sync", Status: 503},
		"no sign-in is stored":   {Kind: Auth, Err: errors.New("no sign-in is stored")},
		"status 401":             {Kind: Auth, Status: 401},
		"a client id is missing": {Kind: AppRejected, Err: errors.New("a client id is missing")},
		"rate limited":           {Kind: RateLimited},
		"not what the service promises: get /sync: it is html": {Kind: Contract, Doing: "get /sync", Err: errors.New("it is html")},
	} {
		if got := e.Detail(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
