package observe_test

import (
	"testing"
	"time"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/observe"
	"watchkeeper/engine/provider"
)

// Plays of a log: first sight at their own date, later ones at the read that
// showed them, deleted ones cleared by link.
func TestLog(t *testing.T) {
	b := newBook(t, media.History, logCaps)
	evening := noon.Add(-72 * time.Hour)
	b.read(play("a", "1", evening), play("a", "2", 0))
	first := b.known.Shown[ledger.RowKey{Key: "a", PlayKey: "1"}].Play
	st, ok := b.statement(first)
	if !ok || st.At != evening || st.Value != media.Watched(evening) {
		t.Fatalf("first sight: %+v", st)
	}
	b.read(play("a", "1", evening), play("a", "2", 0))
	seen := b.now
	tonight := b.now.Add(-10 * minutes)
	b.read(play("a", "1", evening), play("a", "2", 0), play("a", "3", tonight))
	third := b.known.Shown[ledger.RowKey{Key: "a", PlayKey: "3"}].Play
	if st, _ := b.statement(third); third == first || st.At != seen || st.Value != media.Watched(tonight) {
		t.Fatalf("seen later: %+v", st)
	}
	rest := []provider.Row{play("a", "2", 0), play("a", "3", tonight)}
	b.read(rest...)
	b.read(rest...)
	if st, _ := b.statement(first); first != b.known.Shown[ledger.RowKey{Key: "a", PlayKey: "2"}].Play && !st.Cleared {
		t.Fatalf("deleted: %+v", st)
	}
	if st, _ := b.statement(third); st.Cleared {
		t.Fatal("the others stay (scenario 99)")
	}
}

// A backdated play needs proof and is said when it was first seen.
func TestBackdatedPlay(t *testing.T) {
	b := newBook(t, media.History, logCaps)
	b.read(play("b", "0", noon.Add(-time.Hour)))
	b.read(play("b", "0", noon.Add(-time.Hour)))
	seen := b.now
	rows := []provider.Row{play("b", "0", noon.Add(-time.Hour)), play("a", "1", noon.Add(-900*time.Hour))}
	b.read(rows...)
	if len(b.known.Shown) != 1 || len(b.known.Proofs) != 1 {
		t.Fatal("one look at an old date is no proof")
	}
	b.read(rows...)
	st, _ := b.statement(b.known.Shown[ledger.RowKey{Key: "a", PlayKey: "1"}].Play)
	if st.At != seen || st.Value.PlayedAt() != noon.Add(-900*time.Hour) {
		t.Fatalf("got %+v", st)
	}
}

// Scenario 57: what was stored although the answer was lost is known again.
func TestLostAnswerOfAPlay(t *testing.T) {
	b := newBook(t, media.History, logCaps)
	b.read()
	b.read()
	at := noon.Add(-50 * time.Hour)
	b.plays = []ledger.Play{{ID: 5, Work: film, At: at, ToleranceMS: 1_200_000}}
	b.sent("1", "", media.Value{}, media.Watched(at), 5)
	b.read(play("a", "77", at.Truncate(time.Minute)))
	if st, _ := b.statement(5); !st.Adopted() || len(b.known.Pending) != 0 || len(b.plays) != 1 {
		t.Fatalf("got %+v, pending %v, plays %v", st, b.known.Pending, b.plays)
	}
}

// A play that a log took and never shows is parked for good, and settles if it
// shows after all.
func TestParkedPlay(t *testing.T) {
	b := newBook(t, media.History, logCaps)
	b.read()
	b.read()
	at := noon.Add(-50 * time.Hour)
	b.plays = []ledger.Play{{ID: 5, Work: film, At: at, ToleranceMS: 1_200_000}}
	p := b.sent("1", "", media.Value{}, media.Watched(at), 5)
	for range 12 {
		b.read()
	}
	left := b.known.Pending[p.Subject]
	if len(left) != 1 || left[0].State != ledger.Parked || len(b.known.Quarantine) != 0 {
		t.Fatalf("got %+v %v", left, b.known.Quarantine)
	}
	if d := b.read(); !silent(d) {
		t.Fatalf("a parked play costs nothing: %+v", d)
	}
	b.read(play("a", "77", at))
	if st, _ := b.statement(5); !st.Adopted() || len(b.known.Pending) != 0 {
		t.Fatalf("got %+v", st)
	}
}

func flagRow(at media.Moment) provider.Row { return row("a", media.Watched(at), 0) }

