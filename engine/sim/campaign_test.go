package sim

import (
	"slices"
	"strings"
	"testing"
)

// A campaign in which something never happened fails, and so does one in which
// life was too easy.
func TestCampaignSeesWhatIsMissing(t *testing.T) {
	var c campaign
	full := map[string]int{}
	for _, what := range expected() {
		full[what] = 1
	}
	for range 200 {
		c.add(Verdict{Counts: full})
	}
	if lacks := c.lacks(); len(lacks) > 0 || c.hard != 200 || c.wrong() != 0 {
		t.Fatalf("nothing is missing: %v", lacks)
	}
	delete(c.total, "weather freeze")
	c.hard = 59
	lacks := c.lacks()
	for _, want := range []string{"weather freeze", "hard"} {
		if !slices.ContainsFunc(lacks, func(l string) bool { return strings.Contains(l, want) }) {
			t.Errorf("%s is not missed: %v", want, lacks)
		}
	}
}
