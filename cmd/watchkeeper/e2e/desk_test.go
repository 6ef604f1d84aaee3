//go:build e2e

package e2e

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// desk is a desktop of its own: display, window manager, session bus, home.
type desk struct {
	t      testing.TB
	env    []string
	bus    string // address
	frame  string // folder in which the display keeps its screen
	pages  string // file of the pages that were opened in the browser
	labels map[string][]letters
}

func newDesk(t testing.TB) *desk {
	t.Helper()
	home, run, bin := t.TempDir(), t.TempDir(), t.TempDir()
	if err := os.Chmod(run, 0o700); err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, frame: t.TempDir(), pages: filepath.Join(bin, "pages")}
	d.env = []string{"PATH=" + bin + ":" + os.Getenv("PATH"), "HOME=" + home, "XDG_RUNTIME_DIR=" + run, "LANG=en_GB.UTF-8",
		"LIBGL_ALWAYS_SOFTWARE=1", "FYNE_SCALE=1"}
	browser := "#!/bin/sh\necho \"$1\" >>" + d.pages + "\n"
	if err := os.WriteFile(filepath.Join(bin, "xdg-open"), []byte(browser), 0o755); err != nil {
		t.Fatal(err)
	}
	d.env = append(d.env, "DISPLAY=:"+d.firstLine("Xvfb", "-displayfd", "1", "-screen", "0", "1280x900x24", "-nolisten", "tcp", "-fbdir", d.frame))
	d.bus = d.firstLine("dbus-daemon", "--session", "--nofork", "--print-address=1")
	d.env = append(d.env, "DBUS_SESSION_BUS_ADDRESS="+d.bus)
	d.start("openbox")
	return d
}

// start runs a program until the test ends.
func (d *desk) start(name string, args ...string) *exec.Cmd {
	d.t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = d.env
	if err := cmd.Start(); err != nil {
		d.t.Fatalf("%s: %v", name, err)
	}
	d.t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM) // it may have ended by itself
		_ = cmd.Wait()
	})
	return cmd
}

// firstLine runs a program until the test ends and returns what it says first.
func (d *desk) firstLine(name string, args ...string) string {
	d.t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		d.t.Fatal(err)
	}
	cmd := exec.Command(name, args...)
	cmd.Env, cmd.Stdout = d.env, w
	if err := cmd.Start(); err != nil {
		d.t.Fatalf("%s: %v", name, err)
	}
	d.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	_ = w.Close()
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		d.t.Fatalf("%s said nothing: %v", name, err)
	}
	return strings.TrimSpace(line)
}

// run runs a program to its end.
func (d *desk) run(name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	cmd.Env = d.env
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// windows lists the visible windows of the program.
func (d *desk) windows() []string {
	out, _ := d.run("xdotool", "search", "--onlyvisible", "--name", "^Watchkeeper$") // none is an error there
	return strings.Fields(out)
}

// eventually waits for something that takes a while.
func (d *desk) eventually(what string, within time.Duration, is func() bool) {
	d.t.Helper()
	for end := time.Now().Add(within); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if is() {
			return
		}
	}
	d.shot("not-" + strings.ReplaceAll(what, " ", "-"))
	d.t.Fatalf("%s: not within %s", what, within)
}

// programs is the folder of the real programs, built once.
var programs string

// TestMain builds the programs that the tests try.
func TestMain(m *testing.M) { os.Exit(buildAndRun(m)) }

func buildAndRun(m *testing.M) int {
	dir, err := os.MkdirTemp("", "watchkeeper-e2e")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	programs = dir
	build("../../..", dir, "watchkeeper")
	build("../../..", dir, "watchkeeperctl")
	return m.Run()
}

// build makes a program of this module from its folder. The window's is not
// tagged migrated_fynedo: the toolkit then checks who calls it from where.
func build(from, to, name string) {
	cgo := "CGO_ENABLED=0"
	if name == "watchkeeper" {
		cgo = "CGO_ENABLED=1"
	}
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-tags", "x11", "-o", to, "./cmd/"+name)
	cmd.Dir, cmd.Env = from, append(os.Environ(), cgo)
	if out, err := cmd.CombinedOutput(); err != nil {
		panic(fmt.Sprintf("%s: %v\n%s", name, err, out))
	}
}

// shot keeps what the screen shows, for a person to look at.
func (d *desk) shot(name string) {
	dir := os.Getenv("WATCHKEEPER_SCREENSHOTS")
	if dir == "" {
		return
	}
	if out, err := d.run("import", "-window", "root", filepath.Join(dir, fmt.Sprintf("%s.png", name))); err != nil {
		d.t.Logf("no picture %s: %v %s", name, err, out)
	}
}
