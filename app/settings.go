package app

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"watchkeeper/engine"
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/store"
)

// Pin is a standing decision made by hand.
type Pin struct {
	ID      int64  `json:"id"`
	Kind    string `json:"kind"` // "never-touch" or "always-keep"
	Work    int64  `json:"work"`
	Title   string `json:"title"`
	Account string `json:"account,omitempty"` // "": every account
	Feature string `json:"feature,omitempty"` // "": every feature
}

var pinKinds = map[string]ledger.PinKind{"never-touch": ledger.NeverTouch, "always-keep": ledger.AlwaysKeep}

// Pins lists standing decisions.
func (a *App) Pins(ctx context.Context, _ none) ([]Pin, error) {
	n, err := a.names(ctx)
	if err != nil {
		return nil, err
	}
	pins, err := a.Store.Pins(ctx)
	if err != nil {
		return nil, err
	}
	var works []media.WorkID
	for _, p := range pins {
		works = append(works, p.Work)
	}
	titles, err := a.titles(ctx, works)
	out := []Pin{}
	for _, p := range pins {
		v := Pin{ID: p.ID, Work: int64(p.Work), Title: titles[p.Work], Account: n.label(p.Account)}
		for name, kind := range pinKinds {
			if kind == p.Kind {
				v.Kind = name
			}
		}
		if !p.AnyFeature {
			v.Feature = p.Feature.String()
		}
		out = append(out, v)
	}
	return out, err
}

// PinArgs make a pin.
type PinArgs struct {
	Kind    string `json:"kind"`
	Work    int64  `json:"work"`
	Person  string `json:"person,omitempty"`
	Account string `json:"account,omitempty"`
	Feature string `json:"feature,omitempty"`
}

// PutPin makes a standing decision, until it is removed.
func (a *App) PutPin(ctx context.Context, args PinArgs) ([]Pin, error) {
	n, err := a.names(ctx)
	if err != nil {
		return nil, err
	}
	p := ledger.Pin{Work: media.WorkID(args.Work), Kind: pinKinds[args.Kind], AnyFeature: args.Feature == ""}
	if p.Kind == 0 {
		return nil, usage("a pin is never-touch or always-keep, not %q", args.Kind)
	}
	found, err := a.Store.Works(ctx, []media.WorkID{p.Work})
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, notFound("there is no work %d", args.Work)
	}
	if args.Account != "" {
		acc, err := n.account(args.Account)
		if err != nil {
			return nil, err
		}
		p.Account, p.Profile = acc.ID, acc.Profile
	} else {
		who, err := n.person(args.Person)
		if err != nil {
			return nil, err
		}
		p.Profile = who.ID
	}
	if args.Feature != "" {
		f, err := features([]string{args.Feature})
		if err != nil {
			return nil, err
		}
		p.Feature = f[0]
	}
	if _, err := a.Engine.Pin(ctx, p); err != nil {
		return nil, err
	}
	return a.Pins(ctx, none{})
}

// UnpinArgs name a pin.
type UnpinArgs struct {
	ID int64 `json:"id"`
}

// RemovePin ends a standing decision.
func (a *App) RemovePin(ctx context.Context, args UnpinArgs) ([]Pin, error) {
	if err := a.Engine.Unpin(ctx, args.ID); err != nil {
		return nil, err
	}
	return a.Pins(ctx, none{})
}

// Settings returns the choices that differ from the defaults, by name, without
// the engine's own notes.
func (a *App) Settings(ctx context.Context, _ none) (map[string]json.RawMessage, error) {
	all, err := a.Store.Settings(ctx)
	for name := range all {
		if strings.HasPrefix(name, "engine.") {
			delete(all, name)
		}
	}
	return all, err
}

// SettingArgs set one setting; a null value returns it to the default.
type SettingArgs struct {
	Name  string          `json:"name"`
	Value json.RawMessage `json:"value"`
}

// Set changes a setting. A value that cannot be used is refused with what it
// should be.
func (a *App) Set(ctx context.Context, args SettingArgs) (map[string]json.RawMessage, error) {
	if strings.HasPrefix(args.Name, "engine.") {
		return nil, usage("%s is the engine's own", args.Name)
	}
	value := args.Value
	if len(value) == 0 {
		value = json.RawMessage("null")
	}
	if string(value) != "null" {
		if err := engine.CheckSetting(args.Name, value); err != nil {
			return nil, usage("%s", err)
		}
	}
	if err := a.Store.PutSettings(ctx, map[string]json.RawMessage{args.Name: value}); err != nil {
		return nil, err
	}
	if err := a.Engine.Changed(ctx); err != nil {
		return nil, err
	}
	return a.Settings(ctx, none{})
}

// Backup is one copy of the state.
type Backup struct {
	Name  string `json:"name"`
	Bytes int64  `json:"bytes"`
	Made  string `json:"made"`
}

// Backups lists copies, newest first.
func (a *App) Backups(context.Context, none) ([]Backup, error) { return Backups(a.Dir) }

// Backups lists the copies in a data folder, newest first, also of one that
// does not open.
func Backups(dir string) ([]Backup, error) {
	all, err := store.Backups(dir)
	out := []Backup{}
	for _, b := range all {
		out = append(out, Backup{b.Name, b.Bytes, when(b.Made)})
	}
	return out, err
}

// MakeBackup copies the state now.
func (a *App) MakeBackup(ctx context.Context, _ none) (Backup, error) {
	name, err := a.Store.Backup(ctx, media.At(time.Now()))
	if err != nil {
		return Backup{}, err
	}
	all, err := Backups(a.Dir)
	if i := slices.IndexFunc(all, func(b Backup) bool { return b.Name == name }); i >= 0 {
		return all[i], err
	}
	return Backup{Name: name}, err
}

// Restore makes a backup the state of a data folder that no process has open.
// The state that was there is set aside under the returned name. Afterwards
// every account is looked at as if for the first time.
func Restore(ctx context.Context, dir, name string) (aside string, err error) {
	aside, err = store.Restore(ctx, dir, name, media.At(time.Now()))
	if errors.Is(err, store.ErrNotFound) {
		return "", notFound("there is no backup %q; backup list shows them", name)
	}
	return aside, err
}
