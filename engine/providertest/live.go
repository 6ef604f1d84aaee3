package providertest

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

var (
	live     = flag.Bool("live", false, "also try the adapter on a real account; see CONTRIBUTING.md")
	liveFile = flag.String("live-account", "", "file that describes the account (default: $WATCHKEEPER_LIVE)")
)

// LiveAccount is a real account that a maintainer lends to the suite. It must
// say whose it is and what may be tried there; what it does not say is not
// tried.
type LiveAccount struct {
	Service      string   `json:"service"`
	UserID       string   `json:"user_id"` // as the service names its user; another one is refused
	Secret       string   `json:"secret"`  // as kept after a sign-in
	Address      string   `json:"address"` // of a server of one's own
	ClientID     string   `json:"client_id"`
	ClientSecret string   `json:"client_secret"`
	Works        []string `json:"works"`    // tokens such as "film/tmdb:603", which the account shows nothing of
	Features     []string `json:"features"` // in which they are added and taken back again
}

// Live tries an adapter on the account of -live-account when the tests run
// with -live: it reads, adds the works that the file names where the account
// shows nothing of them, and takes exactly that away again. Where it is not
// sure whose account it is, or whether something was there before, it refuses.
func Live(t *testing.T, s provider.Service) {
	if !*live {
		return // nothing is asked of anybody
	}
	acc, err := readLive(*liveFile, os.Getenv("WATCHKEEPER_LIVE"))
	if err != nil {
		t.Fatal(err)
	}
	if acc.Service != s.Name {
		t.Logf("the account is one of %s, not of %s", acc.Service, s.Name)
		return
	}
	if err := TryLive(t, s, acc, provider.Env{Install: "live-test", Version: "0.0", Dir: t.TempDir()}); err != nil {
		t.Fatal(err)
	}
}

var errOpenFile = errors.New("the file with the account can be read by others; chmod 600 it")

// readLive reads the description of an account, which holds a secret and must
// be the person's own to read.
func readLive(paths ...string) (acc LiveAccount, err error) {
	i := slices.IndexFunc(paths, func(p string) bool { return p != "" })
	if i < 0 {
		return acc, errors.New("-live needs an account: -live-account FILE or $WATCHKEEPER_LIVE")
	}
	info, err := os.Stat(paths[i])
	if err != nil {
		return acc, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return acc, errOpenFile
	}
	raw, err := os.ReadFile(paths[i])
	if err == nil {
		err = json.Unmarshal(raw, &acc)
	}
	return acc, err
}

// kept keeps the account's secret in memory only.
type kept struct{ secret provider.Secret }

func (k *kept) Load(context.Context) (provider.Secret, error) { return k.secret, nil }

func (k *kept) Save(_ context.Context, s provider.Secret) error { k.secret = s; return nil }

// guest is one run on a real account.
type guest struct {
	t *testing.T
	s provider.Service
	p provider.Provider
	// patience is how long a write may take to show.
	patience, pause time.Duration
}

// TryLive tries an adapter on an account; env says how it is reached. What was
// added and cannot be taken back is an error of the test.
func TryLive(t *testing.T, s provider.Service, acc LiveAccount, env provider.Env) error {
	env.Secrets, env.Address = &kept{provider.Secret(acc.Secret)}, acc.Address
	env.ClientID, env.ClientSecret = acc.ClientID, acc.ClientSecret
	p, err := s.Open(env)
	if err != nil {
		return err
	}
	g := &guest{t: t, s: s, p: p, patience: 3 * time.Minute, pause: 5 * time.Second}
	err = g.try(acc)
	if err != nil && acc.Secret != "" && strings.Contains(err.Error(), acc.Secret) {
		return errors.New("an error shows the secret")
	}
	return err
}

// try goes through the features; the first doubt ends it.
func (g *guest) try(acc LiveAccount) error {
	who, err := g.p.Whoami(g.t.Context())
	if err != nil {
		return err
	}
	if acc.UserID == "" || who.UserID != acc.UserID {
		return fmt.Errorf("refused: the sign-in is of user %q, the file says %q", who.UserID, acc.UserID)
	}
	for _, name := range acc.Features {
		f, ok := media.ParseFeature(name)
		if !ok {
			return fmt.Errorf("refused: %q is no feature", name)
		}
		if err := g.feature(f, acc.Works); err != nil {
			return fmt.Errorf("%s: %w", f, err)
		}
	}
	return nil
}

