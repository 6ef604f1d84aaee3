package app

import (
	"context"
	"maps"
	"slices"
	"strings"

	"watchkeeper/app/wire"
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// otherScrobbler is the engine's own option of an account with a log of plays:
// another program feeds that log (R16).
const otherScrobbler = "other_scrobbler"

// optionsOf are the options that accounts of a service take.
func optionsOf(s provider.Service) []provider.Option {
	out := slices.Clone(s.Options)
	if s.Capabilities.Feature(media.History).KeepsPlays {
		out = append(out, provider.Option{Name: otherScrobbler, Values: []string{"on", "off"}})
	}
	if s.ClientHelp != "" {
		out = append(out, provider.Option{Name: wire.OptionClientID})
	}
	if s.NeedsAddress {
		out = append(out, provider.Option{Name: wire.OptionPins})
	}
	return out
}

// mayBeWritten tells whether a feature is only read at an account until its
// person switches on that it is written too.
func mayBeWritten(s provider.Service, acc ledger.Account, f media.Feature) bool {
	name := "write_" + f.String()
	return acc.Options[name] != "on" && slices.ContainsFunc(s.Options, func(o provider.Option) bool { return o.Name == name })
}

// choose changes options; "" removes one. What an account does not take is
// refused with what it does.
func choose(s provider.Service, old, changes map[string]string) (map[string]string, error) {
	takes := optionsOf(s)
	for _, name := range slices.Sorted(maps.Keys(changes)) {
		i := slices.IndexFunc(takes, func(o provider.Option) bool { return o.Name == name })
		value := changes[name]
		switch {
		case i < 0 && old[name] != "" && value == "": // of another version: it can go
		case i < 0 && len(takes) == 0:
			return nil, usage("there is no option %q; %s has none", name, s.Title)
		case i < 0:
			return nil, usage("there is no option %q; %s has: %s", name, s.Title, described(takes))
		case value != "" && takes[i].Values != nil && !slices.Contains(takes[i].Values, value):
			return nil, usage("option %s is %s, not %q", name, strings.Join(takes[i].Values, " or "), value)
		}
	}
	out := map[string]string{}
	maps.Copy(out, old)
	maps.Copy(out, changes)
	maps.DeleteFunc(out, func(_, value string) bool { return value == "" })
	return out, nil
}

func described(options []provider.Option) string {
	var out []string
	for _, o := range options {
		values := "any text"
		if o.Values != nil {
			values = strings.Join(o.Values, " or ")
		}
		out = append(out, o.Name+" ("+values+")")
	}
	return strings.Join(out, ", ")
}

// leaveOut turns a person's words for libraries, ids or names, into ids. Only
// words that are new are looked up at the server.
func (a *App) leaveOut(ctx context.Context, acc ledger.Account, words []string) ([]string, error) {
	var known []LibraryPart
	var ids []string
	for _, word := range words {
		if slices.Contains(acc.LeftOut, word) {
			ids = append(ids, word)
			continue
		}
		if known == nil {
			var err error
			if known, err = a.Libraries(ctx, AccountArgs{acc.Name}); err != nil {
				return nil, err
			}
		}
		i := slices.IndexFunc(known, func(p LibraryPart) bool { return p.ID == word || p.Name == word })
		if i < 0 {
			var names []string
			for _, p := range known {
				names = append(names, p.ID+" ("+p.Name+")")
			}
			return nil, unknown("library", word, names)
		}
		ids = append(ids, known[i].ID)
	}
	return ids, nil
}
