package identity

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"watchkeeper/engine/media"
)

// proposals prints what is proposed: "key→work score exact bulk".
func proposals(ps []Proposal) string {
	var lines []string
	for _, p := range ps {
		line := fmt.Sprintf("%s→%d %d", p.Key, p.Work, p.Score)
		if p.Exact {
			line += " exact"
		}
		if p.Bulk {
			line += " bulk"
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, ", ")
}

func unmatched(key, title string, year int) Unmatched {
	return Unmatched{Key: key, Item: titled(film(key), title, year)}
}

func candidate(work media.WorkID, title string, year int) Candidate {
	return Candidate{Work: work, Item: titled(film(fmt.Sprint(work)), title, year)}
}

func TestPropose(t *testing.T) {
	long, short, original := unmatched("x", "Solaris", 1972), unmatched("x", "Solaris", 1972), unmatched("x", "Солярис", 1972)
	long.Item.RuntimeMS, short.Item.RuntimeMS = 10_000_000, 6_000_000
	timed, translated := candidate(1, "Solaris", 1972), candidate(1, "Solaris", 1972)
	timed.Item.RuntimeMS, translated.Item.OriginalTitle = 10_100_000, "Солярис"
	series, seriesAs := Unmatched{"x", titled(show("x"), "Fargo", 2014), 51}, Candidate{1, titled(show("1"), "Fargo", 2014), 51}
	pilot := Unmatched{Key: "x", Item: titled(episode("x", "s", 1, 1), "Pilot", 0)}
	pilotAs, second := Candidate{Work: 1, Item: titled(episode("1", "s", 1, 1), "Pilot", 0)}, Candidate{Work: 2, Item: titled(episode("2", "s", 1, 2), "Pilot", 0)}
	foreign := Candidate{Work: 3, Item: titled(episode("3", "r", 1, 1), "Pilot", 0)}
	for _, c := range []struct {
		name       string
		unmatched  []Unmatched
		candidates []Candidate
		want       string
	}{
		{"the same name", []Unmatched{unmatched("x", "Solaris", 1972)}, []Candidate{candidate(1, "Solaris", 1972)}, "x→1 80 exact bulk"},
		{"another spelling", []Unmatched{unmatched("x", "Amelie & the Lamp", 2001)}, []Candidate{candidate(1, "The Amélie and the lamp!", 2001)}, "x→1 80 bulk"},
		{"a year off by one", []Unmatched{unmatched("x", "Solaris", 1973)}, []Candidate{candidate(1, "Solaris", 1972)}, "x→1 65 bulk"},
		{"no year", []Unmatched{unmatched("x", "Solaris", 0)}, []Candidate{candidate(1, "Solaris", 1972)}, "x→1 50 bulk"},
		{"the original title", []Unmatched{original}, []Candidate{translated}, "x→1 75 bulk"},
		{"equal runtime", []Unmatched{long}, []Candidate{timed}, "x→1 100 exact bulk"},
		{"another runtime", []Unmatched{short}, []Candidate{timed}, "x→1 60 exact bulk"},
		{"episode counts", []Unmatched{series}, []Candidate{seriesAs}, "x→1 100 exact bulk"},
		{"another title", []Unmatched{unmatched("x", "Solaris", 1972)}, []Candidate{candidate(1, "Stalker", 1972)}, ""},
		{"no title", []Unmatched{unmatched("x", "", 1972)}, []Candidate{candidate(1, "", 1972)}, ""},
		{"another kind", []Unmatched{unmatched("x", "Fargo", 2014)}, []Candidate{seriesAs}, ""},
		{"a remake", []Unmatched{unmatched("x", "Solaris", 1972)}, []Candidate{candidate(1, "Solaris", 2002)}, ""},
		{"a film and its remake", []Unmatched{unmatched("x", "Solaris", 1972), unmatched("y", "Solaris", 2002), unmatched("z", "Stalker", 1979)},
			[]Candidate{candidate(1, "Solaris", 1972), candidate(2, "Solaris", 2002), candidate(3, "Stalker", 1979)},
			"x→1 80 exact, y→2 80 exact, z→3 80 exact bulk"},
		{"a remake that nobody lists twice", []Unmatched{unmatched("x", "Solaris", 1972), unmatched("y", "Solaris", 2002)},
			[]Candidate{candidate(1, "Solaris", 1972)}, "x→1 80 exact"},
		{"two works for one item", []Unmatched{unmatched("x", "Solaris", 1972)},
			[]Candidate{candidate(2, "Solaris", 1973), candidate(1, "Solaris", 1972)}, "x→1 80, x→2 65"},
		{"two items for one work", []Unmatched{unmatched("x", "Solaris", 1972), unmatched("y", "Solaris", 1972)},
			[]Candidate{candidate(1, "Solaris", 1972)}, "x→1 80 bulk, y→1 80 bulk"},
		{"two descriptions of one work", []Unmatched{unmatched("x", "Solaris", 1972)},
			[]Candidate{candidate(1, "Solaris", 1972), candidate(1, "Solaris", 1973)}, "x→1 80 exact bulk"},
		{"an episode", []Unmatched{pilot}, []Candidate{pilotAs, second, foreign}, "x→1 50 bulk"},
	} {
		same(t, c.name, proposals(Propose(c.unmatched, c.candidates)), c.want)
		slices.Reverse(c.unmatched)
		slices.Reverse(c.candidates)
		same(t, c.name+", other order", proposals(Propose(c.unmatched, c.candidates)), c.want)
	}
}