// R17: un-watching on a flag says "currently unwatched" and clears no play
// (scenario 78); the next yes is a viewing of its own and ends it.
func TestUnwatch(t *testing.T) {
	b := newBook(t, media.History, flagCaps)
	evening := noon.Add(-72 * time.Hour)
	b.read(flagRow(evening))
	b.read(flagRow(evening))
	p := b.shown("a").Play
	no := row("a", media.Value{}, 0)
	b.read(no)
	b.read(no)
	if st, _ := b.statement(0); !st.Cleared {
		t.Fatalf("currently unwatched: %+v", st)
	}
	if st, _ := b.statement(p); st.Cleared {
		t.Fatal("the play stays")
	}
	tonight := b.now.Add(-5 * minutes)
	b.read(flagRow(tonight))
	if q := b.shown("a").Play; q == p || q == 0 {
		t.Fatalf("a viewing of its own: play %d, before %d", q, p)
	}
	if _, still := b.statement(0); still {
		t.Fatal("watched again ends currently unwatched")
	}
}

// Scenario 93: where the date moves at the start of playback it is no play.
func TestMovedDateOfAFlag(t *testing.T) {
	for _, proven := range []bool{false, true} {
		caps := flagCaps
		caps.FinishProven = proven
		b := newBook(t, media.History, caps)
		evening := noon.Add(-72 * time.Hour)
		b.read(flagRow(evening))
		b.read(flagRow(evening))
		p := b.shown("a").Play
		d := b.read(flagRow(b.now.Add(-5 * minutes)))
		if said := len(d.Statements) == 1; said != proven {
			t.Errorf("finish proven %v: %+v", proven, d.Statements)
		}
		if q := b.shown("a").Play; (q != p) != proven {
			t.Errorf("finish proven %v: play %d, before %d", proven, q, p)
		}
		if d := b.read(flagRow(evening)); len(d.Statements) > 0 {
			t.Errorf("an older date is a stale list: %+v", d.Statements)
		}
		if b.shown("a").Value == media.Watched(evening) {
			t.Error("a date that is shown is never lowered")
		}
	}
}

// S1: an older date on a flag is that of an old list, or the person un-watched it
// and marked it anew: until that is proven nothing is planned there.
func TestOlderDateOfAFlagWaits(t *testing.T) {
	b := newBook(t, media.History, flagCaps)
	evening := noon.Add(-72 * time.Hour)
	older := evening.Add(-9 * time.Hour)
	b.read(flagRow(evening))
	b.read(flagRow(evening))
	p := b.shown("a").Play
	b.read(flagRow(older))
	if len(b.known.Proofs) != 1 || b.shown("a").Value != media.Watched(evening) {
		t.Fatalf("after one look %+v, open: %v", b.shown("a"), b.known.Proofs)
	}
	b.read(flagRow(evening))
	if len(b.known.Proofs) != 0 {
		t.Fatalf("it was an old list, yet open: %v", b.known.Proofs)
	}
	older = older.Add(-minutes)
	b.read(flagRow(older))
	d := b.read(flagRow(older))
	if row := b.shown("a"); row.Value != media.Watched(older) || row.Play != p || len(b.known.Proofs) != 0 || len(d.Statements) != 0 {
		t.Fatalf("after two looks %+v, open: %v, said: %v", row, b.known.Proofs, d.Statements)
	}
}

// Any yes settles a pending yes, whatever date the server gave it.
func TestAnyYesSettlesAYes(t *testing.T) {
	caps := flagCaps
	caps.FinishProven, caps.PastDates = true, false
	b := newBook(t, media.History, caps)
	no := row("a", media.Value{}, 0)
	b.read(no)
	b.read(no)
	at := noon.Add(-900 * time.Hour)
	b.plays = []ledger.Play{{ID: 5, Work: film, At: at, ToleranceMS: 1_200_000}}
	b.sent("1", "a", media.Value{}, media.Watched(at), 5)
	b.read(no)
	b.read(flagRow(b.now.Add(-50 * minutes)))
	if st, _ := b.statement(5); !st.Adopted() || len(b.known.Pending) != 0 || len(b.known.Statements) != 1 {
		t.Fatalf("got %+v, pending %v", b.known.Statements, b.known.Pending)
	}
	if d := b.read(flagRow(b.now.Add(-80 * minutes))); len(d.Statements) > 0 {
		t.Fatalf("the stamped date is no viewing: %+v", d.Statements)
	}
}

// Rows and flag on one account: rows are plays, the flag carries un-watching.
func TestRowsBesideAFlag(t *testing.T) {
	caps := logCaps
	caps.Coverage = provider.Catalogue
	b := newBook(t, media.History, caps)
	evening := noon.Add(-72 * time.Hour)
	both := []provider.Row{flagRow(evening.Add(minutes)), play("a", "1", evening)}
	b.read(both...)
	b.read(both...)
	p := b.shown("a").Play
	if q := b.known.Shown[ledger.RowKey{Key: "a", PlayKey: "1"}].Play; p != q || len(b.known.Statements) != 1 {
		t.Fatalf("one viewing: %d and %d, %v", p, q, b.known.Statements)
	}
	unwatched := []provider.Row{row("a", media.Value{}, 0), play("a", "1", evening)}
	b.read(unwatched...)
	b.read(unwatched...)
	if st, _ := b.statement(0); !st.Cleared {
		t.Fatalf("currently unwatched: %+v", st)
	}
	if st, _ := b.statement(p); st.Cleared {
		t.Fatal("the play stays")
	}
}

