package planted

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"testing"
)

var (
	tried   = flag.Int("planted", 1, "how many bugs are planted; -1 all that follow")
	from    = flag.Int("from", 9, "the first of them, by its place in Bugs")
	decided = flag.Int("cases", 20000, "random beliefs that each is given")
	told    = flag.Bool("scenarios", true, "let the scenarios look for it, too, before the lives")
	lived   = flag.Int("seeds", 500, "random lives that each is given")
)

const root = "../../.."

// chunk is how many lives are lived before it is asked whether one went wrong.
const chunk = 20

// Every bug still fits the source that it changes.
func TestBugsFit(t *testing.T) {
	names := map[string]bool{}
	for _, b := range Bugs {
		if names[b.Name] {
			t.Errorf("two bugs are called %q", b.Name)
		}
		names[b.Name] = true
		if _, err := b.Overlay(root, t.TempDir()); err != nil {
			t.Error(err)
		}
	}
	if len(Bugs) < 25 {
		t.Errorf("%d bugs, fewer than 25", len(Bugs))
	}
	if _, err := (Bug{Name: "of no file", File: Bugs[0].File, Old: "there is no such text"}).Overlay(root, t.TempDir()); err == nil {
		t.Error("a bug that fits nowhere was planted")
	}
}

// Every bug is caught. A life that goes wrong counts only if it goes well
// without the bug.
func TestBugsAreCaught(t *testing.T) {
	sound := &proofs{t: t, dir: t.TempDir()}
	first := min(*from, len(Bugs))
	last := len(Bugs)
	if *tried >= 0 {
		last = min(first+*tried, last)
	}
	for i, b := range Bugs[first:last] {
		t.Run(fmt.Sprintf("%d %s", first+i, b.Name), func(t *testing.T) {
			overlay, err := b.Overlay(root, t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			planted := &proofs{t: t, dir: t.TempDir(), overlay: overlay}
			if how := catch(b, planted, sound); how != "" {
				t.Logf("%s is broken: %s", b.Breaks, how)
				return
			}
			t.Errorf("breaks %s, and nothing noticed", b.Breaks)
		})
	}
}

// catch tells which proof saw the bug; "" when none did.
func catch(b Bug, planted, sound *proofs) string {
	if b.By.Package != "" {
		if planted.fails(b.By, nil) {
			return "seen by " + b.By.Test
		}
		return ""
	}
	decide, live := Proof{"engine/sim", "TestDecide$"}, Proof{"engine/sim", "TestLives$"}
	believes := slices.Contains([]string{"engine/plan", "engine/guard", "engine/ledger"}, path.Dir(b.File)) // the small world has nothing else
	if believes && planted.fails(Proof{"engine/sim/small", "TestSmallWorld$"}, nil) {
		return "seen in the small world"
	}
	if *told && planted.fails(Proof{"engine/sim/scenario", "TestScenarios$"}, nil) {
		return "seen by the scenarios"
	}
	if planted.fails(decide, []string{fmt.Sprintf("-cases=%d", *decided)}) {
		return fmt.Sprintf("seen within %d decisions", *decided)
	}
	for seed := 0; seed < *lived; seed += chunk {
		args := []string{fmt.Sprintf("-seeds=%d", chunk), fmt.Sprintf("-seed=%d", seed)}
		if planted.fails(live, args) && !sound.fails(live, args) {
			return fmt.Sprintf("seen within %d lives", seed+chunk)
		}
	}
	return ""
}

// proofs are test programs, built once, with or without a bug.
type proofs struct {
	t            *testing.T
	dir, overlay string
}

// fails runs one test and tells whether it failed.
func (p *proofs) fails(proof Proof, args []string) bool {
	p.t.Helper()
	program := filepath.Join(p.dir, filepath.Base(proof.Package)+".test")
	if _, err := os.Stat(program); err != nil {
		p.build(proof.Package, program)
	}
	cmd := exec.Command(program, append([]string{"-test.run", proof.Test, "-test.timeout", "30m"}, args...)...)
	cmd.Dir = filepath.Join(root, filepath.FromSlash(proof.Package))
	out, err := cmd.CombinedOutput()
	if err != nil && !bytes.Contains(out, []byte("FAIL")) && !bytes.Contains(out, []byte("panic")) {
		p.t.Fatalf("%s: %v\n%s", proof.Test, err, out)
	}
	return err != nil
}

func (p *proofs) build(pkg, program string) {
	p.t.Helper()
	args := []string{"test", "-tags", "ci", "-c", "-o", program}
	if p.overlay != "" {
		args = append(args, "-overlay", p.overlay)
	}
	cmd := exec.Command("go", append(args, "./"+pkg)...)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		p.t.Fatalf("build with the bug: %v\n%s", err, out)
	}
}
