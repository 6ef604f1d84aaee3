// Package paging reads lists that a service hands out page by page, and knows
// when it has all of one.
//
// It does not ask by itself and does not know what a row is. Services that
// number their pages and count them in headers are read by their adapters.
package paging

import (
	"context"
	"errors"
	"slices"

	"watchkeeper/engine/provider"
)

// Page is one page: its rows, and how long the whole list is said to be.
type Page[R any] struct {
	Rows  []R
	Total int
}

// List is a list that was read to its end.
type List[R any] struct {
	Rows     []R // each once, in order
	Total    int // as announced
	Received int // rows that came

	id      func(R) string
	doubles int // rows that came again
}

var (
	errMoved    = errors.New("the list kept changing while it was read")
	errSamePage = errors.New("the same page came again")
)

// Read asks for pages by the number of their first row until all rows came,
// and returns each row once; id tells rows apart, and those of id "" are all
// kept. Rows move between pages when the list changes meanwhile: then it is
// read once more, and failing that there is no list (R1). A service that lists
// a row twice lists the very same again. doing names the request in errors.
func Read[R any](ctx context.Context, doing string, id func(R) string, page func(ctx context.Context, start int) (Page[R], error)) (List[R], error) {
	first, err := once(ctx, doing, id, page)
	if err != nil || first.whole() && first.doubles == 0 {
		return first, err
	}
	second, err := once(ctx, doing, id, page)
	if err != nil || second.whole() && (second.doubles == 0 || second.same(first)) {
		return second, err
	}
	return List[R]{}, provider.Failed(provider.Transient, doing, errMoved)
}

func (l List[R]) whole() bool { return l.Received == l.Total }

func (l List[R]) same(o List[R]) bool { return o.whole() && l.alike(l.Rows, o.Rows) }

func (l List[R]) alike(a, b []R) bool {
	return slices.EqualFunc(a, b, func(x, y R) bool { return l.id(x) == l.id(y) })
}

// once goes one way through a list. One that becomes longer or shorter
// meanwhile is not whole.
func once[R any](ctx context.Context, doing string, id func(R) string, page func(context.Context, int) (Page[R], error)) (List[R], error) {
	l := List[R]{Total: -1, id: id}
	seen := map[string]bool{}
	var before []R
	for l.Total < 0 || l.Received < l.Total {
		p, err := page(ctx, l.Received)
		if err != nil {
			return List[R]{}, err
		}
		if l.Total >= 0 && p.Total != l.Total {
			l.Total = -1
			return l, nil
		}
		if l.Total = p.Total; len(p.Rows) == 0 {
			break
		}
		if l.alike(before, p.Rows) {
			return List[R]{}, provider.Failed(provider.Contract, doing, errSamePage) // it does not heed the start
		}
		l.take(p.Rows, seen)
		before = p.Rows
	}
	return l, nil
}

func (l *List[R]) take(rows []R, seen map[string]bool) {
	l.Received += len(rows)
	for _, r := range rows {
		key := l.id(r)
		if key != "" && seen[key] {
			l.doubles++
			continue
		}
		seen[key] = true
		l.Rows = append(l.Rows, r)
	}
}
