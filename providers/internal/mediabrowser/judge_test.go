package mediabrowser

import (
	"os"
	"path/filepath"
	"testing"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

func TestJudge(t *testing.T) {
	const day = media.Moment(1_726_300_800_000)
	add, update, remove := provider.Add, provider.Update, provider.Remove
	for name, c := range map[string]struct {
		do   provider.Action
		f    media.Feature
		old  media.Value
		new  media.Value
		now  media.Value
		want provider.Outcome
	}{
		"new play":              {add, media.History, media.Value{}, media.Watched(day), media.Value{}, provider.Accepted},
		"same play":             {add, media.History, media.Value{}, media.Watched(day), media.Watched(day), provider.Already},
		"older play":            {add, media.History, media.Value{}, media.Watched(day - 1), media.Watched(day), provider.Already},
		"newer play":            {add, media.History, media.Value{}, media.Watched(day + 1), media.Watched(day), provider.Accepted},
		"undo to an older date": {update, media.History, media.Watched(day), media.Watched(day - 1), media.Watched(day), provider.Accepted},
		"unwatch":               {remove, media.History, media.Watched(day), media.Value{}, media.Watched(day), provider.Accepted},
		"unwatched":             {remove, media.History, media.Watched(day), media.Value{}, media.Value{}, provider.Already},
		"watched again since":   {remove, media.History, media.Watched(day), media.Value{}, media.Watched(day + 1), provider.NotApplied},
		"rated otherwise":       {update, media.Ratings, media.Rated(50), media.Rated(60), media.Rated(70), provider.NotApplied},
		"rated so":              {update, media.Ratings, media.Rated(50), media.Rated(60), media.Rated(60), provider.Already},
		"listed":                {add, media.Watchlist, media.Value{}, media.Listed(), media.Listed(), provider.Already},
		"half of this file":     {add, media.Progress, media.Value{}, media.Position(media.FractionWhole/2, 0), media.Position(500, 1000), provider.Already},
		"moved since":           {remove, media.Progress, media.Position(400, 1000), media.Value{}, media.Position(500, 1000), provider.NotApplied},
	} {
		change := provider.Change{Action: c.do, Feature: c.f, Old: c.old, New: c.new}
		it := Item{RunTimeTicks: Ticks(1000)}
		if got := Judge(change, it, c.now); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
		if shown := Shows(change, it, Wanted(change, it)); !shown {
			t.Errorf("%s: what was wanted does not show", name)
		}
		if Shows(change, it, c.now) && c.want == provider.Accepted {
			t.Errorf("%s: shown before it was written", name)
		}
	}
}

func TestPartsAreWrittenTogether(t *testing.T) {
	dir := t.TempDir()
	file := Item{ID: "e", Type: Episode, IndexNumber: number(3), IndexNumberEnd: number(4)}
	held := map[string]*Item{"e": &file}
	play := func(key string, a provider.Action) provider.Change {
		return provider.Change{Action: a, Feature: media.History, Item: media.Item{Key: key}}
	}
	first, second := play("e", provider.Add), play("e#4", provider.Add)
	p := OpenParts(dir)
	if err := p.Note(held, []provider.Change{first}); err != nil || p.Agree(file, first) {
		t.Error("half of the file is enough", err)
	}
	p = OpenParts(dir) // days later
	if err := p.Note(held, []provider.Change{second}); err != nil || !p.Agree(file, second) || !p.Agree(file, first) {
		t.Error("all of the file is not enough", err)
	}
	if err := p.Note(held, []provider.Change{play("e", provider.Remove)}); err != nil || p.Agree(file, second) {
		t.Error("they disagree", err)
	}
	if p.Agree(file, provider.Change{Feature: media.Progress}) || !p.Agree(file, provider.Change{Feature: media.Ratings}) || !p.Agree(Item{Type: Movie}, second) {
		t.Error("other features")
	}
	for _, broken := range []string{"x", "null"} {
		if err := os.WriteFile(filepath.Join(dir, "parts.json"), []byte(broken), 0o600); err != nil {
			t.Fatal(err)
		}
		p = OpenParts(dir)
		if err := p.Note(held, []provider.Change{first, second}); err != nil || !p.Agree(file, first) {
			t.Error(broken, err)
		}
	}
}
