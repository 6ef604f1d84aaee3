package app

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/zalando/go-keyring"

	"watchkeeper/app/instance"
	"watchkeeper/app/secrets"
	"watchkeeper/app/wire"
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// TestReadOnlyUntilAllowed: the rules know what a server takes only once its
// option says so.
func TestReadOnlyUntilAllowed(t *testing.T) {
	a := open(t)
	server := a.account(t, "jellyfin", "jellyfin")
	a.account(t, "trakt", "trakt")
	for _, c := range []struct {
		option string
		want   int
	}{{"", 1}, {"on", 0}, {"off", 1}} {
		if c.option != "" {
			if _, err := a.ChangeAccount(t.Context(), ChangeArgs{Account: "jellyfin", Options: map[string]string{"write_ratings": c.option}}); err != nil {
				t.Fatal(err)
			}
		}
		facts, err := a.RuleFacts(t.Context())
		if got := facts.ReadOnly; err != nil || len(got) != c.want || c.want == 1 && !slices.Equal(got[server.ID], []media.Feature{media.Ratings}) {
			t.Errorf("%q: %v %v", c.option, got, err)
		}
	}
}

// open makes a house with three accounts that were never reached: a server,
// two trackers.
func open(t *testing.T) *App {
	t.Helper()
	keyring.MockInit()
	lock, err := instance.Acquire(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	a, err := Open(t.Context(), lock, wire.Options{Services: map[string]string{}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
	return a
}

func (a *App) account(t *testing.T, service, name string) ledger.Account {
	t.Helper()
	people, err := a.Store.Profiles(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	acc := ledger.Account{Provider: service, Name: name, ServerID: "s-" + name, UserID: "u-" + name, Features: media.Features[:]}
	if len(people) == 0 {
		acc.Profile, err = a.Store.PutProfile(t.Context(), ledger.Profile{Name: "me"})
	} else {
		acc.Profile = people[0].ID
	}
	if err != nil {
		t.Fatal(err)
	}
	if acc.ID, err = a.Store.PutAccount(t.Context(), acc); err != nil {
		t.Fatal(err)
	}
	if err := a.defaultRoutes(t.Context(), acc); err != nil {
		t.Fatal(err)
	}
	return acc
}

// TestWhoseAnAccountIs: the first person needs no name, a slip of the pen makes
// nobody, and who is asked for is made once.
func TestWhoseAnAccountIs(t *testing.T) {
	a := open(t)
	for _, c := range []struct {
		in      signIn
		want    string // "" where it is refused
		persons int
	}{
		{signIn{}, "me", 1},
		{signIn{person: "Ben"}, "", 1},
		{signIn{person: " Ben ", newPerson: true}, "Ben", 2},
		{signIn{person: "Ben ", newPerson: true}, "Ben", 2},
		{signIn{person: "Ben"}, "Ben", 2},
		{signIn{}, "", 2},
		{signIn{newPerson: true}, "", 2},
	} {
		n, err := a.names(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		id, err := a.personFor(t.Context(), n, strings.TrimSpace(c.in.person), c.in.newPerson)
		if (err == nil) != (c.want != "") {
			t.Errorf("%q: %v", c.in.person, err)
		}
		if n, err = a.names(t.Context()); err != nil || n.personName(id) != c.want || len(n.people) != c.persons {
			t.Errorf("%q is %q of %d: %v", c.in.person, n.personName(id), len(n.people), err)
		}
	}
}

// TestDefaultRoutes: everything adds everywhere both ways, nothing is removed,
// and what was stated at Trakt does not go on to another tracker (R15).
func TestDefaultRoutes(t *testing.T) {
	a := open(t)
	a.account(t, "jellyfin", "attic")
	a.account(t, "trakt", "trakt")
	a.account(t, "trakt", "trakt-2")
	routes, err := a.Routes(t.Context(), none{})
	if err != nil {
		t.Fatal(err)
	}
	ways := map[string]int{}
	for _, r := range routes {
		ways[r.From+">"+r.To]++
		if r.Mode != "add-only" || r.Removals != "never" || r.Started || r.Onward {
			t.Errorf("by default: %+v", r)
		}
	}
	want := map[string]int{"attic>trakt": 4, "trakt>attic": 4, "attic>trakt-2": 4, "trakt-2>attic": 4}
	for way, n := range want {
		if ways[way] != n {
			t.Errorf("%s has %d routes, want %d", way, ways[way], n)
		}
	}
	if len(ways) != len(want) {
		t.Errorf("routes %v", ways)
	}
}

func TestSetRoutes(t *testing.T) {
	a := open(t)
	a.account(t, "jellyfin", "attic")
	a.account(t, "jellyfin", "cellar")
	a.account(t, "trakt", "trakt")
	a.account(t, "trakt", "trakt-2")
	yes := true
	for _, c := range []struct {
		args RouteArgs
		want string // part of the refusal; "" when it is taken
	}{
		{RouteArgs{From: "attic", To: "trakt", Mode: "keep-same", Removals: "follow"}, ""},
		{RouteArgs{From: "attic", To: "trakt", Features: []string{"watchlist"}, Removals: "ask"}, ""},
		{RouteArgs{From: "trakt", To: "attic", Removals: "follow"}, "only adds"},
		{RouteArgs{From: "attic", To: "attic"}, "two accounts"},
		{RouteArgs{From: "attic", To: "nobody"}, "no account"},
		{RouteArgs{From: "attic", To: "trakt", Mode: "mirror"}, "no mode"},
		{RouteArgs{From: "attic", To: "trakt", Removals: "always"}, "never, ask or follow"},
		{RouteArgs{From: "attic", To: "trakt", Features: []string{"likes"}}, "no feature"},
		{RouteArgs{From: "trakt", To: "trakt-2"}, "--onward"},
		{RouteArgs{From: "trakt", To: "trakt-2", Onward: &yes}, ""},
		{RouteArgs{From: "attic", To: "cellar", Features: []string{"history"}, Mode: "copy-exactly"}, "history is never"},
		{RouteArgs{From: "attic", To: "cellar", Features: []string{"watchlist"}, Mode: "copy-exactly"}, "follows it"},
	} {
		_, err := a.SetRoutes(t.Context(), c.args)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%+v: %v, want %q", c.args, err, c.want)
		}
	}
	for _, way := range [][2]string{{"cellar", "attic"}, {"cellar", "trakt"}, {"cellar", "trakt-2"}} {
		if _, err := a.RemoveRoutes(t.Context(), RouteArgs{From: way[0], To: way[1]}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := a.SetRoutes(t.Context(), RouteArgs{From: "attic", To: "cellar", Features: []string{"watchlist"}, Mode: "copy-exactly"}); err != nil {
		t.Errorf("without a way back: %v", err)
	}
}

func TestVerdict(t *testing.T) {
	fresh := func() ledger.Status {
		return ledger.Status{Now: 10_000_000, Accounts: []ledger.AccountStatus{{ID: 1, Name: "attic",
			Features: []ledger.FeatureStatus{{Feature: media.Watchlist, Freshness: ledger.Fresh, LastTrusted: 9_940_000}}}}}
	}
	for name, c := range map[string]struct {
		edit func(*ledger.Status)
		exit int
		says string
	}{
		"good":    {func(*ledger.Status) {}, ExitInSync, "1m0s ago"},
		"ageing":  {func(s *ledger.Status) { s.Accounts[0].Features[0].Freshness = ledger.Ageing }, ExitInSync, "in sync"},
		"empty":   {func(s *ledger.Status) { s.Accounts = nil }, ExitNeedsYou, "nothing is set up"},
		"stale":   {func(s *ledger.Status) { s.Accounts[0].Features[0].Freshness = ledger.Stale }, ExitStale, "watchlist at attic is stale"},
		"silent":  {func(s *ledger.Status) { s.Accounts[0].Features[0].Freshness = ledger.Silent }, ExitStale, "silent"},
		"never":   {func(s *ledger.Status) { s.Accounts[0].Features[0].Freshness = ledger.NeverRead }, ExitStale, "never read"},
		"paused":  {func(s *ledger.Status) { s.Accounts[0].Paused, s.Accounts[0].Features[0].Freshness = true, ledger.Stale }, ExitInSync, "in sync"},
		"sign in": {func(s *ledger.Status) { s.Accounts[0].Problem = ledger.AuthNeeded }, ExitNeedsYou, "sign in again"},
		"wrong":   {func(s *ledger.Status) { s.Accounts[0].Problem = ledger.WrongUser }, ExitNeedsYou, "somebody else"},
		"locked":  {func(s *ledger.Status) { s.Accounts[0].Problem = ledger.AccountLocked }, ExitNeedsYou, "only its support"},
		"left":    {func(s *ledger.Status) { s.Unmet = 3 }, ExitInSync, "3 differences are left"},
		"one hold": {func(s *ledger.Status) {
			s.Holds = []ledger.HoldStatus{{Target: 1, Evidence: ledger.Evidence{Code: ledger.SawRemovals, N: 12, Of: 40, Most: 3}}}
		}, ExitNeedsYou, "12 deletions"},
		"two":     {func(s *ledger.Status) { s.Holds = make([]ledger.HoldStatus, 2) }, ExitNeedsYou, "2 things"},
		"failed":  {func(s *ledger.Status) { s.LastRun = &ledger.RunSummary{Error: "disk"} }, ExitError, "disk"},
		"problem": {func(s *ledger.Status) { s.Problem = &ledger.Problem{Detail: "damaged"}; s.Accounts = nil }, ExitError, "damaged"},
	} {
		s := fresh()
		c.edit(&s)
		_, exit, says := verdict(s)
		if exit != c.exit || !strings.Contains(says, c.says) {
			t.Errorf("%s: %d %q, want %d %q", name, exit, says, c.exit, c.says)
		}
	}
}

// TestKeyringShows: a keyring that does not answer is a problem as soon as
// there is an account that needs it.
func TestKeyringShows(t *testing.T) {
	a := open(t)
	acc := a.account(t, "jellyfin", "attic")
	keyring.MockInitWithError(errors.New("failed to unlock correct collection"))
	if _, err := a.Secrets(acc.ID).Load(t.Context()); err == nil || a.Vault.State() != secrets.Locked {
		t.Fatalf("%v, %s", err, a.Vault.State())
	}
	s, err := a.Status(t.Context(), none{})
	if err != nil || s.Exit != ExitError || s.Problem == nil || s.Problem.Code != "keyring_locked" {
		t.Errorf("%+v %v", s, err)
	}
	keyring.MockInit()
}

// TestEveryOperationHasItsName: names are unique, and a wish with a field that
// the operation does not know is refused instead of half done.
func TestEveryOperationHasItsName(t *testing.T) {
	a := open(t)
	var seen []string
	for _, o := range operations {
		if slices.Contains(seen, o.name) {
			t.Errorf("two operations are called %s", o.name)
		}
		seen = append(seen, o.name)
	}
	var known *Error
	if _, err := a.Do(t.Context(), "status", []byte(`{"nonsense":1}`), nil); !errors.As(err, &known) || known.Code != CodeUsage {
		t.Errorf("%v", err)
	}
	if _, err := a.Do(t.Context(), "nonsense", nil, nil); !errors.As(err, &known) || known.Code != CodeUsage {
		t.Errorf("%v", err)
	}
}
