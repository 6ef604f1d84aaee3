package scenario

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"watchkeeper/engine"
	"watchkeeper/engine/apply"
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/providertest"
	"watchkeeper/engine/sim"
	"watchkeeper/engine/store"
)

// elsewhere are the cases that no imagined account can show, with the file,
// from the root of the module, and the tests that do.
var elsewhere = map[int]struct {
	file  string
	tests []string
}{
	75: {"engine/sim/scenario/elsewhere_test.go", []string{"TestScenario075DatabaseUnreadable"}},
	86: {"app/instance/instance_test.go", []string{"TestOneOwner", "TestWishesAndAnswers"}},
	87: {"engine/sim/scenario/elsewhere_test.go", []string{"TestScenario087DiskFull"}},
}

func TestElsewhereIsThere(t *testing.T) {
	for n, where := range elsewhere {
		text, err := os.ReadFile(filepath.Join("../../..", where.file))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range where.tests {
			if !strings.Contains(string(text), "func "+name+"(") {
				t.Errorf("case %d: %s has no %s", n, where.file, name)
			}
		}
	}
}

// TestScenario073: a malformed setting that stands in the file from before is
// refused by name, and no run starts with it.
func TestScenario073MalformedSettingInTheFile(t *testing.T) {
	ctx := context.Background()
	home, err := sim.NewHome(1)
	if err != nil {
		t.Fatal(err)
	}
	unchecked, err := store.OpenMemory(ctx, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	home.Restore(unchecked)
	me, _ := home.Profile(ctx, "me")
	a, err := home.Add(ctx, me, "A", providertest.Tracker())
	if err != nil {
		t.Fatal(err)
	}
	if err := unchecked.PutSettings(ctx, map[string]json.RawMessage{"interval": json.RawMessage(`"soon"`)}); err != nil {
		t.Fatal(err)
	}
	_, err = home.Engine.Once(ctx, engine.Wish{})
	var named *engine.SettingError
	if !errors.As(err, &named) || named.Name != "interval" {
		t.Errorf("the run ended with %v", err)
	}
	if a.Memory.Requests().Reads != 0 {
		t.Error("a run began")
	}
}

// TestScenario075: an unreadable database is not taken for a new installation;
// the newest good backup is named, and restoring it works.
func TestScenario075DatabaseUnreadable(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	db, err := store.Open(ctx, dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	me, err := db.PutProfile(ctx, ledger.Profile{Name: "me"})
	if err != nil {
		t.Fatal(err)
	}
	backup, err := db.Backup(ctx, media.At(sim.Start))
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, store.FileName)
	if err := os.WriteFile(path, []byte(strings.Repeat("not a database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = store.Open(ctx, dir, store.Options{})
	var broken *store.Error
	if !errors.As(err, &broken) || broken.Kind != store.ErrDamaged || broken.Backup != backup {
		t.Fatalf("it opens with %v", err)
	}
	if _, err := store.Restore(ctx, dir, broken.Backup, media.At(sim.Start)); err != nil {
		t.Fatal(err)
	}
	if db, err = store.Open(ctx, dir, store.Options{}); err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if people, err := db.Profiles(ctx); err != nil || len(people) != 1 || people[0].ID != me {
		t.Errorf("the backup has %v %v", people, err)
	}
}

// full is a journal whose disk fills up after some batches.
type full struct {
	*store.Store
	batches int
}

func (f *full) Intend(ctx context.Context, entries []ledger.Entry) error {
	if f.batches--; f.batches < 0 {
		return &store.Error{Kind: store.ErrDiskFull}
	}
	return f.Store.Intend(ctx, entries)
}

// TestScenario087: the disk is full in the midst of a run. What was journaled
// is done and booked, nothing else is sent, and the message is clear.
func TestScenario087DiskFull(t *testing.T) {
	ctx := context.Background()
	home, err := sim.NewHome(1)
	if err != nil {
		t.Fatal(err)
	}
	me, _ := home.Profile(ctx, "me")
	profile := providertest.Tracker()
	profile.Caps.Batch = 10
	room, err := home.Add(ctx, me, "A", profile)
	if err != nil {
		t.Fatal(err)
	}
	var ops []ledger.Op
	for n := 1; n <= 30; n++ {
		ops = append(ops, ledger.Op{ID: ledger.OpID(fmt.Sprint("1-", n)), Account: room.ID, Action: 1, New: media.Listed(),
			Subject: ledger.Subject{Work: media.WorkID(n), Feature: media.Watchlist}})
	}
	runner := apply.Runner{Journal: &full{home.Store, 1}, Now: home.Now, Run: 1}
	rep, err := runner.Write(ctx, apply.Target{Account: ledger.Account{ID: room.ID}, Provider: room.Memory.Provider(),
		Item: func(op ledger.Op) media.Item { return providertest.Film(int(op.Work)).Item() }}, ops)
	if !errors.Is(err, store.ErrDiskFull) || !strings.Contains(err.Error(), "the disk is full") {
		t.Errorf("it ended with %v", err)
	}
	if len(rep.Ended) != 10 || len(rep.Untouched)+len(rep.Ended) < 20 || len(room.Memory.Writes()) != 10 {
		t.Errorf("%d booked, %d untouched, %d sent", len(rep.Ended), len(rep.Untouched), len(room.Memory.Writes()))
	}
}
