package providers

import (
	"flag"
	"os"
	"strings"
	"testing"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

var update = flag.Bool("update", false, "write the table of services into README.md")

const (
	readme     = "../README.md"
	tableBegin = "<!-- services: written by go test ./providers -run TestReadme -update -->\n"
	tableEnd   = "<!-- /services -->"
)

func TestReadmeShowsWhatTheServicesCanDo(t *testing.T) {
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, begun := strings.Cut(string(text), tableBegin)
	shown, after, ended := strings.Cut(rest, tableEnd)
	if !begun || !ended {
		t.Fatalf("README.md lacks the lines %s and %s around its table", tableBegin, tableEnd)
	}
	want := Table(All(nil))
	if shown == want {
		return
	}
	if !*update {
		t.Fatal("README.md does not show what the services can do; write it with: CGO_ENABLED=0 go test -tags ci ./providers -run TestReadme -update")
	}
	if err := os.WriteFile(readme, []byte(before+tableBegin+want+tableEnd+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestTableSaysWhatCapabilitiesSay(t *testing.T) {
	var history, ratings provider.FeatureCaps
	history.Coverage, history.KeepsPlays, history.Capacity = provider.Whole, true, 7
	history.Access[media.Film], history.Access[media.Episode], history.Access[media.Show] = provider.FullUse, provider.FullUse, provider.ReadIt
	ratings.Coverage, ratings.Step = provider.Whole, 20
	ratings.Access[media.Part] = provider.AddIt
	caps := provider.Capabilities{Class: provider.Tracker, ReadsEveryMS: 900_000}
	caps.Features[media.History], caps.Features[media.Ratings] = history, ratings
	got := Table([]provider.Service{{Title: "X", Capabilities: caps}})
	want := "| **X** (tracker) | film, episode; read only: show; every play; at most 7 | add only: part; 5 steps | – | – | 15 min | only if you say so |"
	if rows := strings.Split(got, "\n"); len(rows) != 4 || rows[2] != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}
