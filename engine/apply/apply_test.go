package apply

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// log records journal calls and writes in the order in which they happen.
type log struct {
	lines  []string
	failAt string
	ended  []ledger.Settlement
}

func (l *log) add(format string, args ...any) error {
	line := fmt.Sprintf(format, args...)
	l.lines = append(l.lines, line)
	if l.failAt != "" && strings.HasPrefix(line, l.failAt) {
		return errors.New("disk full")
	}
	return nil
}

func (l *log) Intend(_ context.Context, es []ledger.Entry) error { return l.add("intend %d", len(es)) }
func (l *log) MarkSent(_ context.Context, ids []ledger.OpID, _ media.Moment) error {
	return l.add("sent %d", len(ids))
}
func (l *log) Settle(_ context.Context, ended []ledger.Settlement) error {
	l.ended = append(l.ended, ended...)
	return l.add("settle %d", len(ended))
}

// service answers each Write with the next function.
type service struct {
	log   *log
	batch int
	write func(ctx context.Context, cs []provider.Change) ([]provider.Result, error)
}

func (s service) Capabilities() provider.Capabilities { return provider.Capabilities{Batch: s.batch} }
func (s service) Whoami(context.Context) (provider.Identity, error) {
	return provider.Identity{}, nil
}
func (s service) Read(context.Context, provider.ReadRequest) (provider.Snapshot, error) {
	return provider.Snapshot{}, nil
}
func (s service) Write(ctx context.Context, cs []provider.Change) ([]provider.Result, error) {
	_ = s.log.add("write %d %s %s", len(cs), cs[0].Feature, cs[0].Action)
	return s.write(ctx, cs)
}

func answer(o provider.Outcome) func(context.Context, []provider.Change) ([]provider.Result, error) {
	return func(_ context.Context, cs []provider.Change) ([]provider.Result, error) {
		return slices.Repeat([]provider.Result{{Outcome: o}}, len(cs)), nil
	}
}

func ops(n int, f media.Feature, a provider.Action) []ledger.Op {
	out := make([]ledger.Op, n)
	for i := range out {
		out[i] = ledger.Op{ID: ledger.OpID(fmt.Sprintf("%s-%d", f, i)), Account: 1, Action: a,
			Subject: ledger.Subject{Work: media.WorkID(i + 1), Feature: f}}
	}
	return out
}

func run(t *testing.T, l *log, s service, list []ledger.Op) (Report, error) {
	t.Helper()
	s.log = l
	r := Runner{Journal: l, Now: func() media.Moment { return 1_000_000 }, Run: 7}
	target := Target{Account: ledger.Account{ID: 1}, Provider: s, Item: func(op ledger.Op) media.Item { return media.Item{Title: string(op.ID)} }}
	return r.Write(context.Background(), target, list)
}

func TestR25WritesDownBeforeActing(t *testing.T) {
	l := &log{}
	list := append(ops(3, media.Watchlist, provider.Add), ops(1, media.Watchlist, provider.Remove)...)
	if _, err := run(t, l, service{batch: 2, write: answer(provider.Accepted)}, list); err != nil {
		t.Fatal(err)
	}
	want := []string{"intend 2", "sent 2", "write 2 watchlist add", "settle 2",
		"intend 1", "sent 1", "write 1 watchlist add", "settle 1",
		"intend 1", "sent 1", "write 1 watchlist remove", "settle 1"}
	if !slices.Equal(l.lines, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(l.lines, "\n"), strings.Join(want, "\n"))
	}
}

func TestS12NothingIsSentThatIsNotJournaled(t *testing.T) {
	for _, step := range []string{"intend", "sent"} {
		l := &log{failAt: step}
		rep, err := run(t, l, service{batch: 5, write: answer(provider.Accepted)}, ops(3, media.Ratings, provider.Add))
		if err == nil || slices.ContainsFunc(l.lines, func(s string) bool { return strings.HasPrefix(s, "write") }) {
			t.Errorf("journal failed at %s, yet: err %v, %v", step, err, l.lines)
		}
		if len(rep.Ended) != 0 {
			t.Errorf("%d ops count as ended", len(rep.Ended))
		}
	}
}

