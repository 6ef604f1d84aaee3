package view

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// SettingsFacts are the choices as they stand.
type SettingsFacts struct {
	Engine    ledger.Settings
	Language  string // "" follows the system
	Theme     string // "", "light", "dark"
	Text      string // size of letters in percent; "" for 100
	Level     string // of notifications
	QuietFrom int    // local hours; equal: none
	QuietTo   int
	Autostart Autostart
	Accounts  []AccountFacts
	Backups   []BackupFacts
	Secrets   string // "keyring" or "file"
	Folder    string
	Version   string
	Guards    []ledger.Code // that can be switched off
}

// Autostart tells whether the program starts with the session.
type Autostart uint8

// Where nobody can tell, the switch is not shown.
const (
	NoAutostart Autostart = iota
	AutostartOff
	AutostartOn
)

// AccountFacts are the choices about one account.
type AccountFacts struct {
	ID        ledger.AccountID
	Address   string
	Features  []media.Feature // switched on
	Offers    []media.Feature
	Libraries bool // it has some that can be left out
	LeftOut   int
	KeepsLog  bool   // of plays
	Scrobbler string // whether another program feeds the log: "on", "off", or "" to find out
	Options   []OptionFacts
}

// OptionFacts are a switch that only accounts of some services have.
type OptionFacts struct {
	Name string
	On   bool
}

// BackupFacts are one copy of the state.
type BackupFacts struct {
	Name  string
	Made  media.Moment
	Bytes int64
}

// Settings is the Settings page.
type Settings struct {
	Title    string
	Sections []Section
}

// Autostart is the row that starts the program with the session, which the
// first run shows too; nil where nobody can tell.
func (s Settings) Autostart() *SettingRow {
	for _, section := range s.Sections {
		for i := range section.Rows {
			if section.Rows[i].Change.Name == autostart {
				return &section.Rows[i]
			}
		}
	}
	return nil
}

// autostart is the name of the choice to start with the session.
const autostart = "ui.autostart"

// Section is one subject.
type Section struct {
	Title, Text string
	Rows        []SettingRow
}

// SettingRow is one choice: a list where it has Choices, a switch where On and
// Off say what it does, a text where it has only words, and buttons.
type SettingRow struct {
	Label, Help string
	Choices     []Choice // ID is the value
	Value       string
	Switch      bool
	On          bool
	Change      Command // with the chosen ID, or "true" and "false", as Value
	Buttons     []Button
	Links       []Choice // ID is an address
}

// SettingsOf is the Settings page.
func SettingsOf(f SettingsFacts, s ledger.Status, services []Service, w *Words) Settings {
	p := painter{Words: w, s: s, now: s.Now, services: services}
	out := Settings{Title: p.Say("place.settings")}
	out.Sections = append(out.Sections, p.accountSections(f)...)
	if len(s.Profiles) > 0 {
		out.Sections = append(out.Sections, p.household())
	}
	out.Sections = append(out.Sections, p.pace(f), p.notices(f), p.guards(f), p.startup(f), p.looks(f), p.backups(f), p.secrets(f), p.support(), p.about(f))
	return out
}

func (p *painter) accountSections(f SettingsFacts) []Section {
	var out []Section
	for _, a := range p.s.Accounts {
		i := slices.IndexFunc(f.Accounts, func(v AccountFacts) bool { return v.ID == a.ID })
		if i < 0 {
			continue
		}
		out = append(out, p.accountSection(a, f.Accounts[i]))
	}
	if len(out) == 0 {
		out = append(out, Section{Title: p.Say("tile.accounts"), Text: p.Say("settings.no_accounts"),
			Rows: []SettingRow{{Buttons: []Button{{Label: p.Say("button.add_account"), Command: Command{Verb: Add}}}}}})
	}
	return out
}

