package sim

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"watchkeeper/engine/ledger"
)

// How often everything must have happened in a campaign of wholeCampaign lives
// ("sometimes" assertions); in a shorter one as much less.
const (
	wholeCampaign = 2000
	sometimes     = 20
	// hardShare is how many percent of lives have an engaged guard, a lost answer
	// or a crash, and fewLives how many there must be for a share to mean much.
	hardShare = 30
	fewLives  = 100
)

// campaign sums up many lives.
type campaign struct {
	lives, liars, hard int
	total              map[string]int
	byProperty         map[string]int
}

func (c *campaign) add(v Verdict) {
	if c.total == nil {
		c.total, c.byProperty = map[string]int{}, map[string]int{}
	}
	c.lives++
	hard := false
	for what, n := range v.Counts {
		c.total[what] += n
		hard = hard || strings.HasPrefix(what, "guard ") || what == "weather lose" || what == "stopped" || what == "killed"
	}
	if hard {
		c.hard++
	}
	if v.Liar {
		c.liars++
	}
	if len(v.Wrong) > 0 {
		c.byProperty[v.Wrong[0].Property]++
	}
}

// wrong is how many lives went wrong.
func (c *campaign) wrong() (n int) {
	for _, m := range c.byProperty {
		n += m
	}
	return n
}

// lines say what happened how often: faults fired, guards engaged, states
// reached.
func (c *campaign) lines() []string {
	out := []string{fmt.Sprintf("%7d lives, %d with an engaged guard, a lost answer or a crash, %d with a liar nobody sees through", c.lives, c.hard, c.liars)}
	for _, what := range slices.Sorted(maps.Keys(c.total)) {
		out = append(out, fmt.Sprintf("%7d %s", c.total[what], what))
	}
	return out
}

// lacks are what happened too seldom for the campaign to prove anything about
// it.
func (c *campaign) lacks() (out []string) {
	least := sometimes * c.lives / wholeCampaign
	for _, what := range expected() {
		if n := c.total[what]; n < least {
			out = append(out, fmt.Sprintf("%s happened %d times in %d lives, at least %d are needed", what, n, c.lives, least))
		}
	}
	if c.lives >= fewLives && c.hard*100 < c.lives*hardShare {
		out = append(out, fmt.Sprintf("%d of %d lives were hard, at least %d %% must be", c.hard, c.lives, hardShare))
	}
	return out
}

// expected is what must happen sometimes: every kind of weather, every guard
// that a life can engage, every habit.
func expected() []string {
	var out []string
	for _, g := range glooms {
		out = append(out, "weather "+strings.Fields(g.words)[0])
	}
	for _, code := range ledger.Codes {
		if strings.HasPrefix(string(code), "guard_") && !rare[code] {
			out = append(out, "guard "+string(code))
		}
	}
	for _, h := range habits {
		out = append(out, "act "+h.verb.String())
	}
	out = append(out, "stopped", "killed", "restored", "jump", "undo")
	slices.Sort(out)
	return slices.Compact(out)
}

// rare are guards that need more than a life of sixty works has, or that a
// check before them forestalls; scenarios engage them.
var rare = map[ledger.Code]bool{
	ledger.GuardWrongUser:     true, // the sign-in is checked before every read
	ledger.GuardIdentityShift: true,
	ledger.GuardAdds:          true,
	ledger.GuardQuota:         true,
	ledger.GuardVersion:       true,
}
