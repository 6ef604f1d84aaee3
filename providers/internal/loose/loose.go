// Package loose reads JSON as services really send it: ids that are numbers
// today and strings tomorrow, null or an empty object for nothing. A value of
// an odd form is empty and never an error, so that one odd field costs no list.
//
// It does not judge what a value means; that is for the adapter of the service.
package loose

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Decode decodes a value that begins as it should, and ignores any other. The
// error is that of encoding/json.
func Decode(b []byte, begins byte, into any) error {
	if len(b) == 0 || b[0] != begins {
		return nil
	}
	return json.Unmarshal(b, into)
}

// String is what a JSON string says; "" for null and for anything else.
func String(b []byte) string {
	if len(b) == 0 || b[0] != '"' {
		return ""
	}
	return Unquoted(b)
}

// Unquoted is what a JSON string says, and any other value as it is written.
func Unquoted(b []byte) string {
	if len(b) == 0 || b[0] != '"' {
		return string(b)
	}
	var s string
	if json.Unmarshal(b, &s) != nil {
		return ""
	}
	return s
}

// Number is a JSON number as it is written, also when it is sent as a string;
// "" for null and an empty string, Odd for anything else: a value that is there
// and not understood is no missing value.
type Number string

// Odd is a number that is none.
const Odd Number = "?"

// UnmarshalJSON never fails.
func (n *Number) UnmarshalJSON(b []byte) error {
	s := strings.TrimSpace(Unquoted(b))
	f, err := strconv.ParseFloat(s, 64)
	switch {
	case s == "" && (len(b) == 0 || b[0] == '"'), s == "null", nothing(b):
		*n = ""
	case err != nil || math.IsNaN(f) || math.IsInf(f, 0):
		*n = Odd
	default:
		*n = Number(s)
	}
	return nil
}

// Whole returns the value of a whole number that fits an int, else -1.
func (n Number) Whole() int {
	if v, err := strconv.Atoi(string(n)); err == nil && v >= 0 {
		return v
	}
	if f := n.Float(); f >= 0 && f < 1<<53 && f == float64(int(f)) {
		return int(f)
	}
	return -1
}

// Float returns the value, -1 for none.
func (n Number) Float() float64 {
	f, err := strconv.ParseFloat(string(n), 64)
	if err != nil {
		return -1
	}
	return f
}

// nothing tells an empty object or list, which some services send for null.
func nothing(b []byte) bool {
	b = bytes.TrimSpace(b)
	return len(b) > 1 && (b[0] == '{' || b[0] == '[') && len(bytes.TrimSpace(b[1:len(b)-1])) == 0
}

// List is a JSON list, value by value. An object with numbers for names is one
// in their order: some languages write a list with gaps so. Anything else is
// empty.
func List(b []byte) (values []json.RawMessage) {
	b = bytes.TrimSpace(b)
	if len(b) == 0 || b[0] != '{' {
		_ = json.Unmarshal(b, &values) // what is no list stays empty
		return values
	}
	var table map[string]json.RawMessage
	if json.Unmarshal(b, &table) != nil {
		return nil
	}
	names := slices.Collect(maps.Keys(table))
	slices.SortFunc(names, func(x, y string) int {
		return cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y))
	})
	for _, name := range names {
		values = append(values, table[name])
	}
	return values
}
