package engine_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"testing"
	"time"

	"watchkeeper/engine"
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/engine/providertest"
	"watchkeeper/engine/store"
)

// TestNothingIsSentFromADamagedDatabase: two accounts, of which one has a play
// more, over a database with damage that only the check beside finds.
func TestNothingIsSentFromADamagedDatabase(t *testing.T) {
	for _, damaged := range []bool{false, true} {
		dir := t.TempDir()
		clock := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		accounts := connected(t, dir, func() media.Moment { return media.At(clock) })
		if damaged {
			spoil(t, filepath.Join(dir, store.FileName))
		}
		db, err := store.Open(t.Context(), dir, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		e := engine.New(engine.Config{Store: db, Now: func() time.Time { return clock },
			Open: func(_ context.Context, a ledger.Account) (provider.Provider, error) {
				return accounts[a.ID-1].Provider(), nil
			},
			Capabilities: func(string) (provider.Capabilities, bool) { return providertest.Tracker().Caps, true }})
		accounts[0].Person().Watch(providertest.Film(1), media.At(clock.Add(-24*time.Hour)))
		out, err := e.Once(t.Context(), engine.Wish{})
		if damaged != (engine.ProblemOf(errOr(err)).Code == "database_damaged") {
			t.Errorf("damaged %v: the run ended with %v", damaged, err)
		}
		if sent := out.Summary.Added; (sent == 0) != damaged {
			t.Errorf("damaged %v: %d plays were sent", damaged, sent)
		}
	}
}

func errOr(err error) error {
	if err == nil {
		return os.ErrInvalid // a problem of no particular kind
	}
	return err
}

// connected is two trackers that keep their history together, in a closed
// database in dir.
func connected(t *testing.T, dir string, now func() media.Moment) []*providertest.Memory {
	t.Helper()
	db, err := store.Open(t.Context(), dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	me, err := db.PutProfile(t.Context(), ledger.Profile{Name: "me"})
	if err != nil {
		t.Fatal(err)
	}
	var out []*providertest.Memory
	for i, name := range []string{"one", "two"} {
		p := providertest.Tracker()
		p.Identity.UserID = name
		out = append(out, providertest.New(p, now, uint64(i)))
		if _, err := db.PutAccount(t.Context(), ledger.Account{Profile: me, Provider: "tracker", Name: name, ServerID: p.Identity.ServerID, UserID: name,
			Features: []media.Feature{media.History}, Accepted: true}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := db.PutRoute(t.Context(), ledger.Route{Profile: me, From: 1, To: 2, Feature: media.History, Mode: ledger.AddOnly, Accepted: true}); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return out
}

// spoil damages a page that a run of one play never needs: that of an index
// of held ops.
func spoil(t *testing.T, path string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	var page, size int64
	err = db.QueryRow(`SELECT rootpage, page_size FROM sqlite_schema, pragma_page_size WHERE name = 'hold_ops_of_work'`).Scan(&page, &size)
	if err != nil || db.Close() != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt([]byte("\x0a\x7f\xff\x7f\xff\x7f\xff"), (page-1)*size); err != nil {
		t.Fatal(err)
	}
}
