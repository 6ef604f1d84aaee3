package observe_test

import (
	"testing"
	"time"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/observe"
	"watchkeeper/engine/provider"
)

// settled is the reading of a list of a and b that was trusted before under
// the same content.
func settled(t *testing.T) (*book, observe.Reading) {
	caps := whole()
	caps.Stamps = true
	b := newBook(t, media.Watchlist, caps)
	b.view.Evidence.Stamp, b.view.Evidence.StampAt, b.view.Evidence.Scope = "s1", noon.Add(-time.Hour), "libraries"
	b.read(list("a", "b")...)
	b.read(list("a", "b")...)
	b.now = b.now.Add(2 * time.Hour)
	return b, b.reading(list("a", "b"))
}

func TestJudge(t *testing.T) {
	fails := func(k provider.ErrorKind) func(*observe.Reading) {
		return func(r *observe.Reading) {
			r.View = provider.View{Feature: r.Feature, Err: provider.Failed(k, "get", nil)}
		}
	}
	for name, c := range map[string]struct {
		change func(*observe.Reading)
		silent ledger.Code // "" trusted
	}{
		"the same again":        {func(*observe.Reading) {}, ""},
		"an error":              {fails(provider.Transient), ledger.SourceSilent},
		"a login page":          {fails(provider.Contract), ledger.SourceSilent},
		"sign-in needed":        {fails(provider.Auth), ledger.AuthNeeded},
		"locked account":        {fails(provider.Locked), ledger.AccountLocked},
		"rate limited":          {fails(provider.RateLimited), ledger.RateBudget},
		"wrong user, said so":   {fails(provider.WrongUser), ledger.WrongUser},
		"no coverage":           {func(r *observe.Reading) { r.View.Coverage = 0 }, ledger.SourceNotTrusted},
		"another feature":       {func(r *observe.Reading) { r.View.Feature = media.Ratings }, ledger.SourceNotTrusted},
		"announced 3, sent 2":   {func(r *observe.Reading) { r.View.Evidence.Announced = 3 }, ledger.SourceNotTrusted},
		"announced 2, sent 2":   {func(r *observe.Reading) { r.View.Evidence.Announced = 2 }, ""},
		"another user":          {func(r *observe.Reading) { r.Whoami.UserID = "x" }, ledger.WrongUser},
		"another server":        {func(r *observe.Reading) { r.Whoami.ServerID = "x" }, ledger.WrongUser},
		"evidence of a user":    {func(r *observe.Reading) { r.View.Evidence.UserID = "x" }, ledger.WrongUser},
		"evidence of a server":  {func(r *observe.Reading) { r.View.Evidence.ServerID = "x" }, ledger.WrongUser},
		"identity not told":     {func(r *observe.Reading) { r.Whoami = provider.Identity{} }, ""},
		"older stamp":           {func(r *observe.Reading) { r.View.Evidence.StampAt = noon.Add(-2 * time.Hour) }, ""},
		"other, same stamp":     {func(r *observe.Reading) { r.View.Rows = r.View.Rows[:1] }, ledger.SourceNotTrusted},
		"empty, same stamp":     {func(r *observe.Reading) { r.View.Rows = nil }, ledger.SourceNotTrusted},
		"unchanged":             {func(r *observe.Reading) { *r = unchanged(*r) }, ""},
		"unchanged, yet a list": {func(r *observe.Reading) { r.View.Evidence.Unchanged = true }, ledger.SourceNotTrusted},
		"accepted by a person": {func(r *observe.Reading) {
			r.View.Rows = r.View.Rows[:1]
			r.Trust.AcceptedDigest = observe.Digest(r.View)
		}, ""},
		"changes only, after a re-connection": {func(r *observe.Reading) {
			r.View.Coverage = provider.Changes
			r.Party.Connected = r.Run
		}, ledger.SourceNotTrusted},
	} {
		t.Run(name, func(t *testing.T) {
			_, r := settled(t)
			c.change(&r)
			v := observe.Judge(r)
			if v.Trusted != (c.silent == "") || v.Silent != c.silent {
				t.Fatalf("got %+v", v)
			}
			if v.Evidence.Code == "" {
				t.Fatal("every verdict has its evidence")
			}
			if v.Trusted {
				return
			}
			d, asks := observe.Observe(r, v, nil, observe.Known{}, nil)
			if !silent(d) || len(asks) > 0 || len(d.Trust) != 1 || d.Trust[0].LastTrusted != r.Trust.LastTrusted || d.Trust[0].Silent != c.silent {
				t.Fatalf("R3: believed %+v", d)
			}
		})
	}
}

