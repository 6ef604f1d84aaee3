package providertest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// spot is one value in an answer.
type spot struct {
	path string
	was  any
	set  func(any)
}

// odd puts a structure where an answer had a plain value, as another version
// of a service or a fault in it may, and tells where. A body that is no JSON,
// or has no value, stays as it is.
func odd(chance *rand.Rand, body []byte) (out []byte, where string) {
	out = reshaped(body, func(whole any) {
		spots := spotsOf(whole, "", nil)
		if len(spots) == 0 {
			return
		}
		s := spots[chance.IntN(len(spots))]
		where = s.path
		s.set([]any{map[string]any{"odd": 1}, []any{"odd"}}[chance.IntN(2)])
	})
	return out, where
}

// reshaped is a body after a change to what it holds; one that is no JSON
// stays as it is.
func reshaped(body []byte, change func(whole any)) []byte {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber() // large ids keep all their digits
	var whole any
	if dec.Decode(&whole) != nil {
		return body
	}
	change(whole)
	out, err := json.Marshal(whole)
	if err != nil {
		return body
	}
	return out
}

// spotsOf are the plain values below x that say something, in a stable order.
func spotsOf(x any, path string, set func(any)) (out []spot) {
	switch x := x.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(x)) {
			out = append(out, spotsOf(x[name], path+"."+name, func(v any) { x[name] = v })...)
		}
	case []any:
		for i := range x {
			out = append(out, spotsOf(x[i], fmt.Sprintf("%s[%d]", path, i), func(v any) { x[i] = v })...)
		}
	default:
		if x != nil && x != "" && set != nil {
			out = append(out, spot{path, x, set})
		}
	}
	return out
}

// lost names a row that was shown before with a value, and of which a later
// read of the same state neither shows a value nor says that it may be among
// the rows that were not understood; "" when there is none.
func lost(before, after provider.Snapshot) string {
	for _, b := range before.Views {
		i := slices.IndexFunc(after.Views, func(a provider.View) bool { return a.Feature == b.Feature })
		if i < 0 || after.Views[i].Err != nil || !whole(after.Views[i]) {
			continue
		}
		if key := missing(before.Items, b, after.Items, after.Views[i]); key != "" {
			return fmt.Sprintf("%s of %s", b.Feature, key)
		}
	}
	return ""
}

// whole: a view whose counts disagree is not trusted (R2), and where only
// changes are listed, unlisted is unchanged.
func whole(v provider.View) bool {
	return v.Coverage != provider.Changes && (v.Evidence.Announced < 0 || v.Evidence.Announced == v.Evidence.Received)
}

// missing is a row of was that is neither in is, by key or by an id of its
// work, nor among those of is that were not understood; one without a key may
// be any.
func missing(items []media.Item, was provider.View, later []media.Item, is provider.View) string {
	shown, hidden := map[string]bool{}, map[string]bool{}
	names := namesOf(later)
	for _, r := range is.Rows {
		for _, name := range names[r.Key] {
			shown[name+" "+r.PlayKey] = shown[name+" "+r.PlayKey] || r.Value.Set
		}
	}
	for _, s := range is.Skipped {
		hidden[s.Key] = true
	}
	names = namesOf(items)
	for _, r := range was.Rows {
		found := slices.ContainsFunc(names[r.Key], func(name string) bool { return shown[name+" "+r.PlayKey] })
		if r.Value.Set && !found && !hidden[r.Key] && !hidden[""] {
			return r.Key + " " + r.PlayKey
		}
	}
	return ""
}

// namesOf are the keys and ids of items, by key.
func namesOf(items []media.Item) map[string][]string {
	out := map[string][]string{}
	for _, it := range items {
		out[it.Key] = append(out[it.Key], "key "+it.Key)
		for _, t := range it.Tokens {
			out[it.Key] = append(out[it.Key], t.String())
		}
	}
	return out
}

// spellings write an answer in another way that means the same.
var spellings = map[string]func([]byte) []byte{
	"a byte order mark": func(body []byte) []byte { return append([]byte("\xef\xbb\xbf"), body...) },
	"white space": func(body []byte) []byte {
		var out bytes.Buffer
		if json.Indent(&out, body, "\r", "\t") != nil {
			return body
		}
		return append(out.Bytes(), '\n')
	},
	"unknown fields": func(body []byte) []byte { return reshaped(body, widen) },
	"numbers in quotes": func(body []byte) []byte {
		return eachValue(body, func(v any) any {
			if n, ok := v.(json.Number); ok {
				return n.String()
			}
			return v
		})
	},
	"numbers without quotes": func(body []byte) []byte {
		return eachValue(body, func(v any) any {
			text, _ := v.(string)
			if n, err := strconv.Atoi(text); err == nil && strconv.Itoa(n) == text {
				return n
			}
			return v
		})
	},
}

// eachValue passes every plain value of a body through change.
func eachValue(body []byte, change func(any) any) []byte {
	return reshaped(body, func(whole any) {
		for _, s := range spotsOf(whole, "", nil) {
			s.set(change(s.was))
		}
	})
}

// widen adds to every object a field that nobody knows.
func widen(x any) {
	switch x := x.(type) {
	case map[string]any:
		for _, v := range x {
			widen(v)
		}
		x["nobodyKnows"] = "x"
	case []any:
		for _, v := range x {
			widen(v)
		}
	}
}
