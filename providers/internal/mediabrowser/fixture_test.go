package mediabrowser

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// TestFixtureIsReadWhole decodes a set of answers that another program keeps
// for its tests, and holds the count of what comes out to what is in there.
func TestFixtureIsReadWhole(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "shared", "fixtures", "jellyfin", "mediabrowser_data.json"))
	if errors.Is(err, os.ErrNotExist) {
		t.Log("the answers are not at hand; nothing was read")
		return
	}
	var answers struct {
		Info      PublicInfo
		Users     []User
		Auth      SignIn
		Sessions  []Session
		Libraries Page
		Empty     Page `json:"libraries_empty"`
		Items     Page `json:"library_items"`
		Film      Item `json:"metadata"`
		Episode   Item `json:"metadata_episode"`
		Listed    Page `json:"playlist_items"`
	}
	if err := errors.Join(err, json.Unmarshal(data, &answers)); err != nil {
		t.Fatal(err)
	}
	a := answers
	if a.Info.ID != "server-1" || len(a.Users) != 1 || a.Users[0].ID != "user-1" || a.Auth.User.ID != "user-1" || a.Auth.AccessToken == "" {
		t.Errorf("%+v", a)
	}
	if len(a.Sessions) != 2 || a.Sessions[0].Plays("user-1") != "item-1" || a.Sessions[1].Plays("user-2") != "" {
		t.Errorf("%+v", a.Sessions)
	}
	if len(a.Libraries.Items) != 2 || a.Libraries.TotalRecordCount != nil || len(a.Empty.Items) != 0 || *a.Listed.TotalRecordCount != 1 {
		t.Errorf("%+v", a)
	}
	w := &Works{}
	for _, it := range []Item{a.Items.Items[0], a.Film, a.Listed.Items[0], a.Episode} {
		for _, f := range []media.Feature{media.History, media.Progress, media.Ratings} {
			v := provider.View{Feature: f}
			AddRows(&v, it, w.Describe(it), false)
			if len(v.Rows) != 1 || len(v.Skipped) > 0 || v.Rows[0].Key != it.ID {
				t.Errorf("%s %s: %+v", it.Name, f, v)
			}
		}
	}
	film, episode := w.Describe(a.Film)[0], w.Describe(a.Episode)[0]
	if len(film.Tokens) != 1 || film.Year != 2020 || episode.Season != 1 || episode.Number != 1 || episode.ShowTitle != "Test Show" || len(episode.Tokens) != 2 {
		t.Errorf("%+v %+v", film, episode)
	}
	if row, ok := Value(a.Film, media.Progress); !ok || row.Value.N != 90_000 || row.At.Known() {
		t.Errorf("%+v", row)
	}
}
