package town

import (
	"maps"
	"net/http"
	"slices"
	"time"

	"watchkeeper/providers/internal/fakekit"
)

// faults by the word for them.
var faults = map[string]fakekit.Fault{
	"down":         fakekit.Status(http.StatusServiceUnavailable),
	"too-many":     fakekit.Status(http.StatusTooManyRequests, "Retry-After", "1800"),
	"unauthorized": fakekit.Status(http.StatusUnauthorized),
	"login-page":   fakekit.HTML(),
	"malformed":    fakekit.Empty(`{"movies": [ {"title": `),
	"empty-body":   fakekit.Empty(""),
	"wrong-type":   fakekit.ContentType("text/html; charset=utf-8"),
	"endless":      fakekit.Endless(),
	"bomb":         fakekit.Bomb(2048),
	"cut":          fakekit.Cut(50),
	"reset":        fakekit.ResetBefore(),
	"reset-after":  fakekit.ResetAfter(),
	"hang":         fakekit.HangBefore(),
	"slow":         fakekit.Slow(2 * time.Second),
	"hour-ahead":   fakekit.Skew(time.Hour),
	"hour-behind":  fakekit.Skew(-time.Hour),
	"elsewhere":    fakekit.Redirect("http://198.51.100.7/"),
}

// Faults are the words that Fault knows.
func Faults() []string { return slices.Sorted(maps.Keys(faults)) }

// Fault is what a word for weather does to a request.
func Fault(word string) (fakekit.Fault, bool) {
	f, ok := faults[word]
	return f, ok
}
