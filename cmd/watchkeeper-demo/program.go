package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// program is the real Watchkeeper with a profile of its own in a new folder.
type program struct {
	ctl    string
	dir    string
	window *exec.Cmd     // nil without a display
	ended  chan struct{} // closed when the window has gone
}

// newProgram writes the profile's files and, with a display, opens the window.
func newProgram(ctx context.Context, dir string, hosts map[string]string, headless bool) (*program, error) {
	services, err := json.Marshal(hosts)
	if err != nil {
		return nil, err
	}
	p := &program{dir: dir, ended: make(chan struct{})}
	for name, text := range map[string]string{"services.json": string(services), "password": password, "passphrase": "a passphrase of the demo"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return nil, err
		}
	}
	if p.ctl, err = find(ctx, "watchkeeperctl"); err != nil || headless {
		return p, err
	}
	path, err := find(ctx, "watchkeeper")
	if err != nil {
		return nil, err
	}
	p.window = p.command(ctx, path)
	p.window.Stderr = os.Stderr
	if err := p.window.Start(); err != nil {
		return nil, err
	}
	go func() {
		_ = p.window.Wait() // its exit is told by wait and quit
		close(p.ended)
	}()
	return p, p.awaitWindow(ctx)
}

// awaitWindow waits until the window's process owns the data folder.
func (p *program) awaitWindow(ctx context.Context) error {
	for range 300 {
		if _, err := os.Stat(filepath.Join(p.dir, "data", "watchkeeper.sock")); err == nil {
			return nil
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-p.ended:
			return errors.New("the window ended before the story began")
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return errors.New("the window does not answer")
}

// find looks for a program beside this one, and builds it when it is not there.
func find(ctx context.Context, name string) (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	path := filepath.Join(filepath.Dir(self), name)
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	say("building %s …", name)
	build := exec.CommandContext(ctx, "go", "build", "-o", path, "watchkeeper/cmd/"+name)
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%s is neither beside this program nor can it be built here: %w\n%s", name, err, out)
	}
	return path, nil
}

func (p *program) flags() string { return strings.Join(p.arguments(), " ") }

func (p *program) arguments() []string {
	return []string{"--data", filepath.Join(p.dir, "data"), "--services", filepath.Join(p.dir, "services.json"), "--secrets-file"}
}

func (p *program) command(ctx context.Context, path string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, path, append(args, p.arguments()...)...)
	cmd.Env = append(os.Environ(), "WATCHKEEPER_PASSPHRASE_FILE="+filepath.Join(p.dir, "passphrase"))
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	return cmd
}

// do runs one command line, which the window's process answers if there is
// one, and decodes its JSON into v. It returns the exit code.
func (p *program) do(ctx context.Context, v any, args ...string) (code int, err error) {
	cmd := p.command(ctx, p.ctl, append(args, "--json")...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Run()
	var exited *exec.ExitError
	if errors.As(err, &exited) {
		code, err = exited.ExitCode(), nil
	}
	if err == nil && (code == 1 || code == 2) && out.Len() == 0 {
		err = errors.New(strings.TrimSpace(errs.String()))
	}
	if err == nil && v != nil {
		err = json.Unmarshal(out.Bytes(), v)
	}
	if err != nil {
		return code, fmt.Errorf("watchkeeperctl %s: %w", strings.Join(args, " "), err)
	}
	return code, nil
}

// signIn runs a sign-in that shows a code, and hands the code to the person.
func (p *program) signIn(ctx context.Context, person func(code string), args ...string) error {
	cmd := p.command(ctx, p.ctl, append(args, "--json")...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	dec := json.NewDecoder(bufio.NewReader(out))
	for {
		var step struct{ Code string }
		err := dec.Decode(&step)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return errors.Join(err, cmd.Wait())
		}
		if step.Code != "" {
			person(step.Code)
		}
	}
	return cmd.Wait()
}

// wait returns when the window has gone.
func (p *program) wait(ctx context.Context) {
	select {
	case <-p.ended:
	case <-ctx.Done():
	}
}

// quit ends the window.
func (p *program) quit() {
	if p.window == nil {
		return
	}
	_ = p.window.Process.Signal(os.Interrupt) // it may have gone already
	select {
	case <-p.ended:
	case <-time.After(20 * time.Second):
		_ = p.window.Process.Kill()
	}
}
