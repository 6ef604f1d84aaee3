package wire

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"watchkeeper/app/secrets"
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/provider"
)

// Options of an account that wire itself reads.
const (
	OptionClientID = "client_id" // of the person's own application at the service
	OptionPins     = "pins"      // certificates to trust, separated by commas
)

// builtIn is this program as a service knows it, with the values that the
// build has set.
func builtIn(service string) (clientID, clientSecret string) {
	switch service {
	case "trakt":
		return TraktClientID, TraktClientSecret
	case "simkl":
		return SIMKLClientID, ""
	case "anilist":
		return AniListClientID, ""
	}
	return "", ""
}

// Secrets is where an account's credentials are kept: one entry each.
func (h *House) Secrets(id ledger.AccountID) secrets.Account {
	return secrets.Account{Vault: h.Vault, Name: fmt.Sprintf("account-%d-%s", id, h.install)}
}

// ClientSecret is where the secret of the person's own application at a
// service is kept.
func (h *House) ClientSecret(service string) secrets.Account {
	return secrets.Account{Vault: h.Vault, Name: fmt.Sprintf("client-%s-%s", service, h.install)}
}

// Env is what the adapter of an account is given. A sign-in begins with an
// account that is not stored yet and has no number.
func (h *House) Env(ctx context.Context, a ledger.Account) (provider.Env, error) {
	env := provider.Env{
		Base: h.base, Log: h.Log, Install: h.install, Version: Version, Address: a.Address, LeftOut: a.LeftOut,
		Options: a.Options, Secrets: h.Secrets(a.ID), Dir: filepath.Join(h.Dir, "cache", fmt.Sprint(a.ID)),
	}
	if pins := a.Options[OptionPins]; pins != "" {
		env.Pins = strings.Split(pins, ",")
	}
	if own := a.Options[OptionClientID]; own != "" {
		secret, err := h.ClientSecret(a.Provider).Load(ctx)
		env.ClientID, env.ClientSecret = own, secret.Reveal()
		return env, err
	}
	env.ClientID, env.ClientSecret = builtIn(a.Provider)
	return env, nil
}

// openAccount is engine.Config.Open. A keyring that does not answer now may do
// so later, so it is no reason to sign in again.
func (h *House) openAccount(ctx context.Context, a ledger.Account) (provider.Provider, error) {
	s, ok := h.Service(a.Provider)
	if !ok {
		return nil, provider.Failed(provider.AppRejected, "", fmt.Errorf("this version does not know %s", a.Provider))
	}
	env, err := h.Env(ctx, a)
	if err != nil {
		return nil, provider.Failed(provider.Transient, "", err)
	}
	kept, err := env.Secrets.Load(ctx)
	switch {
	case err != nil:
		return nil, provider.Failed(provider.Transient, "", err)
	case kept == "":
		return nil, provider.Failed(provider.Auth, "", errors.New("no sign-in is stored"))
	}
	if err := os.MkdirAll(env.Dir, 0o700); err != nil {
		return nil, provider.Failed(provider.Transient, "", err)
	}
	return s.Open(env)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
