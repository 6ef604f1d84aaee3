package sim

import (
	"os"
	"path/filepath"
	"testing"
)

// FuzzTape: a tape that is read is printed so that it reads the same.
func FuzzTape(f *testing.F) {
	names, _ := filepath.Glob(filepath.Join("testdata", "regressions", "*.txt"))
	for _, name := range names {
		if text, err := os.ReadFile(name); err == nil {
			f.Add(string(text))
		}
	}
	f.Add(Draw(3).String())
	f.Add("seed 1\n+37s A list film:3\n-9223372036s run\n# end\n+ run\n+1h")
	f.Fuzz(func(t *testing.T, text string) {
		tape, err := ParseTape(text)
		if err != nil {
			return
		}
		again, err := ParseTape(tape.String())
		if err != nil || again.String() != tape.String() || len(again.Lines) != len(tape.Lines) {
			t.Fatalf("%q\nis %q\nthen %q (%v)", text, tape, again, err)
		}
	})
}
