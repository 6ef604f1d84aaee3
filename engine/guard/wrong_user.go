package guard

import "fmt"

// wrongUser holds a view that speaks for another user or server than the one
// that was connected. No answer makes it right; signing in again does.
func wrongUser(f ViewFacts) string {
	if f.Who.ServerID != "" && f.Who.ServerID != f.Party.ServerID {
		return fmt.Sprintf("the answer comes from another server than the one connected as %s", f.Party.Name)
	}
	if f.Who.UserID != "" && f.Who.UserID != f.Party.UserID {
		return fmt.Sprintf("the sign-in speaks for another user than the one connected as %s", f.Party.Name)
	}
	return ""
}
