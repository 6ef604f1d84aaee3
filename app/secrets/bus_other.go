//go:build !linux

package secrets

// stayOffBus: only Linux has a session bus that could be missing.
func stayOffBus() bool { return false }
