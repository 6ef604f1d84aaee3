package simkl

import (
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/fakekit"
)

// TestNeverOverTheLimit in any 24 hours: the rest waits, and says until when.
func TestNeverOverTheLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.env.Dir = t.TempDir()
		w.open()
		sent := []time.Time{}
		time.Sleep(50 * time.Minute)
		for range 50 * 12 {
			for range 40 {
				before := len(w.recorder.Calls())
				_, err := w.account.Whoami(t.Context())
				if n := len(w.recorder.Calls()) - before; n == 1 && err == nil {
					sent = append(sent, time.Now())
				} else if e := provider.AsError(err); n != 0 || e.Kind != provider.RateLimited || e.Until <= media.At(time.Now()) || e.Until > media.At(time.Now().Add(25*time.Hour)) {
					t.Fatalf("%d sent, %v until %s", n, e, e.Until)
				}
			}
			time.Sleep(5 * time.Minute)
			w.open() // a restart forgets nothing
		}
		for i := range sent {
			if i >= dailyLimit && sent[i].Sub(sent[i-dailyLimit]) < 24*time.Hour {
				t.Fatalf("%d calls in %s", dailyLimit+1, sent[i].Sub(sent[i-dailyLimit]))
			}
		}
		if len(sent) < 2*dailyLimit*9/10 {
			t.Errorf("only %d calls in two days", len(sent))
		}
	})
}

// TestSpentIsNotSent: what waits for the allowance was certainly not done.
func TestSpentIsNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		for range dailyLimit {
			w.account.meter.count(time.Now())
		}
		results, err := w.account.Write(t.Context(), []provider.Change{add(media.Ratings, filmItem("6"), media.Rated(80))})
		if e := provider.AsError(err); e == nil || e.Kind != provider.RateLimited || !e.Until.Known() || results[0].Outcome != provider.NotApplied || len(w.recorder.Calls()) > 0 {
			t.Errorf("%v %+v", err, results)
		}
		time.Sleep(window * time.Hour)
		snap, _ := w.read(media.History, "")
		if snap.AllowanceLeft != dailyLimit-2 {
			t.Errorf("%d left", snap.AllowanceLeft)
		}
	})
}

// TestTheServicesOwnLimit is kept, also over a restart; other programs share
// it.
func TestTheServicesOwnLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.env.Dir = t.TempDir()
		w.open()
		w.fake.Limited = true
		w.user.Spend(499)
		w.account.Whoami(t.Context())
		e := w.unread(media.History)
		if e.Kind != provider.RateLimited || e.Until != media.At(time.Date(2000, 1, 1, 5, 0, 1, 0, time.UTC)) {
			t.Errorf("%v until %s", e, e.Until)
		}
		w.open()
		w.recorder.Reset()
		if again := w.unread(media.History); again.Until != e.Until || len(w.recorder.Calls()) > 0 {
			t.Errorf("%v until %s", again, again.Until)
		}
		time.Sleep(e.Until.Sub(media.At(time.Now())))
		w.read(media.History, "")
	})
}

// TestOddLimits: a wait that the service does not tell, or tells absurdly.
func TestOddLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for after, want := range map[string]time.Duration{"": time.Hour, "soon": time.Hour, "-5": time.Hour, "99999999": 25 * time.Hour} {
			w := newWorld(t)
			w.weather.On("limit", "*", 1, fakekit.Answer(429, "application/json", `{"error":"user_limit_exceeded"}`, "Retry-After", after))
			if e := w.unread(media.History); e.Until != media.At(time.Now().Add(want)) {
				t.Errorf("%q: until %s", after, e.Until)
			}
		}
	})
}

// TestADamagedCount starts anew; a clock that was set back counts on.
func TestADamagedCount(t *testing.T) {
	dir := t.TempDir()
	for _, text := range []string{"", "{", `{"hours":{"x":1}}`, `{"hours":{"1":-5}}`, "null"} {
		if err := os.WriteFile(filepath.Join(dir, "allowance.json"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if n := newMeter(dir).left(noon); n != dailyLimit {
			t.Errorf("%s: %d left", text, n)
		}
	}
	m := newMeter("")
	m.count(noon)
	if n := m.left(noon.Add(-time.Hour)); n != dailyLimit-1 {
		t.Errorf("%d left an hour earlier", n)
	}
}
