//go:build race

package main

// atOnce is small under the race detector, where opening the encrypted file
// costs twenty times the work and would run into the vault's limit.
const atOnce = "2"
