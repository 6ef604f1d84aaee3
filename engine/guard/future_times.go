package guard

import "fmt"

// futureTimes holds a view with ten or more rows dated ahead of now.
func futureTimes(f ViewFacts) string {
	if f.FutureTimes < 10 {
		return ""
	}
	return fmt.Sprintf("%d entries are dated in the future", f.FutureTimes)
}