func TestOutcomesLeavePendingWrites(t *testing.T) {
	for _, c := range []struct {
		outcome provider.Outcome
		state   ledger.JournalState
		pending bool
		failed  ledger.Code
	}{
		{provider.Confirmed, ledger.Done, true, ""},
		{provider.Accepted, ledger.Done, true, ""},
		{provider.Already, ledger.Done, true, ""},
		{provider.Unproven, ledger.Unanswered, true, ""},
		{provider.Refused, ledger.Failed, false, ledger.CannotStore},
		{provider.NotApplied, ledger.Failed, false, ""},
	} {
		l := &log{}
		if _, err := run(t, l, service{batch: 1, write: answer(c.outcome)}, ops(1, media.History, provider.Add)); err != nil {
			t.Fatal(err)
		}
		s := l.ended[0]
		if s.Entry.State != c.state || s.Accountable() != c.pending || s.Failed != c.failed {
			t.Errorf("%v: state %v, pending %v, failed %q", c.outcome, s.Entry.State, s.Accountable(), s.Failed)
		}
	}
}

func TestR29BrokenAdapterIsUnprovenAndStops(t *testing.T) {
	for name, write := range map[string]func(context.Context, []provider.Change) ([]provider.Result, error){
		"panics":      func(context.Context, []provider.Change) ([]provider.Result, error) { panic("boom") },
		"too few":     func(context.Context, []provider.Change) ([]provider.Result, error) { return nil, nil },
		"plain error": func(context.Context, []provider.Change) ([]provider.Result, error) { return nil, errors.New("x") },
	} {
		l := &log{}
		rep, err := run(t, l, service{batch: 2, write: write}, ops(4, media.History, provider.Add))
		if err != nil || rep.Stop == nil || len(rep.Untouched) != 2 {
			t.Errorf("%s: err %v, stop %v, untouched %d", name, err, rep.Stop, len(rep.Untouched))
		}
		for _, s := range l.ended {
			if s.Entry.State != ledger.Unanswered || s.Pending == nil {
				t.Errorf("%s: %v, pending %v", name, s.Entry.State, s.Pending)
			}
		}
	}
}

func TestCancelBooksTheBatchInFlight(t *testing.T) {
	l := &log{}
	ctx, cancel := context.WithCancel(context.Background())
	s := service{log: l, batch: 1, write: func(_ context.Context, cs []provider.Change) ([]provider.Result, error) {
		cancel()
		return []provider.Result{{Outcome: provider.Accepted}}, nil
	}}
	r := Runner{Journal: l, Now: func() media.Moment { return 1 }, Run: 1}
	rep, err := r.Write(ctx, Target{Provider: s, Item: func(ledger.Op) media.Item { return media.Item{} }}, ops(3, media.Watchlist, provider.Add))
	if err != nil || len(rep.Ended) != 1 || len(rep.Untouched) != 2 {
		t.Errorf("err %v, ended %d, untouched %d", err, len(rep.Ended), len(rep.Untouched))
	}
}

func TestPlanLimitOfOneItemStopsNobodyElse(t *testing.T) {
	l := &log{}
	full := provider.Failed(provider.PlanLimit, "post /sync/watchlist", nil)
	s := service{batch: 10, write: func(_ context.Context, cs []provider.Change) ([]provider.Result, error) {
		out := slices.Repeat([]provider.Result{{Outcome: provider.Accepted}}, len(cs))
		for i := 7; i < len(cs); i++ {
			out[i] = provider.Result{Outcome: provider.Refused, Err: full}
		}
		return out, nil
	}}
	rep, err := run(t, l, s, append(ops(10, media.Watchlist, provider.Add), ops(1, media.Progress, provider.Add)...))
	if err != nil || rep.Stop != nil || len(rep.Ended) != 11 {
		t.Fatalf("err %v, stop %v, ended %d", err, rep.Stop, len(rep.Ended))
	}
	if rep.Ended[9].Failed != ledger.QuotaFull {
		t.Errorf("reason %q", rep.Ended[9].Failed)
	}
}
