//go:build race

package small

// The race detector slows what is nothing but sums tenfold, and a race shows in
// a few states or in none: every so many states are tried under it.
const every = 37
