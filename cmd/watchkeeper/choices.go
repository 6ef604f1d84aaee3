package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"watchkeeper/app"
	"watchkeeper/app/view"
	"watchkeeper/app/wire"
	"watchkeeper/engine/media"
	"watchkeeper/engine/store"
)

// Quiet hours of a new installation.
const (
	quietFrom = 22
	quietTo   = 8
)

// decided carries out what the pages of the window ask for.
func (p *program) decided(ctx context.Context, c view.Command) (string, error) {
	account := strconv.FormatInt(c.Account, 10)
	switch c.Verb {
	case view.Link:
		return p.link(ctx, c)
	case view.Unlink:
		_, err := p.house.Unlink(ctx, app.LinkArgs{Account: account, Key: c.Key})
		return "", err
	case view.Pin:
		_, err := p.house.PutPin(ctx, app.PinArgs{Kind: c.Name, Work: c.Work, Person: p.person(c)})
		return "", err
	case view.Unpin:
		_, err := p.house.RemovePin(ctx, app.UnpinArgs{ID: c.ID})
		return "", err
	case view.Rewatch:
		return p.words.Say("message.rewatch"), p.house.Rewatch(ctx, p.person(c), media.WorkID(c.Work))
	case view.Free:
		return p.words.Say("message.freed"), p.house.FreeAside(ctx)
	case view.Routes:
		_, err := p.house.ChangeRoutes(ctx, routeChanges(c.Edits))
		return "", err
	case view.Set:
		return p.set(ctx, c)
	case view.Rename:
		_, err := p.house.PutPerson(ctx, app.PersonArgs{Name: c.Person, Renamed: c.Value})
		return "", err
	case view.Forget:
		_, err := p.house.RemovePerson(ctx, app.PersonArgs{Name: c.Person})
		return "", err
	case view.Move:
		_, err := p.house.MoveAccount(ctx, app.MoveArgs{Account: account, Person: c.Person, NewPerson: c.Name == view.AnotherPerson})
		return "", err
	case view.SetAccount:
		return p.setAccount(ctx, c)
	case view.SetOption:
		return p.setOption(ctx, c)
	case view.SignOut:
		_, err := p.house.RemoveAccount(ctx, app.AccountArgs{Account: account})
		return "", err
	case view.BackUp:
		err := p.house.BackUp(ctx)
		return p.words.Say("settings.backed_up"), err
	case view.TestNotice:
		p.notifier.Show(view.Notice{ID: "test", Title: p.words.Say("message.test_title"), Body: p.words.Say("message.test"), Click: view.Command{Verb: view.Open}})
		return "", nil
	case view.Later:
		return "", nil
	}
	return "", fmt.Errorf("the window does not know %q", c.Verb)
}

// person is whom a decision without an account is about: whom the command
// names, else the first.
func (p *program) person(c view.Command) string {
	if c.Person != "" {
		return c.Person
	}
	if people := p.status().Profiles; len(people) > 0 {
		return people[0].Name
	}
	return ""
}

// link says what entries are: one, or all that the person accepted together.
func (p *program) link(ctx context.Context, c view.Command) (string, error) {
	wishes := c.Links
	if len(wishes) == 0 {
		wishes = []view.LinkWish{{Account: c.Account, Key: c.Key, Work: c.Work}}
	}
	for _, l := range wishes {
		if _, err := p.house.Link(ctx, app.LinkArgs{Account: strconv.FormatInt(l.Account, 10), Key: l.Key, Work: l.Work}); err != nil {
			return "", err
		}
	}
	return p.words.Say("message.linked"), nil
}

// settings are the choices as they stand.
func (p *program) settings() (view.Settings, error) {
	chosen, err := p.house.Engine.Settings(p.ctx)
	if err != nil {
		return view.Settings{}, err
	}
	f := view.SettingsFacts{Engine: chosen, Language: p.setting("ui.language"), Theme: p.setting("ui.theme"), Text: p.setting("ui.text"), Level: p.setting("ui.notifications"),
		QuietFrom: quietFrom, QuietTo: quietTo, Secrets: "keyring", Folder: p.house.Dir, Version: wire.Version, Guards: p.house.Guards()}
	var hours [2]int
	if p.remembered("ui.quiet_hours", &hours) {
		f.QuietFrom, f.QuietTo = hours[0], hours[1]
	}
	if p.house.InFile {
		f.Secrets = "file"
	}
	if on, err := p.autostart.Enabled(); err == nil {
		f.Autostart = view.AutostartOff
		if on {
			f.Autostart = view.AutostartOn
		}
	}
	if f.Accounts, err = p.accountFacts(); err != nil {
		return view.Settings{}, err
	}
	copies, err := store.Backups(p.house.Dir)
	for _, b := range copies {
		f.Backups = append(f.Backups, view.BackupFacts{Name: b.Name, Made: b.Made, Bytes: b.Bytes})
	}
	return view.SettingsOf(f, p.status(), p.services, p.words), err
}

func (p *program) accountFacts() ([]view.AccountFacts, error) {
	accounts, err := p.house.Store.Accounts(p.ctx)
	var out []view.AccountFacts
	for _, a := range accounts {
		s, known := p.house.Service(a.Provider)
		if a.Removed || !known {
			continue
		}
		v := view.AccountFacts{ID: a.ID, Address: a.Address, Features: a.Features, Libraries: s.Libraries != nil, LeftOut: len(a.LeftOut)}
		for _, f := range media.Features {
			if s.Capabilities.Feature(f).Offered() {
				v.Offers = append(v.Offers, f)
			}
		}
		for _, o := range s.Options {
			if slices.Contains(o.Values, "on") {
				v.Options = append(v.Options, view.OptionFacts{Name: o.Name, On: a.Options[o.Name] == "on"})
			}
		}
		v.KeepsLog, v.Scrobbler = s.Capabilities.Feature(media.History).KeepsPlays, a.Options["other_scrobbler"]
		out = append(out, v)
	}
	return out, err
}

// set keeps a choice of the Settings page.
func (p *program) set(ctx context.Context, c view.Command) (string, error) {
	if c.Name == "ui.autostart" {
		return "", p.autostart.Set(c.Value == "true")
	}
	_, err := p.house.Set(ctx, app.SettingArgs{Name: c.Name, Value: json.RawMessage(c.Value)})
	return "", err
}

// setAccount keeps a choice about one account.
func (p *program) setAccount(ctx context.Context, c view.Command) (string, error) {
	args := app.ChangeArgs{Account: strconv.FormatInt(c.Account, 10)}
	on := c.Value == "true"
	switch {
	case c.Name == "paused":
		args.Paused = &on
	case c.Name == "left_out":
		out := append([]string{}, c.Ops...)
		args.LeftOut = &out
	case on:
		args.On = []string{c.Name}
	default:
		args.Off = []string{c.Name}
	}
	_, err := p.house.ChangeAccount(ctx, args)
	return "", err
}

// setOption keeps a choice that only accounts of some services have. A switch
// says true or false.
func (p *program) setOption(ctx context.Context, c view.Command) (string, error) {
	value := c.Value
	switch value {
	case "true":
		value = "on"
	case "false":
		value = "off"
	}
	_, err := p.house.ChangeAccount(ctx, app.ChangeArgs{Account: strconv.FormatInt(c.Account, 10), Options: map[string]string{c.Name: value}})
	return "", err
}
