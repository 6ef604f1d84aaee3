package instance

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
)

// Grant does one wish. It tells how far it is with progress and returns what
// came of it as JSON. Its ctx ends when the client goes away.
type Grant func(ctx context.Context, do string, args json.RawMessage, progress func(any)) (any, error)

// Server listens for wishes.
type Server struct {
	listener net.Listener
	path     string
	grant    Grant
	ctx      context.Context
	cancel   context.CancelFunc
	wishes   sync.WaitGroup
}

// Serve begins to listen in the data folder of the lock. A socket that an
// earlier owner left behind is replaced: only the owner of the lock may.
func (l *Lock) Serve(grant Grant) (*Server, error) {
	path := filepath.Join(l.dir, socketName)
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, &Error{"replace", path, err}
	}
	short, done, err := reachable(l.dir)
	if err != nil {
		return nil, &Error{"listen at", path, err}
	}
	defer done()
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: short, Net: "unix"})
	if err != nil {
		return nil, &Error{"listen at", path, err}
	}
	listener.SetUnlinkOnClose(false) // the short name may be gone by then
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(&Error{"keep others out of", path, err}, listener.Close())
	}
	s := &Server{listener: listener, path: path, grant: grant}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.wishes.Go(s.accept)
	return s, nil
}

// longestName is the most bytes of a socket's name that every system takes.
const longestName = 100

// reachable is a name of the socket that is short enough; done gives back what
// it holds on to.
func reachable(dir string) (name string, done func(), err error) {
	name = filepath.Join(dir, socketName)
	if len(name) <= longestName || runtime.GOOS != "linux" {
		return name, func() {}, nil
	}
	folder, err := os.Open(dir)
	if err != nil {
		return "", nil, err
	}
	name = filepath.Join("/proc/self/fd", strconv.Itoa(int(folder.Fd())), socketName)
	return name, func() { _ = folder.Close() }, nil // it was only looked through
}

func (s *Server) accept() {
	for {
		c, err := s.listener.Accept()
		if err != nil {
			return // closed
		}
		s.wishes.Go(func() { s.serve(c) })
	}
}

// serve grants the one wish of a connection.
func (s *Server) serve(c net.Conn) {
	defer c.Close()
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	stop := context.AfterFunc(s.ctx, func() { _ = c.SetReadDeadline(past) }) // a wish not yet read is not granted
	in := bufio.NewReader(c)
	line, err := readLine(in, longestWish)
	stop()
	if err != nil {
		return
	}
	var write sync.Mutex
	say := func(r response) {
		r.Version = version
		write.Lock()
		defer write.Unlock()
		if writeLine(c, r) != nil {
			cancel()
		}
	}
	var wish request
	if err := json.Unmarshal(line, &wish); err != nil || wish.Version != version {
		say(response{Refused: &Refusal{Code: "version", Message: errVersion.Error()}})
		return
	}
	go func() {
		_, _ = in.ReadByte() // nothing more comes: this ends when the client goes
		cancel()
	}()
	say(s.answer(ctx, wish, func(v any) {
		if data, err := json.Marshal(v); err == nil {
			say(response{Progress: data})
		}
	}))
}

func (s *Server) answer(ctx context.Context, wish request, progress func(any)) response {
	result, err := s.grant(ctx, wish.Do, wish.Args, progress)
	if err == nil {
		data, failed := json.Marshal(result)
		if failed == nil {
			return response{Result: data}
		}
		err = failed
	}
	var known *Refusal
	if !errors.As(err, &known) {
		known = &Refusal{Message: err.Error()}
	}
	return response{Refused: known}
}

// Close takes no more wishes and takes those under way back; it returns when
// they have ended.
func (s *Server) Close() error {
	err := s.leave()
	s.cancel()
	s.wishes.Wait()
	return err
}

// leave takes the socket away. The lock is still held, so it is ours.
func (s *Server) leave() error {
	err := s.listener.Close()
	if removed := os.Remove(s.path); removed != nil && !errors.Is(removed, os.ErrNotExist) {
		err = errors.Join(err, &Error{"remove", s.path, removed})
	}
	return err
}

// Drain takes no more wishes and waits for those under way.
func (s *Server) Drain(ctx context.Context) error {
	err := s.leave()
	stop := context.AfterFunc(ctx, s.cancel)
	defer stop()
	s.wishes.Wait()
	s.cancel()
	return err
}
