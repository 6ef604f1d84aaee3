package secrets

import (
	"context"
	"errors"
	"sync"
	"time"

	"watchkeeper/engine/provider"
)

// DefaultLimit is how long a call waits for the place to answer.
const DefaultLimit = 30 * time.Second

// Vault is the one door to a Backend. Its methods may be called from any
// goroutine and return within the limit, whatever the Backend does.
type Vault struct {
	backend Backend
	limit   time.Duration
	help    string // what to do when it does not answer
	turn    chan struct{}

	mu      sync.Mutex
	state   State
	trouble error // why it is Locked or Unavailable; nil when it is not
	running bool  // a call is under way
	late    bool  // it is past its limit
	cache   map[string]string
	scrub   scrubber
}

// Open makes a vault over a backend; limit 0 means DefaultLimit.
func Open(b Backend, limit time.Duration) *Vault {
	if limit == 0 {
		limit = DefaultLimit
	}
	return &Vault{backend: b, limit: limit, turn: make(chan struct{}, 1), cache: map[string]string{},
		help: silent}
}

// State tells how the place answered the last time.
func (v *Vault) State() State {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.state
}

// Trouble is why the place did not answer the last time, with the way out; nil
// when it did, or was not asked yet.
func (v *Vault) Trouble() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.trouble
}

func (v *Vault) become(s State, trouble error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.state, v.trouble = s, trouble
}

// Get returns what is kept under a name, from memory where it was read before.
func (v *Vault) Get(ctx context.Context, name string) (string, error) {
	v.mu.Lock()
	value, known := v.cache[name]
	v.mu.Unlock()
	if known {
		return value, nil
	}
	err := v.do(ctx, func() error {
		got, err := v.backend.Get(name)
		if err == nil {
			v.keep(name, got)
		}
		return err
	})
	if err != nil {
		return "", err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.cache[name], nil
}

// Set keeps a text under a name; it is durable when Set returns without error.
func (v *Vault) Set(ctx context.Context, name, value string) error {
	if len(value) > provider.SecretLimit {
		return ErrTooLong
	}
	v.Hide(value)
	return v.do(ctx, func() error {
		err := v.backend.Set(name, value)
		if err == nil {
			v.keep(name, value)
		}
		return err
	})
}

// Delete forgets a name; an unknown one is no error.
func (v *Vault) Delete(ctx context.Context, name string) error {
	err := v.do(ctx, func() error {
		err := v.backend.Delete(name)
		if err == nil || errors.Is(err, ErrNone) {
			v.mu.Lock()
			delete(v.cache, name)
			v.mu.Unlock()
		}
		return err
	})
	if errors.Is(err, ErrNone) {
		return nil
	}
	return err
}

func (v *Vault) keep(name, value string) {
	v.Hide(value)
	v.mu.Lock()
	v.cache[name] = value
	v.mu.Unlock()
}

// do runs one call of the backend on a goroutine of its own. A call past the
// limit goes on: there is one prompt at a time, and its late answer is kept.
func (v *Vault) do(ctx context.Context, call func() error) error {
	if v.isLate() {
		return v.locked()
	}
	limit := time.NewTimer(v.limit)
	defer limit.Stop()
	select {
	case v.turn <- struct{}{}:
	case <-limit.C:
		return v.locked()
	case <-ctx.Done():
		return ctx.Err()
	}
	done := make(chan error, 1)
	v.began()
	go func() {
		err := call()
		v.finished(err)
		<-v.turn
		done <- err
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-limit.C:
		if v.overdue() {
			return v.locked()
		}
		return <-done
	}
}

func (v *Vault) locked() error { return &Error{State: Locked, Help: v.help} }

func (v *Vault) isLate() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.late
}

func (v *Vault) began() {
	v.mu.Lock()
	v.running = true
	v.mu.Unlock()
}

// overdue notes that the call under way is past its limit, unless it has ended
// in this very moment.
func (v *Vault) overdue() bool {
	v.mu.Lock()
	v.late = v.running
	late := v.late
	v.mu.Unlock()
	if late {
		v.become(Locked, v.locked())
	}
	return late
}

// finished notes how the place answered.
func (v *Vault) finished(err error) {
	v.mu.Lock()
	v.running, v.late = false, false
	v.mu.Unlock()
	var no *Error
	switch {
	case err == nil, errors.Is(err, ErrNone), errors.Is(err, ErrTooLong):
		v.become(Ready, nil)
	case errors.As(err, &no):
		v.become(no.State, err)
	default:
		v.become(Unavailable, err)
	}
}

// Hide learns a text that must never be shown: see Scrub.
func (v *Vault) Hide(value string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.scrub.learn(value)
}

// Scrub returns text without any secret that this vault has handled, in
// whatever spelling.
func (v *Vault) Scrub(text []byte) []byte {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.scrub.scrub(text)
}
