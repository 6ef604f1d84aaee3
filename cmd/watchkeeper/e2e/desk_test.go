//go:build e2e

package e2e

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

// desk is a desktop of its own: display, window manager, session bus, home.
type desk struct {
	t      testing.TB
	env    []string
	bus    string     // address
	conn   *dbus.Conn // hears what is told on the bus
	bell   bell       // rung when screen, bus or browser may have something new
	screen *display
	frame  string // folder in which the display keeps its screen
	labels map[string][]letters

	mu    sync.Mutex
	pages []string // that were opened in the browser
}

func newDesk(t testing.TB) *desk {
	t.Helper()
	home, run, bin := t.TempDir(), t.TempDir(), t.TempDir()
	if err := os.Chmod(run, 0o700); err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, frame: t.TempDir()}
	d.env = []string{"PATH=" + bin + ":" + os.Getenv("PATH"), "HOME=" + home, "XDG_RUNTIME_DIR=" + run, "LANG=en_GB.UTF-8",
		"LIBGL_ALWAYS_SOFTWARE=1", "FYNE_SCALE=1"}
	d.browser(bin)
	// A key that is let go late on a loaded machine is pressed once all the same (-r).
	number := d.firstLine("Xvfb", "-r", "-displayfd", "1", "-screen", "0", fmt.Sprintf("%dx%dx24", screenWide, screenHigh), "-nolisten", "tcp", "-fbdir", d.frame)
	d.env = append(d.env, "DISPLAY=:"+number)
	d.screen = listen(t, number, &d.bell)
	d.bus = d.firstLine("dbus-daemon", "--session", "--nofork", "--print-address=1")
	d.env = append(d.env, "DBUS_SESSION_BUS_ADDRESS="+d.bus)
	d.overhear()
	d.start("openbox")
	d.eventually("the window manager", patience, func() bool {
		_, err := d.run("xdotool", "get_num_desktops") // an error without one
		return err == nil
	})
	return d
}

// browser puts a program in the folder that notes which pages it is given.
func (d *desk) browser(folder string) {
	d.t.Helper()
	pipe := filepath.Join(folder, "pages")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		d.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "xdg-open"), []byte("#!/bin/sh\necho \"$1\" >"+pipe+"\n"), 0o755); err != nil {
		d.t.Fatal(err)
	}
	opened, err := os.OpenFile(pipe, os.O_RDWR, 0) // a writer of our own, so that it never ends
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { _ = opened.Close() })
	go func() {
		for lines := bufio.NewScanner(opened); lines.Scan(); d.bell.ring() {
			d.mu.Lock()
			d.pages = append(d.pages, lines.Text())
			d.mu.Unlock()
		}
	}()
}

// opened tells whether the browser was given a page with such an address.
func (d *desk) opened(part string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.ContainsFunc(d.pages, func(page string) bool { return strings.Contains(page, part) })
}

// overhear rings the bell at every signal on the bus.
func (d *desk) overhear() {
	d.t.Helper()
	var err error
	if d.conn, err = dbus.Connect(d.bus); err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { _ = d.conn.Close() })
	if err := d.conn.AddMatchSignal(); err != nil {
		d.t.Fatal(err)
	}
	told := make(chan *dbus.Signal, 64)
	d.conn.Signal(told)
	go func() {
		for range told {
			d.bell.ring()
		}
	}()
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

// run runs a program to its end, which must come.
func (d *desk) run(name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = d.env
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// windows lists the visible windows of the program.
func (d *desk) windows() []string {
	out, _ := d.run("xdotool", "search", "--onlyvisible", "--name", "^Watchkeeper$") // none is an error there
	return strings.Fields(out)
}

// closeWindow closes the program's window, as its frame's button does. A key
// would do too, but a loaded machine may keep it pressed.
func (d *desk) closeWindow() {
	d.t.Helper()
	for _, w := range d.windows() {
		id, err := strconv.ParseUint(w, 10, 32)
		if err == nil {
			err = d.screen.shut(uint32(id))
		}
		if err != nil {
			d.t.Fatalf("close %s: %v", w, err)
		}
	}
}

// eventually waits for something that the screen, the bus or the browser tells
// of.
func (d *desk) eventually(what string, within time.Duration, is func() bool) {
	d.t.Helper()
	late := time.After(within)
	for {
		next := d.bell.next()
		if is() {
			return
		}
		select {
		case <-next:
		case <-late:
			d.shot("not-" + strings.ReplaceAll(what, " ", "-"))
			d.t.Fatalf("%s: not within %s", what, within)
		}
	}
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
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-tags", "no_emoji,x11", "-o", to, "./cmd/"+name)
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
