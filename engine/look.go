package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/observe"
	"watchkeeper/engine/provider"
)

// whoamiEvery is how often the service is asked who the token belongs to, at
// the least; every run that writes asks too.
const whoamiEvery = 24 * time.Hour

// sight is one account as one run sees it.
type sight struct {
	account  ledger.Account
	conn     *connection // nil when it could not be opened
	caps     provider.Capabilities
	trust    [len(media.Features)]ledger.Trust
	snap     provider.Snapshot
	looked   bool // the account was asked for its views in this run
	observed bool // its views became beliefs
	reread   bool // it was read once more for its plays
	asked    bool // Whoami was asked in this run
	stop     *ledger.Stop
	views    [len(media.Features)]*glance
	doubts   [len(media.Features)]doubt
	digests  digested                // of the items
	findings findings                // as they stand before its items are resolved
	items    map[string]int          // native key → place in snap.Items
	works    map[string]media.WorkID // native key → work
	sent     []ledger.Pending        // writes of this run that may have happened
	waiting  bool                    // it was not asked because an earlier error says when
	learnt   []ledger.Trust          // what this run found out about reading it
}

// doubt is what an earlier run left open about a feature: a cache must not
// answer for it.
type doubt struct {
	pending []ledger.Pending // our own writes that no read has settled
	proofs  int              // sights that wait for proof
}

// glance is one feature of one account as one run sees it.
type glance struct {
	reading  observe.Reading
	verdict  observe.Verdict
	rows     []observe.Sighting
	known    observe.Known
	answered []observe.Answered
	trusted  bool
	still    bool // it lists what the last trusted view listed, and nothing is open
}

// look reads every account concurrently; what came back is taken in account
// order.
func (r *round) look(ctx context.Context) error {
	if err := r.doubt(ctx); err != nil {
		return err
	}
	began := r.e.cfg.Now()
	var all errgroup.Group
	all.SetLimit(r.e.cfg.Readers)
	for _, s := range r.sights {
		if s.looked || s.stop != nil || s.account.Paused || !r.wanted(s.account.ID) {
			continue
		}
		all.Go(func() error { r.lookAt(ctx, s); return nil })
	}
	if err := all.Wait(); err != nil {
		return err
	}
	return r.keepTime(ctx, began)
}

func (r *round) wanted(id ledger.AccountID) bool {
	return len(r.wish.Only) == 0 || slices.Contains(r.wish.Only, id)
}

// lookAt reads one account. A panic or a broken promise stops that account
// only (R29).
func (r *round) lookAt(ctx context.Context, s *sight) {
	defer func() {
		if v := recover(); v != nil {
			s.stop = r.e.stopFor(provider.Failed(provider.Contract, "read", fmt.Errorf("adapter panicked: %v", v)))
			s.views = [len(media.Features)]*glance{}
		}
	}()
	conn, failed := r.e.connect(ctx, s.account)
	if failed != nil {
		s.stop = r.e.stopFor(failed)
		return
	}
	s.conn, s.caps = conn, conn.caps
	if stop := r.e.whoami(ctx, s, whoamiEvery); stop != nil {
		s.stop = stop
		return
	}
	snap, err := conn.provider.Read(ctx, r.request(s))
	if err != nil {
		s.stop = r.e.stopFor(provider.AsError(err))
		return
	}
	snap.ClockMS -= r.e.time.offset().Milliseconds()
	snap.SignInEnds = snap.SignInEnds.Add(r.e.time.offset())
	s.snap, s.looked = snap, true
	r.e.note(conn, snap)
	s.items = make(map[string]int, len(snap.Items))
	for i, item := range snap.Items {
		s.items[item.Key] = i
	}
	s.views = r.glances(s)
	s.snap.Views = nil // the glances hold them
	r.e.listedFull(s.account.ID)
}

// note keeps what the read tells about the account beside its views.
func (e *Engine) note(c *connection, snap provider.Snapshot) {
	e.mu.Lock()
	c.left, c.daily, c.ends = snap.AllowanceLeft, snap.AllowanceOf, snap.SignInEnds
	e.mu.Unlock()
}

// request asks for the features that the person switched on and the service
// offers.
func (r *round) request(s *sight) provider.ReadRequest {
	missed := s.caps.Class == provider.MediaServer && r.e.dueFull(s.account.ID)
	want := provider.ReadRequest{Full: r.wish.Fresh || missed, Fresh: r.wish.Fresh}
	every := fullEvery(s.caps.Class)
	for _, f := range s.features() {
		t := s.trust[f]
		if !t.Looked || t.Run < s.account.Connected || r.now.Sub(t.LastFull) >= every {
			want.Full = true
		}
		if observe.WantsFresh(t, s.doubts[f].pending, s.doubts[f].proofs) || observe.CatchingUp(t, r.now, r.interval(s)) {
			want.Fresh, want.Full = true, true
		}
		want.Wants = append(want.Wants, provider.FeatureRequest{Feature: f, Cursor: t.Cursor})
	}
	return want
}

