//go:build e2e

package e2e

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
)

// bell tells whoever waits that something may have changed. It says neither
// what nor how often.
type bell struct {
	mu   sync.Mutex
	rung chan struct{}
}

// next is closed by the ring after this call.
func (b *bell) next() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.rung == nil {
		b.rung = make(chan struct{})
	}
	return b.rung
}

func (b *bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.rung != nil {
		close(b.rung)
	}
	b.rung = nil
}

// Numbers of the X protocol that are spoken here (X Window System Protocol,
// Appendix B; DAMAGE extension, version 1.1).
const (
	changeWindowAttributes = 2
	internAtom             = 16
	sendEvent              = 25
	queryExtension         = 98
	damageQueryVersion     = 0
	damageCreate           = 1
	damageSubtract         = 3

	eventMask      = 1 << 11 // of attributes: the mask follows
	propertyChange = 1 << 22 // of events: what the window manager writes at the root
	whenNotEmpty   = 3       // one event for all that is drawn until it is taken note of
	packet         = 32      // bytes of an event, an error and a short answer

	toManager     = 1<<19 | 1<<20 // who is sent an event at the root
	clientMessage = 33
	asPager       = 2 // who asks (Extended Window Manager Hints, _NET_CLOSE_WINDOW)
)

// display is a connection that hears when something is drawn on a screen, and
// when the window manager tells of windows.
type display struct {
	conn   net.Conn
	root   uint32
	id     uint32 // of the damage that is listened to
	opcode byte   // of the extension
	event  byte
	close  uint32 // the atom _NET_CLOSE_WINDOW
}

// listen rings the bell at every change of the screen until the test ends.
func listen(t testing.TB, number string, b *bell) *display {
	t.Helper()
	conn, err := net.Dial("unix", "/tmp/.X11-unix/X"+number)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	d := &display{conn: conn}
	if err := d.begin(); err != nil {
		t.Fatalf("the display: %v", err)
	}
	go d.hear(b)
	return d
}

// begin shakes hands and asks to be told.
func (d *display) begin() error {
	setup := make([]byte, 12)
	setup[0] = 'l'
	binary.LittleEndian.PutUint16(setup[2:], 11)
	if _, err := d.conn.Write(setup); err != nil {
		return err
	}
	head := make([]byte, 8)
	if _, err := io.ReadFull(d.conn, head); err != nil {
		return err
	}
	rest := make([]byte, 4*int(binary.LittleEndian.Uint16(head[6:])))
	if _, err := io.ReadFull(d.conn, rest); err != nil || head[0] != 1 {
		return fmt.Errorf("refused: %v %q", err, rest)
	}
	d.id = binary.LittleEndian.Uint32(rest[4:])
	vendor, formats := int(binary.LittleEndian.Uint16(rest[16:])), int(rest[21])
	d.root = binary.LittleEndian.Uint32(rest[32+(vendor+3)/4*4+8*formats:])

	atom, err := d.ask(internAtom, 0, named("_NET_CLOSE_WINDOW")...)
	if err != nil {
		return err
	}
	d.close = binary.LittleEndian.Uint32(atom[8:])
	found, err := d.ask(queryExtension, 0, named("DAMAGE")...)
	if err != nil || found[8] == 0 {
		return fmt.Errorf("no damage extension: %v", err)
	}
	d.opcode, d.event = found[9], found[10]
	if _, err := d.ask(d.opcode, damageQueryVersion, 1, 1); err != nil {
		return err
	}
	if err := d.say(d.opcode, damageCreate, d.id, d.root, whenNotEmpty); err != nil {
		return err
	}
	return d.say(changeWindowAttributes, 0, d.root, eventMask, propertyChange)
}

// say sends a request of whole words.
func (d *display) say(major, minor byte, words ...uint32) error {
	out := []byte{major, minor, byte(1 + len(words)), 0}
	for _, w := range words {
		out = binary.LittleEndian.AppendUint32(out, w)
	}
	_, err := d.conn.Write(out)
	return err
}

// named is a name in a request: its length, and its letters in whole words.
func named(name string) []uint32 {
	words := []uint32{uint32(len(name))}
	letters := make([]byte, (len(name)+3)/4*4)
	for copy(letters, name); len(letters) > 0; letters = letters[4:] {
		words = append(words, binary.LittleEndian.Uint32(letters))
	}
	return words
}

// shut asks the window manager to close a window, as its frame's button does.
func (d *display) shut(window uint32) error {
	return d.say(sendEvent, 0, d.root, toManager, clientMessage|32<<8, window, d.close, 0, asPager, 0, 0, 0)
}

// ask sends a request and reads its answer; nothing else is on its way yet.
func (d *display) ask(major, minor byte, words ...uint32) ([]byte, error) {
	if err := d.say(major, minor, words...); err != nil {
		return nil, err
	}
	answer := make([]byte, packet)
	_, err := io.ReadFull(d.conn, answer)
	if err == nil && answer[0] != 1 {
		err = fmt.Errorf("request %d.%d: error %d", major, minor, answer[1])
	}
	return answer, err
}

// hear ends with the connection.
func (d *display) hear(b *bell) {
	got := make([]byte, packet)
	for {
		if _, err := io.ReadFull(d.conn, got); err != nil {
			return
		}
		if got[0]&0x7f == d.event && d.say(d.opcode, damageSubtract, d.id, 0, 0) != nil {
			return
		}
		b.ring()
	}
}
