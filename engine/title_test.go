package engine

import (
	"testing"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

func TestTitle(t *testing.T) {
	show := ledger.Work{Kind: media.Show, Title: "Harbour Nine"}
	episode := ledger.Work{ID: 7, Kind: media.Episode, Title: "Pilot", Season: 1, Number: 3}
	alone := episode
	alone.ShowTitle = "Far Harbour"
	for want, c := range map[string][2]ledger.Work{
		"Harbour Nine 1x03":       {episode, show},
		"Far Harbour 1x03":        {alone},
		"Pilot":                   {episode},
		"Harbour Nine, season 2":  {{Kind: media.Season, Season: 2}, show},
		"Paper Lighthouse (2023)": {{Kind: media.Film, Title: "Paper Lighthouse", Year: 2023}},
		"film no. 9":              {{ID: 9, Kind: media.Film}},
	} {
		if got := Title(c[0], c[1]); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