// R2, R7: a stamp has gone back only where the service's clock does not account
// for it. Whether such a view waits is the guard's to say.
func TestJudgeRegressed(t *testing.T) {
	for name, c := range map[string]struct {
		back    time.Duration // of the stamp
		clockMS int64
		known   bool
		want    bool
	}{
		"the same":                          {0, 0, true, false},
		"later":                             {-time.Hour, 0, true, false},
		"an hour back":                      {time.Hour, 0, true, true},
		"no clock told":                     {time.Hour, 0, false, true},
		"the service's clock was set back":  {time.Hour, -2 * time.Hour.Milliseconds(), true, false},
		"the clock was set back, and more":  {3 * time.Hour, -2 * time.Hour.Milliseconds(), true, true},
		"the clock was set on, same stamps": {0, 2 * time.Hour.Milliseconds(), true, false},
	} {
		_, r := settled(t)
		r.View.Evidence.StampAt = r.Trust.StampAt.Add(-c.back)
		r.ClockMS, r.ClockKnown = c.clockMS, c.known
		if v := observe.Judge(r); v.Regressed != c.want || !v.Trusted {
			t.Errorf("%s: %+v", name, v)
		}
	}
	if !observe.WantsFresh(ledger.Trust{Looked: true, Run: 2, FirstRun: 1, Silent: ledger.GuardRegressed}, nil, 0) {
		t.Error("a view that went back is not read past every cache")
	}
}

func unchanged(r observe.Reading) observe.Reading {
	r.View.Rows, r.View.Coverage, r.View.Evidence.Unchanged = nil, provider.Changes, true
	return r
}

func TestJudgeFirstLook(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*observe.Reading)
		want   bool
	}{
		"looked before":  {func(*observe.Reading) {}, false},
		"never looked":   {func(r *observe.Reading) { r.Trust = ledger.Trust{} }, true},
		"connected anew": {func(r *observe.Reading) { r.Party.Connected = r.Run }, true},
		"another scope":  {func(r *observe.Reading) { r.View.Evidence.Scope = "fewer libraries" }, true},
		"scope not told": {func(r *observe.Reading) { r.View.Evidence.Scope = "" }, false},
		"connected at the same run as last trusted": {func(r *observe.Reading) { r.Party.Connected = r.Trust.Run }, false},
	} {
		_, r := settled(t)
		c.change(&r)
		if v := observe.Judge(r); v.FirstLook != c.want || !v.Trusted {
			t.Errorf("%s: %+v", name, v)
		}
	}
}

// An unchanged view costs one Trust row and counts as a read.
func TestUnchangedView(t *testing.T) {
	b, r := settled(t)
	r = unchanged(r)
	d, _ := observe.Observe(r, observe.Judge(r), nil, b.known, nil)
	if !silent(d) || len(d.Trust) != 1 || d.Trust[0].Reads != r.Trust.Reads+1 || d.Trust[0].LastTrusted != r.Now || d.Trust[0].LastFull == r.Now {
		t.Fatalf("got %+v", d)
	}
}

// A list that differs under one stamp for a whole window is believed again, as
// a suspicion: the account must not stay silent for ever.
func TestOtherContentUnderOneStampHeals(t *testing.T) {
	b, _ := settled(t)
	gone := ledger.Subject{Work: 2, Feature: media.Watchlist}
	for looks := 0; !b.known.Statements[gone].Cleared; looks++ {
		if looks > 12 {
			t.Fatalf("silent for ever: %+v", b.trust)
		}
		if looks == 0 {
			if d := b.read(list("a")...); d.Trust[0].Silent == "" {
				t.Fatal("not trusted at first")
			}
		}
		b.read(list("a")...)
	}
}

// Before that window has passed it stays untrusted, however often it is read.
func TestOtherContentUnderOneStampWaits(t *testing.T) {
	b, _ := settled(t)
	b.now = b.now.Add(-2 * time.Hour)
	for range 2 {
		if d := b.read(list("a")...); d.Trust[0].Silent == "" {
			t.Fatal("not trusted")
		}
		b.now = b.now.Add(-20 * minutes)
	}
}

// A list may catch up with its stamp within the window.
func TestListLagsBehindItsStamp(t *testing.T) {
	b, _ := settled(t)
	b.view.Evidence.Stamp, b.view.Evidence.StampAt = "s2", b.now
	b.read(list("a", "b")...)
	state, why, _ := observe.Freshness(b.trust, nil, b.now, (30 * minutes).Milliseconds())
	if state != ledger.Stale || why == "" {
		t.Fatalf("the stamp moved and the list did not: %v %v", state, why)
	}
	d := b.read(list("a", "b", "c")...)
	if d.Trust[0].Silent != "" {
		t.Fatalf("got %+v", d.Trust[0])
	}
	if state, _, _ := observe.Freshness(b.trust, nil, b.now, (30 * minutes).Milliseconds()); state != ledger.Fresh {
		t.Fatalf("caught up, yet %v", state)
	}
}

