package planted

// judged sees what lives do not: look-ups and the question who the token
// belongs to make up for a view that is believed too soon.
var judged = Proof{Package: "engine/observe", Test: "TestJudge$"}

// It takes a lost write and a lie at the right moment.
var disputed = Proof{Package: "engine/observe", Test: "TestDisputed"}

// It takes a look-up over an old list and then a lost write, or a word in the
// seconds around a write.
var (
	ahead   = Proof{Package: "engine/observe", Test: "TestAListOfBefore"}
	sameRun = Proof{Package: "engine/observe", Test: "TestWordSaidInTheRunOfTheWriteStands$"}
)

// It takes a deletion before the date of another play has arrived.
var underWay = Proof{Package: "engine/plan", Test: "TestDeletedPlayUnderWayLeavesTheFlag$"}

// A library that lost a file is rare in a life, and a look-up mostly says so too.
var notHeld = Proof{Package: "engine/observe", Test: "TestTable$"}

// The imitated services answer every change and put none off: answers
// that are missing, or only say not now, are tried at the writer itself. What was taken
// back also stays back because the target says so itself.
var (
	untried  = Proof{Package: "engine/apply", Test: "TestOutcomesLeavePendingWrites$"}
	tooFew   = Proof{Package: "engine/apply", Test: "TestR29BrokenAdapterIsUnprovenAndStops$"}
	takeBack = Proof{Package: "engine/undo", Test: "TestInverse$"}
)

