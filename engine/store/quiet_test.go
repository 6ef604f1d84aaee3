package store

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"

	"modernc.org/sqlite"
)

// quietTrust is what a run in which nothing changed has to say: one row per
// account and feature, with everything in it that a long life collects.
func quietTrust(run ledger.RunID) []ledger.Trust {
	digest := strings.Repeat("0123456789abcdef", 4)
	lags := make([]int64, 100)
	for i := range lags {
		lags[i] = int64(60_000 + i)
	}
	var all []ledger.Trust
	for account := ledger.AccountID(1); account <= 6; account++ {
		for _, f := range media.Features {
			all = append(all, ledger.Trust{Account: account, Feature: f, LastTrusted: media.Moment(1_790_000_000_000 + int64(run)*1_800_000),
				Run: run, Reads: int(run), Looked: true, FirstRun: 1, Count: 50_000, Stamp: "2026-11-22T14:02:11.000Z", Digest: digest,
				Older: []string{digest, digest, digest, digest, digest}, LagsMS: lags, Cursor: "2026-11-22T14:02:11.000Z",
				Scope: digest[:16], Version: "10.11.3", Evidence: ledger.Evidence{Code: ledger.SawRowsOf, N: 50000, Of: 50000}})
		}
	}
	return all
}

// L2: a run in which nothing changed writes its own row and at most one row
// per account and feature, and less than 64 KiB.
func TestQuietRunHardlyWrites(t *testing.T) {
	s := folder(t)
	rows := watchWrites(t, s)
	quiet := func(began media.Moment) {
		run := got(s.BeginRun(ctx, began))(t)
		must(t, s.Apply(ctx, run, ledger.Delta{Trust: quietTrust(run)}))
		must(t, s.PutUnmet(ctx, 1, []media.WorkID{1}, unmetOf(1)))
		got(s.PutHolds(ctx, heldOnce))(t)
		must(t, PutFindings(ctx, s, Listing[media.Item]{1, Unmatched, []media.Item{{Key: "x"}}, func(v media.Item) string { return v.Key }}))
		must(t, s.PutIdentity(ctx, nil, nil, nil))
		must(t, s.EndRun(ctx, ledger.RunSummary{ID: run, Ended: began + 1000}))
	}
	quiet(1000) // the first one is not quiet
	got(s.writes.Exec("PRAGMA wal_checkpoint(TRUNCATE)"))(t)
	clear(rows)
	quiet(2000)
	want := map[string]int{"runs": 2, "trust": 24}
	if fmt.Sprint(rows) != fmt.Sprint(want) {
		t.Errorf("rows written: %v, want %v", rows, want)
	}
	log := got(os.Stat(s.path + "-wal"))(t)
	if log.Size() > 64<<10 {
		t.Errorf("%d bytes to disk", log.Size())
	}
	t.Logf("%d bytes to disk", log.Size())
}

func unmetOf(work media.WorkID) []ledger.NonOp {
	return []ledger.NonOp{{Account: 1, Subject: about(work, media.Ratings), Want: ledger.Want{Value: media.Rated(10)},
		Why: ledger.Reason{Code: ledger.RateBudget, Until: 5000, Details: ledger.Said("tomorrow")}, Unmet: true}}
}

var heldOnce = []ledger.Hold{{ID: 1, Profile: 1, Guard: ledger.GuardRemovals, Target: 2, Cause: 1, State: ledger.HoldOpen, Since: 7,
	Ops: []ledger.Op{{ID: "1-1", Account: 2, Subject: ledger.Subject{Work: 1, Feature: media.Ratings}}}}}

// watchWrites counts changed rows per table on the store's own connection.
func watchWrites(t *testing.T, s *Store) map[string]int {
	t.Helper()
	rows := map[string]int{}
	conn := got(s.writes.Conn(ctx))(t)
	must(t, conn.Raw(func(c any) error {
		c.(*connection).session.(sqlite.HookRegisterer).RegisterPreUpdateHook(func(d sqlite.SQLitePreUpdateData) {
			if d.Op != 9 { // SQLITE_DELETE of a replaced row comes with its insert
				rows[d.TableName]++
			}
		})
		return nil
	}))
	must(t, conn.Close())
	return rows
}
