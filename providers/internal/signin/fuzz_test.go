package signin

import (
	"reflect"
	"testing"

	"watchkeeper/engine/provider"
)

// FuzzToken: what the keyring gives back is a token that can be kept again, or
// a sign-in is asked for; the secret is in no error.
func FuzzToken(f *testing.F) {
	f.Add(`{"a":"access","r":"refresh","i":"2026-01-01T00:00:00Z","e":"2026-02-01T00:00:00Z"}`)
	f.Add(`{"a":1}`)
	f.Add(`access`)
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		token, err := ParseToken(provider.Secret(text))
		if err != nil {
			if e := provider.AsError(err); e.Kind != provider.Auth {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		secret, err := token.Secret()
		if err != nil {
			return // longer than a keyring takes
		}
		again, err := ParseToken(secret)
		if err != nil || !reflect.DeepEqual(again.due(), token.due()) || again.Access != token.Access || again.Refresh != token.Refresh {
			t.Errorf("%q: %v, then %v (%v)", text, token, again, err)
		}
	})
}
