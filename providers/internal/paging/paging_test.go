package paging

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"watchkeeper/engine/provider"
)

const size = 2

func itself(s string) string { return s }

// service answers from what it lists at each request.
type service struct {
	lists    func(request int) string // one letter a row
	total    func(request, start int) int
	heedless bool // of the start
	requests int
}

func (s *service) page(_ context.Context, start int) (Page[string], error) {
	s.requests++
	rows := strings.Split(s.lists(s.requests), "")
	total := len(rows)
	if s.total != nil {
		total = s.total(s.requests, start)
	}
	if s.heedless {
		start = 0
	}
	start = min(start, len(rows))
	return Page[string]{rows[start:min(start+size, len(rows))], total}, nil
}

func always(list string) func(int) string { return func(int) string { return list } }

// A list is whole, or there is none (R1).
func TestWholeOrNothing(t *testing.T) {
	turns := func(lists ...string) func(int) string {
		return func(request int) string { return lists[min(request, len(lists))-1] }
	}
	for name, c := range map[string]struct {
		of   service
		want string
		kind provider.ErrorKind
	}{
		"whole":                 {service{lists: always("abcde")}, "abcde", 0},
		"empty":                 {service{lists: always("")}, "", 0},
		"doubled":               {service{lists: always("abbc")}, "abc", 0},
		"doubled on the last":   {service{lists: always("abcda")}, "abcd", 0},
		"moved once":            {service{lists: turns("abcd", "xabc", "xabcd")}, "xabcd", 0},
		"moves each time":       {service{lists: turns("abcd", "xabc", "xabc", "yxab")}, "", provider.Transient},
		"grows once":            {service{lists: turns("abcd", "abcde")}, "abcde", 0},
		"cut":                   {service{lists: always("abc"), total: func(int, int) int { return 5 }}, "", provider.Transient},
		"shrinks as it is read": {service{lists: always("abcde"), total: func(_, start int) int { return 9 - start }}, "", provider.Transient},
		"heeds no start":        {service{lists: always("abcd"), heedless: true}, "", provider.Contract},
	} {
		got, err := Read(t.Context(), "get /list", itself, c.of.page)
		if e := provider.AsError(err); c.kind == 0 && err != nil || c.kind != 0 && (e == nil || e.Kind != c.kind) {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil && (strings.Join(got.Rows, "") != c.want || got.Received != got.Total) {
			t.Errorf("%s: %s, %d of %d", name, got.Rows, got.Received, got.Total)
		}
	}
}

// Rows without an id are all kept, unless pages of nothing else follow each
// other: they cannot be told apart. An error of a page is the list's.
func TestRowsWithoutIdAndErrors(t *testing.T) {
	nameless := func(string) string { return "" }
	for list, want := range map[string]int{"a": 1, "aa": 2, "abcd": -1} {
		s := service{lists: always(list)}
		got, err := Read(t.Context(), "get /list", nameless, s.page)
		if (err != nil) != (want < 0) || err == nil && len(got.Rows) != want {
			t.Error(list, got.Rows, err)
		}
	}
	broken := errors.New("broken")
	if _, err := Read(t.Context(), "get /list", itself, func(context.Context, int) (Page[string], error) { return Page[string]{}, broken }); !errors.Is(err, broken) {
		t.Error(err)
	}
}

// Whatever a service does between pages, a list that is returned is one that
// it held at some moment of the reading, or the list with doubles that it
// showed twice.
func TestNeverAMixture(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lists := rapid.SliceOfN(rapid.StringMatching(`[a-f]{0,6}`), 1, 8).Draw(t, "lists")
		distinct := func(s string) string {
			out := ""
			for _, r := range s {
				if !strings.ContainsRune(out, r) {
					out += string(r)
				}
			}
			return out
		}
		for i := range lists {
			lists[i] = distinct(lists[i])
		}
		// The list grows at its end only, so that a whole reading is one list.
		slices.Sort(lists)
		for i := 1; i < len(lists); i++ {
			lists[i] = distinct(lists[i-1] + lists[i])
		}
		s := service{lists: func(request int) string { return lists[min(request, len(lists))-1] }}
		got, err := Read(t.Context(), "get /list", itself, s.page)
		if err == nil && !slices.Contains(lists, strings.Join(got.Rows, "")) {
			t.Fatalf("%s of %s", got.Rows, lists)
		}
	})
}
