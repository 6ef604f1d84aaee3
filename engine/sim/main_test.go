package sim

import (
	"os"
	"runtime/debug"
	"testing"
)

// A life allocates much and keeps little: a sixth of its time would be spent
// collecting.
func TestMain(m *testing.M) {
	debug.SetGCPercent(800)
	os.Exit(m.Run())
}
