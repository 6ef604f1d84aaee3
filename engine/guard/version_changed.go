package guard

import "fmt"

// versionChanged holds a view that lost 5 % and ten works or more together
// with a new version of the server.
func versionChanged(f ViewFacts) string {
	if f.FirstLook || f.Version == "" || f.Trust.Version == "" || f.Version == f.Trust.Version {
		return ""
	}
	if f.Lost < shareFloor || !share(f.Lost, f.Known, 5) {
		return ""
	}
	return fmt.Sprintf("%d of %d works are gone since the server went from version %s to %s", f.Lost, f.Known, f.Trust.Version, f.Version)
}
