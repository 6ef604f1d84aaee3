//go:build !race

// The memory that libc hands out is not Go's, which the race detector refuses.

package crash

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// The shipped SQLite is a translation of the C library, and keeps its rule: a
// VFS is a table of functions, and each open file points to another one. The
// watching VFS takes both tables of the system's VFS and puts itself before
// the functions that change files. It becomes the default one of the test
// process, so the store needs to know nothing of it; folders that nobody
// watches are passed through.

// fileTable is a file's table of functions with the one it stands before.
type fileTable struct {
	sqlite3.Tsqlite3_io_methods
	system *sqlite3.Tsqlite3_io_methods
}

var (
	watching  sqlite3.Tsqlite3_vfs
	system    *sqlite3.Tsqlite3_vfs
	tables    sync.Map // address of the system's table → *fileTable
	openFiles sync.Map // address of an open file → watched
	mounted   sync.Map // folder → *Disk
)

// watched is an open file of a disk.
type watched struct {
	disk *Disk
	path string
}

var install = sync.OnceValue(func() error {
	tls := libc.NewTLS()
	if rc := sqlite3.Xsqlite3_initialize(tls); rc != sqlite3.SQLITE_OK {
		return errors.New("sqlite does not start")
	}
	name, err := libc.CString("watching")
	if err != nil {
		return err
	}
	system = (*sqlite3.Tsqlite3_vfs)(pointer(sqlite3.Xsqlite3_vfs_find(tls, 0)))
	watching = *system
	watching.FpNext, watching.FzName = 0, name
	watching.FxOpen, watching.FxDelete = function(openFile), function(removeFile)
	if rc := sqlite3.Xsqlite3_vfs_register(tls, uintptr(unsafe.Pointer(&watching)), 1); rc != sqlite3.SQLITE_OK {
		return errors.New("the watching VFS is not taken")
	}
	return nil
})

// mount lets a disk watch what SQLite does in its folder.
func mount(d *Disk) error {
	mounted.Store(d.dir, d)
	return install()
}

func unmount(d *Disk) { mounted.Delete(d.dir) }

func diskOf(path string) *Disk {
	for dir := filepath.Dir(path); ; dir = filepath.Dir(dir) {
		if d, ok := mounted.Load(dir); ok {
			return d.(*Disk)
		}
		if dir == filepath.Dir(dir) {
			return nil
		}
	}
}

func openFile(tls *libc.TLS, vfs, name, f uintptr, flags int32, outFlags uintptr) int32 {
	var d *Disk
	path := ""
	if name != 0 {
		path = libc.GoString(name)
		d = diskOf(path)
	}
	_, missing := os.Stat(path)
	rc := (*(*func(*libc.TLS, uintptr, uintptr, uintptr, int32, uintptr) int32)(call(system.FxOpen)))(tls, vfs, name, f, flags, outFlags)
	if d == nil || rc != sqlite3.SQLITE_OK {
		return rc
	}
	d.opened(path, missing != nil)
	openFiles.Store(f, watched{d, path})
	methods := &(*sqlite3.Tsqlite3_file)(pointer(f)).FpMethods
	*methods = uintptr(unsafe.Pointer(tableBefore(*methods)))
	return rc
}

func tableBefore(methods uintptr) *fileTable {
	if t, ok := tables.Load(methods); ok {
		return t.(*fileTable)
	}
	t := &fileTable{system: (*sqlite3.Tsqlite3_io_methods)(pointer(methods))}
	t.Tsqlite3_io_methods = *t.system
	t.FxWrite, t.FxTruncate, t.FxSync, t.FxClose = function(writeFile), function(truncateFile), function(flushFile), function(closeFile)
	first, _ := tables.LoadOrStore(methods, t)
	return first.(*fileTable)
}

// of returns what is watched behind an open file, and the system's functions.
func of(f uintptr) (watched, *sqlite3.Tsqlite3_io_methods) {
	w, _ := openFiles.Load(f)
	return w.(watched), (*fileTable)(pointer((*sqlite3.Tsqlite3_file)(pointer(f)).FpMethods)).system
}

func writeFile(tls *libc.TLS, f, data uintptr, n int32, at int64) int32 {
	w, sys := of(f)
	if !w.disk.before("write") {
		return sqlite3.SQLITE_IOERR
	}
	rc := (*(*func(*libc.TLS, uintptr, uintptr, int32, int64) int32)(call(sys.FxWrite)))(tls, f, data, n, at)
	if rc == sqlite3.SQLITE_OK {
		body := make([]byte, n)
		copy(body, unsafe.Slice((*byte)(pointer(data)), n))
		w.disk.note(w.path, change{wrote, at, body})
	}
	return rc
}

func truncateFile(tls *libc.TLS, f uintptr, size int64) int32 {
	w, sys := of(f)
	if !w.disk.before("truncate") {
		return sqlite3.SQLITE_IOERR
	}
	rc := (*(*func(*libc.TLS, uintptr, int64) int32)(call(sys.FxTruncate)))(tls, f, size)
	if rc == sqlite3.SQLITE_OK {
		w.disk.note(w.path, change{what: resized, at: size})
	}
	return rc
}

// flushFile flushes on the imagined disk only: the real one need not wait.
func flushFile(_ *libc.TLS, f uintptr, _ int32) int32 {
	w, _ := of(f)
	if !w.disk.before("flush") {
		return sqlite3.SQLITE_IOERR
	}
	w.disk.flush(w.path)
	return sqlite3.SQLITE_OK
}

func closeFile(tls *libc.TLS, f uintptr) int32 {
	_, sys := of(f)
	openFiles.Delete(f)
	return (*(*func(*libc.TLS, uintptr) int32)(call(sys.FxClose)))(tls, f)
}

func removeFile(tls *libc.TLS, vfs, name uintptr, flushed int32) int32 {
	path := libc.GoString(name)
	d := diskOf(path)
	if d != nil && !d.before("remove") {
		return sqlite3.SQLITE_IOERR
	}
	rc := (*(*func(*libc.TLS, uintptr, uintptr, int32) int32)(call(system.FxDelete)))(tls, vfs, name, flushed)
	if d != nil && rc == sqlite3.SQLITE_OK {
		d.note(path, change{what: removed})
		if flushed != 0 {
			d.flush(path)
		}
	}
	return rc
}

// function is the address by which SQLite calls a Go function, and call the
// Go function behind such an address: both as the translator makes them.
func function(f any) uintptr { return (*[2]uintptr)(unsafe.Pointer(&f))[1] }

func call(address uintptr) unsafe.Pointer { return unsafe.Pointer(&struct{ uintptr }{address}) }

// pointer turns an address of the library's own memory into a pointer; the
// collector does not move such memory.
func pointer(address uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&address)) }
