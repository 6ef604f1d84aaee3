package scenario

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"watchkeeper/engine"
)

const folder = "testdata"

const lastCase = 108

func scenarios(t testing.TB) []*Scenario {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var all []*Scenario
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		s, err := Parse(filepath.Base(file), string(text))
		if err != nil {
			t.Error(err)
			continue
		}
		all = append(all, s)
	}
	return all
}

func TestScenarios(t *testing.T) {
	for _, s := range scenarios(t) {
		t.Run(strings.TrimSuffix(s.File, ".txt"), func(t *testing.T) {
			t.Parallel()
			if err := s.Play(context.Background()); err != nil {
				t.Errorf("%s: %v", s.Case, err)
			}
		})
	}
}

func TestEveryCaseIsThere(t *testing.T) {
	there := map[int]bool{}
	for _, s := range scenarios(t) {
		n, err := strconv.Atoi(strings.SplitN(s.File, "-", 2)[0])
		if err != nil {
			t.Errorf("%s does not begin with the number of its case", s.File)
		}
		there[n] = true
	}
	for n := 1; n <= lastCase; n++ {
		if _, other := elsewhere[n]; !there[n] && !other {
			t.Errorf("case %d is missing", n)
		}
	}
}

// TestScenariosCanFail plays every scenario without an engine, and the quiet
// ones with a mirror that copies whatever it sees: each must notice.
func TestScenariosCanFail(t *testing.T) {
	for _, s := range scenarios(t) {
		t.Run(strings.TrimSuffix(s.File, ".txt"), func(t *testing.T) {
			t.Parallel()
			ctx := context.Background()
			idle := s.play(ctx, nothing, func(step) bool { return true })
			if !s.quiet {
				if idle == nil {
					t.Error("an engine that does nothing passes")
				}
				return
			}
			if idle != nil && !asksEngine(s, idle) {
				t.Errorf("it is quiet, and doing nothing fails: %v", idle)
			}
			if err := s.play(ctx, mirror, func(line step) bool { return line.kind == asksTruth }); err == nil && idle == nil {
				t.Error("a mirror that copies whatever it sees passes")
			}
		})
	}
}

// asksEngine tells whether the line that failed asks what the engine says.
func asksEngine(s *Scenario, err error) bool {
	var e *LineError
	if !errors.As(err, &e) {
		return false
	}
	for _, line := range s.steps {
		if line.line == e.Line {
			return line.kind != asksTruth
		}
	}
	return false
}

func nothing(context.Context, *stage, engine.Wish) (engine.Outcome, error) {
	return engine.Outcome{}, nil
}

func TestParseErrors(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "x.txt:1: : the first line must say the case"},
		{"account A tracker", "x.txt:1: account A tracker: the first line must say the case"},
		{"case a\n\naccount A trakker", "x.txt:3: account A trakker: there is no profile"},
		{"case a\naccount A tracker\nA lists movie:1", `"movie:1" is no work`},
		{"case a\naccount A tracker\nA rates film:1=101", `no rating in 1..100`},
		{"case a\naccount A tracker\nB lists film:1", `"B" is neither`},
		{"case a\naccount A tracker\nroute A -> B watchlist", `there is no account "B"`},
		{"case a\naccount A tracker\nweather A hail 3", `there is no weather "hail"`},
		{"case a\naccount A tracker\nweather A freeze many", `"many" is no number`},
		{"case a\naccount A tracker\nhold guard_of_honour A 3", `there is no guard`},
		{"case a\naccount A tracker\nreason A film:1 because", `there is no reason`},
		{"case a\naccount A tracker\nrun twice", `"twice" is no number`},
		{"case a\naccount A tracker\nlater 3 weeks", `too much`},
	} {
		_, err := Parse("x.txt", c.text)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %q", c.text, err, c.want)
		}
	}
}

// FuzzParse: whatever stands in a file, reading it ends with a scenario or an
// error that names the line.
func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob(filepath.Join(folder, "*.txt"))
	for _, file := range files {
		if text, err := os.ReadFile(file); err == nil {
			f.Add(string(text))
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse("x.txt", text)
		var e *LineError
		switch {
		case err == nil && s.Case == "":
			t.Error("a scenario without a case")
		case err != nil && (!errors.As(err, &e) || !strings.HasPrefix(err.Error(), fmt.Sprintf("x.txt:%d:", e.Line))):
			t.Errorf("the error names no line: %v", err)
		}
	})
}
