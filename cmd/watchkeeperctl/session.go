package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/term"

	"watchkeeper/app"
	"watchkeeper/app/instance"
	"watchkeeper/app/wire"
)

// session is one command line: its global flags, and the way to the engine.
type session struct {
	surroundings
	dir         string
	services    string
	secretsFile bool
	json        bool
	verbose     bool

	app   *app.App       // this process owns the data folder
	peer  *instance.Peer // another one does
	shown bool           // a progress line stands on the terminal
}

func (s *session) options() (wire.Options, error) {
	o := wire.Options{SecretsFile: s.secretsFile, Passphrase: s.passphrase, Verbose: s.verbose, Now: s.now}
	if s.services == "" {
		return o, nil
	}
	var err error
	o.Services, err = wire.ReadServices(s.services)
	return o, err
}

func (s *session) folder() (string, error) {
	if s.dir == "" {
		return wire.Folder(s.services != ""), nil
	}
	return filepath.Abs(s.dir)
}

// reach finds the engine: it connects to the process that owns the data
// folder, or becomes that process for the length of this command.
func (s *session) reach(ctx context.Context) error {
	if s.app != nil || s.peer != nil {
		return nil
	}
	dir, err := s.folder()
	if err != nil {
		return err
	}
	o, err := s.options()
	if err != nil {
		return misused{err}
	}
	lock, peer, err := instance.Own(ctx, dir)
	if err != nil || peer != nil {
		s.peer = peer
		return err
	}
	if s.app, err = app.Open(ctx, lock, o); err != nil {
		return err
	}
	return s.app.Serve(lock)
}

// leaving is how long wishes of other processes may keep this one.
const leaving = 2 * time.Minute

func (s *session) close() error {
	s.clearLine()
	if s.app == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), leaving)
	defer cancel()
	a := s.app
	s.app = nil
	return a.Close(ctx)
}

// ask does one operation and fills into with its answer. Into may be nil.
func (s *session) ask(ctx context.Context, do string, args, into any) error {
	if err := s.reach(ctx); err != nil {
		return err
	}
	sent, err := json.Marshal(args)
	if err != nil {
		return err
	}
	var answer json.RawMessage
	if s.peer != nil {
		answer, err = s.peer.Do(ctx, do, sent, s.heard)
	} else {
		var v any
		if v, err = s.app.Do(ctx, do, sent, s.told); err == nil {
			answer, err = json.Marshal(v)
		}
	}
	s.clearLine()
	if err != nil || into == nil {
		return err
	}
	return json.Unmarshal(answer, into)
}

func (s *session) told(v any) {
	if p, ok := v.(app.Progress); ok {
		s.progress(p)
	}
}

func (s *session) heard(data json.RawMessage) {
	var p app.Progress
	if json.Unmarshal(data, &p) == nil {
		s.progress(p)
	}
}

// progress shows one line on a terminal; a pipe or a file stays quiet.
func (s *session) progress(p app.Progress) {
	if !terminal(s.err) || s.json {
		return
	}
	line := p.Stage
	if p.Account != "" {
		line += fmt.Sprintf(" %s, %d of %d", p.Account, p.Done, p.Of)
	}
	fmt.Fprintf(s.err, "\r\x1b[K%s …", line)
	s.shown = true
}

func (s *session) clearLine() {
	if s.shown {
		fmt.Fprint(s.err, "\r\x1b[K")
		s.shown = false
	}
}

func terminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

const passphraseFile = "WATCHKEEPER_PASSPHRASE_FILE"

// passphrase reads the passphrase of the secrets file.
func (s *session) passphrase() (string, error) {
	if path := os.Getenv(passphraseFile); path != "" {
		return readSecret(path)
	}
	return s.prompt("Passphrase of the secrets file", true)
}

// readSecret reads a file that holds one secret, with or without a line end.
func readSecret(path string) (string, error) {
	data, err := os.ReadFile(path)
	return strings.TrimRight(string(data), "\r\n"), err
}

var errNotAsked = errors.New("there is no terminal to ask on")

// prompt asks a person; secrets are not echoed.
func (s *session) prompt(what string, secret bool) (string, error) {
	f, ok := s.in.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return "", errNotAsked
	}
	fmt.Fprintf(s.err, "%s: ", what)
	if secret {
		answer, err := term.ReadPassword(int(f.Fd()))
		fmt.Fprintln(s.err)
		return string(answer), err
	}
	return readLine(f)
}

func readLine(r io.Reader) (string, error) {
	var line []byte
	one := make([]byte, 1)
	for {
		n, err := r.Read(one)
		if n == 1 && one[0] == '\n' {
			return strings.TrimSpace(string(line)), nil
		}
		if err != nil {
			return "", err
		}
		line = append(line, one[:n]...)
	}
}
