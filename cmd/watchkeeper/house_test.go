package main

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The house rules of CONTRIBUTING.md as tests: who imports whom, how long
// things may be, what never ships.

const module = "watchkeeper/"

// row says what the packages below a folder may import from this module and
// which outside imports are reserved to them.
type row struct {
	folder  string
	imports []string // module folders; a trailing /... means all below
	pure    bool     // no clock, network, SQL, goroutine, chance
}

// house is the import table, most specific folder first. A package without a
// row fails the test.
var house = []row{
	{"engine/media", nil, true},
	{"engine/provider", []string{"engine/media"}, true},
	{"engine/ledger", []string{"engine/media", "engine/provider"}, true},
	{"engine/identity", pureImports, true},
	{"engine/observe", pureImports, true},
	{"engine/plan", pureImports, true},
	{"engine/guard", pureImports, true},
	{"engine/undo", pureImports, true},
	{"engine/schedule", pureImports, true},
	{"engine/store", pureImports, false},
	{"engine/apply", pureImports, false},
	{"engine/providertest", pureImports, false},
	{"engine/sim", []string{"engine/..."}, false},
	{"engine", []string{"engine/..."}, false},
	{"providers/internal", []string{"engine/provider", "engine/media", "providers/internal/..."}, false},
	{"providers/town", []string{"providers/*/*fake", "providers/internal/fakekit"}, false},
	{"providers/world", []string{"engine/...", "providers/..."}, false},
	{"providers/*/*fake", []string{"providers/internal/fakekit"}, false},
	{"providers/*", []string{"engine/provider", "engine/media", "providers/internal/..."}, false},
	{"providers", []string{"engine/provider", "engine/media", "providers/*", "providers/internal/..."}, false},
	{"app/view", []string{"engine/ledger", "engine/media", "assets"}, true},
	{"app/ui", []string{"app/view", "assets"}, false},
	{"app/tray", []string{"app/view", "assets"}, false},
	{"app/desktop", []string{"app/view", "assets"}, false},
	{"app/secrets", []string{"engine/provider"}, false},
	{"app/instance", nil, false},
	{"app/wire", []string{"engine/...", "providers", "app/secrets", "app/instance"}, false},
	{"app", []string{"engine/...", "app/...", "assets"}, false},
	{"assets", nil, true},
	{"cmd/watchkeeper-demo", []string{"engine/...", "app/wire", "app/secrets", "app/instance", "providers/..."}, false},
	{"cmd/watchkeeper/e2e", nil, false},
	{"cmd", []string{"engine/...", "app/...", "providers", "assets"}, false},
}

var pureImports = []string{"engine/media", "engine/provider", "engine/ledger"}

// testOnly packages never ship.
var testOnly = []string{"engine/providertest", "engine/sim", "providers/internal/fakekit", "providers/world", "providers/town", "cmd/watchkeeper/e2e"}

type pkg struct {
	ImportPath string
	Dir        string
	GoFiles    []string
	Imports    []string
	Deps       []string
}

func (p pkg) folder() string { return strings.TrimPrefix(p.ImportPath, module) }

func goList(t *testing.T, args ...string) []pkg {
	t.Helper()
	return goListTagged(t, "ci", args...)
}

func goListTagged(t *testing.T, tags string, args ...string) []pkg {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-tags=" + tags, "-json=ImportPath,Dir,GoFiles,Imports,Deps"}, args...)...)
	cmd.Dir, cmd.Env = root(t), append(os.Environ(), "CGO_ENABLED=1") // listing compiles nothing
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, errs.String())
	}
	var pkgs []pkg
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := dec.Decode(&p); err == io.EOF {
			return pkgs
		} else if err != nil {
			t.Fatal(err)
		}
		pkgs = append(pkgs, p)
	}
}

func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestHouseImports(t *testing.T) {
	for _, p := range goList(t, "./...") {
		r, ok := rowOf(p.folder())
		if !ok {
			t.Errorf("%s has no row in the import table", p.folder())
			continue
		}
		for _, imp := range p.Imports {
			if why := refused(r, p.folder(), imp); why != "" {
				t.Errorf("%s imports %s: %s", p.folder(), imp, why)
			}
		}
	}
}

