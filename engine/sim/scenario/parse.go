package scenario

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"watchkeeper/engine/media"
	"watchkeeper/engine/providertest"
)

// parser reads one scenario. It knows the accounts named so far, so that a
// misspelt name is an error of its line.
type parser struct {
	out      *Scenario
	accounts map[string]providertest.Profile
}

// Parse reads a scenario. Its error is a *LineError.
func Parse(file, text string) (*Scenario, error) {
	p := &parser{out: &Scenario{File: file}, accounts: map[string]providertest.Profile{}}
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if err := p.line(i+1, line); err != nil {
			return nil, &LineError{file, i + 1, line, err}
		}
	}
	if p.out.Case == "" {
		return nil, &LineError{file, 1, "", errors.New("the first line must say the case")}
	}
	return p.out, nil
}

func (p *parser) line(number int, text string) error {
	words := strings.Fields(text)
	switch {
	case words[0] == "case" && p.out.Case == "" && len(words) > 1:
		p.out.Case = strings.Join(words[1:], " ")
		return nil
	case p.out.Case == "":
		return errors.New("the first line must say the case")
	case text == "restless":
		p.out.loud = true
		return nil
	case text == "quiet":
		p.out.quiet = true
		return nil
	}
	s, err := p.step(words)
	if err != nil {
		return err
	}
	s.line, s.text = number, text
	p.out.steps = append(p.out.steps, s)
	return nil
}

// step reads a line that does or expects something.
func (p *parser) step(words []string) (step, error) {
	if words[0] == "refused" && len(words) > 2 {
		return p.refused(words[1:])
	}
	if read := reader(words[0]); read != nil {
		return read(p, words[1:])
	}
	if _, known := p.accounts[words[0]]; !known {
		return step{}, fmt.Errorf("%q is neither a word of this language nor an account", words[0])
	}
	if len(words) < 3 {
		return step{}, errors.New("an account does something to something")
	}
	switch words[1] {
	case "has":
		return p.has(words[0], words[2:])
	case "shows":
		return p.shows(words[0], words[2:])
	}
	return p.act(words[0], words[1:])
}

// refused reads a line that must be refused, in words that name what it is about.
func (p *parser) refused(words []string) (step, error) {
	s, err := p.step(words)
	try := s.do
	s.kind, s.do = asksStore, func(ctx context.Context, st *stage) error {
		if err := try(ctx, st); err == nil || !strings.Contains(err.Error(), words[1]) {
			return fmt.Errorf("it ended with %v", err)
		}
		return nil
	}
	return s, err
}

// reader reads the lines that start with a word of the language; nil for any
// other word.
func reader(word string) func(*parser, []string) (step, error) {
	return map[string]func(*parser, []string) (step, error){
		"profile": (*parser).profile, "account": (*parser).account, "route": (*parser).route, "drop": (*parser).dropRoute,
		"disconnect": (*parser).disconnect, "reconnect": (*parser).reconnect, "features": (*parser).switchFeatures,
		"pause": (*parser).pause, "resume": (*parser).resume,
		"when": (*parser).when, "settings": (*parser).settings, "pin": (*parser).pin,
		"link": (*parser).link, "unlink": (*parser).unlink, "answer": (*parser).answer,
		"undo": (*parser).undo, "backup": (*parser).backup, "restore": (*parser).restore, "restart": (*parser).restart,
		"preview": (*parser).preview, "later": (*parser).later, "our-clock": (*parser).ourClock, "run": (*parser).run,
		"weather": (*parser).weather, "picture": (*parser).picture, "old": (*parser).old, "crash": (*parser).crash, "cancel": (*parser).cancel,
		"writes": (*parser).writes, "hold": (*parser).hold, "no": (*parser).no, "reason": (*parser).reason,
		"status": (*parser).status, "aside": (*parser).aside, "waiting": (*parser).waiting,
	}[word]
}

// want checks how many words a statement has.
func want(words []string, least, most int) error {
	if len(words) < least {
		return fmt.Errorf("%d words follow, at least %d must", len(words), least)
	}
	if len(words) > most {
		return fmt.Errorf("%q is too much", strings.Join(words[most:], " "))
	}
	return nil
}

const anyNumber = 1 << 20

func (p *parser) known(names ...string) error {
	for _, name := range names {
		if _, ok := p.accounts[name]; !ok {
			return fmt.Errorf("there is no account %q", name)
		}
	}
	return nil
}

// features reads "watchlist,ratings" or "all".
func features(word string) ([]media.Feature, error) {
	if word == "all" {
		return media.Features[:], nil
	}
	var out []media.Feature
	for name := range strings.SplitSeq(word, ",") {
		f, ok := media.ParseFeature(name)
		if !ok {
			return nil, fmt.Errorf("there is no feature %q", name)
		}
		out = append(out, f)
	}
	return out, nil
}

// oneOf finds a word in a table and names the others when it is missing.
func oneOf[T any](what, word string, table map[string]T) (T, error) {
	v, ok := table[word]
	if !ok {
		return v, fmt.Errorf("there is no %s %q; there are %s", what, word, strings.Join(sortedKeys(table), ", "))
	}
	return v, nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, cmp.Compare[string])
	return keys
}