// doubt gathers what is open about every account's views.
func (r *round) doubt(ctx context.Context) error {
	pending, err := r.e.cfg.Store.Pending(ctx)
	if err != nil {
		return err
	}
	proofs, err := r.e.cfg.Store.Proofs(ctx)
	if err != nil {
		return err
	}
	for _, s := range r.sights {
		s.doubts = [len(media.Features)]doubt{}
	}
	for _, p := range pending {
		if s := r.sight(p.Account); s != nil {
			s.doubts[p.Feature].pending = append(s.doubts[p.Feature].pending, p)
		}
	}
	for _, p := range proofs {
		if s := r.sight(p.Account); s != nil {
			s.doubts[p.Feature].proofs = p.Rows
		}
	}
	return nil
}

// fullEvery is how often everything is listed, also when a stamp or a light
// read says that nothing changed: un-watching and list edits on a media server
// move no date.
func fullEvery(c provider.Class) time.Duration {
	if c == provider.MediaServer {
		return 6 * time.Hour
	}
	return 24 * time.Hour
}

// features are the features of the account in writing order.
func (s *sight) features() []media.Feature {
	var out []media.Feature
	for _, f := range media.Features {
		if slices.Contains(s.account.Features, f) && s.caps.Feature(f).Offered() {
			out = append(out, f)
		}
	}
	return out
}

// glances sorts the snapshot's views by feature; a wanted feature without a
// view breaks the contract and is no view (R1).
func (r *round) glances(s *sight) (out [len(media.Features)]*glance) {
	for _, f := range s.features() {
		view := provider.View{Feature: f, Err: provider.Failed(provider.Contract, "read", fmt.Errorf("no view of %s", f))}
		for _, v := range s.snap.Views {
			if v.Feature == f {
				view = v
			}
		}
		out[f] = &glance{reading: observe.Reading{Now: r.now, Run: r.run, Party: s.party(r), Feature: f, View: view,
			Whoami: s.conn.who, ClockMS: s.snap.ClockMS, ClockKnown: s.snap.ClockKnown, Trust: s.trust[f],
			IntervalMS: r.interval(s)}}
	}
	return out
}

// interval is how often the account is read by schedule, in milliseconds.
func (r *round) interval(s *sight) int64 {
	every := r.settings.IntervalMS
	if s.caps.Class == provider.MediaServer {
		every = r.settings.ServerEveryMS
	}
	return max(every, s.caps.ReadsEveryMS)
}

// party is the account as deciding stages see it.
func (s *sight) party(r *round) ledger.Party {
	p := ledger.Party{Account: s.account, Caps: s.caps, Trust: s.trust}
	for f, g := range s.views {
		if g != nil {
			p.TrustedNow[f] = g.trusted
		}
	}
	if s.stop != nil {
		p.Blocked = s.stop.Code
	}
	if s.account.Paused {
		p.Blocked = ledger.SourceSilent
	}
	p.OtherScrobbler, p.FedAt = s.fed(r)
	return p
}

// whoami asks the service who the token belongs to when the last answer is
// older than the given age, and compares it with the account as connected.
func (e *Engine) whoami(ctx context.Context, s *sight, age time.Duration) *ledger.Stop {
	now := e.cfg.Now()
	e.mu.Lock()
	fresh := !s.conn.asked.IsZero() && now.Sub(s.conn.asked) < age
	who := s.conn.who
	e.mu.Unlock()
	if !fresh {
		answer, err := careful("whoami", func() (provider.Identity, error) { return s.conn.provider.Whoami(ctx) })
		if err != nil {
			return e.stopFor(provider.AsError(err))
		}
		who, s.asked = answer, true
		e.mu.Lock()
		s.conn.who, s.conn.asked = who, now
		e.mu.Unlock()
	}
	if who.ServerID != s.account.ServerID || who.UserID != s.account.UserID {
		e.mu.Lock()
		s.conn.asked = time.Time{} // asked again at the next look: the owner may be back
		e.mu.Unlock()
		return &ledger.Stop{Code: ledger.WrongUser, Saw: ledger.Evidence{Code: ledger.SawNewUser, Name: who.UserName, Other: who.ServerName}}
	}
	return nil
}