// TestHouseImportsCatches is the negative control: the table refuses what it
// is there to refuse.
func TestHouseImportsCatches(t *testing.T) {
	for _, c := range []struct{ folder, imp string }{
		{"engine/plan", "net/http"}, {"engine/plan", "database/sql"},
		{"engine/observe", "math/rand/v2"}, {"engine/guard", module + "engine/store"}, {"app/ui", module + "engine/ledger"},
		{"providers/trakt", module + "providers/jellyfin"}, {"providers/trakt/traktfake", module + "providers/trakt"},
		{"engine/apply", "database/sql"}, {"app/view", "fyne.io/fyne/v2"}, {"app/secrets", "fyne.io/fyne/v2"},
		{"app/ui", "fyne.io/fyne/v2/app"},
	} {
		r, _ := rowOf(c.folder)
		if refused(r, c.folder, c.imp) == "" {
			t.Errorf("%s may import %s", c.folder, c.imp)
		}
	}
}

func rowOf(folder string) (row, bool) {
	for _, r := range house {
		if under(r.folder, folder) {
			return r, true
		}
	}
	return row{}, false
}

// under tells whether folder is the pattern's folder or below it; a * stands
// for (part of) one path element.
func under(pattern, folder string) bool {
	want, have := strings.Split(pattern, "/"), strings.Split(folder, "/")
	if len(have) < len(want) {
		return false
	}
	for i, w := range want {
		if ok, err := filepath.Match(w, have[i]); err != nil || !ok {
			return false
		}
	}
	return true
}

// reserved outside imports and the folders that may use them.
var reserved = map[string][]string{
	"database/sql":                  {"engine/store"},
	"modernc.org/sqlite":            {"engine/store", "engine/sim/crash"},
	"modernc.org/libc":              {"engine/sim/crash"},
	"fyne.io/fyne/v2/app":           {"cmd/watchkeeper"},
	"fyne.io/fyne/v2":               {"app/ui", "cmd/watchkeeper"},
	"fyne.io/systray":               {"app/tray"},
	"github.com/zalando/go-keyring": {"app/secrets"},
	"testing":                       {"engine/providertest", "engine/sim", "providers/world", "providers/internal/fakekit"},
	"net/http/httptest":             {"engine/providertest", "providers/internal/fakekit", "providers/world"},
}

// impure are the imports that a deciding package never has.
var impure = []string{"net", "net/http", "os", "os/exec", "database/sql", "math/rand", "math/rand/v2", "crypto/rand", "sync", "log", "context"}

func refused(r row, folder, imp string) string {
	if strings.HasPrefix(imp, module) {
		imp = strings.TrimPrefix(imp, module)
		for _, allowed := range r.imports {
			base, all := strings.CutSuffix(allowed, "/...")
			if imp == allowed || all && under(base, imp) || !all && strings.Contains(allowed, "*") && under(allowed, imp) && strings.Count(imp, "/") == strings.Count(allowed, "/") {
				return notTestOnly(folder, imp)
			}
		}
		return "its row in the import table does not allow it"
	}
	if r.pure && slices.Contains(impure, imp) && !(folder == "engine/provider" && slices.Contains([]string{"context", "net/http"}, imp)) {
		return "this package decides and does no IO"
	}
	for name, owners := range reserved {
		if imp != name && !(strings.HasPrefix(imp, name+"/") && reserved[imp] == nil) {
			continue
		}
		if !slices.ContainsFunc(owners, func(o string) bool { return under(o, folder) }) {
			return "reserved to " + strings.Join(owners, ", ")
		}
	}
	return ""
}

func notTestOnly(folder, imp string) string {
	if !isTestOnly(imp) || isTestOnly(folder) || under("cmd/watchkeeper-demo", folder) {
		return ""
	}
	return "test-only package"
}

func isTestOnly(folder string) bool {
	return slices.ContainsFunc(testOnly, func(p string) bool { return under(p, folder) }) || under("providers/*/*fake", folder)
}

