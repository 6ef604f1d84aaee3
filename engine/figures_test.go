package engine_test

import (
	"bufio"
	"cmp"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// measured is the output of the benchmarks that `make bench` has just run; ""
// compares nothing.
var measured = flag.String("measured", "", "output of the benchmarks to hold against testdata/figures.txt")

// slack is how much slower than the committed figure a benchmark may be.
const slack = 1.3

// figureLine is a line of `go test -bench` with processor seconds.
var figureLine = regexp.MustCompile(`^(Benchmark\w+?)(?:-\d+)?\s.*?([0-9.e+-]+) cpu-s/op`)

// figures are the medians of the processor seconds of each benchmark in the
// output of `go test -bench`.
func figures(r io.Reader) (map[string]float64, error) {
	all := map[string][]float64{}
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		m := figureLine.FindStringSubmatch(lines.Text())
		if m == nil {
			continue
		}
		n, err := strconv.ParseFloat(m[2], 64)
		if err != nil {
			return nil, fmt.Errorf("%q: %w", lines.Text(), err)
		}
		all[m[1]] = append(all[m[1]], n)
	}
	medians := make(map[string]float64, len(all))
	for name, values := range all {
		slices.Sort(values)
		medians[name] = values[len(values)/2]
	}
	return medians, lines.Err()
}

// slower names what takes more than slack times its committed figure, has
// none, or was not measured.
func slower(committed, now map[string]float64) []string {
	var out []string
	for name, n := range now {
		switch is, known := committed[name]; {
		case !known:
			out = append(out, name+" has no committed figure")
		case n > is*slack:
			out = append(out, fmt.Sprintf("%s took %.3g s, committed are %.3g s", name, n, is))
		}
	}
	for name := range committed {
		if _, ran := now[name]; !ran {
			out = append(out, name+" was not measured")
		}
	}
	slices.SortFunc(out, cmp.Compare[string])
	return out
}

func TestSlower(t *testing.T) {
	committed := map[string]float64{"BenchmarkA": 1, "BenchmarkB": 1, "BenchmarkC": 1}
	now, err := figures(strings.NewReader(`goos: linux
BenchmarkA-2   	       1	 690543268 ns/op	         1.30 cpu-s/op	        99.69 peak-MB
BenchmarkB-16  	       1	 690543268 ns/op	         9 cpu-s/op
BenchmarkB     	       1	 690543268 ns/op	         1.31 cpu-s/op
BenchmarkB     	       1	 690543268 ns/op	         1e-3 cpu-s/op
BenchmarkD     	       1	 1 ns/op	 0.1 cpu-s/op
ok  	watchkeeper/engine	3.1s
`))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"BenchmarkB took 1.31 s, committed are 1 s", "BenchmarkC was not measured", "BenchmarkD has no committed figure"}
	if got := slower(committed, now); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// The committed figures are those of every benchmark, and none is new.
func TestFigures(t *testing.T) {
	committed := figuresOf(t, "testdata/figures.txt")
	if len(committed) == 0 {
		t.Fatal("no figures are committed")
	}
	if *measured == "" {
		return
	}
	for _, line := range slower(committed, figuresOf(t, *measured)) {
		t.Error(line)
	}
}

func figuresOf(t *testing.T, path string) map[string]float64 {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := figures(f)
	if err != nil {
		t.Fatal(err)
	}
	return all
}
