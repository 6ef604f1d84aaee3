package openapi

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// unknownFields lists the fields of a JSON text that no form names: a service
// ignores those it does not know in silence, and does not answer them.
func unknownFields(about string, forms openapi3.SchemaRefs, text []byte) (out []string) {
	var v any
	if len(forms) == 0 || json.Unmarshal(text, &v) != nil {
		return nil
	}
	for _, name := range undeclared(forms, v, "") {
		out = append(out, about+": unknown field "+name)
	}
	return unique(out)
}

// form is how the JSON of a body is described.
func form(content openapi3.Content) openapi3.SchemaRefs {
	if m := content.Get("application/json"); m != nil && m.Schema != nil {
		return openapi3.SchemaRefs{m.Schema}
	}
	return nil
}

func sentForm(op *openapi3.Operation) openapi3.SchemaRefs {
	if op.RequestBody == nil || op.RequestBody.Value == nil {
		return nil
	}
	return form(op.RequestBody.Value.Content)
}

func undeclared(forms openapi3.SchemaRefs, v any, at string) (out []string) {
	all := spread(forms)
	switch v := v.(type) {
	case []any:
		var items openapi3.SchemaRefs
		for _, s := range all {
			if s.Items != nil {
				items = append(items, s.Items)
			}
		}
		for _, x := range v {
			out = append(out, undeclared(items, x, at+"[]")...)
		}
	case map[string]any:
		for name, x := range v {
			below, free := named(all, name)
			if len(below) == 0 && !free {
				out = append(out, fmt.Sprint(at, "/", name))
			}
			out = append(out, undeclared(below, x, at+"/"+name)...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// named are the forms of one field; free when a form leaves open which fields
// there are, or none is known.
func named(all []*openapi3.Schema, name string) (below openapi3.SchemaRefs, free bool) {
	free = len(all) == 0
	for _, s := range all {
		if p := s.Properties[name]; p != nil {
			below = append(below, p)
		}
		if more := s.AdditionalProperties; more.Schema != nil {
			below = append(below, more.Schema)
		} else if more.Has != nil && *more.Has || len(s.Properties) == 0 && !s.Type.Is("array") {
			free = true
		}
	}
	return below, free
}

// spread are the forms with those that they are put together of.
func spread(forms openapi3.SchemaRefs) (out []*openapi3.Schema) {
	for _, ref := range forms {
		s := ref.Value
		if s == nil {
			continue
		}
		parts := slices.Concat(s.AllOf, s.AnyOf, s.OneOf)
		if len(s.Properties) > 0 || len(parts) == 0 || s.Items != nil {
			out = append(out, s)
		}
		out = append(out, spread(parts)...)
	}
	return out
}
