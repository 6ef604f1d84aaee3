package scenario

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/engine/providertest"
)

// shows reads FEATURE WORK...|nothing: the truth at the service, exactly.
func (p *parser) shows(name string, words []string) (step, error) {
	var wanted []thing
	var err error
	if len(words) != 2 || words[1] != "nothing" {
		if wanted, err = things(words[1:]); err != nil {
			return step{}, err
		}
	}
	look, err := oneOf("feature", words[0], pictures)
	if err != nil {
		return step{}, err
	}
	if err := want(words, 2, anyNumber); err != nil {
		return step{}, err
	}
	return step{kind: asksTruth, do: func(_ context.Context, s *stage) error {
		var have []thing
		for _, h := range s.home.Room(name).Memory.Truth().Has {
			have = append(have, look(h)...)
		}
		return differ(have, wanted)
	}}, nil
}

// pictures tell what one item shows.
var pictures = map[string]func(providertest.Has) []thing{
	"watchlist": func(h providertest.Has) []thing { return shown(h.Listed, thing{h.Work, ""}) },
	"ratings":   func(h providertest.Has) []thing { return shown(h.Rating > 0, thing{h.Work, fmt.Sprint(h.Rating)}) },
	"watched":   func(h providertest.Has) []thing { return shown(h.Watched, thing{h.Work, ""}) },
	"progress": func(h providertest.Has) []thing {
		return shown(h.Position.Set, thing{h.Work, positionText(h.Position, h.Work)})
	},
	"history": func(h providertest.Has) []thing {
		if len(h.Plays) == 0 {
			return shown(h.Watched, thing{h.Work, timeText(h.WatchedAt)})
		}
		var out []thing
		for _, at := range h.Plays {
			out = append(out, thing{h.Work, timeText(at)})
		}
		return out
	},
}

func shown(is bool, t thing) []thing {
	if !is {
		return nil
	}
	return []thing{t}
}

func timeText(at media.Moment) string {
	if !at.Known() {
		return "undated"
	}
	text := at.Time().Format(timeForm)
	return strings.TrimSuffix(text, ":00")
}

func positionText(v media.Value, w providertest.Work) string {
	ms := v.N
	if v.Of == 0 {
		ms = v.N * w.RuntimeMS() / media.FractionWhole
	}
	return fmt.Sprintf("%ds", time.Duration(ms*int64(time.Millisecond)).Round(time.Second)/time.Second)
}

// differ compares what there is with what is wanted; a thing without a value
// stands for any.
func differ(have, wanted []thing) error {
	rest := slices.Clone(have)
	var missing []string
	byExactness := func(a, b thing) int { return strings.Compare(b.value, a.value) }
	exact := slices.Clone(wanted)
	slices.SortStableFunc(exact, byExactness)
	for _, w := range exact {
		i := slices.IndexFunc(rest, func(h thing) bool { return h.work == w.work && (w.value == "" || w.value == h.value) })
		if i < 0 {
			missing = append(missing, w.String())
			continue
		}
		rest = slices.Delete(rest, i, i+1)
	}
	if len(missing)+len(rest) == 0 {
		return nil
	}
	return fmt.Errorf("missing %v, and %v too many", missing, rest)
}

// writes reads "none", or A N.
func (p *parser) writes(words []string) (step, error) {
	if len(words) == 1 && words[0] == "none" {
		return step{kind: asksTruth, do: func(_ context.Context, s *stage) error {
			for _, name := range s.home.Names() {
				if n := s.newWrites(name); n != 0 {
					return fmt.Errorf("%d: %s", n, s.latest())
				}
			}
			return nil
		}}, nil
	}
	if err := want(words, 2, 2); err != nil {
		return step{}, err
	}
	n, err := count(words[1])
	return step{kind: asksTruth, do: func(_ context.Context, s *stage) error {
		if got := s.newWrites(words[0]); got != n {
			return fmt.Errorf("%d: %s", got, s.latest())
		}
		return nil
	}}, errors.Join(err, p.known(words[0]))
}

// newWrites counts what a service accepted since it was counted last.
func (s *stage) newWrites(name string) int {
	n := 0
	for _, w := range s.home.Room(name).Memory.Writes() {
		if w.Outcome != provider.Refused {
			n++
		}
	}
	before := s.counted[name]
	s.counted[name] = n
	return n - before
}

// hold reads GUARD A N [FEATURE].
func (p *parser) hold(words []string) (step, error) {
	if err := want(words, 3, 4); err != nil {
		return step{}, err
	}
	code, err := guardNamed(words[0])
	if err != nil {
		return step{}, err
	}
	n, err := count(words[2])
	if err != nil {
		return step{}, err
	}
	fs := media.Features[:]
	if len(words) == 4 {
		if fs, err = features(words[3]); err != nil {
			return step{}, err
		}
	}
	return step{kind: asksStore, do: func(_ context.Context, s *stage) error {
		for _, h := range s.home.Engine.Status().Holds {
			if h.Guard == code && h.Target == s.home.Room(words[1]).ID && h.Count == n && slices.Contains(fs, h.Feature) {
				return nil
			}
		}
		return errors.New("what waits is " + s.holds())
	}}, p.known(words[1])
}

