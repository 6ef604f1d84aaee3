//go:build linux

package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"watchkeeper/app"
)

// onSmallDisk puts the data folder on a disk of its own with some room.
func (w *world) onSmallDisk(kilobytes string) bool {
	w.t.Helper()
	dir := w.t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+kilobytes+"k,mode=700"); err != nil {
		w.t.Logf("a disk of its own needs root (the store's own tests have a full one as well): %v", err)
		return false
	}
	w.t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			w.t.Error(err)
		}
	})
	w.dir = filepath.Join(dir, "data")
	return true
}

// fill takes all room of the small disk but some, and returns how to give it
// back.
func (w *world) fill(but int64) (free func()) {
	w.t.Helper()
	var disk syscall.Statfs_t
	if err := syscall.Statfs(w.dir, &disk); err != nil {
		w.t.Fatal(err)
	}
	path := filepath.Join(filepath.Dir(w.dir), "filler")
	err := os.WriteFile(path, bytes.Repeat([]byte("x"), int(int64(disk.Bavail)*disk.Bsize-but)), 0o600)
	if err != nil && !errors.Is(err, syscall.ENOSPC) {
		w.t.Fatal(err)
	}
	return func() {
		if err := os.Remove(path); err != nil {
			w.t.Error(err)
		}
	}
}

// TestDiskFull: without room nothing is sent that could not be written down;
// sync and status say so, and with room again everything goes on.
func TestDiskFull(t *testing.T) {
	w := newWorld(t)
	if !w.onSmallDisk("6000") {
		return
	}
	w.start()
	w.must(0, "sync")
	for i := 1; i <= 200; i++ {
		w.anna.Favorite(w.n(i).id, true)
	}
	for _, room := range []int64{0, 64 << 10, 256 << 10} {
		w.counts.taken()
		free := w.fill(room)
		code, _, errs := w.ctl("sync")
		if code != app.ExitError || !strings.Contains(errs, "the disk is full; make room") {
			t.Errorf("%d bytes of room: exit %d, %s", room, code, errs)
		}
		if out := w.must(app.ExitError, "status"); !strings.Contains(out, "the disk is full") {
			t.Errorf("%d bytes of room: status: %s", room, out)
		}
		for _, asked := range w.counts.taken() {
			if strings.Contains(asked, "POST /sync") {
				t.Errorf("%d bytes of room: %s", room, asked)
			}
		}
		free()
	}
	for range 6 {
		if after := read[app.Synced](w, -1, "sync"); len(after.Status.Holds) > 0 {
			w.must(0, "holds", "accept", "all")
		}
		w.later(31 * time.Minute)
	}
	if n := len(w.tracked.Listed()); n != 200 {
		t.Errorf("%d titles are listed in the end", n)
	}
}

// TestReadOnlyFolder: a folder that cannot be written to is named.
func TestReadOnlyFolder(t *testing.T) {
	w := newWorld(t)
	if !w.onSmallDisk("6000") {
		return
	}
	w.must(app.ExitNeedsYou, "status")
	dir := filepath.Dir(w.dir)
	if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"sync", "status", "accounts list", "settings set interval 45m"} {
		code, out, errs := w.ctl(strings.Fields(line)...)
		if code != app.ExitError || !strings.Contains(out+errs, w.dir) || !strings.Contains(out+errs, "read-only") && !strings.Contains(out+errs, "cannot be written") {
			t.Errorf("%s: exit %d, %s%s", line, code, out, errs)
		}
	}
	if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT, "size=6000k"); err != nil {
		t.Fatal(err)
	}
	w.must(app.ExitNeedsYou, "status")
}
