package secrets

import (
	"context"
	"errors"

	"watchkeeper/engine/provider"
)

// Account is the credentials of one account: one entry of the vault. It
// implements provider.Secrets.
type Account struct {
	Vault *Vault
	Name  string // of the entry
}

// Load returns the secret; "" when none is kept.
func (a Account) Load(ctx context.Context) (provider.Secret, error) {
	value, err := a.Vault.Get(ctx, a.Name)
	if errors.Is(err, ErrNone) {
		return "", nil
	}
	return provider.Secret(value), err
}

// Save keeps the secret; it is durable when Save returns without error (R30).
func (a Account) Save(ctx context.Context, s provider.Secret) error {
	return a.Vault.Set(ctx, a.Name, s.Reveal())
}
