package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"watchkeeper/engine/ledger"
)

// setting is one choice of the person by name: how it is read, checked and
// kept. The names are what the command line and the window use.
type setting struct {
	name string
	help string // what a value looks like
	set  func(s *ledger.Settings, value json.RawMessage) error
}

var settings = []setting{
	{"interval", `a duration from 15m to 24h, such as "30m"`, duration(15*time.Minute, 24*time.Hour,
		func(s *ledger.Settings, ms int64) { s.IntervalMS = ms })},
	{"server_interval", `a duration from 5m to 24h, such as "15m"`, duration(5*time.Minute, 24*time.Hour,
		func(s *ledger.Settings, ms int64) { s.ServerEveryMS = ms })},
	{"settle_window", `a duration from 0s to 72h, such as "30m"; "0s" means one interval`, duration(0, 72*time.Hour,
		func(s *ledger.Settings, ms int64) { s.SettleWindowMS = ms })},
	{"watched_leaves_lists", "true or false", func(s *ledger.Settings, v json.RawMessage) error {
		return strict(v, &s.WatchedLeavesLists)
	}},
	{"guards_off", `a list of guards, such as ["guard_adds"]`, guardsOff},
}

// Defaults are the settings of a new installation.
func Defaults() ledger.Settings {
	return ledger.Settings{IntervalMS: (30 * time.Minute).Milliseconds(), ServerEveryMS: (15 * time.Minute).Milliseconds()}
}

// CheckSetting refuses a value that the engine cannot use, naming the setting
// and what it takes. Names that start with "ui."
// belong to the window, those that start with "engine." to the engine itself.
func CheckSetting(name string, value json.RawMessage) error {
	scratch := Defaults()
	for _, s := range settings {
		if s.name == name {
			if err := s.set(&scratch, value); err != nil {
				return &SettingError{name, string(bytes.TrimSpace(value)), s.help}
			}
			return nil
		}
	}
	if known(name) {
		return nil
	}
	return &SettingError{Name: name}
}

func known(name string) bool {
	return strings.HasPrefix(name, "ui.") || strings.HasPrefix(name, "engine.") || slices.Contains(settingNames(), name)
}

func settingNames() []string {
	var names []string
	for _, s := range settings {
		names = append(names, s.name)
	}
	return names
}

// Settings are the stored choices over the defaults. A malformed value is an
// error that names it: no run starts with it.
func (e *Engine) Settings(ctx context.Context) (ledger.Settings, error) {
	stored, err := e.cfg.Store.Settings(ctx)
	if err != nil {
		return ledger.Settings{}, err
	}
	return chosen(stored)
}

// chosen are the choices among what is stored, over the defaults.
func chosen(stored map[string]json.RawMessage) (ledger.Settings, error) {
	for _, name := range slices.Sorted(maps.Keys(stored)) {
		if !known(name) {
			return ledger.Settings{}, &SettingError{Name: name}
		}
	}
	out := Defaults()
	for _, s := range settings {
		value, ok := stored[s.name]
		if !ok {
			continue
		}
		if err := s.set(&out, value); err != nil {
			return ledger.Settings{}, &SettingError{Name: s.name, Value: string(value), Wants: s.help}
		}
	}
	return out, nil
}

// SettingError is a setting that cannot be used; without Wants there is none of
// that name.
type SettingError struct{ Name, Value, Wants string }

// Error names the setting and what it takes.
func (e *SettingError) Error() string {
	if e.Wants == "" {
		return fmt.Sprintf("setting %s: there is no such setting; there are %s", e.Name, strings.Join(settingNames(), ", "))
	}
	return fmt.Sprintf("setting %s: %s is not %s", e.Name, e.Value, e.Wants)
}

func duration(least, most time.Duration, put func(*ledger.Settings, int64)) func(*ledger.Settings, json.RawMessage) error {
	return func(s *ledger.Settings, value json.RawMessage) error {
		var text string
		if err := strict(value, &text); err != nil {
			return err
		}
		d, err := time.ParseDuration(text)
		if err != nil {
			return err
		}
		if d < least || d > most {
			return fmt.Errorf("%s is not between %s and %s", d, least, most)
		}
		put(s, d.Milliseconds())
		return nil
	}
}

func guardsOff(s *ledger.Settings, value json.RawMessage) error {
	var codes []ledger.Code
	if err := strict(value, &codes); err != nil {
		return err
	}
	for _, c := range codes {
		if !slices.Contains(ledger.Codes[:], c) {
			return fmt.Errorf("%s is no guard", c)
		}
	}
	s.GuardsOff = codes
	return nil
}

// strict decodes one JSON value of exactly the type of into.
func strict(value json.RawMessage, into any) error {
	dec := json.NewDecoder(bytes.NewReader(value))
	dec.DisallowUnknownFields()
	if string(bytes.TrimSpace(value)) == "null" || !json.Valid(value) {
		return fmt.Errorf("no value")
	}
	return dec.Decode(into)
}
