package view

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"watchkeeper/assets"
)

// Fallback is the language that is always complete.
const Fallback = "en"

// Words is one language's catalogue, and the zone in which it tells times.
type Words struct {
	Language string
	zone     *time.Location
	texts    map[string]text
}

// text is what a key says; other is empty unless the text is counted.
type text struct{ One, Other string }

// UnmarshalJSON reads a plain string or an object with "one" and "other".
func (t *text) UnmarshalJSON(data []byte) error {
	if json.Unmarshal(data, &t.One) == nil {
		return nil
	}
	type counted text
	return json.Unmarshal(data, (*counted)(t))
}

// Speak returns the words of a language tag such as "de_AT.UTF-8" or "de"; a
// language that is not built in speaks English.
func Speak(tag string, zone *time.Location) *Words {
	language, _, _ := strings.Cut(strings.ToLower(tag), "_")
	language, _, _ = strings.Cut(language, "-")
	texts, err := catalogue(language)
	if err != nil {
		language = Fallback
		texts, err = catalogue(language)
	}
	if err != nil {
		panic(err) // the catalogue is built in and tested
	}
	return &Words{Language: language, zone: zone, texts: texts}
}

func catalogue(language string) (map[string]text, error) {
	data, err := assets.Lang.ReadFile("lang/" + language + ".json")
	if err != nil {
		return nil, err
	}
	var texts map[string]text
	if err := json.Unmarshal(data, &texts); err != nil {
		return nil, fmt.Errorf("catalogue %s: %w", language, err)
	}
	return texts, nil
}

// Say returns the text of a key with its {names} filled from pairs of name and
// value. An int named n picks the form for one or for others.
func (w *Words) Say(key string, pairs ...any) string {
	t, ok := w.texts[key]
	if !ok {
		return key
	}
	said := t.One
	for i := 0; i+1 < len(pairs); i += 2 {
		name, value := pairs[i].(string), pairs[i+1]
		if n, counted := value.(int); counted {
			if name == "n" && n != 1 && t.Other != "" {
				said = t.Other
			}
			value = w.Number(n)
		}
		said = strings.ReplaceAll(said, "{"+name+"}", fmt.Sprint(value))
	}
	return said
}

// has tells whether the catalogue knows a key.
func (w *Words) has(key string) bool {
	_, ok := w.texts[key]
	return ok
}

// Number writes a whole number with the language's separator of thousands.
func (w *Words) Number(n int) string {
	digits := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = strings.Join([]string{digits[:i], digits[i:]}, w.Say("number.thousands"))
	}
	return sign + digits
}
