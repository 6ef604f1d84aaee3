package secrets

import (
	"errors"
	"strings"

	"github.com/zalando/go-keyring"
)

// Keyring is the desktop's own keyring: Secret Service, Keychain or Credential
// Manager. Service is the name that all entries share.
type Keyring struct{ Service string }

// What to do when there is no answer.
const (
	orFile    = ", or choose an encrypted file with --secrets-file"
	noKeyring = "there is no keyring in this session; install and start one (such as gnome-keyring or kwalletmanager)" + orFile
	locked    = "your keyring is locked; unlock it and try again" + orFile
	silent    = "your keyring does not answer; unlock or restart it and try again" + orFile
)

// Get implements Backend.
func (k Keyring) Get(name string) (value string, err error) {
	err = k.try(func() (err error) {
		value, err = keyring.Get(k.Service, name)
		return err
	})
	return value, err
}

// Set implements Backend.
func (k Keyring) Set(name, value string) error {
	return k.try(func() error { return keyring.Set(k.Service, name, value) })
}

// Delete implements Backend.
func (k Keyring) Delete(name string) error {
	return k.try(func() error { return keyring.Delete(k.Service, name) })
}

// try asks once more when unlocking failed: the library takes any signal on
// the bus for the answer to its prompt.
func (k Keyring) try(call func() error) error {
	off := stayOffBus()
	err := call()
	if isLocked(err) {
		err = call()
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, keyring.ErrNotFound):
		return ErrNone
	case errors.Is(err, keyring.ErrSetDataTooBig):
		return ErrTooLong
	case isLocked(err):
		return &Error{State: Locked, Help: locked}
	case off:
		return &Error{State: Unavailable, Help: noKeyring} // the rest is about a bus that nobody asked for
	}
	return &Error{State: Unavailable, Help: noKeyring, Err: err}
}

func isLocked(err error) bool {
	return err != nil && strings.Contains(err.Error(), "failed to unlock")
}
