package simkl

import (
	"testing"

	"watchkeeper/engine/providertest"
)

// TestLive tries a real account, only with -live (see CONTRIBUTING.md).
func TestLive(t *testing.T) { providertest.Live(t, Service(nil)) }
