package plan

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// The bench is one person with accounts A, B, C, … and one film, after a first
// look in run 1; now is run 100.
const (
	A ledger.AccountID = iota + 1
	B
	C
	D
)

const now media.Moment = 1_790_000_000_000

func ago(d time.Duration) media.Moment { return now.Add(-d) }

type bench struct {
	w   ledger.World
	d   ledger.Dossier
	seq ledger.Seq
}

func newBench(caps ...provider.Capabilities) *bench {
	b := &bench{w: ledger.World{Now: now, Run: 100, Profile: 1}}
	b.d.Work = ledger.Work{ID: 7, Kind: media.Film, Title: "Paper Lighthouse", Year: 2023, RuntimeMS: 90 * 60_000, Season: -1, Number: -1}
	b.d.Tokens = []media.Token{media.OwnToken(media.Film, media.TMDB, "603")}
	for i, c := range caps {
		p := ledger.Party{Account: ledger.Account{ID: ledger.AccountID(i + 1), Profile: 1, Features: media.Features[:], Accepted: true}, Caps: c}
		for _, f := range media.Features {
			p.TrustedNow[f] = true
			p.Trust[f] = ledger.Trust{Looked: true, FirstRun: 1, Run: 100, Reads: 99, LastTrusted: now}
		}
		b.w.Parties = append(b.w.Parties, p)
		b.d.Links = append(b.d.Links, ledger.Link{Account: p.ID, Key: fmt.Sprintf("k%d", p.ID), Work: 7, By: ledger.ByToken})
	}
	return b
}

// listCaps is a tracker that lists everything it has, in steps of the given size.
func listCaps(step int) provider.Capabilities {
	c := provider.Capabilities{Class: provider.Tracker, OnwardToTrackers: true}
	for _, f := range media.Features {
		c.Features[f] = provider.FeatureCaps{Coverage: provider.Whole, Step: step, KeepsPlays: true, PastDates: true, UndatedPlays: true, Times: true}
		for k := range c.Features[f].Access {
			c.Features[f].Access[k] = provider.FullUse
		}
	}
	return c
}

// serverCaps is a media server: a catalogue with watched flags.
func serverCaps() provider.Capabilities {
	c := listCaps(10)
	c.Class, c.WritesHeldOnly = provider.MediaServer, true
	for _, f := range media.Features {
		c.Features[f].Coverage, c.Features[f].KeepsPlays = provider.Catalogue, false
	}
	return c
}

func (b *bench) party(id ledger.AccountID) *ledger.Party { return b.w.Party(id) }

// route adds an accepted route; its removals policy stands since run 1.
func (b *bench) route(from, to ledger.AccountID, f media.Feature, m ledger.Mode, r ledger.Removals) *ledger.Route {
	b.w.Routes = append(b.w.Routes, ledger.Route{ID: int64(len(b.w.Routes) + 1), Profile: 1, From: from, To: to, Feature: f,
		Mode: m, Removals: r, RemovalsSince: 1, Accepted: true})
	return &b.w.Routes[len(b.w.Routes)-1]
}

func (b *bench) both(x, y ledger.AccountID, f media.Feature, m ledger.Mode, r ledger.Removals) {
	b.route(x, y, f, m, r)
	b.route(y, x, f, m, r)
}

// says records what the person said at an account; the account shows it since
// the given run.
func (b *bench) says(id ledger.AccountID, f media.Feature, v media.Value, at media.Moment, run ledger.RunID) *ledger.Statement {
	return b.saysPlay(id, f, 0, v, at, run)
}

func (b *bench) saysPlay(id ledger.AccountID, f media.Feature, play media.PlayID, v media.Value, at media.Moment, run ledger.RunID) *ledger.Statement {
	b.seq++
	st := ledger.Statement{Account: id, Subject: ledger.Subject{Work: 7, Feature: f, Play: play}, Cleared: !v.Set, Value: v,
		At: at, Seq: b.seq, Run: run, FirstLook: run == 1, Origin: id, OriginSeq: b.seq}
	b.d.Statements = append(b.d.Statements, st)
	if v.Set {
		b.shows(id, f, play, v, at, run)
	}
	return &b.d.Statements[len(b.d.Statements)-1]
}

func (b *bench) shows(id ledger.AccountID, f media.Feature, play media.PlayID, v media.Value, at media.Moment, run ledger.RunID) *ledger.Shown {
	row := ledger.Shown{Account: id, Feature: f, RowKey: ledger.RowKey{Key: fmt.Sprintf("k%d", id)}, Work: 7, Play: play,
		State: ledger.ShownAbsent, Value: v, At: at, Since: run, FirstLook: run == 1, Looks: 2}
	if v.Set {
		row.State = ledger.ShownValue
	}
	if f == media.History && b.party(id).Caps.Features[f].KeepsPlays {
		row.PlayKey = fmt.Sprintf("p%d", play)
	}
	b.d.Shown = append(b.d.Shown, row)
	return &b.d.Shown[len(b.d.Shown)-1]
}

// adopts makes an account hold a copy of a statement of another, and show it.
func (b *bench) adopts(id ledger.AccountID, st ledger.Statement, run ledger.RunID) *ledger.Statement {
	origin := originOf(st)
	c := b.saysPlay(id, st.Feature, st.Play, st.Value, st.At, run)
	c.Origin, c.OriginSeq, c.FirstLook = origin.Account, origin.Seq, st.FirstLook
	return c
}

// play tells when a play was.
func (b *bench) play(id media.PlayID, at media.Moment) {
	b.d.Plays = append(b.d.Plays, ledger.Play{ID: id, Work: 7, At: at, ToleranceMS: 20 * 60_000})
}

func (b *bench) make() ledger.Plan { return Make(&b.w, []ledger.Dossier{b.d}) }

var letters = " ABCDEFGH"

// text writes a plan in one line per op and non-op: "B add listed" and
// "B pinned".
func text(p ledger.Plan) string {
	var lines []string
	for _, op := range p.Ops {
		line := fmt.Sprintf("%c %s", letters[op.Account], op.Action)
		if op.New.Set {
			line += " " + op.New.Text(op.Feature)
		}
		if op.Ask {
			line += " ask"
		}
		if op.FirstRun {
			line += " first-run"
		}
		lines = append(lines, line)
	}
	for _, n := range p.NonOps {
		lines = append(lines, fmt.Sprintf("%c %s", letters[n.Account], n.Why.Code))
	}
	for _, q := range p.Questions {
		lines = append(lines, fmt.Sprintf("%c ?%d", letters[q.Account], q.Kind))
	}
	return strings.Join(lines, "; ")
}

// expect fails the test unless the plan reads as wanted.
func (b *bench) expect(t *testing.T, want string) ledger.Plan {
	t.Helper()
	p := b.make()
	if got := text(p); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	return p
}
