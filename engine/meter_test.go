//go:build unix

package engine_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"syscall"
	"testing"
	"time"

	"watchkeeper/engine"
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/engine/providertest"
	"watchkeeper/engine/store"
)

const minute = media.Moment(60_000)

// house is one person's installation on disk, with accounts at imagined
// services and a clock of its own.
type house struct {
	t        testing.TB
	engine   *engine.Engine
	store    *store.Store
	accounts []*providertest.Memory
	features []media.Feature
	clock    time.Time
	data     uint64  // bytes that the services hold
	cpu      float64 // seconds measured so far
	rounds   int     // measured so far
	peak     uint64  // bytes, over all measured parts
}

// newHouse has n trackers, each with a route to every other.
func newHouse(t testing.TB, n int, features ...media.Feature) *house {
	t.Helper()
	h := &house{t: t, features: features, clock: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	var err error
	h.store, err = store.Open(t.Context(), t.TempDir(), store.Options{})
	h.must(err)
	t.Cleanup(func() { _ = h.store.Close() })
	me, err := h.store.PutProfile(t.Context(), ledger.Profile{Name: "me"})
	h.must(err)
	var ids []ledger.AccountID
	for i := range n {
		p := providertest.Tracker()
		p.Identity.UserID = fmt.Sprint(i)
		h.accounts = append(h.accounts, providertest.New(p, func() media.Moment { return media.At(h.clock) }, uint64(i)))
		id, err := h.store.PutAccount(t.Context(), ledger.Account{Profile: me, Provider: "tracker", Name: fmt.Sprint(i),
			ServerID: p.Identity.ServerID, UserID: p.Identity.UserID, Features: features, Accepted: true})
		h.must(err)
		ids = append(ids, id)
	}
	for _, from := range ids {
		for _, to := range ids {
			for _, f := range features {
				if from != to {
					_, err := h.store.PutRoute(t.Context(), ledger.Route{Profile: me, From: from, To: to, Feature: f,
						Mode: ledger.KeepSame, Removals: ledger.Follow, Accepted: true})
					h.must(err)
				}
			}
		}
	}
	h.engine = engine.New(engine.Config{Store: h.store, Now: func() time.Time { return h.clock },
		Open: func(_ context.Context, a ledger.Account) (provider.Provider, error) {
			return h.accounts[int(a.ID)-1].Provider(), nil
		},
		Capabilities: func(string) (provider.Capabilities, bool) { return providertest.Tracker().Caps, true }})
	return h
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// pause sets one of the house's accounts to rest, or wakes it.
func (h *house) pause(i int, rests bool) {
	h.t.Helper()
	accounts, err := h.store.Accounts(h.t.Context())
	h.must(err)
	accounts[i].Paused = rests
	_, err = h.store.PutAccount(h.t.Context(), accounts[i])
	h.must(err)
}

// ago is a moment some days before the house's clock.
func (h *house) ago(days int) media.Moment {
	return media.At(h.clock) - media.Moment(days)*24*60*minute
}

func (h *house) run(w engine.Wish) engine.Outcome {
	h.t.Helper()
	out, err := h.engine.Once(context.Background(), w)
	h.must(err)
	for _, s := range out.Stops {
		h.t.Fatalf("account %d was not looked at: %+v", s.Account, s.Stop)
	}
	h.clock = h.clock.Add(30 * time.Minute)
	return out
}

// quiet runs once and fails if anything was written to a service.
func (h *house) quiet(w engine.Wish) {
	h.t.Helper()
	if sum := h.run(w).Summary; sum.Added+sum.Updated+sum.Removed+sum.Failed+sum.Unproven+sum.Held != 0 {
		h.t.Fatalf("a quiet round did something: %+v", sum)
	}
}

// start is the first look at everything, a yes to the plan that waits for one,
// and the run that does it.
func (h *house) start() engine.Outcome {
	h.t.Helper()
	out := h.run(engine.Wish{})
	holds, err := h.store.Holds(h.t.Context(), ledger.HoldOpen)
	h.must(err)
	for _, hold := range holds {
		h.must(h.engine.Answer(h.t.Context(), hold.ID, ledger.DoIt, nil))
	}
	if len(holds) > 0 {
		out = h.run(engine.Wish{})
	}
	if sum := out.Summary; sum.Held+sum.Failed+sum.Unproven != 0 {
		h.t.Fatalf("the first run is not complete: %+v", sum)
	}
	return out
}

// listed counts the lists that were read so far.
func (h *house) listed() (n int) {
	for _, m := range h.accounts {
		for _, f := range h.features {
			n += m.Requests().Listed[f]
		}
	}
	return n
}

// fill lets persons act at the services and counts what the services keep of
// it, with what they remember once they have listed it.
func (h *house) fill(acts func()) {
	h.t.Helper()
	before := live()
	acts()
	var wants []provider.FeatureRequest
	for _, f := range h.features {
		wants = append(wants, provider.FeatureRequest{Feature: f})
	}
	for _, m := range h.accounts {
		_, err := m.Provider().Read(h.t.Context(), provider.ReadRequest{Wants: wants, Full: true})
		h.must(err)
	}
	h.data += live() - before
}

// live is what is reachable.
func live() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// meter measures op and returns its processor seconds.
func (h *house) meter(op func()) float64 {
	debug.FreeOSMemory()
	forgetPeak()
	before := cpuSeconds()
	op()
	spent := cpuSeconds() - before
	h.cpu += spent
	h.rounds++
	h.peak = max(h.peak, residentPeak())
	return spent
}

// measure is the body of a benchmark whose op may be repeated.
func (h *house) measure(b *testing.B, op func()) {
	for b.Loop() {
		h.meter(op)
	}
	h.report(b)
}

// measureAfter does something unmeasured before each op.
func (h *house) measureAfter(b *testing.B, before, op func()) {
	for b.Loop() {
		b.StopTimer()
		h.fill(before)
		b.StartTimer()
		h.meter(op)
	}
	h.report(b)
}

func (h *house) report(b *testing.B) {
	b.ReportMetric(h.cpu/float64(h.rounds), "cpu-s/op")
	if h.peak > 0 {
		b.ReportMetric(float64(h.peak-min(h.peak, h.data))/1e6, "peak-MB")
	}
}

// cpuSeconds is what the process has used of all processors.
func cpuSeconds() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}

// residentPeak is the most memory that was resident since forgetPeak, in bytes;
// 0 where the system does not tell.
func residentPeak() uint64 {
	status, _ := os.ReadFile("/proc/self/status")
	_, line, _ := bytes.Cut(status, []byte("VmHWM:"))
	var kb uint64
	if _, err := fmt.Sscan(string(line), &kb); err != nil {
		return 0
	}
	return kb << 10
}

// forgetPeak makes the peak what is resident now, where the system can.
func forgetPeak() { _ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) }
