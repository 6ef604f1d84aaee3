package view

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"watchkeeper/assets"
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

var placeholder = regexp.MustCompile(`\{(\w+)\}`)

func holes(t text) []string {
	found := placeholder.FindAllString(t.One+t.Other, -1)
	slices.Sort(found)
	return slices.Compact(found)
}

func languages(t *testing.T) map[string]map[string]text {
	t.Helper()
	files, err := fs.Glob(assets.Lang, "lang/*.json")
	if err != nil || len(files) < 2 {
		t.Fatalf("catalogues %v: %v", files, err)
	}
	out := map[string]map[string]text{}
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".json")
		if out[name], err = catalogue(name); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func TestCataloguesHaveTheSameKeysAndHoles(t *testing.T) {
	all := languages(t)
	english := all[Fallback]
	for name, texts := range all {
		for key, en := range english {
			other, ok := texts[key]
			switch {
			case !ok:
				t.Errorf("%s lacks %s", name, key)
			case other.One == "":
				t.Errorf("%s: %s says nothing", name, key)
			case (en.Other == "") != (other.Other == ""):
				t.Errorf("%s: %s is counted in one language only", name, key)
			case !slices.Equal(holes(en), holes(other)):
				t.Errorf("%s: %s has the holes %v, English %v", name, key, holes(other), holes(en))
			}
		}
		for key := range texts {
			if _, ok := english[key]; !ok {
				t.Errorf("%s has %s, which English lacks", name, key)
			}
		}
	}
}

// families are keys that are put together from a value of the engine: every
// value must have its text.
func families() map[string][]string {
	out := map[string][]string{"number.": {"thousands"}}
	add := func(prefix string, names ...string) { out[prefix] = append(out[prefix], names...) }
	for _, c := range ledger.Codes {
		add("reason.", string(c))
		add("next.", string(c))
		if strings.HasPrefix(string(c), "guard_") {
			add("hold.", string(c))
			for _, r := range replies(c) {
				add("answer.", r.key)
			}
		}
	}
	for _, f := range media.Features {
		add("feature.", f.String())
		add("first.", f.String())
		for _, a := range []provider.Action{provider.Add, provider.Update, provider.Remove} {
			add("change."+a.String()+".", f.String())
		}
	}
	for f := ledger.NeverRead; f <= ledger.Silent; f++ {
		add("freshness.", freshKey(f))
	}
	for f := ledger.Fresh; f <= ledger.Silent; f++ {
		add("tile.health.", freshKey(f))
	}
	add("trouble.", "source_silent", "source_not_trusted", "rate_budget", "quota_full", "account_locked", "other")
	add("run.", "looking", "deciding", "writing", "checking")
	add("account.", string(ledger.AuthNeeded), string(ledger.WrongUser))
	for _, p := range []string{"database_damaged", "database_newer", "disk_full", "read_only", "keyring_locked", "settings_invalid", "store", "other"} {
		add("problem.", p)
		add("problem_why.", p)
	}
	for _, m := range []provider.Method{provider.DeviceCode, provider.Browser, provider.Paste, provider.QuickConnect, provider.Password} {
		add("method.", string(m))
	}
	for _, f := range []string{"address", "user", "password", "answer", "client_id", "client_secret", "home_user", "pin", "server"} {
		add("login.", f)
		add("login_hint.", f)
	}
	add("login_error.", "transient", "rate_limited", "auth", "app_rejected", "wrong_user", "rejected", "other")
	add("place.", "status", "activity", "library", "attention", "rules", "settings")
	for _, f := range media.Features {
		add("said.set.", f.String())
		add("said.cleared.", f.String())
	}
	for _, k := range media.Kinds {
		add("kinds.", k.String())
	}
	for _, a := range []provider.Action{provider.Add, provider.Update, provider.Remove} {
		add("whatif.more_", a.String())
		add("whatif.less_", a.String())
	}
	add("mode.", RuleOff, ledger.AddOnly.String(), ledger.KeepSame.String(), ledger.CopyExactly.String())
	add("removals.", ledger.Never.String(), ledger.Ask.String(), ledger.Follow.String())
	add("outcome.", OutcomeDone, OutcomeHeld, OutcomeFailed, OutcomeUndone)
	add("level.", "must-act", "problems", "results")
	add("option.", "write_ratings")
	add("option_help.", "write_ratings")
	add("settings.secrets_", "keyring", "file")
	for _, row := range []string{"interval", "server_interval", "settle"} {
		add("settings."+row+"_", "help")
	}
	for _, c := range ledger.Codes {
		if strings.HasPrefix(string(c), "guard_") && !slices.Contains([]ledger.Code{ledger.GuardAsk, ledger.GuardFirstRun, ledger.GuardWrongUser}, c) {
			add("guard.", string(c))
		}
	}
	add("notice_service.", "plex_mirrors_marks", "anilist.sign_in_ends", "anilist.public_activity",
		"anime.no_mapping", "anime.mapping", "anime.mapping_old", "anime.by_hand")
	add("notice_first.", "trakt.one_app", "anilist.public_activity")
	add("client_help.", "trakt.client_help", "anilist.client_help", "simkl.client_help")
	for _, s := range ledger.Sights {
		if s != ledger.SawReason { // worded by the reason itself
			add("evidence.", string(s))
		}
	}
	for _, k := range media.Kinds {
		add("kind.", k.String())
	}
	add("reason.", "other")
	add("next.", "other")
	add("hold.", "other")
	return out
}

