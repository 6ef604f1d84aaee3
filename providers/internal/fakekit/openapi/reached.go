package openapi

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"watchkeeper/providers/internal/fakekit"
)

// address is what a text in the source looks like that a request is sent to,
// up to what is filled in.
var address = regexp.MustCompile(`^/[A-Za-z:][^%?]*`)

// Unreached lists the addresses in the source of a package that none of the
// calls went to: requests that would escape the check. Errors name addresses
// too; those are parts of longer texts.
func Unreached(folder string, calls []fakekit.Call) (out []string, err error) {
	names, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if text, ok := n.(*ast.BasicLit); ok && text.Kind == token.STRING {
				s, _ := strconv.Unquote(text.Value) // the source compiles
				if at := address.FindString(s); at != "" && !reached(at, calls) {
					out = append(out, "nothing was sent to "+at)
				}
			}
			return true
		})
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

func reached(at string, calls []fakekit.Call) bool {
	return slices.ContainsFunc(calls, func(c fakekit.Call) bool { return strings.Contains(c.Path, at) })
}
