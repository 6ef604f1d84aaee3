package openapi

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Gets makes n answers that the description allows a GET to have, by the
// description's path: what is optional may be missing, what may be null may
// be null, and values are as odd as their type lets them be.
func (c *Contract) Gets(path string, n int, seed uint64) ([][]byte, error) {
	item := c.doc.Paths.Value(path)
	if item == nil || item.Get == nil {
		return nil, fmt.Errorf("get %s is not described", path)
	}
	_, described := success(item.Get)
	if described == nil {
		return nil, fmt.Errorf("get %s has no good answer", path)
	}
	forms := form(described.Value.Content)
	if len(forms) == 0 {
		return nil, fmt.Errorf("get %s answers no json", path)
	}
	d := dice{rand.New(rand.NewPCG(seed, uint64(len(path)))) /* the same each time */}
	var out [][]byte
	for range n {
		data, err := json.Marshal(d.value(forms[0].Value, 0))
		if err != nil {
			return nil, err
		}
		out = append(out, data)
	}
	return out, nil
}

type dice struct{ *rand.Rand }

// deepest is how far objects are nested before what is optional is left out.
const deepest = 5

func (d dice) value(s *openapi3.Schema, depth int) any {
	if s == nil || d.null(s) {
		return nil
	}
	switch {
	case len(s.Enum) > 0:
		return s.Enum[d.IntN(len(s.Enum))]
	case len(s.OneOf) > 0:
		return d.value(s.OneOf[d.IntN(len(s.OneOf))].Value, depth)
	case len(s.AnyOf) > 0:
		return d.value(s.AnyOf[d.IntN(len(s.AnyOf))].Value, depth)
	case s.Type.Includes("array"):
		list := []any{}
		for range d.IntN(4) {
			if s.Items == nil || depth > deepest {
				break
			}
			list = append(list, d.value(s.Items.Value, depth+1))
		}
		return list
	case s.Type.Includes("object"), len(s.Properties) > 0, len(s.AllOf) > 0:
		return d.object(s, depth)
	}
	return d.scalar(s)
}

func (d dice) null(s *openapi3.Schema) bool {
	return (s.Nullable || s.Type.Includes("null")) && d.IntN(5) == 0
}

func (d dice) object(s *openapi3.Schema, depth int) any {
	out := map[string]any{}
	for _, part := range s.AllOf {
		switch v := d.value(part.Value, depth).(type) {
		case map[string]any:
			maps.Copy(out, v)
		default:
			return v // all of one scalar
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		if slices.Contains(s.Required, name) || depth <= deepest && d.IntN(4) > 0 {
			out[name] = d.value(s.Properties[name].Value, depth+1)
		}
	}
	if more := s.AdditionalProperties.Schema; more != nil && depth <= deepest {
		for _, name := range []string{"Imdb", "Tmdb", "TVDB", "Custom"}[:d.IntN(5)] {
			out[name] = d.value(more.Value, depth+1)
		}
	}
	return out
}

var (
	words = []string{"", " ", "x", "603", "tt0133093", "Harbour: Ünder \"Quotes\" 東京", strings.Repeat("long ", 50), "null", "-1"}
	dates = []string{"2024-09-14T08:00:00.0000000Z", "2024-09-14T10:00:00.1234567+02:00", "2024-09-14T08:00:00Z", "0001-01-01T00:00:00.0000000Z", "2999-12-31T23:59:59.9999999Z"}
	whole = []int64{0, 1, 2, 12, 603, 27_020_000_000, 1_726_300_800}
)

func (d dice) scalar(s *openapi3.Schema) any {
	switch {
	case s.Type.Includes("boolean"):
		return d.IntN(2) == 0
	case s.Type.Includes("integer"):
		n := whole[d.IntN(len(whole))]
		if s.Format == "int32" {
			n %= 1 << 20
		}
		return n
	case s.Type.Includes("number"):
		return []float64{0, 0.5, 7.5, 10, 42.25, 99.99}[d.IntN(6)]
	case s.Format == "date-time":
		return dates[d.IntN(len(dates))]
	case s.Format == "uuid":
		return fmt.Sprintf("%016x%016x", d.Uint64(), d.Uint64())
	case s.Type.Includes("string"):
		return words[d.IntN(len(words))]
	}
	return nil
}