func (p *painter) accountSection(a ledger.AccountStatus, f AccountFacts) Section {
	id := int64(a.ID)
	change := func(name string) Command { return Command{Verb: SetAccount, Account: id, Name: name} }
	out := Section{Title: p.Say("settings.account", "account", p.accountName(a)), Text: p.who(a)}
	if len(p.s.Profiles) > 0 {
		out.Rows = append(out.Rows, p.owner(a))
	}
	if f.Address != "" {
		out.Rows = append(out.Rows, SettingRow{Label: p.Say("settings.address"), Help: f.Address})
	}
	off := p.Say("settings.clock_right")
	if d := time.Duration(a.ClockMS) * time.Millisecond; d.Abs() >= time.Second {
		off = p.Say("tile.clock", "off", p.Lasting(d.Abs()))
	}
	out.Rows = append(out.Rows, SettingRow{Label: p.Say("settings.clock"), Help: off})
	for _, feature := range f.Offers {
		out.Rows = append(out.Rows, SettingRow{Label: p.feature(feature), Switch: true, On: slices.Contains(f.Features, feature), Change: change(feature.String())})
	}
	for _, o := range f.Options {
		out.Rows = append(out.Rows, SettingRow{Label: p.Say("option." + o.Name), Help: p.Say("option_help." + o.Name), Switch: true, On: o.On,
			Change: Command{Verb: SetOption, Account: id, Name: o.Name}})
	}
	if f.KeepsLog {
		out.Rows = append(out.Rows, SettingRow{Label: p.Say("settings.scrobbler"), Help: p.Say("settings.scrobbler_help"),
			Choices: []Choice{{"", p.Say("settings.scrobbler_unsaid")}, {"on", p.Say("settings.scrobbler_on")}, {"off", p.Say("settings.scrobbler_off")}},
			Value:   f.Scrobbler, Change: Command{Verb: SetOption, Account: id, Name: "other_scrobbler"}})
	}
	out.Rows = append(out.Rows, SettingRow{Label: p.Say("settings.paused"), Help: p.Say("settings.paused_help"), Switch: true, On: a.Paused, Change: change("paused")})
	var buttons []Button
	if f.Libraries {
		label := p.Say("settings.libraries_all")
		if f.LeftOut > 0 {
			label = p.Say("settings.libraries", "n", f.LeftOut)
		}
		buttons = append(buttons, Button{Label: label, Command: Command{Verb: Libraries, Account: id}})
	}
	buttons = append(buttons, Button{Label: p.Say("button.sign_in"), Command: Command{Verb: SignIn, Account: id}},
		Button{Label: p.Say("settings.sign_out"), Command: Command{Verb: SignOut, Account: id}, Danger: true, Sure: p.Say("settings.sign_out_sure", "account", p.accountName(a))})
	out.Rows = append(out.Rows, SettingRow{Buttons: buttons})
	return out
}

// setting is the command that keeps a choice.
func setting(name string) Command { return Command{Verb: Set, Name: name} }

// span is a choice of a length of time as settings keep it.
func (p *painter) span(d time.Duration) Choice {
	id, _ := json.Marshal(d.String())
	switch {
	case d == 0:
		return Choice{string(id), p.Say("settings.one_interval")}
	case d >= time.Hour:
		return Choice{string(id), p.Say("time.hours", "n", int(d.Hours()))}
	}
	return Choice{string(id), p.Say("time.minutes", "n", int(d.Minutes()))}
}

// spans are choices of lengths of time, with the present one among them.
func (p *painter) spans(nowMS int64, lengths ...time.Duration) (choices []Choice, value string) {
	now := time.Duration(nowMS) * time.Millisecond
	if !slices.Contains(lengths, now) {
		lengths = append(lengths, now)
		slices.Sort(lengths)
	}
	for _, d := range lengths {
		choices = append(choices, p.span(d))
	}
	return choices, p.span(now).ID
}

