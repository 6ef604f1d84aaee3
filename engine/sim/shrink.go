package sim

import (
	"slices"

	"watchkeeper/engine/media"
	"watchkeeper/engine/providertest"
)

// Shrink leaves lines of a tape out, as many as it can while the same kind of
// violation stays: first everything about other works, other features and
// single accounts, then halves, then ever smaller pieces, at last single lines.
func Shrink(t Tape, wrong Wrong) Tape {
	fails := func(lines []Line) bool {
		v, err := Live(Tape{t.Seed, lines})
		return err == nil && len(v.Wrong) > 0 && v.Wrong[0].Kind == wrong.Kind
	}
	lines := t.Lines
	if wrong.Line < len(lines) && fails(lines[:wrong.Line]) {
		lines = lines[:wrong.Line]
	}
	for _, part := range parts(lines, wrong.Work) {
		if less := without(lines, part); len(less) < len(lines) && fails(less) {
			lines = less
		}
	}
	for piece := len(lines) / 2; piece > 0; {
		shorter := leaveOut(lines, piece, fails)
		if len(shorter) == len(lines) || piece > 1 {
			piece /= 2
		}
		lines = shorter
	}
	return Tape{t.Seed, lines}
}

// parts are what a tape may do without as a whole.
func parts(lines []Line, w providertest.Work) (out []func(Line) bool) {
	family := func(o providertest.Work) bool { return o == w || o.Parent() == w.Parent() }
	out = append(out,
		func(l Line) bool {
			return slices.ContainsFunc(l.Words, elsewhere(func(o providertest.Work) bool { return o == w }))
		},
		func(l Line) bool { return slices.ContainsFunc(l.Words, elsewhere(family)) },
		func(l Line) bool { return l.Words[0] == "weather" },
		func(l Line) bool { return l.Words[0] == "answer" || l.Words[0] == "undo" })
	for _, f := range media.Features {
		out = append(out, func(l Line) bool { return l.Words[0] == "route" && slices.Contains(l.Words, f.String()) })
	}
	for _, account := range lines {
		if account.Words[0] == "account" {
			out = append(out, func(l Line) bool { return slices.Contains(l.Words, account.Words[1]) })
		}
	}
	return out
}

// elsewhere tells whether a word names a work that is not among those.
func elsewhere(those func(providertest.Work) bool) func(string) bool {
	return func(word string) bool {
		o := workNamed(word)
		return o != workNamed("") && !those(o)
	}
}

// without leaves out every line that is part of something, but not its time.
func without(lines []Line, part func(Line) bool) (out []Line) {
	for _, l := range lines {
		if !part(l) {
			out = append(out, l)
			continue
		}
		if l.After != 0 {
			out = append(out, do("sleep").later(l.After))
		}
	}
	return merged(out)
}

// merged makes one pause of several.
func merged(lines []Line) (out []Line) {
	for _, l := range lines {
		if n := len(out); n > 0 && out[n-1].Words[0] == "sleep" && l.After >= 0 && out[n-1].After >= 0 {
			l.After += out[n-1].After
			out[n-1] = l
			continue
		}
		out = append(out, l)
	}
	return out
}

// leaveOut tries to do without each piece of the lines, the last one first.
// The time that a piece takes is kept with the line that follows it.
func leaveOut(lines []Line, piece int, fails func([]Line) bool) []Line {
	for end := len(lines); end > 0; end -= piece {
		from := max(0, end-piece)
		without := slices.Concat(lines[:from], lines[end:])
		if from < len(without) {
			without = slices.Clone(without)
			for _, l := range lines[from:end] {
				without[from].After += max(0, l.After)
			}
		}
		if fails(without) {
			lines = without
		}
	}
	return lines
}
