package store

import (
	"slices"
	"testing"

	"watchkeeper/engine/media"
)

func TestTouched(t *testing.T) {
	s := memory(t)
	must(t, s.PutTouched(ctx, 1, []media.WorkID{3, 5}))
	must(t, s.PutTouched(ctx, 2, []media.WorkID{4}))
	must(t, s.PutTouched(ctx, 1, []media.WorkID{5, 7}))
	if works := got(s.Touched(ctx, 1))(t); !slices.Equal(works, []media.WorkID{5, 7}) {
		t.Errorf("touched %v", works)
	}
	must(t, s.PutTouched(ctx, 1, nil))
	if works := got(s.Touched(ctx, 1))(t); len(works) != 0 {
		t.Errorf("touched %v", works)
	}
	if works := got(s.Touched(ctx, 2))(t); !slices.Equal(works, []media.WorkID{4}) {
		t.Errorf("touched %v", works)
	}
}
