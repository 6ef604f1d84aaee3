//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"watchkeeper/app"
	"watchkeeper/providers/jellyfin/jellyfinfake"
)

// manyFilms is a large library.
const manyFilms = 50_000

// BenchmarkDesktop tells what the program costs on a computer where it runs
// all day: after a full round of 50,000 titles, idle in the tray, with its
// window, and at the next start. Times depend on how loaded the machine is;
// the processor's own seconds hardly do.
func BenchmarkDesktop(b *testing.B) {
	for range b.N {
		h := newHomeOf(b, manyFilms)
		for _, id := range h.shelf {
			h.anna.Keep(id, jellyfinfake.State{Rating: -1, Favorite: true})
		}
		p := newPanel(b, h.desk)
		p.take(watcher)
		cmd := h.open("--background")
		h.await("open", func(app.Status) bool { return true })
		h.connect()
		h.await("a full round", func(s app.Status) bool { return calm(s) && len(s.Accounts) == 2 && whole(s) })
		b.ReportMetric(processor(cmd).Seconds(), "cpu-s/round")

		time.Sleep(90 * time.Second)
		before := processor(cmd)
		time.Sleep(30 * time.Second)
		b.ReportMetric((processor(cmd)-before).Seconds()/30*100, "idle-cpu-%")
		report(b, cmd, "tray")
		h.mustRun(h.program, h.flags...)
		h.sees("Accounts")
		time.Sleep(20 * time.Second)
		report(b, cmd, "window")
		before = processor(cmd)
		time.Sleep(20 * time.Second)
		b.ReportMetric((processor(cmd)-before).Seconds()/20*100, "window-cpu-%")
		p.clickLine("Quit")
		_ = cmd.Wait() // how it ends is not measured

		known := len(p.registered())
		began := time.Now()
		cmd = h.open()
		h.eventually("the icon registers", patience, func() bool { return len(p.registered()) > known })
		b.ReportMetric(time.Since(began).Seconds(), "s-to-tray")
		b.ReportMetric(processor(cmd).Seconds(), "cpu-s-to-tray")
		h.eventually("the window", patience, func() bool { return len(h.windows()) > 0 })
		b.ReportMetric(time.Since(began).Seconds(), "s-to-window")
		b.ReportMetric(processor(cmd).Seconds(), "cpu-s-to-window")
	}
}

// whole tells whether everything was read at both.
func whole(s app.Status) bool {
	n := 0
	for _, a := range s.Accounts {
		for _, f := range a.Features {
			if f.LastRead == "" {
				return false
			}
			n = max(n, f.Count)
		}
	}
	return n >= manyFilms
}

func report(b *testing.B, cmd *exec.Cmd, state string) {
	b.Helper()
	all, anonymous := memory(b, cmd)
	b.ReportMetric(all, state+"-MB")
	b.ReportMetric(anonymous, state+"-anon-MB")
}

// memory is what a process holds, in all and of its own, in MB
// (proc_pid_status(5)).
func memory(b *testing.B, cmd *exec.Cmd) (all, anonymous float64) {
	b.Helper()
	text, err := os.ReadFile(filepath.Join("/proc", fmt.Sprint(cmd.Process.Pid), "status"))
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		var kilobytes float64
		if n, _ := fmt.Sscanf(line, "VmRSS: %f kB", &kilobytes); n == 1 {
			all = kilobytes / 1024
		}
		if n, _ := fmt.Sscanf(line, "RssAnon: %f kB", &kilobytes); n == 1 {
			anonymous = kilobytes / 1024
		}
	}
	return all, anonymous
}

// processor is the processor time that a process has used (proc_pid_stat(5),
// fields 14 and 15, in hundredths of a second).
func processor(cmd *exec.Cmd) time.Duration {
	text, err := os.ReadFile(filepath.Join("/proc", fmt.Sprint(cmd.Process.Pid), "stat"))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')'):]))
	var user, system int64
	_, _ = fmt.Sscan(fields[12], &user)   // the kernel writes numbers
	_, _ = fmt.Sscan(fields[13], &system) // here
	return time.Duration(user+system) * 10 * time.Millisecond
}
