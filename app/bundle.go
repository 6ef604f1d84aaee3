package app

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"watchkeeper/app/wire"
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// BundleArgs say where a support bundle goes.
type BundleArgs struct {
	Path string `json:"path"` // of the zip file; it must not exist
}

// Bundled is what a support bundle holds.
type Bundled struct {
	Path  string   `json:"path"`
	Files []string `json:"files"`
}

// bundledRuns is how many runs a support bundle tells of.
const bundledRuns = 50

// Bundle writes everything that helps to understand a problem into one zip
// file: status, reasons, runs, settings, rules, versions and logs. Secrets are
// taken out in every spelling; titles are in it, and the person can read it
// before giving it away.
func (a *App) Bundle(ctx context.Context, args BundleArgs) (Bundled, error) {
	if args.Path == "" {
		return Bundled{}, usage("say where the bundle goes")
	}
	if err := a.learnSecrets(ctx); err != nil {
		return Bundled{}, err
	}
	var content bytes.Buffer
	z := zip.NewWriter(&content)
	out := Bundled{Path: args.Path}
	put := func(name string, data []byte) error {
		out.Files = append(out.Files, name)
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write(a.Vault.Scrub(data))
		}
		return err
	}
	for _, part := range a.parts() {
		v, err := part.get(ctx)
		if err != nil {
			v = map[string]string{"error": err.Error()}
		}
		data, err := json.MarshalIndent(v, "", "  ")
		if err != nil {
			return out, err
		}
		if err := put(part.name+".json", data); err != nil {
			return out, err
		}
	}
	logs, err := filepath.Glob(filepath.Join(a.Dir, "logs", "*"))
	if err != nil {
		return out, err
	}
	for _, path := range logs {
		data, err := os.ReadFile(path)
		if err != nil {
			return out, err
		}
		if err := put("logs/"+filepath.Base(path), data); err != nil {
			return out, err
		}
	}
	if err := z.Close(); err != nil {
		return out, err
	}
	return out, writeNew(args.Path, content.Bytes())
}

// learnSecrets reads every credential, so that each is known and taken out.
func (a *App) learnSecrets(ctx context.Context) error {
	n, err := a.names(ctx)
	if err != nil {
		return err
	}
	for _, acc := range n.accounts {
		if acc.Removed {
			continue
		}
		if _, err := a.Secrets(acc.ID).Load(ctx); err != nil {
			return fmt.Errorf("no bundle is made while its secrets cannot be recognised: %w", err)
		}
		if acc.Options[wire.OptionClientID] != "" {
			if _, err := a.ClientSecret(acc.Provider).Load(ctx); err != nil {
				return fmt.Errorf("no bundle is made while its secrets cannot be recognised: %w", err)
			}
		}
	}
	return nil
}

type part struct {
	name string
	get  func(context.Context) (any, error)
}

func of[T any](do func(context.Context, none) (T, error)) func(context.Context) (any, error) {
	return func(ctx context.Context) (any, error) { return do(ctx, none{}) }
}

func (a *App) parts() []part {
	return []part{
		{"about", func(context.Context) (any, error) {
			return map[string]string{"version": wire.Version, "go": runtime.Version(), "system": runtime.GOOS + "/" + runtime.GOARCH,
				"made": time.Now().UTC().Format(time.RFC3339), "demo": fmt.Sprint(a.Demo)}, nil
		}},
		{"status", of(a.Status)},
		{"doctor", of(a.Doctor)},
		{"settings", of(a.Settings)},
		{"rules", of(a.Routes)},
		{"pins", of(a.Pins)},
		{"runs", func(ctx context.Context) (any, error) { return a.Runs(ctx, RunsArgs{Limit: bundledRuns, All: true}) }},
		{"reasons", a.reasons},
		{"unlinked", of(a.Unlinked)},
		{"backups", of(a.Backups)},
	}
}

// reasons is why things are not as they should be, by person.
func (a *App) reasons(ctx context.Context) (any, error) {
	n, err := a.names(ctx)
	if err != nil {
		return nil, err
	}
	out := []NonOp{}
	for _, p := range n.people {
		unmet, err := a.Store.Unmet(ctx, p.ID, 0)
		if err != nil {
			return nil, err
		}
		rows, err := a.nonOps(ctx, n, unmet)
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	return out, nil
}

func (a *App) nonOps(ctx context.Context, n names, rows []ledger.NonOp) ([]NonOp, error) {
	var out []NonOp
	for chunk := range slices.Chunk(rows, 500) {
		var works []media.WorkID
		for _, r := range chunk {
			works = append(works, r.Work)
		}
		titles, err := a.titles(ctx, works)
		if err != nil {
			return nil, err
		}
		for _, r := range chunk {
			out = append(out, n.nonOp(r, titles[r.Work]))
		}
	}
	return out, nil
}

// writeNew writes a file that did not exist, for this user only.
func writeNew(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("support bundle: %w", err)
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Sync(), f.Close())
}
