package anilist

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/anilist/anilistfake"
	"watchkeeper/providers/internal/fakekit"
	"watchkeeper/providers/internal/fakekit/openapi"
)

// languageOwn are definitions of the language itself, which the schema brings
// along and the parser has already; they are put out of the way.
var languageOwn = regexp.MustCompile(`(\bscalar |\bdirective @)(Int\n|Float\n|String\n|Boolean\n|ID\n|include\(|skip\(|deprecated\()`)

// complaints compares one exchange with the service's schema: the request as
// a whole, and every field of the answer.
func complaints(schema *ast.Schema, c fakekit.Call) error {
	sent := parsed(c.Body)
	doc, list := gqlparser.LoadQueryWithRules(schema, sent.Query, nil)
	if len(list) > 0 {
		return list
	}
	op := doc.Operations.ForName(sent.OperationName)
	if op == nil {
		return fmt.Errorf("no operation %q", sent.OperationName)
	}
	if _, err := validator.VariableValues(schema, op, sent.Variables); err != nil {
		return err
	}
	var r struct{ Data map[string]any }
	if c.Status == 0 {
		return nil
	}
	if err := json.Unmarshal(c.Reply, &r); err != nil {
		return err
	}
	root := schema.Query
	if op.Operation == ast.Mutation {
		root = schema.Mutation
	}
	if r.Data == nil {
		return nil // an error says nothing about the form
	}
	return fits(schema, ast.NonNullNamedType(root.Name, nil), op.SelectionSet, r.Data)
}

// fits tells what of a value is not of its type.
func fits(schema *ast.Schema, typ *ast.Type, sel ast.SelectionSet, v any) error {
	if v == nil {
		if typ.NonNull {
			return fmt.Errorf("null instead of %s", typ)
		}
		return nil
	}
	if typ.Elem != nil {
		list, ok := v.([]any)
		if !ok {
			return fmt.Errorf("%v instead of %s", v, typ)
		}
		var errs []error
		for _, one := range list {
			errs = append(errs, fits(schema, typ.Elem, sel, one))
		}
		return errors.Join(errs...)
	}
	switch def := schema.Types[typ.NamedType]; def.Kind {
	case ast.Enum:
		name, _ := v.(string)
		if def.EnumValues.ForName(name) == nil {
			return fmt.Errorf("%v is no %s", v, typ)
		}
	case ast.Scalar:
		return scalar(typ.NamedType, v)
	default:
		return fieldsFit(schema, sel, v)
	}
	return nil
}

func fieldsFit(schema *ast.Schema, sel ast.SelectionSet, v any) error {
	o, ok := v.(map[string]any)
	if !ok {
		return fmt.Errorf("%v is no object", v)
	}
	var errs []error
	for _, one := range sel {
		f := one.(*ast.Field)
		value, there := o[f.Alias]
		if !there {
			errs = append(errs, fmt.Errorf("%s is missing", f.Alias))
		} else if err := fits(schema, f.Definition.Type, f.SelectionSet, value); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", f.Alias, err))
		}
	}
	if len(o) > len(sel) {
		errs = append(errs, fmt.Errorf("%d fields for %d asked", len(o), len(sel)))
	}
	return errors.Join(errs...)
}

func scalar(name string, v any) error {
	ok := true
	switch n, isNumber := v.(float64); name {
	case "Int":
		ok = isNumber && n == float64(int64(n))
	case "Float":
		ok = isNumber
	case "String":
		_, ok = v.(string)
	case "Boolean":
		_, ok = v.(bool)
	}
	if !ok {
		return fmt.Errorf("%v is no %s", v, name)
	}
	return nil
}

// witness keeps what all tests of this package ask and are answered.
var witness openapi.Witness

// TestMain holds every request of every test, and every answer of the
// imitation, to the service's schema, where it is at hand. There are no known
// deviations.
func TestMain(m *testing.M) { openapi.Main(m, judged) }

