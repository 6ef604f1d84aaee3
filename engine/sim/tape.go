package sim

import (
	"bufio"
	"fmt"
	"strings"
	"time"
)

// Tape is one life written down before it is lived: accounts, routes, what
// persons do, the weather and the runs of the engine. Every line stands for
// itself, so that a tape with lines left out is a tape. The words of a line
// are in life.go.
type Tape struct {
	// Seed feeds the chance inside the imagined services.
	Seed  uint64
	Lines []Line
}

// Line is one thing that happens, some time after the line before it.
type Line struct {
	After time.Duration
	Words []string
}

// do is a line that happens at once.
func do(format string, args ...any) Line {
	return Line{Words: strings.Fields(fmt.Sprintf(format, args...))}
}

// later is the same line, some time after.
func (l Line) later(d time.Duration) Line {
	l.After = d
	return l
}

// String formats the line as "+37s A list film:3".
func (l Line) String() string {
	text := strings.Join(l.Words, " ")
	if l.After == 0 {
		return text
	}
	return fmt.Sprintf("%+ds %s", int64(l.After/time.Second), text)
}

// String prints the tape; ParseTape reads it back.
func (t Tape) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "seed %d\n", t.Seed)
	for _, l := range t.Lines {
		fmt.Fprintln(&b, l)
	}
	return b.String()
}

// ParseTape reads what String wrote. Empty lines and lines that begin with #
// are comments.
func ParseTape(text string) (t Tape, err error) {
	in := bufio.NewScanner(strings.NewReader(text))
	for number := 1; in.Scan(); number++ {
		words := strings.Fields(in.Text())
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		if words[0] == "seed" {
			_, err = fmt.Sscan(strings.Join(words[1:], " "), &t.Seed)
		} else {
			err = t.line(words)
		}
		if err != nil {
			return t, fmt.Errorf("line %d: %w", number, err)
		}
	}
	return t, in.Err()
}

func (t *Tape) line(words []string) error {
	var l Line
	if strings.ContainsAny(words[0][:1], "+-") {
		d, err := time.ParseDuration(words[0])
		if err != nil {
			return err
		}
		l.After, words = d, words[1:]
	}
	if len(words) == 0 {
		return fmt.Errorf("nothing happens")
	}
	l.Words = words
	t.Lines = append(t.Lines, l)
	return nil
}
