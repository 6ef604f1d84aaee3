package providertest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// Harness makes rigs for the conformance suite.
type Harness struct {
	// Fresh starts an imitation of the service with an empty account, signs in
	// and opens it. Every check gets its own.
	Fresh func(t *testing.T) *Rig
	// Bubble runs every check in a testing/synctest bubble, where waits and
	// retries take no time. It suits imitations within the process; with real
	// sockets it must be off.
	Bubble bool
}

// Rig is one adapter over one imitation of its service. What a service cannot
// have, its function says with false, or is nil where noted; the checks that
// need it are then logged as not applicable.
type Rig struct {
	Provider provider.Provider
	// Know makes the imitation know a work of the catalogue, and hold it where
	// scores need an item in a library. It returns the work as the engine would
	// pass it to Write: w.Item() with the ids the service uses, and the native
	// key where the engine would have linked one.
	Know func(w Work) (it media.Item, ok bool)
	// Seed lets the person give a value, or for the zero Value take it away,
	// dated at. A play of History is shown by the service at exactly the date in
	// v, to its grain.
	Seed func(f media.Feature, it media.Item, v media.Value, at media.Moment) bool
	// Sentinel seeds a play with the date that the service uses for "unknown";
	// nil where there is none.
	Sentinel func(it media.Item) bool
	// Truth is what the service really holds: no value, one, or where it keeps
	// plays every play. Rows beside a watched flag do not count.
	Truth func(f media.Feature, it media.Item) []media.Value
	// Fault starts a fault that lasts until Calm.
	Fault func(Fault) bool
	Calm  func()
	// Answers passes the body of every answer through change until Calm; nil
	// where the service does not speak JSON.
	Answers func(change func(body []byte) []byte)
	// Changes counts the requests so far that could have changed something.
	Changes func() int
	// Now is the time that imitation and adapter share.
	Now func() media.Moment
	// Clock sets the service's clock ahead; nil where replies carry no time.
	Clock func(time.Duration)
	// Many is how many list entries, plays or ratings need more than two pages.
	Many int
	// Secrets must not show in any error text.
	Secrets []string
}

// Fault is something that goes wrong between adapter and service.
type Fault uint8

const (
	Unauthorised Fault = iota + 1 // 401 on every call
	TooMany                       // 429 with a wait of at least a minute
	ServerError                   // 500 on every call
	LoginPage                     // 200 with an HTML page
	WrongType                     // right body, wrong content type
	CutBody                       // JSON that ends in the middle
	EndlessBody                   // a body without end
	CutPages                      // the last page of a list is missing, the total is not
	NoTotals                      // lists without any sign of how long they are
	NotSent                       // nothing reaches the service
	LostBefore                    // a write is sent, has no effect and gets no answer
	LostAfter                     // a write is sent, has its effect and gets no answer
	Stalled                       // no answer until the caller gives up
	Unmodified                    // conditional requests are answered 304, whatever moved
	FrozenLists                   // lists show what they showed before; single items do not
	OtherUser                     // the token speaks for somebody else
)

var faultNames = [...]string{"", "unauthorised", "too many", "server error", "login page", "wrong type", "cut body",
	"endless body", "cut pages", "no totals", "not sent", "lost before", "lost after", "stalled", "unmodified",
	"frozen lists", "other user"}

// String returns the name used in subtests.
func (f Fault) String() string { return faultNames[f] }

// check is one promise of the contract.
type check struct {
	name string
	run  func(ctx context.Context, r *Rig) error
}

// unseeded: the person cannot give such a value at this service.
const unseeded = notHere("no such value can be given")

// notHere is the error of a check that does not apply to a service.
type notHere string

func (n notHere) Error() string { return string(n) }

// Run holds an adapter to the contract of engine/provider.
func Run(t *testing.T, h Harness) {
	for _, c := range checks() {
		t.Run(c.name, func(t *testing.T) {
			if !h.Bubble {
				hold(t, c, h)
				return
			}
			synctest.Test(t, func(t *testing.T) { hold(t, c, h) })
		})
	}
}

// hold runs one check over a fresh rig.
func hold(t *testing.T, c check, h Harness) {
	err := attempt(t.Context(), c, h.Fresh(t))
	var n notHere
	switch {
	case errors.As(err, &n):
		t.Logf("does not apply: %s", string(n))
	case err != nil:
		t.Error(err)
	}
}

func checks() []check {
	return slices.Concat(honestyChecks(), oddChecks(), readingChecks(), writingChecks(), lookUpChecks(), faultChecks(), mannersChecks(), timeChecks())
}

// attempt runs a check; a panic of the adapter fails it.
func attempt(ctx context.Context, c check, r *Rig) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return c.run(ctx, r)
}

func (r *Rig) caps(f media.Feature) provider.FeatureCaps {
	return r.Provider.Capabilities().Features[f]
}

// work is the n-th work of a kind, known to the service.
func (r *Rig) work(k media.Kind, n int) (media.Item, Work, bool) {
	w := Work{Kind: k, N: n, Season: -1, Number: -1}
	switch k {
	case media.Season:
		w = Season(n, 1)
	case media.Episode:
		w = Episode(n, 1, 1)
	}
	it, ok := r.Know(w)
	if !ok && k == media.Episode {
		w = PartEpisode(n, 1)
		it, ok = r.Know(w)
	}
	return it, w, ok
}

