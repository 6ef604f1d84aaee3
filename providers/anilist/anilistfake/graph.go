package anilistfake

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

// object is a value with fields; a field that takes arguments is a resolver.
type (
	object   map[string]any
	args     map[string]any
	resolver func(args) (any, *problem)
)

// run is one operation on its way.
type run struct {
	s    *Service
	user *User // nil: nobody is signed in
	doc  *ast.QueryDocument
	vars map[string]any
}

// graphql runs the operation of a request. Trouble with the request is status
// 400; trouble of a field is an error beside the data, which is null then.
func (s *Service) graphql(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Query         string         `json:"query"`
		Variables     map[string]any `json:"variables"`
		OperationName string         `json:"operationName"`
	}
	dec := json.NewDecoder(r.Body)
	dec.UseNumber()
	if err := dec.Decode(&body); err != nil {
		fail(w, http.StatusBadRequest, "Invalid JSON")
		return
	}
	user, ok := s.bearer(r)
	if !ok {
		fail(w, http.StatusBadRequest, "Invalid token")
		return
	}
	doc, err := parser.ParseQuery(&ast.Source{Input: body.Query})
	if err != nil {
		fail(w, http.StatusBadRequest, "Syntax Error")
		return
	}
	op := doc.Operations.ForName(body.OperationName)
	if op == nil {
		fail(w, http.StatusBadRequest, "Must provide an operation.")
		return
	}
	run := run{s: s, user: user, doc: doc, vars: body.Variables}
	root := run.queries()
	if op.Operation == ast.Mutation {
		root = run.mutations()
	}
	data, err := run.project(root, op.SelectionSet)
	var p *problem
	if errors.As(err, &p) {
		answer(w, p.Status, nil, p)
		return
	}
	answer(w, http.StatusOK, data, nil)
}

// project picks the selected fields of a value, in order.
func (r run) project(v any, sel ast.SelectionSet) (any, error) {
	switch v := v.(type) {
	case []object:
		out := make([]any, 0, len(v))
		for _, one := range v {
			picked, err := r.project(one, sel)
			if err != nil {
				return nil, err
			}
			out = append(out, picked)
		}
		return out, nil
	case object:
		if v == nil {
			return nil, nil
		}
		out := map[string]any{}
		return out, r.pick(v, sel, out)
	}
	return v, nil
}

// pick resolves first what is computed: a page knows whether there is a next
// one only once its list is cut.
func (r run) pick(v object, sel ast.SelectionSet, out map[string]any) error {
	var plain []*ast.Field
	for _, one := range sel {
		var err error
		switch one := one.(type) {
		case *ast.Field:
			if _, computed := v[one.Name].(resolver); !computed {
				plain = append(plain, one)
				continue
			}
			out[one.Alias], err = r.field(v, one)
		case *ast.InlineFragment:
			err = r.pick(v, one.SelectionSet, out)
		case *ast.FragmentSpread:
			err = r.spread(v, one.Name, out)
		}
		if err != nil {
			return err
		}
	}
	for _, f := range plain {
		value, err := r.field(v, f)
		if err != nil {
			return err
		}
		out[f.Alias] = value
	}
	return nil
}

func (r run) spread(v object, name string, out map[string]any) error {
	f := r.doc.Fragments.ForName(name)
	if f == nil {
		return &problem{Message: "Unknown fragment.", Status: http.StatusBadRequest}
	}
	return r.pick(v, f.SelectionSet, out)
}

func (r run) field(v object, f *ast.Field) (any, error) {
	value, known := v[f.Name]
	if !known {
		return nil, &problem{Message: fmt.Sprintf("Cannot query field %q.", f.Name), Status: http.StatusBadRequest}
	}
	if call, ok := value.(resolver); ok {
		given := args{}
		for _, a := range f.Arguments {
			if _, said := r.vars[a.Value.Raw]; a.Value.Kind == ast.Variable && !said {
				continue // left out, which is not the same as null
			}
			given[a.Name], _ = a.Value.Value(r.vars)
		}
		var p *problem
		if value, p = call(given); p != nil {
			p.Path = []any{f.Alias}
			return nil, p
		}
	}
	return r.project(value, f.SelectionSet)
}

// number reads an integer argument.
func (a args) number(name string) (int, bool) {
	switch n := a[name].(type) {
	case json.Number:
		i, err := n.Int64()
		return int(i), err == nil
	case int64:
		return int(n), true
	case int:
		return n, true
	}
	return 0, false
}

// numbers reads a list of integers; nil: not given.
func (a args) numbers(name string) []int {
	list, ok := a[name].([]any)
	if !ok {
		return nil
	}
	out := []int{}
	for _, v := range list {
		if n, ok := (args{"n": v}).number("n"); ok {
			out = append(out, n)
		}
	}
	return out
}
