package instance

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"testing"
)

// FuzzWish: whatever a client sends, it gets lines of the protocol or is hung
// up on, and only a wish of this version is granted.
func FuzzWish(f *testing.F) {
	f.Add([]byte("{\"v\":1,\"do\":\"sync\",\"args\":{\"fresh\":true}}\n"))
	f.Add([]byte("{\"v\":2,\"do\":\"sync\"}\n"))
	f.Add([]byte("{\"v\":1,\"do\":\"fail\"}\nmore"))
	f.Add([]byte("{\"v\":1}"))
	f.Add([]byte("\n"))
	f.Add(bytes.Repeat([]byte("["), 4096))
	f.Fuzz(func(t *testing.T, said []byte) {
		granted := 0
		ctx, cancel := context.WithCancel(t.Context())
		s := &Server{ctx: ctx, cancel: cancel, grant: func(ctx context.Context, do string, args json.RawMessage, progress func(any)) (any, error) {
			granted++
			return echo(ctx, do, args, progress)
		}}
		client, server := net.Pipe()
		s.wishes.Go(func() { s.serve(server) })
		go func() {
			_, _ = client.Write(said) // the server may hang up first
			if !bytes.Contains(said, []byte("\n")) {
				_ = client.Close() // nothing more comes
			}
		}()
		answers := 0
		for in := bufio.NewScanner(client); in.Scan(); answers++ {
			var r response
			if err := json.Unmarshal(in.Bytes(), &r); err != nil || r.Version != version {
				t.Fatalf("%q is answered with %q", said, in.Text())
			}
		}
		_ = client.Close()
		cancel()
		s.wishes.Wait()
		var wish request
		line, _, whole := bytes.Cut(said, []byte("\n"))
		if ours := whole && json.Unmarshal(line, &wish) == nil && wish.Version == version; granted == 1 != ours || granted > 1 {
			t.Errorf("%q: granted %d times, answered with %d lines", said, granted, answers)
		}
	})
}

// FuzzLine: a line is read whole up to its limit, and never more of it.
func FuzzLine(f *testing.F) {
	f.Add([]byte("a\nb"), 1)
	f.Add(bytes.Repeat([]byte("x"), 10_000), 9_000)
	f.Fuzz(func(t *testing.T, data []byte, limit int) {
		limit %= 10_000
		line, err := readLine(bufio.NewReader(bytes.NewReader(data)), limit)
		want, _, whole := bytes.Cut(data, []byte("\n"))
		if whole {
			want = data[:len(want)+1]
		}
		switch {
		case err == nil && (!whole || !bytes.Equal(line, want) || len(line) > limit):
			t.Errorf("%d bytes of %d, limit %d", len(line), len(want), limit)
		case err != nil && err != errLong && err != io.EOF && err != io.ErrUnexpectedEOF:
			t.Error(err)
		case err != nil && whole && len(want) <= limit:
			t.Errorf("a line of %d, limit %d: %v", len(want), limit, err)
		}
	})
}