// sample is a value that a service with these capabilities can hold exactly.
func (r *Rig) sample(f media.Feature, it media.Item) media.Value {
	switch f {
	case media.Ratings:
		return media.Rated(80)
	case media.History:
		return media.Watched(r.longAgo())
	case media.Progress:
		return media.Position(it.RuntimeMS/4, it.RuntimeMS)
	}
	return media.Listed()
}

// longAgo is midnight some days back, so that every grain can hold it.
func (r *Rig) longAgo() media.Moment {
	return r.Now().Add(-9 * 24 * time.Hour).Truncate(24 * time.Hour)
}

// seed gives an item a value that the service can hold; plays lose their date
// where the service has none.
func (r *Rig) seed(f media.Feature, it media.Item) (media.Value, bool) {
	v := r.sample(f, it)
	if r.Seed(f, it, v, r.longAgo()) {
		return v, true
	}
	v = media.Watched(0)
	return v, f == media.History && r.Seed(f, it, v, r.longAgo())
}

// kinds are those of which a feature allows at least the given access.
func (r *Rig) kinds(f media.Feature, a provider.Access) (out []media.Kind) {
	c := r.caps(f)
	for _, k := range media.Kinds {
		if c.Offered() && c.Of(k) >= a {
			out = append(out, k)
		}
	}
	return out
}

// each calls do for one work of every kind that every feature offers with
// the given access, and joins the errors. Where do is never here, nor is each.
func (r *Rig) each(a provider.Access, do func(f media.Feature, it media.Item) error) error {
	return r.some(a, len(media.Kinds), do)
}

// some is each for at most n kinds of every feature.
func (r *Rig) some(a provider.Access, n int, do func(f media.Feature, it media.Item) error) error {
	var errs []error
	ran, why := false, notHere("the service offers nothing of the kind")
	for _, f := range media.Features {
		left := n
		for i, k := range r.kinds(f, a) {
			it, _, ok := r.work(k, 1+int(f)*10+i)
			if !ok || left == 0 {
				continue
			}
			err := do(f, it)
			if passed, ok := err.(notHere); ok {
				why = passed
				continue
			}
			ran = true
			left--
			if err != nil {
				errs = append(errs, fmt.Errorf("%s of a %s: %w", f, k, err))
			}
		}
	}
	if !ran {
		return why
	}
	return errors.Join(errs...)
}

// read lists one feature; a view without rows is an error of its own.
func (r *Rig) read(ctx context.Context, f media.Feature, want provider.ReadRequest, cursor string) (provider.View, provider.Snapshot, error) {
	want.Wants = []provider.FeatureRequest{{Feature: f, Cursor: cursor}}
	s, err := r.Provider.Read(ctx, want)
	switch {
	case err != nil:
		return provider.View{}, s, err
	case len(s.Views) != 1:
		return provider.View{}, s, fmt.Errorf("%d views for one wish", len(s.Views))
	case s.Views[0].Err != nil:
		return s.Views[0], s, s.Views[0].Err
	}
	return s.Views[0], s, nil
}

// shows is what a view shows of an item: its rows with a value.
func shows(v provider.View, s provider.Snapshot, it media.Item) (out []provider.Row) {
	for _, row := range rowsOf(v, s, it) {
		if row.Value.Set {
			out = append(out, row)
		}
	}
	return out
}

func rowsOf(v provider.View, s provider.Snapshot, it media.Item) (out []provider.Row) {
	for _, row := range v.Rows {
		if i := slices.IndexFunc(s.Items, func(x media.Item) bool { return x.Key == row.Key }); i >= 0 && same(s.Items[i], it) {
			out = append(out, row)
		}
	}
	return out
}

// same tells whether two descriptions are of one work.
func same(a, b media.Item) bool {
	if a.Kind != b.Kind {
		return false
	}
	if a.Key != "" && a.Key == b.Key {
		return true
	}
	if len(a.Tokens) == 0 || len(b.Tokens) == 0 {
		return a.Title == b.Title && a.ShowTitle == b.ShowTitle && a.Season == b.Season && a.Number == b.Number
	}
	return slices.ContainsFunc(a.Tokens, func(t media.Token) bool { return slices.Contains(b.Tokens, t) })
}

// near tells whether two values are equal in a service's precision.
func near(c provider.FeatureCaps, f media.Feature, a, b media.Value) bool {
	switch {
	case a.Set != b.Set:
		return false
	case f == media.History:
		return a.PlayedAt().Truncate(grain(c)) == b.PlayedAt().Truncate(grain(c))
	case f == media.Ratings:
		return a.N == b.N
	case f == media.Progress:
		d := share(a) - share(b)
		return max(d, -d) <= max(c.FractionStep, 40)
	}
	return true
}

// share is a position in parts of media.FractionWhole.
func share(v media.Value) int64 {
	if v.Of == 0 {
		return v.N
	}
	return v.N * media.FractionWhole / v.Of
}
