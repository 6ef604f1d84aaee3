package plex

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"sync"

	"watchkeeper/engine/provider"
)

// kept is what a sign-in leaves in the secrets. The two tokens do not convert
// into each other: one is for plex.tv, the other for one server.
type kept struct {
	Account string `json:"a"`           // token of the user at plex.tv
	Server  string `json:"s"`           // token of the user at the server
	Machine string `json:"m"`           // the server's id
	User    string `json:"u"`           // the user's number at plex.tv
	Owned   bool   `json:"o,omitempty"` // the user owns the server
}

func (k kept) secret() provider.Secret {
	data, _ := json.Marshal(k) // strings cannot fail
	return provider.Secret(data)
}

// localID is the user's number at the server: the owner is 1.
func (k kept) localID() string {
	if k.Owned {
		return "1"
	}
	return k.User
}

var (
	errNothingKept = errors.New("no sign-in is stored")
	errKeyring     = errors.New("the keyring does not answer")
)

func parseKept(s provider.Secret) (kept, error) {
	var k kept
	if json.Unmarshal([]byte(s.Reveal()), &k) != nil || k.Account == "" || k.Server == "" || k.Machine == "" || k.User == "" {
		return kept{}, provider.Failed(provider.Auth, "", errNothingKept)
	}
	return k, nil
}

// keeper reads the sign-in once and keeps a new server token durably (R30).
type keeper struct {
	secrets provider.Secrets

	mu   sync.Mutex
	kept *kept
}

func (k *keeper) load(ctx context.Context) (kept, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.kept != nil {
		return *k.kept, nil
	}
	secret, err := k.secrets.Load(ctx)
	if err != nil {
		return kept{}, provider.Failed(provider.Transient, "", errKeyring)
	}
	got, err := parseKept(secret)
	if err != nil {
		return kept{}, err
	}
	k.kept = &got
	return got, nil
}

func (k *keeper) save(ctx context.Context, now kept) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.secrets.Save(ctx, now.secret()); err != nil {
		return provider.Failed(provider.Transient, "", errKeyring)
	}
	k.kept = &now
	return nil
}

// clientID names this installation towards Plex, in the form of a UUID. Plex
// lists it among the person's devices.
func clientID(install string) string {
	sum := sha256.Sum256([]byte("plex client\n" + install))
	h := hex.EncodeToString(sum[:16])
	return h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-a" + h[17:20] + "-" + h[20:32]
}
