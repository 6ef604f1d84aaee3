package desktop

import (
	"errors"
	"fmt"
	"strings"
	"syscall"

	"golang.org/x/sys/windows/registry"
)

// Windows starts what is under the first key, unless the Task Manager has
// switched it off under the second.
const (
	runKey      = `Software\Microsoft\Windows\CurrentVersion\Run`
	approvedKey = `Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run`
)

// Enabled tells whether Windows starts the program with the session.
func (a Autostart) Enabled() (bool, error) {
	run, err := value(runKey, func(k registry.Key) ([]byte, error) {
		text, _, err := k.GetStringValue(Name)
		return []byte(text), err
	})
	if err != nil || run == nil {
		return false, err
	}
	approved, err := value(approvedKey, func(k registry.Key) ([]byte, error) {
		bits, _, err := k.GetBinaryValue(Name)
		return bits, err
	})
	off := len(approved) > 0 && approved[0]&1 == 1
	return err == nil && !off, err
}

// value reads from a key of this user; nil when it is not there.
func value(path string, get func(registry.Key) ([]byte, error)) ([]byte, error) {
	k, err := registry.OpenKey(registry.CURRENT_USER, path, registry.QUERY_VALUE)
	if errors.Is(err, registry.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("autostart: %w", err)
	}
	defer k.Close()
	got, err := get(k)
	if errors.Is(err, registry.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("autostart: %w", err)
	}
	return got, nil
}

// Set switches it on, or off.
func (a Autostart) Set(on bool) error {
	k, _, err := registry.CreateKey(registry.CURRENT_USER, runKey, registry.SET_VALUE)
	if err != nil {
		return fmt.Errorf("autostart: %w", err)
	}
	defer k.Close()
	if on {
		err = errors.Join(k.SetStringValue(Name, a.line()), forget(approvedKey))
	} else if err = k.DeleteValue(Name); errors.Is(err, registry.ErrNotExist) {
		err = nil
	}
	if err != nil {
		return fmt.Errorf("autostart: %w", err)
	}
	return nil
}

// forget drops what the Task Manager noted about the program.
func forget(path string) error {
	k, err := registry.OpenKey(registry.CURRENT_USER, path, registry.SET_VALUE)
	if errors.Is(err, registry.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer k.Close()
	if err := k.DeleteValue(Name); !errors.Is(err, registry.ErrNotExist) {
		return err
	}
	return nil
}

func (a Autostart) line() string {
	var words []string
	for _, w := range a.command {
		words = append(words, syscall.EscapeArg(w))
	}
	return strings.Join(words, " ")
}