func (g *guest) feature(f media.Feature, works []string) error {
	view, items, err := g.read(f)
	if err != nil {
		return err
	}
	g.t.Logf("%s: %d rows", f, len(view.Rows))
	for _, name := range works {
		token, err := media.ParseToken(name)
		if err != nil {
			return fmt.Errorf("refused: %w", err)
		}
		if g.s.Capabilities.Feature(f).Of(token.Kind) != provider.FullUse {
			continue // what cannot be taken back is not tried
		}
		if err := g.work(f, media.Item{Kind: token.Kind, Season: -1, Number: -1, Tokens: []media.Token{token}}, view, items); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// read lists a feature past caches and holds it to the contract.
func (g *guest) read(f media.Feature) (provider.View, []media.Item, error) {
	snap, err := g.p.Read(g.t.Context(), provider.ReadRequest{Full: true, Fresh: true, Wants: []provider.FeatureRequest{{Feature: f}}})
	if err != nil {
		return provider.View{}, nil, err
	}
	if len(snap.Views) != 1 {
		return provider.View{}, nil, fmt.Errorf("%d views for one feature", len(snap.Views))
	}
	v := snap.Views[0]
	if v.Err != nil {
		return v, nil, v.Err
	}
	if v.Coverage == provider.Changes || v.Evidence.Announced >= 0 && v.Evidence.Announced != v.Evidence.Received {
		return v, nil, fmt.Errorf("the list is not whole: %+v", v.Evidence)
	}
	for _, row := range v.Rows {
		if !slices.ContainsFunc(snap.Items, func(it media.Item) bool { return it.Key == row.Key }) {
			return v, nil, fmt.Errorf("row %s is not described", row.Key)
		}
	}
	return v, snap.Items, nil
}

// showing are the rows of a view with a value for a work, by id.
func showing(v provider.View, items []media.Item, work media.Item) (rows []provider.Row) {
	for _, row := range v.Rows {
		for _, it := range items {
			if row.Value.Set && it.Key == row.Key && slices.ContainsFunc(it.Tokens, func(t media.Token) bool { return slices.Contains(work.Tokens, t) }) {
				rows = append(rows, row)
			}
		}
	}
	return rows
}

// work adds one work in one feature, waits until the account shows it, and
// takes it away again.
func (g *guest) work(f media.Feature, it media.Item, before provider.View, items []media.Item) error {
	if found := showing(before, items, it); len(found) > 0 {
		return errors.New("refused: the account shows it already")
	}
	value := map[media.Feature]media.Value{media.Watchlist: media.Listed(), media.Ratings: media.Rated(70),
		media.History: media.Watched(media.At(time.Now().Add(-48 * time.Hour).Truncate(time.Minute)))}[f]
	if !value.Set {
		return errors.New("refused: positions are not tried on a real account")
	}
	done, err := g.p.Write(g.t.Context(), []provider.Change{{ID: "live", Action: provider.Add, Feature: f, Item: it, New: value, At: media.At(time.Now())}})
	if len(done) == 1 && done[0].Outcome != provider.NotApplied && done[0].Outcome != provider.Refused && done[0].Outcome != provider.Already {
		defer g.takeBack(f, it)
	}
	if err != nil {
		return err
	}
	if o := done[0].Outcome; o != provider.Confirmed && o != provider.Accepted {
		return fmt.Errorf("adding it ended as %s: %v", o, done[0].Err)
	}
	if rows := g.await(f, it, true); len(rows) == 0 {
		return fmt.Errorf("what was added does not show after %s", g.patience)
	}
	return nil
}

// takeBack removes what this run has added: what showed nothing before and
// shows something now.
func (g *guest) takeBack(f media.Feature, it media.Item) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(g.t.Context()), time.Minute)
	defer cancel()
	for _, row := range g.await(f, it, true) {
		gone := it
		gone.Key = row.Key
		done, err := g.p.Write(ctx, []provider.Change{{ID: "live", Action: provider.Remove, Feature: f, Item: gone, Old: row.Value, PlayKey: row.PlayKey}})
		if err != nil || len(done) != 1 || done[0].Outcome == provider.Refused {
			g.t.Errorf("%s %v could not be taken back, do it by hand: %v %+v", f, it.Tokens, err, done)
		}
	}
	if left := g.await(f, it, false); len(left) > 0 {
		g.t.Errorf("%s %v is still there, take it away by hand", f, it.Tokens)
	}
}

// await reads until the account shows a work, or no more, and returns the rows
// of the last read.
func (g *guest) await(f media.Feature, it media.Item, there bool) (rows []provider.Row) {
	for end := time.Now().Add(g.patience); ; time.Sleep(g.pause) {
		v, items, err := g.read(f)
		if rows = showing(v, items, it); err == nil && len(rows) > 0 == there || time.Now().After(end) {
			return rows
		}
	}
}