func (p *painter) pace(f SettingsFacts) Section {
	out := Section{Title: p.Say("settings.pace"), Text: p.Say("settings.pace_text")}
	add := func(key, name string, ms int64, lengths ...time.Duration) {
		choices, value := p.spans(ms, lengths...)
		out.Rows = append(out.Rows, SettingRow{Label: p.Say(key), Help: p.Say(key + "_help"), Choices: choices, Value: value, Change: setting(name)})
	}
	const m, h = time.Minute, time.Hour
	add("settings.interval", "interval", f.Engine.IntervalMS, 15*m, 30*m, h, 3*h, 6*h, 24*h)
	add("settings.server_interval", "server_interval", f.Engine.ServerEveryMS, 5*m, 15*m, 30*m, h, 6*h)
	add("settings.settle", "settle_window", f.Engine.SettleWindowMS, 0, 30*m, h, 6*h, 24*h)
	out.Rows = append(out.Rows, SettingRow{Label: p.Say("settings.watched_leaves"), Help: p.Say("settings.watched_leaves_help"), Switch: true,
		On: f.Engine.WatchedLeavesLists, Change: setting("watched_leaves_lists")})
	return out
}

func (p *painter) notices(f SettingsFacts) Section {
	out := Section{Title: p.Say("settings.notices"), Text: p.Say("settings.notices_text")}
	level := SettingRow{Label: p.Say("settings.level"), Change: setting("ui.notifications"), Value: quoted(f.Level),
		Buttons: []Button{{Label: p.Say("settings.test_notice"), Command: Command{Verb: TestNotice}}}}
	for _, l := range [...]string{"must-act", "problems", "results"} {
		level.Choices = append(level.Choices, Choice{quoted(l), p.Say("level." + l)})
	}
	if f.Level == "" {
		level.Value = level.Choices[0].ID
	}
	quiet := SettingRow{Label: p.Say("settings.quiet"), Help: p.Say("settings.quiet_help"), Change: setting("ui.quiet_hours"), Value: hours(f.QuietFrom, f.QuietTo)}
	spans := [][2]int{{0, 0}, {20, 8}, {21, 7}, {22, 7}, {22, 8}, {23, 7}, {23, 9}, {0, 8}}
	if !slices.Contains(spans, [2]int{f.QuietFrom, f.QuietTo}) && f.QuietFrom != f.QuietTo {
		spans = append(spans, [2]int{f.QuietFrom, f.QuietTo})
	}
	if f.QuietFrom == f.QuietTo {
		quiet.Value = hours(0, 0)
	}
	for _, s := range spans {
		label := p.Say("settings.never_quiet")
		if s[0] != s[1] {
			label = p.Say("settings.from_to", "from", p.hour(s[0]), "to", p.hour(s[1]))
		}
		quiet.Choices = append(quiet.Choices, Choice{hours(s[0], s[1]), label})
	}
	out.Rows = []SettingRow{level, quiet}
	return out
}

func hours(from, to int) string { return fmt.Sprintf("[%d,%d]", from, to) }

// hour is an hour of the day as the language's clock tells it.
func (p *painter) hour(h int) string {
	return time.Date(2000, 1, 1, h, 0, 0, 0, time.UTC).Format(p.Say("time.clock"))
}

// quoted is a text as settings keep it.
func quoted(s string) string {
	text, _ := json.Marshal(s)
	return string(text)
}

func (p *painter) guards(f SettingsFacts) Section {
	out := Section{Title: p.Say("settings.guards"), Text: p.Say("settings.guards_text")}
	for _, g := range f.Guards {
		on := !slices.Contains(f.Engine.GuardsOff, g)
		rest := slices.DeleteFunc(slices.Clone(f.Engine.GuardsOff), func(c ledger.Code) bool { return c == g })
		if on {
			rest = append(rest, g)
		}
		if rest == nil {
			rest = []ledger.Code{}
		}
		value, _ := json.Marshal(rest)
		out.Rows = append(out.Rows, SettingRow{Label: p.Say("guard." + string(g)), Help: p.Say("reason." + string(g)), Switch: true, On: on,
			Change: Command{Verb: Set, Name: "guards_off", Value: string(value)}})
	}
	return out
}

func (p *painter) startup(f SettingsFacts) Section {
	out := Section{Title: p.Say("settings.startup"), Text: p.Say("settings.startup_text")}
	if f.Autostart == NoAutostart {
		out.Text = p.Say("settings.no_autostart")
		return out
	}
	out.Rows = []SettingRow{{Label: p.Say("settings.autostart"), Help: p.Say("settings.autostart_help"), Switch: true,
		On: f.Autostart == AutostartOn, Change: setting(autostart)}}
	return out
}

