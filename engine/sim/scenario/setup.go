package scenario

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/engine/providertest"
)

// before is how long before the scenario "has" things came to be.
const before = 30 * 24 * time.Hour

func (p *parser) profile(words []string) (step, error) {
	if err := want(words, 1, 1); err != nil {
		return step{}, err
	}
	return step{do: func(ctx context.Context, s *stage) (err error) {
		if _, there := s.persons[words[0]]; !there {
			s.persons[words[0]], err = s.home.Profile(ctx, words[0])
		}
		s.person = s.persons[words[0]]
		return err
	}}, nil
}

// accountOptions change what an account's service is like, or the account.
var accountOptions = map[string]func(arg string, p *providertest.Profile, a *ledger.Account) error{
	"unaccepted": func(_ string, _ *providertest.Profile, a *ledger.Account) error { a.Accepted = false; return nil },
	"other-scrobbler": func(arg string, _ *providertest.Profile, a *ledger.Account) error {
		a.Options["other_scrobbler"] = cmp.Or(arg, "on")
		return nil
	},
	"features": func(arg string, _ *providertest.Profile, a *ledger.Account) (err error) {
		a.Features, err = features(arg)
		return err
	},
	"batch": func(arg string, p *providertest.Profile, _ *ledger.Account) (err error) {
		p.Caps.Batch, err = strconv.Atoi(arg)
		return err
	},
	"room":       room,
	"no-totals":  func(_ string, p *providertest.Profile, _ *ledger.Account) error { p.Totals = false; return nil },
	"no-lookup":  without(func(c *provider.FeatureCaps) { c.LookUp = false }),
	"no-stamps":  without(func(c *provider.FeatureCaps) { c.Stamps = false }),
	"no-times":   without(func(c *provider.FeatureCaps) { c.Times = false }),
	"whole-step": whole,
	"drops-watched": func(_ string, p *providertest.Profile, _ *ledger.Account) error {
		p.Caps.Effects |= provider.ListDropsWatched
		return nil
	},
}

func without(take func(*provider.FeatureCaps)) func(string, *providertest.Profile, *ledger.Account) error {
	return func(_ string, p *providertest.Profile, _ *ledger.Account) error {
		for f := range p.Caps.Features {
			take(&p.Caps.Features[f])
		}
		return nil
	}
}

// whole lets a service keep ratings in steps of the given size.
func whole(arg string, p *providertest.Profile, _ *ledger.Account) error {
	n, err := strconv.Atoi(arg)
	if err != nil || n < 1 || n > 100 {
		return fmt.Errorf("%q is no step", arg)
	}
	p.Caps.Features[media.Ratings].Step, p.Caps.Features[media.Ratings].Lowest = n, n
	return nil
}

// room bounds a list: room=watchlist:7.
func room(arg string, p *providertest.Profile, _ *ledger.Account) error {
	name, most, _ := strings.Cut(arg, ":")
	f, ok := media.ParseFeature(name)
	n, err := strconv.Atoi(most)
	if !ok || err != nil {
		return fmt.Errorf("%q is no room", arg)
	}
	p.Caps.Features[f].Capacity = n
	return nil
}

func profiles() map[string]providertest.Profile {
	out := map[string]providertest.Profile{}
	for _, p := range providertest.Profiles() {
		out[p.Name] = p
	}
	return out
}

func (p *parser) account(words []string) (step, error) {
	if err := want(words, 2, anyNumber); err != nil {
		return step{}, err
	}
	name := words[0]
	if _, taken := p.accounts[name]; taken || reader(name) != nil {
		return step{}, fmt.Errorf("the name %q is taken", name)
	}
	profile, err := oneOf("profile", words[1], profiles())
	if err != nil {
		return step{}, err
	}
	edit := ledger.Account{Accepted: true, Options: map[string]string{}}
	for _, option := range words[2:] {
		word, arg, _ := strings.Cut(option, "=")
		set, err := oneOf("option", word, accountOptions)
		if err == nil {
			err = set(arg, &profile, &edit)
		}
		if err != nil {
			return step{}, err
		}
	}
	p.accounts[name] = profile
	return step{do: func(ctx context.Context, s *stage) error {
		if _, err := s.home.Add(ctx, s.person, name, profile); err != nil {
			return err
		}
		return s.home.Edit(ctx, name, func(a *ledger.Account) {
			a.Accepted, a.Options = edit.Accepted, edit.Options
			if edit.Features != nil {
				a.Features = edit.Features
			}
		})
	}}, nil
}

