//go:build !race

package small

// every is how many states go by for one that is tried.
const every = 1
