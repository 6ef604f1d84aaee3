package store

import (
	"cmp"
	"maps"
	"slices"
)

// sortedKeys returns a map's keys in order: no map order may reach a row.
func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
