package sim

import "slices"

// Shrink leaves lines of a tape out, as many as it can while the same kind of
// violation stays: first halves, then ever smaller pieces, at last single
// lines. Accounts, works, faults and acts are all lines.
func Shrink(t Tape, kind string) Tape {
	fails := func(lines []Line) bool {
		v, err := Live(Tape{t.Seed, lines})
		return err == nil && len(v.Wrong) > 0 && v.Wrong[0].Kind == kind
	}
	lines := t.Lines
	if v, err := Live(t); err == nil && len(v.Wrong) > 0 && v.Wrong[0].Line < len(lines) {
		if cut := lines[:v.Wrong[0].Line]; fails(cut) {
			lines = cut
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