// TestHouseShipsNoTestCode lists with the tags of the real build: with ci the
// toolkit itself is its test driver.
func TestHouseShipsNoTestCode(t *testing.T) {
	for _, p := range goListTagged(t, "migrated_fynedo,no_emoji,x11", "./cmd/watchkeeper", "./cmd/watchkeeperctl") {
		for _, dep := range p.Deps {
			if dep == "testing" || dep == "net/http/httptest" || isTestOnly(strings.TrimPrefix(dep, module)) && strings.HasPrefix(dep, module) {
				t.Errorf("%s links %s", p.folder(), dep)
			}
		}
	}
}

// Limits of size. Exceptions are rows with a reason.
const (
	fileLines     = 400
	functionLines = 60
	parameters    = 5
	nesting       = 3
)

var exceptions = map[string]string{
	"engine/store/tx.go each":                "database/sql's own shape: a context, a query and its arguments come on top",
	"engine/sim/crash/vfs_linux.go openFile": "the shape that SQLite gives xOpen",
	"engine/store/dossier.go fill":           "database/sql's own shape: a query and its arguments come on top",
}

func TestHouseMeasures(t *testing.T) {
	for _, p := range goList(t, "./...") {
		for _, name := range p.GoFiles {
			checkFile(t, p.folder()+"/"+name, filepath.Join(p.Dir, name))
		}
	}
}

func checkFile(t *testing.T, label, path string) {
	t.Helper()
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(src, []byte("\n")); n > fileLines && exceptions[label] == "" {
		t.Errorf("%s has %d lines, at most %d", label, n, fileLines)
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, src, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Body != nil {
			checkFunction(t, label, fset, f)
		}
	}
}

func checkFunction(t *testing.T, label string, fset *token.FileSet, f *ast.FuncDecl) {
	t.Helper()
	name := label + " " + f.Name.Name
	if exceptions[name] != "" {
		return
	}
	if n := fset.Position(f.End()).Line - fset.Position(f.Pos()).Line + 1; n > functionLines {
		t.Errorf("%s has %d lines, at most %d", name, n, functionLines)
	}
	if n := f.Type.Params.NumFields(); n > parameters {
		t.Errorf("%s has %d parameters, at most %d", name, n, parameters)
	}
	if n := depth(f.Body, 0); n > nesting {
		t.Errorf("%s nests %d deep, at most %d", name, n, nesting)
	}
}

// depth counts nested control blocks; an else-if chain is one level, and a
// function literal starts anew.
func depth(n ast.Node, at int) int {
	deepest := at
	ast.Inspect(n, func(c ast.Node) bool {
		if c == n || c == nil {
			return true
		}
		switch c := c.(type) {
		case *ast.FuncLit:
			deepest = max(deepest, depth(c.Body, 0))
			return false
		case *ast.IfStmt:
			deepest = max(deepest, ifDepth(c, at))
			return false
		case *ast.ForStmt, *ast.RangeStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
			deepest = max(deepest, depth(c, at+1))
			return false
		}
		return true
	})
	return deepest
}

func ifDepth(s *ast.IfStmt, at int) int {
	deepest := depth(s.Body, at+1)
	switch e := s.Else.(type) {
	case *ast.IfStmt:
		deepest = max(deepest, ifDepth(e, at))
	case *ast.BlockStmt:
		deepest = max(deepest, depth(e, at+1))
	}
	return deepest
}

// TestHouseOneDo: the program has a single fyne.Do; everything else posts
// through the function handed down from it.
func TestHouseOneDo(t *testing.T) {
	out, _ := exec.Command("git", "-C", root(t), "grep", "-nE", `fyne\.Do(AndWait)?\(`, "--", "*.go", ":!*_test.go").Output()
	if lines := strings.Count(string(out), "\n"); lines > 1 {
		t.Errorf("%d uses of fyne.Do, at most one:\n%s", lines, out)
	}
}

// TestHouseLibcPin: modernc's sqlite works with one libc version only.
func TestHouseLibcPin(t *testing.T) {
	cmd := exec.Command("go", "list", "-m", "-f", "{{.Version}}", "modernc.org/libc")
	cmd.Dir = root(t)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.TrimSpace(string(out)); got != "v1.79.0" {
		t.Errorf("modernc.org/libc is %s; modernc.org/sqlite v1.61.1 needs v1.79.0", got)
	}
}
