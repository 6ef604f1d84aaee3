package loose

import (
	"fmt"
	"testing"
)

// What services send for one number and one string, and what is made of it.
func TestForms(t *testing.T) {
	for raw, want := range map[string]struct {
		number Number
		whole  int
		float  float64
		text   string
	}{
		`12`:            {"12", 12, 12, ""},
		`"12"`:          {"12", 12, 12, "12"},
		`" 12 "`:        {"12", 12, 12, " 12 "},
		`7.0`:           {"7.0", 7, 7, ""},
		`7.5`:           {"7.5", -1, 7.5, ""},
		`-3`:            {"-3", -1, -3, ""},
		`1e99`:          {"1e99", -1, 1e99, ""},
		`99999999999`:   {"99999999999", 99999999999, 99999999999, ""},
		`null`:          {"", -1, -1, ""},
		`""`:            {"", -1, -1, ""},
		`{}`:            {"", -1, -1, ""},
		`[ ]`:           {"", -1, -1, ""},
		`[1]`:           {Odd, -1, -1, ""},
		`true`:          {Odd, -1, -1, ""},
		`"NaN"`:         {Odd, -1, -1, "NaN"},
		`"?"`:           {Odd, -1, -1, "?"},
		`9876543210.0`:  {"9876543210.0", 9876543210, 9876543210, ""},
		`"tt0133093"`:   {Odd, -1, -1, "tt0133093"},
		`"caf\u00e9"`:   {Odd, -1, -1, "café"},
		`"not finished`: {"", -1, -1, ""},
		``:              {"", -1, -1, ""},
	} {
		var n Number
		if err := n.UnmarshalJSON([]byte(raw)); err != nil {
			t.Errorf("%s: %v", raw, err)
		}
		if n != want.number || n.Whole() != want.whole || n.Float() != want.float {
			t.Errorf("%s: number %q, whole %d, float %v", raw, n, n.Whole(), n.Float())
		}
		if got := String([]byte(raw)); got != want.text {
			t.Errorf("%s: text %q", raw, got)
		}
	}
}

// A value of another form than it should have is nothing; one that begins well
// and is odd within is an error.
func TestDecode(t *testing.T) {
	into := map[string]int{}
	for _, odd := range []string{``, `null`, `[]`, `"x"`, `3`} {
		if err := Decode([]byte(odd), '{', &into); err != nil || len(into) != 0 {
			t.Errorf("%s: %v %v", odd, into, err)
		}
	}
	if err := Decode([]byte(`{"a":1}`), '{', &into); err != nil || into["a"] != 1 {
		t.Errorf("%v %v", into, err)
	}
	if Decode([]byte(`{"a":"x"}`), '{', &into) == nil {
		t.Error("an odd value within is no error")
	}
}

// A list may come as an object with numbers for names.
func TestList(t *testing.T) {
	for raw, want := range map[string]string{
		`[1,2]`: "[1 2]", ` [1] `: "[1]", `[]`: "[]", `{}`: "[]", `null`: "[]", `"x"`: "[]", `5`: "[]", ``: "[]",
		`{"1":1,"10":3,"2":2}`: "[1 2 3]", `{"b":2,"a":1}`: "[1 2]", `{"a":`: "[]",
	} {
		if got := fmt.Sprintf("%s", List([]byte(raw))); got != want {
			t.Errorf("%s: %s, want %s", raw, got, want)
		}
	}
}
