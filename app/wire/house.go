// Package wire builds a running engine from a data folder: store, secrets,
// log, providers, engine. The commands share it.
//
// It decides nothing and knows no operation: package app has those. Read
// house.go for what is built in which order, accounts.go for what an adapter
// is given, services.go for how a demo stays on this computer.
package wire

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	mathrand "math/rand/v2"
	"net/http"
	"path/filepath"
	"runtime/debug"
	"slices"
	"time"

	"github.com/adrg/xdg"

	"watchkeeper/app/instance"
	"watchkeeper/app/secrets"
	"watchkeeper/engine"
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/provider"
	"watchkeeper/engine/store"
	"watchkeeper/providers"
)

// Set by the build (-ldflags -X).
var (
	Version           = "dev"
	TraktClientID     string
	TraktClientSecret string
	SIMKLClientID     string
	AniListClientID   string
)

// Options are what a command line says about the house.
type Options struct {
	// Services maps hosts to loopback addresses (ReadServices); not nil means
	// Demo: nothing else is reachable, and keyring name and data folder differ.
	Services map[string]string
	// SecretsFile keeps credentials in an encrypted file in the data folder
	// instead of the keyring. A folder that has such a file goes on using it.
	SecretsFile bool
	// Passphrase opens that file.
	Passphrase func() (string, error)
	// Verbose logs every request.
	Verbose bool
	// Now is the engine's clock; nil means time.Now.
	Now func() time.Time
}

// Folder is where the state lives unless a person names another place.
func Folder(demo bool) string { return filepath.Join(xdg.DataHome, name(demo)) }

func name(demo bool) string {
	if demo {
		return "watchkeeper-demo"
	}
	return "watchkeeper"
}

// House is a running engine with everything around it.
type House struct {
	Engine *engine.Engine
	Store  *store.Store
	Vault  *secrets.Vault
	Log    *slog.Logger
	Dir    string
	Demo   bool
	// InFile: credentials are in the encrypted file, not in the keyring.
	InFile bool

	anime    *providers.Anime
	services []provider.Service
	install  string
	base     http.RoundTripper // nil: the real network
	lock     *instance.Lock
	logs     *logFile
}

// Open builds the house in the data folder of the lock. When it fails, the
// lock is released and the error tells what to do (engine.ProblemOf).
func Open(ctx context.Context, lock *instance.Lock, o Options) (*House, error) {
	h := &House{Dir: lock.Dir(), Demo: o.Services != nil, lock: lock}
	if err := h.open(ctx, o); err != nil {
		return nil, errors.Join(err, h.Close())
	}
	return h, nil
}

func (h *House) open(ctx context.Context, o Options) (err error) {
	if o.Services != nil {
		if h.base, err = onlyMapped(o.Services); err != nil {
			return err
		}
	}
	if h.Store, err = store.Open(ctx, h.Dir, store.Options{CheckSetting: engine.CheckSetting}); err != nil {
		return err
	}
	h.openVault(o)
	if h.logs, err = openLog(filepath.Join(h.Dir, "logs"), h.Vault.Scrub); err != nil {
		return err
	}
	h.Log = h.logs.logger(o.Verbose)
	if h.anime, err = providers.OpenAnime(filepath.Join(h.Dir, animeDir), h.base, o.Now); err != nil {
		h.Log.Error("anime is not translated", "error", err) // the accounts concerned say so, too
	}
	h.services = providers.All(h.anime)
	if h.install, err = h.installation(ctx); err != nil {
		return err
	}
	h.Engine = engine.New(engine.Config{
		Store: h.Store, Open: h.openAccount, Capabilities: h.capabilities, Chance: mathrand.Float64,
		Now: o.Now, Log: h.Log, Demo: h.Demo, RunCopy: runCopy{h.Vault, "run-" + h.install},
	})
	return nil
}

// animeDir holds the anime mapping: what was downloaded, and by-hand.yaml.
const animeDir = "anime"

