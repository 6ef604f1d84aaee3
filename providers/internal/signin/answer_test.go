package signin

import (
	"encoding/json"
	"testing"
	"time"

	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/loose"
)

// An answer is a token that lives as long as it says, counted from now; one
// without a token, in whatever form, is a broken promise.
func TestAnswer(t *testing.T) {
	for body, life := range map[string]time.Duration{
		`{"access_token":"invented","expires_in":3600}`:              time.Hour,
		`{"access_token":"invented","expires_in":"3600"}`:            time.Hour,
		`{"access_token":"invented","expires_in":9007199254740993}`:  longest,
		`{"access_token":"invented","expires_in":-1,"scope":["x"]}`:  0,
		`{"access_token":"invented","refresh_token":null,"other":1}`: 0,
	} {
		var a Answer
		if err := json.Unmarshal([]byte(body), &a); err != nil {
			t.Fatal(err)
		}
		got, err := a.Token("post /token")
		if err != nil || got.Access != "invented" || got.Refresh != "" {
			t.Errorf("%s: %v", body, err)
		}
		if life == 0 && !got.Expires.IsZero() || life > 0 && got.Expires.Sub(got.Issued) != life {
			t.Errorf("%s: lives %s", body, got.Expires.Sub(got.Issued))
		}
	}
	for _, body := range []string{`{}`, `{"access_token":7}`, `{"access_token":null,"refresh_token":"invented"}`} {
		var a Answer
		if err := json.Unmarshal([]byte(body), &a); err != nil {
			t.Fatal(err)
		}
		if _, err := a.Token("post /token"); err == nil || provider.AsError(err).Kind != provider.Contract {
			t.Errorf("%s: %v", body, err)
		}
	}
	if got := Seconds(loose.Odd, time.Minute); got != time.Minute {
		t.Error(got)
	}
}
