package instance

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"net"
)

// The protocol: one connection per wish. The client sends one line of JSON, a
// request; the owner answers with any number of progress lines and one last
// line with a result or an error. Closing the connection takes the wish back.
const (
	version     = 1
	longestWish = 1 << 20
	longestLine = 32 << 20
)

type request struct {
	Version int             `json:"v"`
	Do      string          `json:"do"`
	Args    json.RawMessage `json:"args,omitempty"`
}

type response struct {
	Version  int             `json:"v"`
	Progress json.RawMessage `json:"progress,omitempty"`
	Result   json.RawMessage `json:"result,omitempty"`
	Refused  *Refusal        `json:"error,omitempty"`
}

// Refusal is why a wish was not granted, as it travels.
type Refusal struct {
	Code    string `json:"code"` // what kind of error; "" for no particular one
	Message string `json:"message"`
}

// Error returns the message.
func (r *Refusal) Error() string { return r.Message }

var (
	errVersion = errors.New("the running Watchkeeper is of another version; restart it")
	errLong    = errors.New("the message is too long")
)

// readLine reads one line of at most limit bytes, without its end.
func readLine(r *bufio.Reader, limit int) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		if len(line) > limit {
			return nil, errLong
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err == io.EOF && len(line) > 0 {
			err = io.ErrUnexpectedEOF
		}
		return line, err
	}
}

func writeLine(c net.Conn, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = c.Write(append(data, '\n'))
	return err
}
