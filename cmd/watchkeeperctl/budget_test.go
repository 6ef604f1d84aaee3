//go:build !race

package main

// atOnce is how many tests run side by side: sign-ins mostly wait.
const atOnce = "16"
