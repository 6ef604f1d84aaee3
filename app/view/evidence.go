package view

import (
	"strings"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// Evidence words what a guard, a read or a plan saw; "" when there is nothing
// to tell. Times are told as of now.
func (w *Words) Evidence(e ledger.Evidence, now media.Moment) string {
	if e.Code == "" {
		return ""
	}
	said := []string{w.sight(e, now)}
	switch {
	case e.Items != "" && e.More > 0:
		said = append(said, w.Say("evidence.among_more", "items", e.Items, "n", e.More))
	case e.Items != "":
		said = append(said, w.Say("evidence.among", "items", e.Items))
	}
	if e.Older {
		said = append(said, w.Say("evidence.older_state"))
	}
	return strings.Join(said, " ")
}

func (w *Words) sight(e ledger.Evidence, now media.Moment) string {
	name, other := e.Name, e.Other
	switch e.Code {
	case ledger.SawReason:
		return w.Say("reason." + w.reasonKey(ledger.Code(name)))
	case ledger.SawKindChanged:
		name, other = w.Say("kind."+name), w.Say("kind."+other)
	}
	return w.Say("evidence."+string(e.Code), "n", e.N, "of", e.Of, "most", e.Most, "before", e.Before,
		"at", w.Clock(e.At, now), "since", w.Clock(e.Since, now), "name", name, "other", other)
}

// reasonKey is the catalogue's key of a reason; a code that it does not know
// is still explained as "other".
func (w *Words) reasonKey(c ledger.Code) string {
	if w.has("reason." + string(c)) {
		return string(c)
	}
	return "other"
}