const secretsFile = "secrets.age"

func (h *House) openVault(o Options) {
	path := filepath.Join(h.Dir, secretsFile)
	h.InFile = o.SecretsFile || exists(path)
	if h.InFile {
		h.Vault = secrets.Open(secrets.NewFile(path, o.Passphrase), 0)
		return
	}
	h.Vault = secrets.Open(secrets.Keyring{Service: name(h.Demo)}, 0)
}

const installSetting = "engine.install"

// installation is a random name of this data folder, made once.
func (h *House) installation(ctx context.Context) (string, error) {
	stored, err := h.Store.Settings(ctx)
	if err != nil {
		return "", err
	}
	var id string
	if old, ok := stored[installSetting]; ok {
		err = json.Unmarshal(old, &id)
		return id, err
	}
	id = rand.Text()[:16]
	value := json.RawMessage(fmt.Sprintf("%q", id))
	return id, h.Store.PutSettings(ctx, map[string]json.RawMessage{installSetting: value})
}

// Run looks by schedule until ctx ends. It also watches over the database: one
// that turns out to be damaged stops all looking, and the status says so.
func (h *House) Run(ctx context.Context) error {
	running, stop := context.WithCancel(ctx)
	defer stop()
	done, checked := make(chan error, 1), make(chan error, 1)
	go func() { done <- h.Engine.Run(running) }()
	go h.rest(running)
	go func() { checked <- h.Store.Sound(running) }()
	select {
	case err := <-done:
		return err
	case err := <-checked:
		if err == nil || running.Err() != nil {
			return <-done
		}
		stop()
		failed := <-done
		h.Engine.Fail(err)
		h.Log.Error("the database is damaged", "error", err)
		<-ctx.Done()
		return failed
	}
}

// rest gives memory back to the system after every run: a round needs many
// times what waiting for the next one needs, and the runtime would keep it for
// minutes.
func (h *House) rest(ctx context.Context) {
	ran := false
	for seen := uint64(0); ; {
		s, err := h.Engine.Await(ctx, seen)
		if err != nil {
			return
		}
		if ran && s.Running == nil {
			if err := h.Store.Rest(ctx); err != nil && ctx.Err() == nil {
				h.Log.Warn("memory was not given back", "error", err)
			}
			debug.FreeOSMemory()
		}
		seen, ran = s.Version, s.Running != nil
	}
}

// Close closes everything that was opened and gives the data folder up.
func (h *House) Close() error {
	var errs []error
	if h.Store != nil {
		errs = append(errs, h.Store.Close())
	}
	if h.logs != nil {
		errs = append(errs, h.logs.Close())
	}
	return errors.Join(append(errs, h.lock.Release())...)
}

// Service returns a kind of provider by name.
func (h *House) Service(name string) (provider.Service, bool) {
	i := slices.IndexFunc(h.services, func(s provider.Service) bool { return s.Name == name })
	if i < 0 {
		return provider.Service{}, false
	}
	return h.services[i], true
}

// Services lists every kind of provider, by name.
func (h *House) Services() []provider.Service { return h.services }

func (h *House) capabilities(name string) (provider.Capabilities, bool) {
	s, ok := h.Service(name)
	return s.Capabilities, ok
}

// runCopy keeps the last run number beside the credentials (R27).
type runCopy struct {
	vault *secrets.Vault
	name  string
}

// Load implements engine.RunCopy.
func (c runCopy) Load(ctx context.Context) (ledger.RunID, error) {
	text, err := c.vault.Get(ctx, c.name)
	if err != nil {
		return 0, err
	}
	var run ledger.RunID
	_, err = fmt.Sscan(text, &run)
	return run, err
}

// Save implements engine.RunCopy.
func (c runCopy) Save(ctx context.Context, run ledger.RunID) error {
	return c.vault.Set(ctx, c.name, fmt.Sprint(run))
}
