package instance

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"net"
	"time"
)

var past = time.Unix(1, 0)

// Peer is the process that owns a data folder, seen from another one.
type Peer struct{ dir string }

// Dial finds the owner of a data folder. Errors mean that it does not answer.
func Dial(ctx context.Context, dir string) (*Peer, error) {
	p := &Peer{dir: dir}
	c, err := p.connect(ctx)
	if err != nil {
		return nil, err
	}
	return p, c.Close()
}

func (p *Peer) connect(ctx context.Context) (net.Conn, error) {
	name, done, err := reachable(p.dir)
	if err != nil {
		return nil, &Error{"reach", p.dir, err}
	}
	defer done()
	var d net.Dialer
	c, err := d.DialContext(ctx, "unix", name)
	if err != nil {
		return nil, &Error{"reach", p.dir, err}
	}
	return c, nil
}

var errGone = errors.New("the running Watchkeeper went away before it answered")

// Do sends a wish and waits for its answer. Progress, which may be nil, is
// called for each sign of life before it. A wish that is not granted gives a
// *Refusal. When ctx ends the wish is taken back.
func (p *Peer) Do(ctx context.Context, do string, args json.RawMessage, progress func(json.RawMessage)) (json.RawMessage, error) {
	c, err := p.connect(ctx)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	defer context.AfterFunc(ctx, func() { _ = c.Close() })()
	if err := writeLine(c, request{Version: version, Do: do, Args: args}); err != nil {
		return nil, &Error{"ask", p.dir, err}
	}
	in := bufio.NewReader(c)
	for {
		line, err := readLine(in, longestLine)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			return nil, &Error{"ask", p.dir, errors.Join(errGone, err)}
		}
		var r response
		if err := json.Unmarshal(line, &r); err != nil || r.Version != version {
			return nil, &Error{"ask", p.dir, errVersion}
		}
		switch {
		case r.Refused != nil:
			return nil, r.Refused
		case r.Progress == nil:
			return r.Result, nil
		case progress != nil:
			progress(r.Progress)
		}
	}
}