// literals are the strings in the sources that speak.
func literals(t *testing.T) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	for _, dir := range []string{".", "../ui", "../../cmd/watchkeeper"} {
		pkgs, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range pkgs {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
					s, _ := strconv.Unquote(lit.Value)
					out[s] = true
				}
				return true
			})
		}
	}
	return out
}

func TestEveryKeyIsUsedAndEveryUsedKeyExists(t *testing.T) {
	english := languages(t)[Fallback]
	used := map[string]bool{}
	for prefix, names := range families() {
		for _, name := range names {
			used[prefix+name] = true
			if _, ok := english[prefix+name]; !ok {
				t.Errorf("there is no text for %s%s", prefix, name)
			}
		}
	}
	said := literals(t)
	areas := map[string]bool{}
	for key := range english {
		area, _, _ := strings.Cut(key, ".")
		areas[area] = true
		if !used[key] && !said[key] {
			t.Errorf("%s is never said", key)
		}
	}
	key := regexp.MustCompile(`^([a-z_]+)\.[a-z_.]*[a-z]$`)
	for s := range said {
		if m := key.FindStringSubmatch(s); m != nil && areas[m[1]] && s != "app.png" {
			if _, ok := english[s]; !ok && !used[s] {
				t.Errorf("%s is said and has no text", s)
			}
		}
	}
}

func TestWordsCountAndFill(t *testing.T) {
	en, de := Speak("en_GB.UTF-8", time.UTC), Speak("de-AT", time.UTC)
	for _, c := range []struct{ got, want string }{
		{en.Say("status.needs_you", "n", 1), "1 thing needs you"},
		{en.Say("status.needs_you", "n", 2), "2 things need you"},
		{de.Say("status.needs_you", "n", 2), "2 Sachen warten auf dich"},
		{en.Number(1234567), "1,234,567"},
		{de.Number(-1234), "-1.234"},
		{en.Number(999), "999"},
		{Speak("xx", time.UTC).Say("feature.history"), "History"},
		{en.Say("no.such.key"), "no.such.key"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

func TestTimesAreLocal(t *testing.T) {
	zone := time.FixedZone("east", 2*3600)
	w := Speak("en", zone)
	now := media.At(time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC))
	for _, c := range []struct{ got, want string }{
		{w.Clock(now.Add(-time.Hour), now), "13:00"},
		{w.Clock(now.Add(-26*time.Hour), now), "1 Mar 12:00"},
		{w.Clock(0, now), "never"},
		{w.Ago(now.Add(-90*time.Second), now), "1 minute ago"},
		{w.Ago(now.Add(-25*time.Hour), now), "25 hours ago"},
		{w.Ago(now.Add(-72*time.Hour), now), "3 days ago"},
		{w.In(now.Add(15*time.Minute), now), "in 15 minutes"},
		{w.In(now.Add(-time.Minute), now), "in a moment"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

// TestNoSentenceIsGlued: what is said is never put together with "+" from a
// text and something else, and no text begins or ends with a space for it.
func TestNoSentenceIsGlued(t *testing.T) {
	for name, texts := range languages(t) {
		for key, said := range texts {
			for _, form := range []string{said.One, said.Other} {
				if form != strings.TrimSpace(form) {
					t.Errorf("%s: %s begins or ends with a space", name, key)
				}
			}
		}
	}
	if glued(t, `package p; func f(w W) string { return w.Say("a") + "!" }`) != 1 {
		t.Error("glue is not seen")
	}
	for _, dir := range []string{".", "../ui", "../../cmd/watchkeeper"} {
		paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			source, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if n := glued(t, string(source)); n > 0 && !strings.HasSuffix(path, "_test.go") {
				t.Errorf("%s glues %d sentences", path, n)
			}
		}
	}
}

// glued counts sums with something said in them.
func glued(t *testing.T, source string) (n int) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "", source, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(node ast.Node) bool {
		sum, ok := node.(*ast.BinaryExpr)
		if !ok || sum.Op != token.ADD {
			return true
		}
		for _, side := range []ast.Expr{sum.X, sum.Y} {
			call, ok := side.(*ast.CallExpr)
			if !ok {
				continue
			}
			if name, ok := call.Fun.(*ast.SelectorExpr); ok && name.Sel.Name == "Say" {
				n++
			}
		}
		return true
	})
	return n
}
