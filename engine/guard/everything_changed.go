package guard

import "fmt"

// everythingChanged holds a view in which half and ten or more of the works
// shown before have another value.
func everythingChanged(f ViewFacts) string {
	if f.FirstLook || f.Changed < shareFloor || !share(f.Changed, f.Compared, 50) {
		return ""
	}
	return fmt.Sprintf("%d of %d values are others than at %s", f.Changed, f.Compared, f.Trust.LastTrusted)
}
