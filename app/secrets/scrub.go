package secrets

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
)

// leastHidden is the length from which a text is a secret of its own; shorter
// parts of a credential (flags, numbers) would blot out ordinary words.
const leastHidden = 6

var mask = []byte("[secret]")

// scrubber takes known secrets out of text, in every spelling in which they
// tend to leak: as they are, in URLs, in JSON strings and in base64.
type scrubber struct{ forms [][]byte }

// learn takes in a secret and, when it is JSON, the texts within.
func (s *scrubber) learn(value string) {
	var inside any
	if json.Unmarshal([]byte(value), &inside) == nil {
		s.learnInside(inside)
	}
	if len(value) < leastHidden || slices.ContainsFunc(s.forms, func(f []byte) bool { return string(f) == value }) {
		return
	}
	quoted, err := json.Marshal(value)
	if err == nil {
		s.add(string(quoted[1 : len(quoted)-1]))
	}
	s.add(value)
	s.add(url.QueryEscape(value))
	s.add(url.PathEscape(value))
	for _, e := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
		s.add(e.EncodeToString([]byte(value)))
		for shift := range 3 {
			s.add(inBase64(e, value, shift))
		}
	}
	// Longer forms first: a form may be part of another.
	slices.SortStableFunc(s.forms, func(a, b []byte) int { return len(b) - len(a) })
}

func (s *scrubber) learnInside(v any) {
	switch v := v.(type) {
	case string:
		s.learn(v)
	case []any:
		for _, x := range v {
			s.learnInside(x)
		}
	case map[string]any:
		for _, x := range v {
			s.learnInside(x)
		}
	}
}

// inBase64 is how a text looks within a longer one that is encoded, when it
// starts shift bytes after a group of three: what depends on its neighbours is
// left out.
func inBase64(e *base64.Encoding, value string, shift int) string {
	padded := append(make([]byte, shift), value...)
	padded = padded[:len(padded)/3*3]
	text := e.EncodeToString(padded)
	if shift > 0 && len(text) >= 4 {
		text = text[4:]
	}
	return text
}

func (s *scrubber) add(form string) {
	if len(form) >= leastHidden && !slices.ContainsFunc(s.forms, func(f []byte) bool { return string(f) == form }) {
		s.forms = append(s.forms, []byte(form))
	}
}

func (s *scrubber) scrub(text []byte) []byte {
	for _, form := range s.forms {
		if bytes.Contains(text, form) {
			text = bytes.ReplaceAll(text, form, mask)
		}
	}
	return text
}
