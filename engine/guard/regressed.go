package guard

import "fmt"

// regressed holds a view that is older than the last trusted one.
func regressed(f ViewFacts) string {
	if !f.Regressed {
		return ""
	}
	return fmt.Sprintf("the list is older than the one read at %s", f.Trust.LastTrusted)
}
