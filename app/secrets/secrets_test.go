package secrets

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zalando/go-keyring"

	"watchkeeper/engine/provider"
)

const canary = "canary-4f1c/+9 token"

// desk is a keyring as a test wants it.
type desk struct {
	kept  map[string]string
	err   error
	block chan struct{} // a prompt that nobody answers until it is closed
	calls atomic.Int32
}

func (d *desk) wait() error {
	d.calls.Add(1)
	if d.block != nil {
		<-d.block
	}
	return d.err
}

func (d *desk) Get(name string) (string, error) {
	if err := d.wait(); err != nil {
		return "", err
	}
	value, ok := d.kept[name]
	if !ok {
		return "", ErrNone
	}
	return value, nil
}

func (d *desk) Set(name, value string) error {
	if err := d.wait(); err != nil {
		return err
	}
	d.kept[name] = value
	return nil
}

func (d *desk) Delete(name string) error { delete(d.kept, name); return d.wait() }

func isState(t *testing.T, v *Vault, err error, want State) {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.State != want {
		t.Errorf("error %v, want state %s", err, want)
	}
	if v.State() != want {
		t.Errorf("state %s, want %s", v.State(), want)
	}
}

func TestUnlocked(t *testing.T) {
	keyring.MockInit()
	v := Open(Keyring{Service: "watchkeeper-test"}, 0)
	a := Account{Vault: v, Name: "1"}
	ctx := context.Background()
	if s, err := a.Load(ctx); s != "" || err != nil {
		t.Fatalf("load of nothing: %q %v", s.Reveal(), err)
	}
	if err := a.Save(ctx, canary); err != nil {
		t.Fatal(err)
	}
	again := Account{Vault: Open(Keyring{Service: "watchkeeper-test"}, 0), Name: "1"}
	if s, err := again.Load(ctx); err != nil || s.Reveal() != canary {
		t.Errorf("loaded %q %v", s.Reveal(), err)
	}
	if v.State() != Ready {
		t.Error(v.State())
	}
	if err := errors.Join(v.Delete(ctx, "1"), v.Delete(ctx, "1")); err != nil {
		t.Error(err)
	}
	if s, err := a.Load(ctx); s != "" || err != nil {
		t.Errorf("load after delete: %q %v", s.Reveal(), err)
	}
}

// TestNoAnswer: locked without a display, a prompt that was dismissed, no
// service, no bus.
func TestNoAnswer(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		want State
	}{
		"locked, no display": {errors.New("failed to unlock correct collection '/org/freedesktop/secrets/aliases/default'"), Locked},
		"dismissed":          {errors.New("failed to unlock correct collection '/org/freedesktop/secrets/collection/login'"), Locked},
		"no service":         {errors.New("The name org.freedesktop.secrets was not provided by any .service files"), Unavailable},
		"no bus":             {errors.New(`exec: "dbus-launch": executable file not found in $PATH`), Unavailable},
	} {
		keyring.MockInitWithError(c.err)
		v := Open(Keyring{Service: "watchkeeper-test"}, 0)
		_, err := Account{Vault: v, Name: "1"}.Load(context.Background())
		isState(t, v, err, c.want)
		if err := (Account{Vault: v, Name: "1"}).Save(context.Background(), canary); err == nil || strings.Contains(err.Error(), canary) {
			t.Errorf("%s: save said %v", name, err)
		}
	}
	keyring.MockInit()
}

func TestSpuriousUnlockFailureIsTriedOnce(t *testing.T) {
	calls := 0
	err := Keyring{}.try(func() error {
		if calls++; calls == 1 {
			return errors.New("failed to unlock correct collection")
		}
		return nil
	})
	if err != nil || calls != 2 {
		t.Errorf("%v after %d calls", err, calls)
	}
}

// TestPromptNobodyAnswers: the call ends after its limit, further calls fail
// at once while the prompt stands, and its late answer is kept.
func TestPromptNobodyAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &desk{kept: map[string]string{"1": canary}, block: make(chan struct{})}
		v := Open(d, 0)
		a := Account{Vault: v, Name: "1"}
		began := time.Now()
		_, err := a.Load(t.Context())
		isState(t, v, err, Locked)
		if took := time.Since(began); took != DefaultLimit {
			t.Errorf("took %s", took)
		}
		began = time.Now()
		if _, err := a.Load(t.Context()); err == nil || time.Since(began) != 0 {
			t.Errorf("second call: %v after %s", err, time.Since(began))
		}
		if d.calls.Load() != 1 {
			t.Errorf("%d prompts", d.calls.Load())
		}
		close(d.block)
		synctest.Wait()
		if v.State() != Ready {
			t.Errorf("state %s after the answer", v.State())
		}
		if s, err := a.Load(t.Context()); err != nil || s.Reveal() != canary || d.calls.Load() != 1 {
			t.Errorf("%q %v after %d calls", s.Reveal(), err, d.calls.Load())
		}
	})
}

func TestCallerGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &desk{kept: map[string]string{"1": canary}, block: make(chan struct{})}
		v := Open(d, 0)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := v.Get(ctx, "1"); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		if v.State() != Unknown {
			t.Errorf("state %s though nothing answered", v.State())
		}
		close(d.block)
		if s, err := v.Get(t.Context(), "1"); err != nil || s != canary {
			t.Errorf("%q %v", s, err)
		}
	})
}

func TestTooLong(t *testing.T) {
	d := &desk{kept: map[string]string{}}
	v := Open(d, 0)
	if err := v.Set(t.Context(), "1", strings.Repeat("x", provider.SecretLimit)); err != nil {
		t.Error(err)
	}
	if err := v.Set(t.Context(), "1", strings.Repeat("x", provider.SecretLimit+1)); !errors.Is(err, ErrTooLong) {
		t.Error(err)
	}
}

func phrase(s string) func() (string, error) { return func() (string, error) { return s, nil } }

func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secrets.age")
	ctx := context.Background()
	first := Open(NewFile(path, phrase("open sesame")), 0)
	if err := errors.Join(first.Set(ctx, "1", canary), first.Set(ctx, "2", "other"), first.Delete(ctx, "2")); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v %v", info.Mode(), err)
	}
	if bytes.Contains(data, []byte("canary")) || !bytes.Contains(data, []byte("BEGIN AGE ENCRYPTED FILE")) {
		t.Errorf("the file is not encrypted: %s", data)
	}
	second := Open(NewFile(path, phrase("open sesame")), 0)
	if got, err := second.Get(ctx, "1"); err != nil || got != canary {
		t.Errorf("%q %v", got, err)
	}
	if _, err := second.Get(ctx, "2"); !errors.Is(err, ErrNone) {
		t.Errorf("deleted: %v", err)
	}
	for _, wrong := range []string{"open sesam", ""} {
		v := Open(NewFile(path, phrase(wrong)), 0)
		err := v.Set(ctx, "1", "overwritten")
		isState(t, v, err, Locked)
	}
	if err := os.WriteFile(path, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	damaged := Open(NewFile(path, phrase("open sesame")), 0)
	if _, err := damaged.Get(ctx, "1"); err == nil || errors.Is(err, ErrNone) {
		t.Errorf("a damaged file said %v", err)
	}
	left, err := filepath.Glob(filepath.Join(filepath.Dir(path), ".secrets-*"))
	if len(left) > 0 || err != nil {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func TestScrub(t *testing.T) {
	v := Open(&desk{kept: map[string]string{}}, 0)
	wrapped, err := json.Marshal(map[string]any{"a": canary, "n": 7})
	if err != nil {
		t.Fatal(err)
	}
	if err := v.Set(t.Context(), "1", string(wrapped)); err != nil {
		t.Fatal(err)
	}
	text := "plain " + canary + " query " + url.QueryEscape(canary) + " path " + url.PathEscape(canary) + " json " + string(wrapped)
	for shift := range 3 {
		text += " b64 " + base64.StdEncoding.EncodeToString([]byte("abc"[:shift]+canary+" and more"))
		text += " b64 " + base64.RawURLEncoding.EncodeToString([]byte("abc"[:shift]+canary))
	}
	clean := string(v.Scrub([]byte(text)))
	for _, leak := range []string{canary, url.QueryEscape(canary), "4f1c", base64.StdEncoding.EncodeToString([]byte("canary-4f"))} {
		if strings.Contains(clean, leak) {
			t.Errorf("%q is still in %q", leak, clean)
		}
		if !strings.Contains(text, leak) {
			t.Errorf("the control does not hold %q", leak)
		}
	}
	if !strings.HasPrefix(clean, "plain [secret] query") {
		t.Errorf("too much is hidden: %q", clean)
	}
}
