package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"watchkeeper/app"
)

// show prints a value as JSON, or lets text print it for people.
func (s *session) show(v any, text func()) error {
	if !s.json {
		text()
		return nil
	}
	enc := json.NewEncoder(s.out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// failure is what went wrong, as --json tells it on standard error.
type failure struct {
	Error string `json:"error"`
	Exit  int    `json:"exit"`
}

// fail says why a command did not do what it was asked.
func (s *session) fail(sentence string, exit int) {
	if !s.json {
		fmt.Fprintln(s.err, "watchkeeperctl:", sentence)
		return
	}
	enc := json.NewEncoder(s.err)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(failure{sentence, exit}) // like any other word on standard error
}

func (s *session) say(format string, args ...any) { fmt.Fprintf(s.out, format+"\n", args...) }

// table prints aligned columns.
func (s *session) table(header string, rows [][]string) {
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, strings.ReplaceAll(header, " ", "\t"))
	for _, r := range rows {
		fmt.Fprintln(w, strings.Join(r, "\t"))
	}
	_ = w.Flush() // to standard output
}

// ago writes a time of an answer as a distance.
func ago(text string) string {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return "never"
	}
	return time.Since(at).Round(time.Second).String() + " ago"
}

// local writes a time of an answer on the clock of this computer.
func local(text string) string {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return ""
	}
	return at.Local().Format("2006-01-02 15:04:05")
}

// run prints what a run did, with at most so many of its changes.
func (s *session) run(r app.Run, most int) {
	s.say("run %d: %s", r.ID, counts(r))
	shown := r.Changes[:min(most, len(r.Changes))]
	for _, c := range shown {
		s.say("  %-7s %-10s %s on %s (%s)", c.Action, c.Feature, c.Title, c.Account, c.State)
	}
	if n := r.Added + r.Updated + r.Removed + r.Failed + r.Unproven - len(shown); n > 0 {
		s.say("  … and %d more: watchkeeperctl runs show %d", n, r.ID)
	}
	if r.Error != "" {
		s.say("  error: %s", r.Error)
	}
}

func counts(r app.Run) string {
	var parts []string
	for _, c := range []struct {
		n    int
		what string
	}{{r.Added, "added"}, {r.Updated, "changed"}, {r.Removed, "removed"}, {r.Failed, "failed"}, {r.Unproven, "unproven"}, {r.Held, "on hold"}} {
		if c.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", c.n, c.what))
		}
	}
	if r.Stopped {
		parts = append(parts, "stopped")
	}
	if len(parts) == 0 {
		return "nothing written"
	}
	return strings.Join(parts, ", ")
}

func (s *session) hold(h app.Hold) {
	s.say("hold %d at %s, %s: %s", h.ID, h.At, h.Feature, reason(h.Guard))
	s.say("  %s", h.Evidence)
	if len(h.Titles) > 0 {
		more := ""
		if h.Count > len(h.Titles) {
			more = fmt.Sprintf(" … %d in all", h.Count)
		}
		s.say("  %s%s", strings.Join(h.Titles, ", "), more)
	}
	var ways []string
	for _, a := range h.Answers {
		if a == "accept" && h.Guard == "guard_first_run" {
			a = "start"
		}
		ways = append(ways, fmt.Sprintf("%s %d", a, h.ID))
	}
	s.say("  answer with watchkeeperctl holds: %s", strings.Join(ways, ", or "))
}

func (s *session) op(o app.Op) {
	s.say("  %-7s %-10s %s on %s: %s → %s%s", o.Action, o.Feature, o.Title, o.Account, o.Old, o.New, because(o.Why))
}

func (s *session) nonOp(o app.NonOp) {
	s.say("  %-10s %s on %s: %s%s", o.Feature, o.Title, o.Account, reason(o.Why.Code), because(o.Why))
}

// because tells who said what is done or not done, and when.
func because(r app.Reason) string {
	var parts []string
	if r.Who != "" {
		said := "said at " + r.Who
		if r.When != "" {
			said += " " + local(r.When)
		}
		parts = append(parts, said)
	}
	if r.Details != "" {
		parts = append(parts, r.Details)
	}
	if r.Until != "" {
		parts = append(parts, "again at "+local(r.Until))
	}
	if len(parts) == 0 {
		return ""
	}
	return " (" + strings.Join(parts, "; ") + ")"
}
