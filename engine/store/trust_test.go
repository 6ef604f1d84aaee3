package store

import (
	"slices"
	"testing"
)

// Lists of numbers read back as they were written.
func TestNumbers(t *testing.T) {
	for _, want := range [][]int64{nil, {0}, {-1, 60_000, 1 << 62}} {
		if is, err := numbers(text(want)); err != nil || !slices.Equal(is, want) {
			t.Errorf("%v reads back as %v: %v", want, is, err)
		}
	}
	for _, spoilt := range []string{"[1,x]", "{}", ""} {
		if is, err := numbers(spoilt); err == nil {
			t.Errorf("%q reads as %v", spoilt, is)
		}
	}
}