// Languages are those that are complete, by their own names.
var Languages = []Choice{{"en", "English"}, {"de", "Deutsch"}}

func (p *painter) looks(f SettingsFacts) Section {
	language := SettingRow{Label: p.Say("settings.language"), Help: p.Say("settings.language_help"), Value: quoted(f.Language), Change: setting("ui.language"),
		Choices: []Choice{{quoted(""), p.Say("settings.as_system")}}}
	for _, l := range Languages {
		language.Choices = append(language.Choices, Choice{quoted(l.ID), l.Label})
	}
	theme := SettingRow{Label: p.Say("settings.theme"), Value: quoted(f.Theme), Change: setting("ui.theme"),
		Choices: []Choice{{quoted(""), p.Say("settings.as_system")}, {quoted("light"), p.Say("settings.light")}, {quoted("dark"), p.Say("settings.dark")}}}
	text := SettingRow{Label: p.Say("settings.text"), Value: quoted(f.Text), Change: setting("ui.text")}
	for _, percent := range [...]string{"", "125", "150", "200"} {
		n := 100
		if percent != "" {
			n, _ = strconv.Atoi(percent)
		}
		text.Choices = append(text.Choices, Choice{quoted(percent), p.Say("settings.percent", "n", n)})
	}
	return Section{Title: p.Say("settings.looks"), Rows: []SettingRow{language, theme, text}}
}

func (p *painter) backups(f SettingsFacts) Section {
	out := Section{Title: p.Say("settings.backups"), Text: p.Say("settings.backups_text")}
	for _, b := range f.Backups {
		when := p.Clock(b.Made, p.now)
		out.Rows = append(out.Rows, SettingRow{Label: when, Help: p.Say("settings.size", "size", p.size(b.Bytes)),
			Buttons: []Button{{Label: p.Say("settings.restore"), Command: Command{Verb: Restore, Name: b.Name}, Danger: true, Sure: p.Say("settings.restore_sure", "when", when)}}})
	}
	if len(f.Backups) == 0 {
		out.Rows = append(out.Rows, SettingRow{Help: p.Say("settings.no_backups")})
	}
	out.Rows = append(out.Rows, SettingRow{Buttons: []Button{{Label: p.Say("settings.back_up"), Command: Command{Verb: BackUp}}}})
	return out
}

// size is a number of bytes in words.
func (p *painter) size(n int64) string {
	const kib, mib = 1 << 10, 1 << 20
	if n < mib {
		return p.Say("size.kb", "n", int((n+kib-1)/kib))
	}
	return p.Say("size.mb", "n", int((n+mib/2)/mib))
}

func (p *painter) secrets(f SettingsFacts) Section {
	return Section{Title: p.Say("settings.secrets"), Text: p.Say("settings.secrets_" + f.Secrets)}
}

func (p *painter) support() Section {
	return Section{Title: p.Say("settings.support"), Text: p.Say("settings.support_text"), Rows: []SettingRow{{Buttons: []Button{
		{Label: p.Say("settings.bundle_contents"), Command: Command{Verb: Contents}},
		{Label: p.Say("menu.bundle"), Command: Command{Verb: Bundle}}, {Label: p.Say("menu.logs"), Command: Command{Verb: ShowLog}}}}}}
}

// credits are where the mapping of anime comes from, and the links that
// services' terms ask for.
var credits = []Choice{{"https://github.com/Fribb/anime-lists", "Fribb/anime-lists"}, {"https://github.com/anibridge/anibridge-mappings", "AniBridge"},
	{"https://simkl.com", "SIMKL"}, {"https://trakt.tv", "Trakt"}, {"https://anilist.co", "AniList"}}

func (p *painter) about(f SettingsFacts) Section {
	return Section{Title: p.Say("menu.about"), Text: p.Say("about.text", "version", f.Version), Rows: []SettingRow{
		{Label: p.Say("about.unofficial"), Help: p.Say("about.unofficial_text")},
		{Label: p.Say("about.credits"), Help: p.Say("about.credits_text"), Links: credits},
		{Label: p.Say("about.folder"), Help: f.Folder}}}
}
