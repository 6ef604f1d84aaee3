package view

import (
	"strings"

	"watchkeeper/engine/ledger"
)

// NewAccount begins a new account: whose it is, and at which of the services.
type NewAccount struct {
	Title  string
	Whose  string   // the question; "" where the account is the first
	People []Choice // by name; the last has no ID: somebody who is not known yet
	Name   string   // label of that one's name
}

// newAccount asks whose an account is once there is somebody to choose.
func (p *painter) newAccount() NewAccount {
	out := NewAccount{Title: p.Say("login.which")}
	if len(p.s.Profiles) == 0 {
		return out
	}
	out.Whose, out.Name = p.Say("people.whose"), p.Say("people.name")
	out.People = append(p.everybody(), Choice{Label: p.Say("people.another")})
	return out
}

// everybody is who may be chosen, by name.
func (p *painter) everybody() (out []Choice) {
	for _, who := range p.s.Profiles {
		out = append(out, Choice{who.Name, p.personName(who.Name)})
	}
	return out
}

// personName is a person as sentences name them.
func (p *painter) personName(name string) string {
	if name == ledger.FirstPerson {
		return p.Say("people.me")
	}
	return name
}

// household tells who has which accounts, and makes room for more people.
func (p *painter) household() Section {
	out := Section{Title: p.Say("settings.people"), Text: p.Say("settings.people_text")}
	for _, who := range p.s.Profiles {
		var names []string
		for _, a := range p.accountsOf(who.Name) {
			names = append(names, p.accountName(a))
		}
		row := SettingRow{Label: p.personName(who.Name), Help: strings.Join(names, ", "),
			Buttons: []Button{{Label: p.Say("people.rename"), Command: Command{Verb: Rename, Person: who.Name}}}}
		if len(names) == 0 && len(p.s.Profiles) > 1 {
			row.Help = p.Say("people.no_accounts")
			row.Buttons = append(row.Buttons, Button{Label: p.Say("people.forget"), Command: Command{Verb: Forget, Person: who.Name}})
		}
		out.Rows = append(out.Rows, row)
	}
	out.Rows = append(out.Rows, SettingRow{Buttons: []Button{{Label: p.Say("people.add"), Command: Command{Verb: Add, Name: AnotherPerson}}}})
	return out
}

// owner is whose an account is, and lets it be given to somebody else.
func (p *painter) owner(a ledger.AccountStatus) SettingRow {
	out := SettingRow{Label: p.Say("people.owner"), Choices: append(p.everybody(), Choice{Label: p.Say("people.another")}),
		Change: Command{Verb: Move, Account: int64(a.ID)}}
	for _, who := range p.s.Profiles {
		if who.ID == a.Profile {
			out.Value = who.Name
		}
	}
	return out
}

// AnotherPerson is the name of the commands Add and Move that are about
// somebody who is not known yet.
const AnotherPerson = "another"
