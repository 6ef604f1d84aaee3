package view

import (
	"strings"
	"time"
	"unicode/utf8"

	"watchkeeper/engine/ledger"
)

// Tone says how a state looks besides its words: a sign and a colour.
type Tone uint8

const (
	Calm  Tone = iota // nothing special
	Fine              // good
	Aged              // worth a look
	Wrong             // bad
)

// Tile is one account on the Status page.
type Tile struct {
	ID      int64
	Letter  string // in place of a picture
	Service string
	Name    string
	Who     string // signed in as
	Health  string
	Tone    Tone
	Detail  string // evidence of a problem; ""
	Rows    []TileRow
	Notes   []string // allowance, clock
	Buttons []Button
}

// TileRow is one feature of an account.
type TileRow struct {
	Feature, Count, Age, State string
	Tone                       Tone
	Evidence                   []string // lines to expand
}

func (p *painter) tile(a ledger.AccountStatus) Tile {
	t := Tile{ID: int64(a.ID), Service: a.Provider, Letter: initial(p.accountName(a)), Name: p.accountName(a), Who: p.who(a), Detail: p.Evidence(a.Detail, p.now)}
	t.Health, t.Tone = p.health(a)
	for _, f := range a.Features {
		t.Rows = append(t.Rows, p.tileRow(f))
	}
	if a.Allowance >= 0 {
		t.Notes = append(t.Notes, p.Say("tile.allowance", "n", a.Allowance))
	}
	if off := time.Duration(a.ClockMS) * time.Millisecond; off.Abs() >= 30*time.Second {
		t.Notes = append(t.Notes, p.Say("tile.clock", "off", p.Lasting(off.Abs())))
	}
	for _, n := range a.Notices {
		t.Notes = append(t.Notes, p.ServiceNotice(n, t.Name))
	}
	if mustSignIn(a.Problem) {
		t.Buttons = append(t.Buttons, Button{Label: p.Say("button.sign_in"), Command: Command{Verb: SignIn, Account: int64(a.ID)}, Primary: true})
	}
	t.Buttons = append(t.Buttons, Button{Label: p.Say("button.read"), Command: Command{Verb: ReadNow, Account: int64(a.ID)}})
	return t
}

// ServiceNotice words what a person should know about an account: a key, or
// a key and a day with "=" between them.
func (w *Words) ServiceNotice(notice, account string) string {
	key, day, _ := strings.Cut(notice, "=")
	return w.Say("notice_service."+key, "account", account, "day", day)
}

func initial(name string) string {
	r, _ := utf8.DecodeRuneInString(name)
	return strings.ToUpper(string(r))
}

func (p *painter) who(a ledger.AccountStatus) string {
	switch {
	case a.Server != "" && a.Version != "":
		return p.Say("tile.who_server", "user", a.UserName, "server", a.Server, "version", a.Version)
	case a.Server != "" && a.Server != a.UserName:
		return p.Say("tile.who_place", "user", a.UserName, "server", a.Server)
	}
	return p.Say("tile.who", "user", a.UserName)
}

// health is an account in words; it is only good while every feature is.
func (p *painter) health(a ledger.AccountStatus) (string, Tone) {
	switch {
	case a.Paused:
		return p.Say("tile.paused"), Calm
	case a.Problem != "":
		why := p.Say("reason." + p.reasonKey(a.Problem))
		if a.Retry > p.now {
			why = p.Say("tile.retry", "why", why, "when", p.Clock(a.Retry, p.now))
		}
		return why, Wrong
	}
	worst, tone := ledger.Fresh, Fine
	for _, f := range a.Features {
		if fresh := p.freshness(f); p.tone(fresh) > tone || fresh == ledger.NeverRead {
			worst, tone = fresh, max(tone, p.tone(fresh))
		}
	}
	if len(a.Features) == 0 {
		worst = ledger.NeverRead
	}
	if worst == ledger.NeverRead {
		return p.Say("tile.health.new"), Calm
	}
	return p.Say("tile.health." + freshKey(worst)), tone
}

func freshKey(f ledger.Freshness) string { return strings.ReplaceAll(f.String(), " ", "_") }

func (p *painter) tone(f ledger.Freshness) Tone {
	switch f {
	case ledger.Fresh:
		return Fine
	case ledger.Ageing:
		return Aged
	case ledger.Stale, ledger.Silent:
		return Wrong
	}
	return Calm
}

func (p *painter) tileRow(f ledger.FeatureStatus) TileRow {
	fresh := p.freshness(f)
	row := TileRow{Feature: p.feature(f.Feature), State: p.Say("freshness." + freshKey(fresh)), Tone: p.tone(fresh)}
	if f.LastTrusted.Known() {
		row.Count, row.Age = p.Say("tile.count", "n", f.Count), p.Ago(f.LastTrusted, p.now)
		row.Evidence = append(row.Evidence, p.Say("tile.read_at", "when", p.Clock(f.LastTrusted, p.now)))
		if fresh == ledger.Silent {
			row.Count, row.Age = "", p.Say("tile.last_read", "age", row.Age)
			row.Evidence = append(row.Evidence, p.Say("tile.showed", "n", f.Count))
		}
		if f.Sent > 0 && fresh != ledger.Silent {
			row.Count = p.Say("tile.count_sent", "n", f.Count, "sent", f.Sent)
			row.Evidence = append(row.Evidence, p.Say("status.unseen", "n", f.Sent))
		}
	}
	if f.Why != "" {
		key := p.reasonKey(f.Why)
		row.Evidence = append(row.Evidence, p.Say("reason."+key), p.Say("next."+key))
	}
	if saw := p.Evidence(f.Evidence, p.now); saw != "" {
		row.Evidence = append(row.Evidence, saw)
	}
	if f.LagMS > 0 {
		row.Evidence = append(row.Evidence, p.Say("tile.lag", "lag", p.Lasting(time.Duration(f.LagMS)*time.Millisecond),
			"most", p.Lasting(time.Duration(f.Lag95MS)*time.Millisecond)))
	}
	if f.Next > p.now {
		row.Evidence = append(row.Evidence, p.Say("tile.next", "when", p.In(f.Next, p.now)))
	}
	return row
}
