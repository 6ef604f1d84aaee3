package mediabrowser

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"sync"

	"watchkeeper/engine/provider"
)

// Kept is what a sign-in leaves in the secrets.
type Kept struct {
	Token    string `json:"t"`
	ServerID string `json:"s"`
	UserID   string `json:"u"`
	DeviceID string `json:"d"`
}

// Secret returns the stored form.
func (k Kept) Secret() provider.Secret {
	data, _ := json.Marshal(k) // four strings cannot fail
	return provider.Secret(data)
}

var errNothingKept = errors.New("no sign-in is stored")

// ParseKept reads what Secret made; anything else means signing in again.
func ParseKept(s provider.Secret) (Kept, error) {
	var k Kept
	if err := json.Unmarshal([]byte(s.Reveal()), &k); err != nil || k.Token == "" || k.UserID == "" {
		return Kept{}, provider.Failed(provider.Auth, "", errNothingKept)
	}
	return k, nil
}

// Keeper reads a stored sign-in once. It is safe for use by several
// goroutines.
type Keeper struct {
	Secrets provider.Secrets

	mu   sync.Mutex
	kept *Kept
}

var errKeyring = errors.New("the keyring does not answer")

// SignedIn returns the stored sign-in.
func (k *Keeper) SignedIn(ctx context.Context) (Kept, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.kept != nil {
		return *k.kept, nil
	}
	secret, err := k.Secrets.Load(ctx)
	if err != nil {
		return Kept{}, provider.Failed(provider.Transient, "", errKeyring)
	}
	kept, err := ParseKept(secret)
	if err != nil {
		return Kept{}, err
	}
	k.kept = &kept
	return kept, nil
}

// DeviceID names this installation towards one user of one server. The
// servers end a user's earlier sign-in from the same device, so it must differ
// between users and stay the same for one.
func DeviceID(install, server, who string) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{"device", install, server, strings.ToLower(who)}, "\n")))
	return hex.EncodeToString(sum[:16])
}

// Older tells whether a version ("10.8.13") is below major.minor. Text that is
// no version is not older.
func Older(version string, major, minor int) bool {
	parts := strings.SplitN(version, ".", 3)
	if len(parts) < 2 {
		return false
	}
	a, err1 := strconv.Atoi(parts[0])
	b, err2 := strconv.Atoi(parts[1])
	return err1 == nil && err2 == nil && (a < major || a == major && b < minor)
}
