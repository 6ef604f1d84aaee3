package instance

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func acquire(t *testing.T, dir string) *Lock {
	t.Helper()
	l, err := Acquire(dir)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func serve(t *testing.T, l *Lock, g Grant) *Server {
	t.Helper()
	s, err := l.Serve(g)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() }) // it may be closed already
	return s
}

func echo(_ context.Context, do string, args json.RawMessage, progress func(any)) (any, error) {
	if do == "fail" {
		return nil, &Refusal{Code: "usage", Message: "no"}
	}
	progress(1)
	progress("two")
	return map[string]any{"do": do, "args": args}, nil
}

func mode(t *testing.T, path string) os.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode().Perm()
}

func TestOneOwner(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	l := acquire(t, dir)
	if _, err := Acquire(dir); !errors.Is(err, ErrHeld) {
		t.Errorf("a second owner: %v", err)
	}
	if m := mode(t, dir); m != 0o700 {
		t.Errorf("folder mode %o", m)
	}
	if err := l.Release(); err != nil {
		t.Fatal(err)
	}
	if err := acquire(t, dir).Release(); err != nil {
		t.Error(err)
	}
}

func TestOpenFolderIsClosedToOthers(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	defer acquire(t, dir).Release()
	if m := mode(t, dir); m != 0o700 {
		t.Errorf("folder mode %o", m)
	}
}

func TestWishesAndAnswers(t *testing.T) {
	for _, name := range []string{"data", strings.Repeat("a long name ", 12)} {
		dir := filepath.Join(t.TempDir(), name)
		l := acquire(t, dir)
		defer l.Release()
		serve(t, l, echo)
		if m := mode(t, filepath.Join(dir, socketName)); m != 0o600 {
			t.Errorf("socket mode %o", m)
		}
		lock, peer, err := Own(t.Context(), dir)
		if err != nil || lock != nil {
			t.Fatalf("own: %v %v", lock, err)
		}
		var heard []string
		got, err := peer.Do(t.Context(), "sync", json.RawMessage(`{"a":1}`), func(p json.RawMessage) { heard = append(heard, string(p)) })
		if err != nil || string(got) != `{"args":{"a":1},"do":"sync"}` {
			t.Errorf("got %s, %v", got, err)
		}
		if strings.Join(heard, " ") != `1 "two"` {
			t.Errorf("heard %v", heard)
		}
		var no *Refusal
		if _, err := peer.Do(t.Context(), "fail", nil, nil); !errors.As(err, &no) || no.Code != "usage" {
			t.Errorf("refusal: %v", err)
		}
	}
}

// TestStaleSocket: a socket that a killed owner left behind is no owner.
func TestStaleSocket(t *testing.T) {
	dir := t.TempDir()
	old, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(dir, socketName), Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	old.SetUnlinkOnClose(false)
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	l, peer, err := Own(t.Context(), dir)
	if err != nil || peer != nil {
		t.Fatalf("%v %v", peer, err)
	}
	defer l.Release()
	serve(t, l, echo)
	p, err := Dial(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Do(t.Context(), "x", nil, nil); err != nil {
		t.Error(err)
	}
}

// TestClientGoes: a wish ends when nobody waits for it any more.
func TestClientGoes(t *testing.T) {
	dir := t.TempDir()
	l := acquire(t, dir)
	defer l.Release()
	begun, ended := make(chan struct{}), make(chan struct{})
	serve(t, l, func(ctx context.Context, _ string, _ json.RawMessage, _ func(any)) (any, error) {
		close(begun)
		<-ctx.Done()
		close(ended)
		return nil, ctx.Err()
	})
	p, err := Dial(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-begun; cancel() }()
	if _, err := p.Do(ctx, "wait", nil, nil); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	<-ended
}

func TestDrainWaitsAndCloseDoesNot(t *testing.T) {
	dir := t.TempDir()
	l := acquire(t, dir)
	defer l.Release()
	release, begun := make(chan struct{}), make(chan struct{}, 2)
	grant := func(ctx context.Context, _ string, _ json.RawMessage, _ func(any)) (any, error) {
		begun <- struct{}{}
		select {
		case <-release:
			return "done", nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	s := serve(t, l, grant)
	p, err := Dial(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	answers := make(chan string, 2)
	ask := func() {
		got, err := p.Do(t.Context(), "x", nil, nil)
		answers <- string(got)
		_ = err // the answer tells
	}
	go ask()
	<-begun
	time.AfterFunc(10*time.Millisecond, func() { close(release) })
	if err := s.Drain(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(dir, socketName)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket is left behind: %v", err)
	}
	if got := <-answers; got != `"done"` {
		t.Errorf("drained wish got %s", got)
	}
	release = make(chan struct{})
	s = serve(t, l, grant)
	go ask()
	<-begun
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if got := <-answers; got != "" {
		t.Errorf("closed wish got %s", got)
	}
}

func TestLongAndForeignLines(t *testing.T) {
	dir := t.TempDir()
	l := acquire(t, dir)
	defer l.Release()
	serve(t, l, echo)
	p := &Peer{dir}
	for line, want := range map[string]string{
		`{"v":99,"do":"x"}`: `"version"`,
		`nonsense`:          `"version"`,
	} {
		c, err := p.connect(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Write([]byte(line + "\n")); err != nil {
			t.Fatal(err)
		}
		got, err := readLine(bufio.NewReader(c), longestLine)
		if err != nil || !strings.Contains(string(got), want) {
			t.Errorf("%s: %s %v", line, got, err)
		}
		_ = c.Close()
	}
	if _, err := readLine(bufio.NewReader(strings.NewReader(strings.Repeat("x", 9000)+"\n")), 8000); !errors.Is(err, errLong) {
		t.Error(err)
	}
	if _, err := p.Do(t.Context(), strings.Repeat("x", longestWish), nil, nil); err == nil {
		t.Error("a wish without end was granted")
	}
}

// TestLockEndsWithProcess runs itself as the owner and kills it.
func TestLockEndsWithProcess(t *testing.T) {
	dir := os.Getenv("INSTANCE_TEST_DIR")
	if dir != "" {
		if _, err := Acquire(dir); err != nil {
			t.Fatal(err)
		}
		_, _ = os.Stdout.WriteString("held\n")
		select {}
	}
	dir = t.TempDir()
	cmd := exec.Command(os.Args[0], "-test.run=TestLockEndsWithProcess")
	cmd.Env = append(os.Environ(), "INSTANCE_TEST_DIR="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	if _, err := Acquire(dir); !errors.Is(err, ErrHeld) {
		t.Errorf("while it lives: %v", err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed
	if err := acquire(t, dir).Release(); err != nil {
		t.Error(err)
	}
}