func judged(all bool) (out []string) {
	raw, err := os.ReadFile("../../../shared/contracts/anilist/anilist-schema-full.graphqls")
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	sdl := languageOwn.ReplaceAllString(strings.TrimPrefix(string(raw), "\xef\xbb\xbf"), "${1}Own_${2}")
	sdl = strings.ReplaceAll(sdl, "__", "Own_")
	schema, bad := gqlparser.LoadSchema(&ast.Source{Name: "anilist", Input: sdl})
	if err = errors.Join(err, bad); err != nil {
		return []string{err.Error()}
	}
	seen := map[string]bool{}
	for _, c := range witness.Calls("") {
		if c.Method != http.MethodPost {
			continue // a page for people
		}
		name := parsed(c.Body).OperationName
		if err := complaints(schema, c); err != nil {
			out = append(out, name+": "+err.Error())
		}
		if c.Status == http.StatusOK && !seen[name] {
			seen[name] = true
			out = append(out, unjudged(schema, name, c)...)
		}
	}
	for _, o := range operations() {
		if all && !seen[o] {
			out = append(out, o+" was never sent")
		}
	}
	return out
}

// unjudged is the control: a request for a field that nobody knows and an
// answer of a wrong type must be found.
func unjudged(schema *ast.Schema, name string, c fakekit.Call) (out []string) {
	asked, answered := c, c
	asked.Body = []byte(strings.Replace(string(c.Body), "{ id", "{ nobodysField id", 1))
	if !strings.Contains(string(c.Body), "{ id") {
		asked.Body = []byte(strings.Replace(string(c.Body), "deleted", "removed", 1))
	}
	answered.Reply = []byte(`{"data":{"Viewer":5,"Page":5,"MediaListCollection":5,"SaveMediaListEntry":5,"DeleteMediaListEntry":5}}`)
	if complaints(schema, asked) == nil {
		out = append(out, name+": requests are not judged")
	}
	if complaints(schema, answered) == nil {
		out = append(out, name+": answers are not judged")
	}
	return out
}

// operations are the names of all documents in the source.
func operations() (names []string) {
	files, _ := filepath.Glob("*.go") // the pattern is right
	for _, file := range files {
		source, _ := os.ReadFile(file) // what is missing is missed
		for _, found := range regexp.MustCompile(`operation\{"(\w+)"`).FindAllSubmatch(source, -1) {
			names = append(names, string(found[1]))
		}
	}
	return names
}

func TestEverything(t *testing.T) {
	if len(operations()) != 7 {
		t.Errorf("the source has other operations than are known: %v", operations())
	}
	newWorld(t).everything()
}

// everything makes every kind of request once.
func (w *world) everything() {
	m, other := w.part(101, 12), w.part(102, 0)
	w.fake.AddMedia(anilistfake.Media{ID: 103, Romaji: "Sono Ato"})
	w.user.Edit(other, func(e *anilistfake.Entry) { e.Custom, e.Notes = []string{"Winter"}, "with Ada" })
	day := media.Watched(1_700_000_000_000)
	w.write(add(media.History, episodeItem("101", 1), day), add(media.History, episodeItem("103", 1), media.Watched(0)))
	w.write(add(media.Ratings, partItem("101"), media.Rated(73)), add(media.Ratings, partItem("404"), media.Rated(73)))
	w.user.Delete(m)
	byMAL := media.Item{Kind: media.Part, Tokens: []media.Token{media.OwnToken(media.Part, media.MAL, "9101")}}
	w.write(add(media.Watchlist, byMAL, media.Listed()))
	w.write(provider.Change{Action: provider.Remove, Feature: media.Watchlist, Item: partItem("101")})
	w.view(media.History, "")
	if _, err := w.account.LookUp(w.t.Context(), media.Ratings, []media.Item{partItem("101"), byMAL}); err != nil {
		w.t.Fatal(err)
	}
}
