package providers

import (
	"fmt"
	"strings"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// Table says in Markdown what each service can do, one row a service, from
// nothing but its Capabilities. README.md shows it.
func Table(services []provider.Service) string {
	var b strings.Builder
	b.WriteString("| service |")
	for _, f := range media.Features {
		fmt.Fprintf(&b, " %s |", f)
	}
	b.WriteString(" looked at every | passed on to trackers |\n|---|")
	b.WriteString(strings.Repeat("---|", len(media.Features)+2) + "\n")
	for _, s := range services {
		c := s.Capabilities
		fmt.Fprintf(&b, "| **%s** (%s) |", s.Title, c.Class)
		for _, f := range media.Features {
			fmt.Fprintf(&b, " %s |", featureCell(f, c.Feature(f)))
		}
		fmt.Fprintf(&b, " %d min |", c.ReadsEveryMS/time.Minute.Milliseconds())
		onward := "yes"
		if !c.OnwardToTrackers {
			onward = "only if you say so"
		}
		fmt.Fprintf(&b, " %s |\n", onward)
	}
	return b.String()
}

// featureCell tells for which kinds a feature can be used, and what is
// particular about it; a dash where the service does not have it.
func featureCell(f media.Feature, c provider.FeatureCaps) string {
	parts := accessWords(c)
	if !c.Offered() || len(parts) == 0 {
		return "–"
	}
	switch {
	case f == media.History && c.KeepsPlays:
		parts = append(parts, "every play")
	case f == media.History:
		parts = append(parts, "watched or not")
	case f == media.Ratings && c.Step > 0:
		parts = append(parts, fmt.Sprintf("%d steps", 100/c.Step))
	}
	if c.Capacity > 0 {
		parts = append(parts, fmt.Sprintf("at most %d", c.Capacity))
	}
	return strings.Join(parts, "; ")
}

// accessWords groups kinds by what can be done with them, most first.
func accessWords(c provider.FeatureCaps) []string {
	var out []string
	for _, a := range []struct {
		access provider.Access
		prefix string
	}{{provider.FullUse, ""}, {provider.AddIt, "add only: "}, {provider.ReadIt, "read only: "}} {
		var kinds []string
		for _, k := range media.Kinds {
			if c.Of(k) == a.access {
				kinds = append(kinds, k.String())
			}
		}
		if len(kinds) > 0 {
			out = append(out, a.prefix+strings.Join(kinds, ", "))
		}
	}
	return out
}