// holds names every open hold.
func (s *stage) holds() string {
	var out []string
	for _, h := range s.home.Engine.Status().Holds {
		out = append(out, fmt.Sprintf("%s %s %d %s", h.Guard, s.nameOf(h.Target), h.Count, h.Feature))
	}
	if len(out) == 0 {
		return "nothing"
	}
	return strings.Join(out, ", ")
}

func (s *stage) nameOf(id ledger.AccountID) string {
	for _, name := range s.home.Names() {
		if s.home.Room(name).ID == id {
			return name
		}
	}
	return "?"
}

// no reads hold [GUARD], or reason A WORK CODE.
func (p *parser) no(words []string) (step, error) {
	if err := want(words, 1, 4); err != nil {
		return step{}, err
	}
	if words[0] == "reason" {
		return p.reasonOf(words[1:], false)
	}
	if words[0] != "hold" {
		return step{}, errors.New("there can be no hold or no reason")
	}
	var code ledger.Code
	if len(words) > 1 {
		var err error
		if code, err = guardNamed(words[1]); err != nil {
			return step{}, err
		}
	}
	return step{kind: asksStore, do: func(_ context.Context, s *stage) error {
		for _, h := range s.home.Engine.Status().Holds {
			if code == "" || h.Guard == code {
				return errors.New("what waits is " + s.holds())
			}
		}
		return nil
	}}, nil
}

func (p *parser) reason(words []string) (step, error) { return p.reasonOf(words, true) }

// reasonOf reads A WORK CODE: why the last plan, or an earlier one that still
// stands, leaves something undone.
func (p *parser) reasonOf(words []string, wanted bool) (step, error) {
	if err := want(words, 3, 3); err != nil {
		return step{}, err
	}
	w, err := oneWork(words[1])
	if err != nil {
		return step{}, err
	}
	code := ledger.Code(words[2])
	if !slices.Contains(ledger.Codes[:], code) {
		return step{}, fmt.Errorf("there is no reason %q", words[2])
	}
	return step{kind: asksStore, do: func(ctx context.Context, s *stage) error {
		given, err := s.reasons(ctx, s.home.Room(words[0]).ID, w)
		if err == nil && slices.Contains(given, code) != wanted {
			err = fmt.Errorf("the reasons are %v", given)
		}
		return err
	}}, p.known(words[0])
}

func (s *stage) reasons(ctx context.Context, account ledger.AccountID, w providertest.Work) (given []ledger.Code, err error) {
	works, err := s.idsOf(ctx, w)
	if err != nil {
		return nil, err
	}
	all, err := s.home.Store.Unmet(ctx, s.person, 0)
	for _, p := range s.last.Plans {
		all = append(all, p.NonOps...)
	}
	for _, n := range all {
		if n.Account == account && slices.Contains(works, n.Work) && !slices.Contains(given, n.Why.Code) {
			given = append(given, n.Why.Code)
		}
	}
	return given, err
}

// status reads A FEATURE FRESHNESS [CODE], or A problem CODE|none.
func (p *parser) status(words []string) (step, error) {
	if err := want(words, 3, 4); err != nil {
		return step{}, err
	}
	if words[1] == "problem" {
		return step{kind: asksStore, do: func(_ context.Context, s *stage) error {
			a := s.account(words[0])
			if got := orNone(a.Problem); got != words[2] {
				return fmt.Errorf("it is %s (%v)", got, a.Detail)
			}
			return nil
		}}, p.known(words[0])
	}
	f, ok := media.ParseFeature(words[1])
	if !ok {
		return step{}, fmt.Errorf("there is no feature %q", words[1])
	}
	return step{kind: asksStore, do: func(_ context.Context, s *stage) error {
		for _, v := range s.account(words[0]).Features {
			if v.Feature == f && (v.Freshness.String() != words[2] || len(words) == 4 && string(v.Why) != words[3]) {
				return fmt.Errorf("it is %s %s (%v)", v.Freshness, v.Why, v.Evidence)
			}
			if v.Feature == f {
				return nil
			}
		}
		return errors.New("there is no status of it")
	}}, p.known(words[0])
}

func orNone(code ledger.Code) string {
	if code == "" {
		return "none"
	}
	return string(code)
}

func (s *stage) account(name string) ledger.AccountStatus {
	for _, a := range s.home.Engine.Status().Accounts {
		if a.Name == name {
			return a
		}
	}
	return ledger.AccountStatus{}
}

func (p *parser) aside(words []string) (step, error) {
	return tally(words, func(s ledger.Status) int { return s.SetAside })
}

func (p *parser) waiting(words []string) (step, error) {
	return tally(words, func(s ledger.Status) int { return s.Waiting })
}

func tally(words []string, have func(ledger.Status) int) (step, error) {
	if err := want(words, 1, 1); err != nil {
		return step{}, err
	}
	n, err := count(words[0])
	return step{kind: asksStore, do: func(_ context.Context, s *stage) error {
		if got := have(s.home.Engine.Status()); got != n {
			return fmt.Errorf("%d", got)
		}
		return nil
	}}, err
}
