package world

import (
	"os"
	"runtime/debug"
	"testing"
)

// A world allocates much and keeps little: a third of its time would be spent
// collecting.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
	os.Exit(m.Run())
}
