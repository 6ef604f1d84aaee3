//go:build race

package sim

// The race detector slows SQLite, which is translated C, about twentyfold. A
// race shows in a few lives or in none: what they decide is tried without it.
const usualSeeds, usualCases = 2, 200
