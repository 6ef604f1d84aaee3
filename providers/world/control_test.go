package world

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/fakekit"
)

// bent is an adapter with a fault.
type bent struct {
	provider.Provider
	provider.Confirmer
	write func(context.Context, provider.Provider, []provider.Change) ([]provider.Result, error)
}

func (b bent) Write(ctx context.Context, changes []provider.Change) ([]provider.Result, error) {
	return b.write(ctx, b.Provider, changes)
}

// The judge sees what goes wrong: each of these adapters has one fault, as
// programs of this kind have had.
func TestTheJudgeSees(t *testing.T) {
	for name, c := range map[string]struct {
		seen  string // what the judge calls it
		write func(context.Context, provider.Provider, []provider.Change) ([]provider.Result, error)
	}{
		"every viewing is sent twice": {"plays of", func(ctx context.Context, p provider.Provider, changes []provider.Change) ([]provider.Result, error) {
			if changes[0].Feature == media.History {
				_, _ = p.Write(ctx, changes)
				time.Sleep(2 * time.Second)
			}
			return p.Write(ctx, changes)
		}},
		"every rating is one too high": {"", func(ctx context.Context, p provider.Provider, changes []provider.Change) ([]provider.Result, error) {
			for i := range changes {
				if c := &changes[i]; c.Feature == media.Ratings && c.New.Set {
					c.New = media.Rated(min(100, int(c.New.N)+10))
				}
			}
			return p.Write(ctx, changes)
		}},
		"nothing is ever taken away": {"no agreement", func(ctx context.Context, p provider.Provider, changes []provider.Change) ([]provider.Result, error) {
			if changes[0].Action == provider.Remove {
				return slices.Repeat([]provider.Result{{Outcome: provider.Confirmed}}, len(changes)), nil
			}
			return p.Write(ctx, changes)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(start))
				l := begin(t, 5, "trakt", "jellyfin", "plex")
				l.hurry(*pace)
				straight := l.open
				l.open = func(a ledger.Account) (provider.Provider, error) {
					p, err := straight(a)
					if a.Name != "trakt" || err != nil {
						return p, err
					}
					return bent{p, p.(provider.Confirmer), c.write}, nil
				}
				l.live(8)
				l.must(l.store.Close())
				if all := strings.Join(l.wrong, "\n"); len(l.wrong) == 0 || !strings.Contains(all, c.seen) {
					t.Errorf("the judge saw %q", all)
				}
			})
		})
	}
}

// A service that answers every write as done and does nothing is asked a few
// times, and then its titles are set aside: nothing loops, and nothing is
// taken from the others.
func TestHollowServices(t *testing.T) {
	for name := range builders {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(start))
				l := begin(t, 9)
				l.hurry(*pace)
				hollow := l.place(name)
				hollow.hollow()
				hollow.rescan = nil // new ids would be new evidence
				l.lost = hollow
				l.everything(name)
				l.live(10)
				l.noLoops(hollow)
				l.report()
			})
		})
	}
}

// everything is said once before the program starts, elsewhere than at the
// named service: one work of each feature.
func (l *life) everything(but string) {
	p := l.place("plex")
	if but == "plex" {
		p = l.place("trakt")
	}
	const watched, rated, listed, paused = 0, 3, 6, 9
	p.watch(watched)
	p.rate(rated, 8)
	p.list(listed, true)
	p.pause(paused)
	l.views[watched]++
	l.said[rated], l.last[rated] = true, "8"
	l.said[listed], l.last[listed] = true, "true"
	l.said[paused] = true
}

// mostTries is how often one value is sent before it is set aside: once, and
// twice more; and that again where the service was found to have an item of its
// own of the work meanwhile, which is new evidence.
const mostTries = 2 * 3

// noLoops: no value was sent to a place more often than that, and none is
// believed to have arrived.
func (l *life) noLoops(p *place) {
	type word struct {
		ledger.Subject
		ledger.Cause
		value media.Value
	}
	tries := map[word]int{}
	for _, e := range l.journal() {
		if l.names[e.Op.Account] == p.service.Name && e.Sent.Known() {
			tries[word{e.Op.Subject, e.Op.Cause, e.Op.New}]++
		}
	}
	for _, f := range media.Features {
		sent := func(w word) bool { return w.Feature == f }
		access := p.service.Capabilities.Feature(f).Access
		if slices.Max(access[:]) >= provider.AddIt && !slices.ContainsFunc(slices.Collect(maps.Keys(tries)), sent) {
			l.fault("no %s was ever sent to %s", f, p.service.Name)
		}
	}
	aside, err := l.store.Quarantine(l.t.Context(), ledger.QuarantineAfter)
	l.must(err)
	if len(aside) == 0 {
		l.fault("nothing that %s did not take was set aside", p.service.Name)
	}
	for s, n := range tries {
		if n > mostTries {
			l.fault("L3: %+v was sent to %s %d times", s, p.service.Name, n)
		}
	}
}

// A limit counts what falls within any such time.
func TestLimitCounts(t *testing.T) {
	call := func(s int) fakekit.Call {
		return fakekit.Call{At: start.Add(time.Duration(s) * time.Second), Method: "GET"}
	}
	calls := []fakekit.Call{call(0), call(50), call(59), call(61), {At: start, Method: "POST"}}
	if n := (limit{within: time.Minute}).most(calls); n != 3 {
		t.Errorf("%d", n)
	}
}