// routeWords change a route.
var routeWords = map[string]func(*ledger.Route){
	"unaccepted": func(r *ledger.Route) { r.Accepted = false },
	"onward":     func(r *ledger.Route) { r.Onward = true },
	"unwatch":    func(r *ledger.Route) { r.Unwatch = true },
}

// route reads A -> B FEATURES [mode] [removals] [words].
func (p *parser) route(words []string) (step, error) {
	ends, fs, err := p.ends(words)
	if err != nil {
		return step{}, err
	}
	base := ledger.Route{Mode: ledger.AddOnly, Accepted: true}
	for _, word := range words[4:] {
		mode, isMode := ledger.ParseMode(word)
		removals, isRemovals := ledger.ParseRemovals(word)
		switch {
		case isMode:
			base.Mode = mode
		case isRemovals:
			base.Removals = removals
		case routeWords[word] != nil:
			routeWords[word](&base)
		default:
			return step{}, fmt.Errorf("%q says nothing about a route", word)
		}
	}
	return step{do: func(ctx context.Context, s *stage) error {
		for _, end := range ends {
			for _, f := range fs {
				if err := s.route(ctx, end, f, base); err != nil {
					return err
				}
			}
		}
		return nil
	}}, nil
}

func (p *parser) dropRoute(words []string) (step, error) {
	if err := want(words, 5, 5); err != nil {
		return step{}, err
	}
	if words[0] != "route" {
		return step{}, errors.New("only routes are dropped")
	}
	ends, fs, err := p.ends(words[1:])
	if err != nil {
		return step{}, err
	}
	return step{do: func(ctx context.Context, s *stage) error {
		routes, err := s.home.Store.Routes(ctx)
		for _, r := range routes {
			if slices.Contains(fs, r.Feature) && slices.ContainsFunc(ends, func(e [2]string) bool {
				return s.home.Room(e[0]).ID == r.From && s.home.Room(e[1]).ID == r.To
			}) {
				err = errors.Join(err, s.home.Store.DropRoute(ctx, r.ID))
			}
		}
		return err
	}}, nil
}

func (p *parser) ends(words []string) (ends [][2]string, fs []media.Feature, err error) {
	if err := want(words, 4, anyNumber); err != nil {
		return nil, nil, err
	}
	switch words[1] {
	case "->":
		ends = [][2]string{{words[0], words[2]}}
	case "<->":
		ends = [][2]string{{words[0], words[2]}, {words[2], words[0]}}
	default:
		return nil, nil, fmt.Errorf("%q is neither -> nor <->", words[1])
	}
	if err := p.known(words[0], words[2]); err != nil {
		return nil, nil, err
	}
	fs, err = features(words[3])
	return ends, fs, err
}

// has puts things into an account as they were before it was connected.
func (p *parser) has(name string, words []string) (step, error) {
	words, at, err := dated(words)
	if err != nil {
		return step{}, err
	}
	verb, err := oneOf("feature", words[0], map[string]providertest.Verb{"watchlist": providertest.List, "ratings": providertest.Rate,
		"history": providertest.Watch, "progress": providertest.Pause, "library": providertest.Hold, "marks": providertest.Mark})
	if err != nil {
		return step{}, err
	}
	if at == (when{}) {
		at.ago = before
	}
	return p.acts(name, verb, words[1:], at)
}

func (p *parser) edit(words []string, most int, change func(s *stage, a *ledger.Account)) (step, error) {
	if err := want(words, 1, most); err != nil {
		return step{}, err
	}
	if err := p.known(words[0]); err != nil {
		return step{}, err
	}
	return step{do: func(ctx context.Context, s *stage) error {
		return s.home.Edit(ctx, words[0], func(a *ledger.Account) { change(s, a) })
	}}, nil
}

func (p *parser) disconnect(words []string) (step, error) {
	return p.edit(words, 1, func(_ *stage, a *ledger.Account) { a.Removed = true })
}

func (p *parser) reconnect(words []string) (step, error) {
	return p.edit(words, 1, func(s *stage, a *ledger.Account) { a.Removed, a.Connected = false, s.lastRun()+1 })
}

func (p *parser) pause(words []string) (step, error) {
	return p.edit(words, 1, func(_ *stage, a *ledger.Account) { a.Paused = true })
}

func (p *parser) resume(words []string) (step, error) {
	return p.edit(words, 1, func(_ *stage, a *ledger.Account) { a.Paused = false })
}

func (p *parser) switchFeatures(words []string) (step, error) {
	if err := want(words, 2, 2); err != nil {
		return step{}, err
	}
	fs, err := features(words[1])
	if err != nil {
		return step{}, err
	}
	return p.edit(words, 2, func(_ *stage, a *ledger.Account) { a.Features = fs })
}
