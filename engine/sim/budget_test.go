//go:build !race

package sim

// What is tried where no flag says otherwise.
const usualSeeds, usualCases = 20, 2000
