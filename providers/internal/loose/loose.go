// Package loose reads JSON as services really send it: ids that are numbers
// today and strings tomorrow, null or an empty object for nothing. A value of
// an odd form is empty and never an error, so that one odd field costs no list.
//
// It does not judge what a value means; that is for the adapter of the service.
package loose

import (
	"encoding/json"
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
// "" for null and for anything else.
type Number string

// UnmarshalJSON never fails: what is no number is "".
func (n *Number) UnmarshalJSON(b []byte) error {
	*n = ""
	s := strings.TrimSpace(Unquoted(b))
	if _, err := strconv.ParseFloat(s, 64); err == nil {
		*n = Number(s)
	}
	return nil
}

// Whole returns the value of a whole number that fits an int, else -1.
func (n Number) Whole() int {
	if v, err := strconv.Atoi(string(n)); err == nil && v >= 0 {
		return v
	}
	if f := n.Float(); f >= 0 && f < 1e9 && f == float64(int(f)) {
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
