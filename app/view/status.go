package view

import (
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// mood is the state of everything: a hidden error is never "good".
func (p *painter) mood() Mood {
	switch {
	case p.waiting() > 0:
		return NeedsYou
	case p.s.Problem != nil, p.trouble() != nil && !p.s.Offline:
		return Trouble
	case p.s.Paused, p.s.Offline, p.s.Metered:
		return Paused
	case p.s.Running != nil:
		return Working
	case p.unsure() != nil:
		return Trouble
	case p.unread() != nil:
		return Working
	}
	return Good
}

// waiting counts what only the person can decide.
func (p *painter) waiting() int {
	n := len(p.holdGroups())
	for _, a := range p.s.Accounts {
		if mustSignIn(a.Problem) {
			n++
		}
	}
	return n
}

func mustSignIn(c ledger.Code) bool { return c == ledger.AuthNeeded || c == ledger.WrongUser }

// trouble is the first account that cannot be kept, and not for want of a
// decision.
func (p *painter) trouble() *ledger.AccountStatus {
	for i, a := range p.s.Accounts {
		if !a.Paused && a.Problem != "" && !mustSignIn(a.Problem) {
			return &p.s.Accounts[i]
		}
	}
	return nil
}

// doubt is one feature whose last trusted read is worth too little.
type doubt struct {
	account ledger.AccountStatus
	feature ledger.FeatureStatus
}

// unsure is the first feature that is stale or silent.
func (p *painter) unsure() *doubt {
	for _, a := range p.s.Accounts {
		for _, f := range a.Features {
			fresh := p.freshness(f)
			if !a.Paused && (fresh == ledger.Stale || fresh == ledger.Silent) {
				return &doubt{a, f}
			}
		}
	}
	return nil
}

// unread is the first feature that was never read.
func (p *painter) unread() *doubt {
	for _, a := range p.s.Accounts {
		for _, f := range a.Features {
			if !a.Paused && f.Freshness == ledger.NeverRead {
				return &doubt{a, f}
			}
		}
	}
	return nil
}

// freshness is a feature's worth now: what the engine said ages while nothing
// is read. The bands are those of §9 of the rules.
func (p *painter) freshness(f ledger.FeatureStatus) ledger.Freshness {
	if f.Freshness != ledger.Fresh && f.Freshness != ledger.Ageing || !f.Next.Known() {
		return f.Freshness
	}
	interval, age := f.Next-f.LastTrusted, p.now-f.LastTrusted
	switch {
	case age > 6*interval:
		return ledger.Stale
	case age > 2*interval:
		return ledger.Ageing
	}
	return f.Freshness
}

// sentence is the one on top of the window and on the first line of the tray.
func (p *painter) sentence() string {
	switch p.mood() {
	case NeedsYou:
		n := p.waiting()
		if p.s.Problem != nil {
			n++
		}
		return p.Say("status.needs_you", "n", n)
	case Paused:
		return p.pauseSentence()
	case Working:
		if p.s.Running != nil {
			return p.progress().Text
		}
		return p.Say("status.unread", "account", p.accountName(p.unread().account))
	case Trouble:
		return p.troubleSentence()
	}
	if p.oldest() == 0 {
		return p.Say("status.no_accounts")
	}
	if len(p.s.Accounts) == 1 {
		return p.Say("status.one_account", "account", p.accountName(p.s.Accounts[0]), "age", p.Ago(p.oldest(), p.now))
	}
	return p.Say("status.in_sync", "age", p.Ago(p.oldest(), p.now))
}

func (p *painter) pauseSentence() string {
	switch {
	case p.s.Paused && p.s.PausedTo.Known():
		return p.Say("status.paused_until", "when", p.Clock(p.s.PausedTo, p.now))
	case p.s.Paused:
		return p.Say("status.paused")
	case p.s.Offline:
		return p.Say("status.offline")
	}
	return p.Say("status.metered")
}

func (p *painter) troubleSentence() string {
	if p.s.Problem != nil {
		return p.Say("problem." + p.problemKey(*p.s.Problem))
	}
	if a := p.trouble(); a != nil {
		if a.Retry > p.now {
			return p.Say("status.trouble_retry", "account", p.accountName(*a), "why", p.Say("trouble."+p.troubleKey(a.Problem)),
				"when", p.Clock(a.Retry, p.now))
		}
		return p.Say("status.trouble", "account", p.accountName(*a), "why", p.Say("trouble."+p.troubleKey(a.Problem)))
	}
	u := p.unsure()
	if c, doubted := p.doubtCard(u.account, u.feature); doubted && u.feature.Evidence.Code != ledger.SawLastRead {
		return c.Title // it was read lately, and is not believed
	}
	return p.Say("status.stale", "account", p.accountName(u.account), "feature", p.feature(u.feature.Feature),
		"age", p.Ago(u.feature.LastTrusted, p.now))
}

// troubleKey is the short form of an account's problem.
func (p *painter) troubleKey(c ledger.Code) string {
	if p.has("trouble." + string(c)) {
		return string(c)
	}
	return "other"
}

// oldest is the last trusted read of the feature that was read longest ago.
func (p *painter) oldest() media.Moment {
	var oldest media.Moment
	for _, a := range p.s.Accounts {
		for _, f := range a.Features {
			if !a.Paused && f.LastTrusted.Known() && (oldest == 0 || f.LastTrusted < oldest) {
				oldest = f.LastTrusted
			}
		}
	}
	return oldest
}

// details are the lines under the sentence.
func (p *painter) details() []string {
	var out []string
	if p.s.Running == nil && p.s.Waiting == 0 {
		out = append(out, p.Say("status.safe"))
	}
	if p.s.Waiting > 0 {
		out = append(out, p.Say("status.unseen", "n", p.s.Waiting))
	}
	if p.s.Unmet > 0 {
		out = append(out, p.Say("status.unmet", "n", p.s.Unmet))
	}
	if p.s.SetAside > 0 {
		out = append(out, p.Say("status.set_aside", "n", p.s.SetAside))
	}
	if p.s.Unclear > 0 {
		out = append(out, p.Say("status.unclear", "n", p.s.Unclear))
	}
	if p.s.NextRun.Known() && !p.s.Paused && p.s.Running == nil {
		out = append(out, p.Say("status.next", "when", p.In(p.s.NextRun, p.now)))
	}
	return out
}

// buttons are those beside the sentence.
func (p *painter) buttons() []Button {
	var out []Button
	if p.s.Running != nil {
		out = append(out, Button{Label: p.Say("button.stop"), Command: Command{Verb: Stop}})
	} else {
		out = append(out, Button{Label: p.Say("button.sync"), Command: Command{Verb: SyncNow}, Primary: p.waiting() == 0})
	}
	if p.s.Unmet > 0 {
		out = append(out, Button{Label: p.Say("button.why"), Command: Command{Verb: Why}})
	}
	if p.s.Paused {
		return append(out, Button{Label: p.Say("button.resume"), Command: Command{Verb: Resume}})
	}
	return append(out, Button{Label: p.Say("button.pause"), Command: Command{Verb: Pause, For: OneHour}})
}

// writing tells whether something is being written.
func (p *painter) writing() bool {
	return p.s.Running != nil && p.s.Running.Stage == "writing" && p.s.Running.Of > 0
}

// progress is the run under way; nil when there is none.
func (p *painter) progress() *Progress {
	r := p.s.Running
	if r == nil {
		return nil
	}
	if p.writing() {
		text := p.Say("run.writing", "done", r.Done, "of", r.Of, "account", p.account(r.Account))
		return &Progress{Text: text, Share: float64(r.Done) / float64(r.Of)}
	}
	key := "run." + r.Stage
	if !p.has(key) {
		key = "run.deciding"
	}
	return &Progress{Text: p.Say(key), Share: -1}
}