// Bugs are the faults, in the order of the engine's own steps: reading,
// concluding, planning, guarding, doing.
var Bugs = []Bug{
	{Name: "short listing believed", Breaks: "S1", File: "engine/guard/shrunk.go",
		Old: "if f.FirstLook {", New: "if true || f.FirstLook {"},
	{Name: "cut listing believed", Breaks: "R1", File: "engine/observe/judge.go",
		Old: "case !e.Unchanged && e.Announced >= 0 && e.Announced != e.Received:",
		New: "case false:", By: judged},
	{Name: "down with an empty list", Breaks: "R1", File: "engine/look.go",
		Old: "view = v\n", New: "view = v\n\t\t\t\tif v.Err != nil {\n\t\t\t\t\tview = provider.View{Feature: f, Coverage: s.caps.Feature(f).Coverage}\n\t\t\t\t\tview.Evidence.Announced = -1\n\t\t\t\t}\n"},
	{Name: "whoever the token belongs to", Breaks: "R2", File: "engine/observe/judge.go",
		Old: "return who.ServerID != \"\" && a.ServerID != \"\" && who.ServerID != a.ServerID ||",
		New: "return false && who.ServerID != \"\" && a.ServerID != \"\" && who.ServerID != a.ServerID ||", By: judged},
	{Name: "one look proves", Breaks: "R6", File: "engine/observe/proof.go",
		Old: "if s.proven && !listsOnly && !disputed || !o.needsProof(s) {", New: "if true || s.proven && !listsOnly && !disputed || !o.needsProof(s) {"},
	{Name: "the list outweighs the look-up", Breaks: "R6", File: "engine/observe/list.go",
		Old: "s.proven, s.looked = true, a.At\n", New: "s.proven, s.looked, s.is = true, a.At, denied\n"},
	{Name: "delta read as whole", Breaks: "S1", File: "engine/observe/list.go",
		Old: "if o.r.View.Coverage == provider.Changes {\n\t\to.removed()\n\t\treturn\n\t}",
		New: "if o.r.View.Coverage == provider.Changes {\n\t\to.removed()\n\t}"},
	{Name: "not held is absent", Breaks: "S1", File: "engine/observe/list.go",
		Old: "if o.r.View.Coverage == provider.Catalogue {\n\t\t\ts.is = notHeld\n\t\t}", New: "", By: notHeld},
	{Name: "first look mirrors", Breaks: "R13", File: "engine/observe/row.go",
		Old: "o.say(s, word{forget: true})", New: "o.say(s, word{cleared: true, at: o.r.Now})"},
	{Name: "removed when it was seen to be gone", Breaks: "R7", File: "engine/observe/row.go",
		Old: "w := word{cleared: true, at: lastShown + 1,", New: "w := word{cleared: true, at: o.r.Now,"},
	{Name: "now for a missing date", Breaks: "S9", File: "engine/observe/row.go",
		Old: "return o.clock.read(s.value.PlayedAt())\n}",
		New: "if at := o.clock.read(s.value.PlayedAt()); at.Known() {\n\t\treturn at\n\t}\n\treturn o.r.Now\n}"},
	{Name: "echo read as a person", Breaks: "S5", File: "engine/observe/row.go",
		Old: "if queue := o.queue(s); len(queue) > 0 {", New: "if queue := o.queue(s); len(queue) > 100 {"},
	{Name: "acknowledged is shown", Breaks: "R8", File: "engine/observe/own.go",
		Old: "case ours || older:\n\t\to.lag(s, old, queue)", New: "case ours || older:\n\t\to.settle(s, queue)"},
	{Name: "a list of before the look-up settles", Breaks: "S5", File: "engine/observe/ahead.go",
		Old: "return old.Ahead && s.looked == 0 &&", New: "return false && old.Ahead && s.looked == 0 &&", By: ahead},
	{Name: "what was said in the run of the write is not said since", Breaks: "S10", File: "engine/observe/say.go",
		Old: "return st.Run > p.Run || st.Seen > p.Sent", New: "return st.Run > p.Run", By: sameRun},
	{Name: "the date under way to a flag deletes it", Breaks: "S1", File: "engine/plan/history.go",
		Old: "kept := another && !t.caps.KeepsPlays //", New: "kept := false //", By: underWay},
	{Name: "a look-up finds a viewing once more", Breaks: "S3", File: "engine/cluster.go",
		Old: "touched && !known[id]", New: "touched && false && !known[id]"},
	{Name: "lost write sent for ever", Breaks: "L3", File: "engine/observe/lost.go",
		Old: "return q.Failures\n", New: "return 0\n"},
	{Name: "effects of a service read as a person", Breaks: "R9", File: "engine/observe/effect.go",
		Old: "return watched && effects&(provider.ListDropsWatched|provider.StatusMoves) != 0", New: "return false"},
	{Name: "two plays near each other are two", Breaks: "R16", File: "engine/observe/match.go",
		Old: "if !c.near(v) {\n\t\t\tcontinue", New: "if c.date != v.At {\n\t\t\tcontinue"},
	{Name: "film and show share a number", Breaks: "S8", File: "engine/identity/tokens.go",
		Old: "if t.Kind != kind {\n\t\treturn false\n\t}", New: ""},
	{Name: "titles join", Breaks: "S8", File: "engine/identity/tokens.go",
		Old: "slices.SortFunc(tokens, media.Token.Compare)\n\treturn slices.Compact(tokens)",
		New: "if len(tokens) == 0 && it.Title != \"\" {\n\t\ttokens = append(tokens, media.OwnToken(it.Kind, media.Namespace(\"imdb\"), it.Title))\n\t}\n\tslices.SortFunc(tokens, media.Token.Compare)\n\treturn slices.Compact(tokens)"},
	{Name: "keyed by the first id", Breaks: "S8", File: "engine/identity/tokens.go",
		Old: "return slices.Compact(tokens)", New: "return slices.Compact(tokens)[:min(1, len(tokens))]"},
	{Name: "tombstone blocks what is added again", Breaks: "S10", File: "engine/plan/resolve.go",
		Old: "cmp.Compare(b.At, a.At),\n\t\tcmp.Compare(truth(a.Cleared), truth(b.Cleared)),",
		New: "cmp.Compare(truth(b.Cleared), truth(a.Cleared)),\n\t\tcmp.Compare(b.At, a.At),"},
	{Name: "nobody's absence removes", Breaks: "S1", File: "engine/plan/clear.go",
		Old: "held := row.Since < run || row.Since == run && !row.FirstLook", New: "held := true"},
	{Name: "every route removes", Breaks: "R12", File: "engine/plan/graph.go",
		Old: "if r.Mode == ledger.AddOnly || r.Removals == ledger.Never {\n\t\treturn false\n\t}", New: ""},
	{Name: "every route overwrites", Breaks: "R12", File: "engine/plan/graph.go",
		Old: "return r.Mode != ledger.AddOnly\n", New: "return true\n"},
	{Name: "trackers' words flow on", Breaks: "R15", File: "engine/plan/graph.go",
		Old: "if barred {\n\t\treturn grant{}\n\t}", New: "_ = barred"},
	{Name: "a log is added to unread", Breaks: "R16", File: "engine/plan/log.go",
		Old: "case !op.FirstRun && !slices.Contains(t.b.Reread, t.party.ID):", New: "case false:"},
	{Name: "a play is added beside its like", Breaks: "R16", File: "engine/plan/log.go",
		Old: "case t.there(op.Play, at):", New: "case false && t.there(op.Play, at):"},
	{Name: "a no is forgotten", Breaks: "S7", File: "engine/plan/gate.go",
		Old: "return r.Why\n", New: "return \"\"\n"},
	{Name: "written while it is in doubt", Breaks: "R6", File: "engine/plan/gate.go",
		Old: "case t.proving():", New: "case false && t.proving():"},
	{Name: "written to a silent account", Breaks: "R3", File: "engine/plan/gate.go",
		Old: "case !t.party.TrustedNow[t.f]:\n", New: "case false:\n"},
	{Name: "removal forgotten while its target was down", Breaks: "S15", File: "engine/ledger/reason.go",
		Old: "PendingVisible, SourceSilent, SourceNotTrusted, WouldDuplicatePlay,", New: "PendingVisible, WouldDuplicatePlay,"},
	{Name: "removals without a budget", Breaks: "S6", File: "engine/guard/removals.go",
		Old: "now > most {\n", New: "now > most+1000 {\n"},
	{Name: "held is dropped", Breaks: "S7", File: "engine/guard/guard.go",
		Old: "r.put(g.code, rest[i], d.evidence)\n", New: ""},
	{Name: "a lost answer is a failure", Breaks: "S3", File: "engine/apply/outcome.go",
		Old: "s.Entry.State = ledger.Unanswered\n\t}", New: "s.Entry.State = ledger.Failed\n\t\treturn s\n\t}"},
	{Name: "confirmed and forgotten", Breaks: "R8", File: "engine/apply/outcome.go",
		Old: "s.Entry.State = ledger.Done\n", New: "s.Entry.State = ledger.Done\n\t\treturn s\n"},
	{Name: "counted though never tried", Breaks: "L4", File: "engine/apply/outcome.go",
		Old: "case provider.NotApplied:\n\t\ts.Entry.State = ledger.Failed\n", New: "case provider.NotApplied:\n\t\ts.Entry.State = ledger.Failed\n\t\ts.Failed = ledger.CannotStore\n", By: untried},
	{Name: "counts credited to the first", Breaks: "R25", File: "engine/apply/apply.go",
		Old: "results = unproven(len(changes), failed)\n\t}\n\treturn results, failed",
		New: "for len(results) < len(changes) {\n\t\t\tresults = append(results, provider.Result{Outcome: provider.NotApplied})\n\t\t}\n\t}\n\treturn results[:len(changes)], failed", By: tooFew},
	{Name: "a look that saves", Breaks: "S18", File: "engine/preview.go",
		Old: "shadow.cfg.Store, shadow.cfg.RunCopy = scratch, nil", New: "shadow.cfg.RunCopy = nil"},
	{Name: "our clock is always right", Breaks: "S11", File: "engine/clock.go",
		Old: "case len(best) == 1:\n\t\treturn best[0], true", New: "case len(best) == 1:\n\t\treturn max(c.behind, 0), true"},
	{Name: "a doubtful clock is believed", Breaks: "S11", File: "engine/clocks.go",
		Old: "case !sure && r.mayKnow(moved), r.timed && by != 0:", New: "case false:"},
	{Name: "one look-up outweighs what list and beliefs agree on", Breaks: "S1", File: "engine/observe/proof.go",
		Old: "return told && old.State != ledger.ShownUnknown && list != s.value && old.Value != s.value", New: "return told && list.Set && !list.Set", By: disputed},
	{Name: "undo without a memory", Breaks: "R24", File: "engine/undo/undo.go",
		Old: "c.said = append(c.said, refusal(e.Op))\n", New: "", By: takeBack},
}
