package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"watchkeeper/app/secrets"
	"watchkeeper/app/wire"
	"watchkeeper/engine/ledger"
)

// Check is one thing that the doctor looked at.
type Check struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
}

// Diagnosis is what the doctor found.
type Diagnosis struct {
	OK     bool    `json:"ok"`
	Checks []Check `json:"checks"`
}

// Doctor looks at everything that has to work: database, folder, keyring,
// settings, accounts, clock. It changes nothing.
func (a *App) Doctor(ctx context.Context, _ none) (Diagnosis, error) {
	d := Diagnosis{OK: true}
	add := func(name, good string, err error) {
		c := Check{Name: name, OK: err == nil, Detail: good}
		if err != nil {
			c.Detail = string(a.Vault.Scrub([]byte(err.Error())))
			d.OK = false
		}
		d.Checks = append(d.Checks, c)
	}
	add("version", fmt.Sprintf("%s, %s, %s/%s", wire.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH), nil)
	add("database", "sound", a.Store.Check(ctx))
	add("folder", a.Dir+" is closed to others", modes(a.Dir))
	where := "keyring"
	if a.InFile {
		where = "secrets file"
	}
	add(where, "answers", a.probe(ctx))
	_, err := a.Engine.Settings(ctx)
	add("settings", "valid", err)
	n, err := a.names(ctx)
	if err != nil {
		return d, err
	}
	for _, acc := range n.accounts {
		if !acc.Removed {
			detail, err := a.examine(ctx, acc)
			add(acc.Name, detail, err)
		}
	}
	return d, nil
}

// probe asks for an entry that never exists.
func (a *App) probe(ctx context.Context) error {
	if _, err := a.Vault.Get(ctx, "probe"); err != nil && !errors.Is(err, secrets.ErrNone) {
		return err
	}
	return nil
}

// Skewed is how far a service's clock may be from ours; all times are
// corrected by it, but one of the two is wrong.
const Skewed = time.Minute

func (a *App) examine(ctx context.Context, acc ledger.Account) (string, error) {
	t, err := a.TestAccount(ctx, AccountArgs{acc.Name})
	if err != nil {
		return "", err
	}
	if !t.Same {
		return "", fmt.Errorf("it is signed in as %s on %s, not as %s on %s", t.User, t.Server, acc.UserName, acc.Server)
	}
	trust, err := a.Store.Trust(ctx)
	if err != nil {
		return "", err
	}
	for _, v := range trust {
		if off := time.Duration(v.ClockMS) * time.Millisecond; v.Account == acc.ID && off.Abs() > Skewed {
			return "", fmt.Errorf("its clock and ours differ by %s; check the time of both computers", off.Round(time.Second))
		}
	}
	return fmt.Sprintf("%s on %s answers in %d ms", t.User, t.Server, t.TookMS), nil
}

// modes checks that nobody else can read the state.
func modes(dir string) error {
	if runtime.GOOS == "windows" {
		return nil // the profile folder is private there
	}
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := os.Lstat(path)
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o077 != 0 && info.Mode()&fs.ModeSymlink == 0 {
			return fmt.Errorf("%s can be read by others (mode %o); take that away with chmod go=", path, info.Mode().Perm())
		}
		return nil
	})
}
