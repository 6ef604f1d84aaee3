package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"watchkeeper/engine"
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/provider"
	"watchkeeper/engine/store"
)

func TestSettingsAreCheckedByName(t *testing.T) {
	for _, c := range []struct {
		name, value string
		ok          bool
	}{
		{"interval", `"30m"`, true}, {"interval", `"1m"`, false}, {"interval", `30`, false}, {"interval", `"soon"`, false}, {"interval", `null`, false},
		{"server_interval", `"5m"`, true}, {"settle_window", `"0s"`, true}, {"settle_window", `"100h"`, false},
		{"watched_leaves_lists", `true`, true}, {"watched_leaves_lists", `"yes"`, false},
		{"guards_off", `["guard_adds"]`, true}, {"guards_off", `["guard_nothing"]`, false},
		{"ui.language", `"de"`, true}, {"colour", `"red"`, false},
	} {
		err := engine.CheckSetting(c.name, json.RawMessage(c.value))
		if (err == nil) != c.ok {
			t.Errorf("%s = %s: %v", c.name, c.value, err)
		}
		if err != nil && !strings.Contains(err.Error(), c.name) {
			t.Errorf("%q does not name the setting", err)
		}
	}
}

// newEngine is an engine over an empty state; open answers for its accounts.
func newEngine(t *testing.T, now *time.Time, open func() (provider.Provider, error)) (*engine.Engine, *store.Store) {
	t.Helper()
	db, err := store.OpenMemory(t.Context(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return engine.New(engine.Config{Store: db, Now: func() time.Time { return *now },
		Open: func(context.Context, ledger.Account) (provider.Provider, error) { return open() },
		Capabilities: func(string) (provider.Capabilities, bool) {
			return provider.Capabilities{Class: provider.Tracker}, true
		}}), db
}

func TestNoRunStartsWithAMalformedSetting(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	e, db := newEngine(t, &now, nil)
	if err := db.PutSettings(t.Context(), map[string]json.RawMessage{"interval": json.RawMessage(`"often"`)}); err != nil {
		t.Fatal(err)
	}
	_, err := e.Once(t.Context(), engine.Wish{})
	var bad *engine.SettingError
	if !errors.As(err, &bad) || bad.Name != "interval" {
		t.Errorf("got %v", err)
	}
}

func TestR28FailuresAreWaitedForAlsoAfterARestart(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	asked := 0
	e, db := newEngine(t, &now, func() (provider.Provider, error) {
		asked++
		return nil, provider.Failed(provider.Transient, "get /", nil)
	})
	me, err := db.PutProfile(t.Context(), ledger.Profile{Name: "me"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.PutAccount(t.Context(), ledger.Account{Profile: me, Provider: "x", Name: "x"}); err != nil {
		t.Fatal(err)
	}
	run := func(w engine.Wish) {
		if _, err := e.Once(t.Context(), w); err != nil {
			t.Fatal(err)
		}
	}
	run(engine.Wish{})
	now = now.Add(30 * time.Second)
	run(engine.Wish{})
	if asked != 1 {
		t.Errorf("asked %d times within the first minute, want 1", asked)
	}
	run(engine.Wish{Asked: true})
	if asked != 2 {
		t.Errorf("a person who asks passes the wait: %d", asked)
	}
	now = now.Add(3 * time.Minute)
	run(engine.Wish{})
	if asked != 3 {
		t.Errorf("asked %d times, want 3", asked)
	}
	st := e.Status().Accounts[0]
	if st.Problem != ledger.SourceSilent || !st.Retry.Known() {
		t.Errorf("the status says %+v", st)
	}
}

func TestAwaitGivesTheLatestOnce(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	e, _ := newEngine(t, &now, nil)
	for range 3 {
		if _, err := e.Once(t.Context(), engine.Wish{}); err != nil {
			t.Fatal(err)
		}
	}
	s, err := e.Await(t.Context(), 0)
	if err != nil || s.Version != e.Status().Version || s.LastRun == nil || s.LastRun.ID != 3 {
		t.Errorf("err %v, version %d of %d, last run %+v", err, s.Version, e.Status().Version, s.LastRun)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := e.Await(ctx, s.Version); !errors.Is(err, context.Canceled) {
		t.Errorf("nothing newer: %v", err)
	}
}