// A flag that is first seen with a date of its own beside a row, because somebody
// marked what was watched already, tells of no further viewing, as it does not
// where its date moves later (R16, R17). Watched again after a "no", it does.
func TestFlagFirstSeenBesideRows(t *testing.T) {
	caps := flagCaps
	b := newBook(t, media.History, caps)
	evening, marked := noon.Add(-172*time.Hour), noon.Add(-72*time.Hour)
	both := []provider.Row{flagRow(marked), play("a", "1", evening)}
	b.read(both...)
	b.read(both...)
	p := b.shown("a").Play
	if st, _ := b.statement(p); len(b.plays) != 1 || len(b.known.Statements) != 1 || st.Value != media.Watched(evening) {
		t.Fatalf("one viewing, of the row's date: %v, %v", b.plays, b.known.Statements)
	}
	unwatched := []provider.Row{row("a", media.Value{}, 0), play("a", "1", evening)}
	b.read(unwatched...)
	b.read(unwatched...)
	b.read(flagRow(b.now.Add(-5*minutes)), play("a", "1", evening))
	if q := b.shown("a").Play; q == p || len(b.plays) != 2 {
		t.Fatalf("a viewing of its own: play %d, before %d", q, p)
	}
}

// The film stands twice in a library: one play (scenario 79).
func TestTwoItemsOnePlay(t *testing.T) {
	b := newBook(t, media.History, flagCaps)
	b.works["hd"] = film
	no := row("hd", media.Value{}, 0)
	evening := noon.Add(-72 * time.Hour)
	b.read(flagRow(evening), no)
	b.read(flagRow(evening), no)
	b.read(flagRow(evening), row("hd", media.Watched(evening.Add(minutes)), 0))
	b.read(flagRow(evening), row("hd", media.Watched(evening.Add(minutes)), 0))
	if len(b.known.Statements) != 1 || len(b.plays) != 1 {
		t.Fatalf("statements %v, plays %v", b.known.Statements, b.plays)
	}
}

// Where no finish is proven, or the date is older, even a link to another
// viewing is no statement; an older date waits for proof that it is shown.
func TestUnprovenFinishIsNoStatement(t *testing.T) {
	for _, proven := range []bool{false, true} {
		caps := flagCaps
		caps.FinishProven = proven
		b := newBook(t, media.History, caps)
		b.read(flagRow(noon.Add(-72 * time.Hour)))
		at := b.now.Add(-minutes)
		if proven {
			at = noon.Add(-90 * time.Hour)
		}
		rows := []provider.Row{flagRow(at)}
		r := b.reading(rows)
		d, _ := observe.Observe(r, observe.Judge(r), []observe.Sighting{{Row: rows[0], Work: film, Play: 55}}, b.known, nil)
		if len(d.Statements) > 0 || (len(d.Proofs) > 0) != proven {
			t.Fatalf("finish proven %v: %+v", proven, d)
		}
	}
}

// An undated yes after un-watching keeps the date that the play is known by.
func TestUndatedYesKeepsTheDate(t *testing.T) {
	b := newBook(t, media.History, flagCaps)
	evening := noon.Add(-72 * time.Hour)
	b.read(flagRow(evening))
	b.read(flagRow(evening))
	p := b.shown("a").Play
	for range 2 {
		b.read(row("a", media.Value{}, 0))
	}
	for range 2 {
		b.read(flagRow(0))
	}
	if st, _ := b.statement(p); st.Value != media.Watched(evening) || b.shown("a").Play != p || b.shown("a").State != ledger.ShownValue {
		t.Fatalf("got %+v, shown %+v", st, b.shown("a"))
	}
	if _, still := b.statement(0); still {
		t.Fatal("watched again ends currently unwatched")
	}
}

// One date written over another settles by the date, in the service's own
// precision.
func TestDateOverDate(t *testing.T) {
	caps := flagCaps
	caps.GrainMS = 60_000
	b := newBook(t, media.History, caps)
	old, later := noon.Add(-900*time.Hour), noon.Add(-72*time.Hour).Add(31*time.Second)
	b.read(flagRow(old))
	b.read(flagRow(old))
	p := b.shown("a").Play
	b.plays = append(b.plays, ledger.Play{ID: 5, Work: film, At: later, ToleranceMS: 1_200_000})
	b.sent("1", "a", media.Watched(old), media.Watched(later), 5)
	b.read(flagRow(old))
	if len(b.known.Pending) != 1 || b.shown("a").Play != p {
		t.Fatal("the old date is lag")
	}
	b.read(flagRow(later.Truncate(time.Minute)))
	if st, _ := b.statement(5); !st.Adopted() || len(b.known.Pending) != 0 || b.shown("a").Play != 5 {
		t.Fatalf("got %+v, pending %v, shown %+v", st, b.known.Pending, b.shown("a"))
	}
}
