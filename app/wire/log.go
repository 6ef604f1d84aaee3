package wire

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
)

const (
	logName  = "watchkeeper.log"
	logBytes = 1 << 20
	logsKept = 3 // older ones, .1 the newest
)

// logFile is a log that starts anew when it is full and keeps a few before it.
// Nothing reaches the disk unscrubbed.
type logFile struct {
	dir   string
	scrub func([]byte) []byte

	mu   sync.Mutex
	file *os.File
	size int64
}

func openLog(dir string, scrub func([]byte) []byte) (*logFile, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("log folder: %w", err)
	}
	l := &logFile{dir: dir, scrub: scrub}
	return l, l.begin()
}

func (l *logFile) begin() error {
	f, err := os.OpenFile(filepath.Join(l.dir, logName), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("log: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		return errors.Join(fmt.Errorf("log: %w", err), f.Close())
	}
	l.file, l.size = f, info.Size()
	return nil
}

// Write implements io.Writer: one record at a time.
func (l *logFile) Write(record []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.size >= logBytes {
		if err := l.turn(); err != nil {
			return 0, err
		}
	}
	n, err := l.file.Write(l.scrub(record))
	l.size += int64(n)
	if err != nil {
		return 0, err
	}
	return len(record), nil
}

// turn sets the full log aside and begins a new one.
func (l *logFile) turn() error {
	if err := l.file.Close(); err != nil {
		return err
	}
	path := filepath.Join(l.dir, logName)
	older := func(n int) string { return fmt.Sprintf("%s.%d", path, n) }
	for n := logsKept - 1; n >= 1; n-- {
		if err := os.Rename(older(n), older(n+1)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	if err := os.Rename(path, older(1)); err != nil {
		return err
	}
	return l.begin()
}

func (l *logFile) logger(verbose bool) *slog.Logger {
	level := slog.LevelInfo
	if verbose {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewJSONHandler(l, &slog.HandlerOptions{Level: level}))
}

// Close ends the log.
func (l *logFile) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.file.Close()
}