func TestDigest(t *testing.T) {
	rows := []provider.Row{row("a", media.Listed(), 5), row("b", media.Listed(), 6)}
	base := observe.Digest(provider.View{Rows: rows})
	same := [][]provider.Row{{rows[1], rows[0]}, {rows[0], rows[1], rows[0]}}
	for _, s := range same {
		if observe.Digest(provider.View{Rows: s}) != base {
			t.Errorf("order and doubles must not matter: %v", s)
		}
	}
	playing := rows[0]
	playing.Playing = true
	if observe.Digest(provider.View{Rows: []provider.Row{playing, rows[1]}}) != base {
		t.Error("what is being played is no content")
	}
	other := [][]provider.Row{{rows[0]}, {rows[0], row("b", media.Listed(), 7)}, {rows[0], row("b", media.Value{}, 6)},
		{row("ab", media.Listed(), 5), row("", media.Listed(), 6)}}
	for _, s := range other {
		if observe.Digest(provider.View{Rows: s}) == base {
			t.Errorf("must differ: %v", s)
		}
	}
}

func TestDigestRingKeepsFive(t *testing.T) {
	b := newBook(t, media.Ratings, whole())
	for n := range 9 {
		b.read(row("a", media.Rated(n*10), noon.Add(time.Duration(n)*time.Minute)))
	}
	if len(b.trust.Older) != 5 {
		t.Fatalf("ring of %d", len(b.trust.Older))
	}
}

func TestFreshness(t *testing.T) {
	const interval = int64(30 * 60_000)
	read := ledger.Trust{LastTrusted: noon, LastFull: noon, Count: 412, Evidence: ledger.Evidence{Code: ledger.SawRows, N: 412}}
	quiet := read
	quiet.Silent = ledger.AuthNeeded
	write := func(sent media.Moment) ledger.Pending { return ledger.Pending{Sent: sent, State: ledger.Expected} }
	cached := read
	cached.LastFull = noon.Add(-time.Hour)
	for name, c := range map[string]struct {
		trust ledger.Trust
		pend  []ledger.Pending
		after time.Duration
		want  ledger.Freshness
	}{
		"never":                    {ledger.Trust{}, nil, 0, ledger.NeverRead},
		"two intervals":            {read, nil, time.Hour, ledger.Fresh},
		"over two intervals":       {read, nil, 61 * minutes, ledger.Ageing},
		"over six intervals":       {read, nil, 181 * minutes, ledger.Stale},
		"silent":                   {quiet, nil, 0, ledger.Silent},
		"one write unseen":         {read, []ledger.Pending{write(noon.Add(-2 * time.Hour))}, 0, ledger.Fresh},
		"two writes unseen":        {read, []ledger.Pending{write(noon.Add(-2 * time.Hour)), write(noon.Add(-2 * time.Hour))}, 0, ledger.Stale},
		"two writes in the window": {read, []ledger.Pending{write(noon.Add(-minutes)), write(noon.Add(-minutes))}, 0, ledger.Fresh},
		"304 after our own write":  {cached, []ledger.Pending{write(noon.Add(-30 * minutes))}, 0, ledger.Stale},
	} {
		got, _, evidence := observe.Freshness(c.trust, c.pend, noon.Add(c.after), interval)
		if got != c.want {
			t.Errorf("%s: %v (%v)", name, got, evidence)
		}
	}
}

func TestWantsFresh(t *testing.T) {
	looked := ledger.Trust{Looked: true, Run: 9, FirstRun: 4}
	first, suspect := looked, looked
	first.FirstRun, suspect.SuspectDigest = 9, "x"
	for name, c := range map[string]struct {
		trust  ledger.Trust
		state  ledger.PendingState
		proofs int
		want   bool
	}{
		"at rest":             {looked, 0, 0, false},
		"after our own write": {looked, ledger.Expected, 0, true},
		"a late one":          {looked, ledger.Lost, 0, true},
		"a parked play":       {looked, ledger.Parked, 0, false},
		"a remembered one":    {looked, ledger.Remembered, 0, false},
		"for a second look":   {looked, 0, 1, true},
		"after a first look":  {first, 0, 0, true},
		"under suspicion":     {suspect, 0, 0, true},
	} {
		var pend []ledger.Pending
		if c.state != 0 {
			pend = []ledger.Pending{{State: c.state}}
		}
		if got := observe.WantsFresh(c.trust, pend, c.proofs); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestCatchingUp(t *testing.T) {
	lags := make([]int64, 20)
	for _, c := range []struct {
		name  string
		trust ledger.Trust
		want  bool
	}{
		{"never moved", ledger.Trust{Digest: "x"}, false},
		{"moved two hours ago", ledger.Trust{Digest: "x", StampMoved: noon.Add(-2 * time.Hour)}, true},
		{"moved three hours ago", ledger.Trust{Digest: "x", StampMoved: noon.Add(-3 * time.Hour)}, false},
		{"known to be quick", ledger.Trust{Digest: "x", StampMoved: noon.Add(-2 * time.Hour), LagsMS: lags}, false},
		{"only changes are listed", ledger.Trust{StampMoved: noon.Add(-time.Hour)}, false},
	} {
		if got := observe.CatchingUp(c.trust, noon, (30 * minutes).Milliseconds()); got != c.want {
			t.Errorf("%s: %t", c.name, got)
		}
	}
}
