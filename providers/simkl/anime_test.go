package simkl

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/animemap"
)

// mapping knows two parts of one show, and one of another.
const mapping = `
tvdb_show:700:s1: {anilist:602: {"1-3": "1-3"}}
tvdb_show:700:s2: {anilist:702: {"1-3": "1-3"}}
tvdb_show:800:s1: {anilist:802: {"1-4": "1-4"}}
`

func (w *world) mapped(hand string) {
	w.t.Helper()
	dir := w.t.TempDir()
	for name, text := range map[string]string{"fribb.json": "[]", "by-hand.yaml": hand} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			w.t.Fatal(err)
		}
	}
	w.account.anime = animemap.NewStore(dir, w.net, time.Now)
	if err := w.account.anime.Open(); err != nil {
		w.t.Fatal(err)
	}
}

func rowKeys(v provider.View) string {
	var out []string
	for _, r := range v.Rows {
		out = append(out, r.Key)
	}
	return strings.Join(out, " ")
}

func TestAPartStandsForItsShow(t *testing.T) {
	w := newWorld(t)
	w.account.called = newCalled(t.TempDir())
	w.mapped(mapping)
	w.user.List(w.short, "plantowatch", noon)
	w.user.List(w.cour, "plantowatch", noon)
	snap, v := w.read(media.Watchlist, "")
	if got := rowKeys(v); got != "anime:71 anime:81@show/tvdb:800" && got != "anime:81@show/tvdb:800 anime:71" {
		t.Errorf("listed %s", got)
	}
	for _, it := range snap.Items {
		if strings.Contains(it.Key, "@") && (it.Kind != media.Show || len(it.Tokens) != 1 || it.Tokens[0] != media.OwnToken(media.Show, media.TVDB, "800")) {
			t.Errorf("described as %+v", it)
		}
	}
	show := showItem("800")
	answers, err := w.account.LookUp(t.Context(), media.Watchlist, []media.Item{show})
	if err != nil || !answers[0].Held || len(answers[0].Rows) != 1 || answers[0].Rows[0].Key != "anime:81@show/tvdb:800" {
		t.Errorf("%v, %+v", err, answers)
	}
	show.Key = "anime:81@show/tvdb:800"
	w.write(take(media.Watchlist, show))
	if w.user.Entry(w.short) != nil {
		t.Error("it is still planned")
	}
	if _, v = w.read(media.Watchlist, ""); rowKeys(v) != "anime:71" {
		t.Errorf("then listed %s", rowKeys(v))
	}
	if r := w.write(add(media.Watchlist, showItem("800"), media.Listed()))[0]; r.Outcome != provider.Accepted && r.Outcome != provider.Confirmed {
		t.Errorf("planned: %+v", r)
	}
	if e := w.user.Entry(w.short); e == nil || e.Status != "plantowatch" {
		t.Errorf("planned as %+v", e)
	}
	// A show with several parts has no rating of its own.
	if r := w.write(add(media.Ratings, showItem("700"), media.Rated(80)))[0]; r.Outcome != provider.Refused {
		t.Errorf("rated: %+v", r)
	}
}

// R13: a part that goes by another name is another scope, and everything is
// listed then.
func TestARenamedPartIsAnotherScope(t *testing.T) {
	w := newWorld(t)
	dir := t.TempDir()
	w.account.called = newCalled(dir)
	w.mapped(mapping)
	w.user.List(w.short, "plantowatch", noon)
	_, before := w.read(media.Watchlist, "")
	w.account.called = newCalled(dir)
	_, same := w.read(media.Watchlist, before.Cursor)
	w.mapped(strings.Replace(mapping, "tvdb_show:800", "tvdb_show:801", 1))
	_, after := w.read(media.Watchlist, before.Cursor)
	if before.Evidence.Scope == "" || same.Evidence.Scope != before.Evidence.Scope {
		t.Errorf("the same names are another scope: %q, %q", before.Evidence.Scope, same.Evidence.Scope)
	}
	if after.Evidence.Scope == before.Evidence.Scope || after.Coverage != provider.Whole || rowKeys(after) != "anime:81@show/tvdb:801" {
		t.Errorf("renamed: %+v", after)
	}
}
