//go:build e2e

package e2e

import (
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/software"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
)

// The screen is read as a person reads it: a label is found where its letters
// are. The toolkit tells no accessibility service on Linux what it shows, and
// the program under test has no door for tests.

// Points of the screen.
const (
	screenWide = 1280
	screenHigh = 900
)

// picture is the brightness of every point of a screen, row after row.
type picture []uint8

// look reads the screen from the file that Xvfb draws it in (the format of
// xwd, XWDFile.h: big-endian words, then colours, then rows).
func (d *desk) look() picture {
	d.t.Helper()
	data, err := os.ReadFile(filepath.Join(d.frame, "Xvfb_screen0"))
	if err != nil {
		d.t.Fatal(err)
	}
	word := func(i int) int { return int(binary.BigEndian.Uint32(data[4*i:])) }
	head, row, colours := word(0), word(12), word(19)
	p := make(picture, screenWide*screenHigh)
	rows := data[head+12*colours:]
	for y := range screenHigh {
		for x := range screenWide {
			c := rows[y*row+4*x:]
			p[y*screenWide+x] = uint8((int(c[0])*29 + int(c[1])*150 + int(c[2])*77) >> 8)
		}
	}
	return p
}

// letters is a label as the toolkit draws it: how much of each point is ink.
type letters struct {
	wide, high  int
	ink         []uint8
	full, blank []int // how far points on the screen are that surely are ink, and that surely are not
}

var drawing sync.Mutex // the toolkit's test application is one

// drawn is a label in the looks in which the window shows labels.
func drawn(text string) []letters {
	drawing.Lock()
	defer drawing.Unlock()
	if fyne.CurrentApp() == nil {
		test.NewApp()
	}
	var out []letters
	for _, size := range []float32{14, 12, 17, 22} {
		for _, style := range []fyne.TextStyle{{}, {Bold: true}, {Bold: true, Monospace: true}} {
			t := canvas.NewText(text, color.White)
			t.TextSize, t.TextStyle = size, style
			out = append(out, lettersOf(software.Render(t, black{theme.DefaultTheme()})))
		}
	}
	return out
}

// black is a theme whose ground is black, so that brightness is ink.
type black struct{ fyne.Theme }

// Color implements fyne.Theme.
func (black) Color(fyne.ThemeColorName, fyne.ThemeVariant) color.Color { return color.Black }

// lettersOf cuts an image to its ink.
func lettersOf(p image.Image) letters {
	box := image.Rectangle{}
	ink := func(x, y int) uint8 {
		r, _, _, _ := p.At(x, y).RGBA()
		return uint8(r >> 8)
	}
	b := p.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			if ink(x, y) > 128 {
				box = box.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	l := letters{wide: box.Dx(), high: box.Dy()}
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			v := ink(x, y)
			far := (y-box.Min.Y)*screenWide + x - box.Min.X
			if v > 230 {
				l.full = append(l.full, far)
			} else if v == 0 {
				l.blank = append(l.blank, far)
			}
			l.ink = append(l.ink, v)
		}
	}
	return l
}

const (
	contrast = 45 // brightness between ink and ground, at least
	even     = 60 // and among points of ink, or of ground, at most
	alike    = 0.8
)

// at tells how clearly the letters stand from a point on; 0: not at all.
func (l letters) at(p picture) float64 {
	ink, ground := int(p[l.full[0]]), int(p[l.blank[0]])
	clear := max(ink-ground, ground-ink)
	if clear < contrast {
		return 0
	}
	for k := 0; k < len(l.full); k += 3 {
		if v := int(p[l.full[k]]); max(v-ink, ink-v) > even {
			return 0
		}
	}
	for k := 0; k < len(l.blank); k += 5 {
		if v := int(p[l.blank[k]]); max(v-ground, ground-v) > even {
			return 0
		}
	}
	if l.likeness(p, ink > ground) < alike {
		return 0
	}
	return float64(clear)
}

// likeness correlates the letters with what is on the screen.
func (l letters) likeness(p picture, bright bool) float64 {
	var sa, sb, saa, sbb, sab float64
	n := float64(len(l.ink))
	for i, v := range l.ink {
		a, b := float64(v), float64(p[i/l.wide*screenWide+i%l.wide])
		if !bright {
			b = 255 - b
		}
		sa, sb, saa, sbb, sab = sa+a, sb+b, saa+a*a, sbb+b*b, sab+a*b
	}
	return ratio((n*sab-sa*sb)*(n*sab-sa*sb), (n*saa-sa*sa)*(n*sbb-sb*sb))
}

func ratio(above, below float64) float64 {
	if below <= 0 {
		return 0
	}
	return above / below
}

// ends tells whether no letters follow the ones from a point on.
func (l letters) ends(p picture) bool {
	ground := int(p[l.blank[0]])
	for dy := range l.high {
		for dx := l.wide + 1; dx < l.wide+6 && dy*screenWide+dx < len(p); dx++ {
			if v := int(p[dy*screenWide+dx]); max(v-ground, ground-v) > even {
				return false
			}
		}
	}
	return true
}

// find returns the middle of a label, the clearest one where there are more:
// what is behind a dialog is pale. A whole one is not the beginning of a longer
// text.
func (d *desk) find(text string, whole bool) (image.Point, bool) {
	p := d.look()
	best, at := 0.0, image.Point{}
	for _, l := range d.lettersFor(text) {
		for y := range screenHigh - l.high {
			for x := range screenWide - l.wide {
				from := p[y*screenWide+x:]
				if clear := l.at(from); clear > best && (!whole || l.ends(from)) {
					best, at = clear, image.Pt(x+l.wide/2, y+l.high/2)
				}
			}
		}
	}
	return at, best > 0
}

func (d *desk) lettersFor(text string) []letters {
	if d.labels == nil {
		d.labels = map[string][]letters{}
	}
	if _, known := d.labels[text]; !known {
		d.labels[text] = drawn(text)
	}
	return d.labels[text]
}

// patience is how long a loaded machine may take to show something.
const patience = 60 * time.Second

// sees waits until a text is on the screen, perhaps with more after it.
func (d *desk) sees(text string) { d.place(text, false) }

// place waits until a label is on the screen and stays where it is: two looks
// find it at the same place.
func (d *desk) place(text string, whole bool) image.Point {
	d.t.Helper()
	var last image.Point
	var found bool
	late := time.After(patience)
	for {
		next := d.bell.next()
		at, ok := d.find(text, whole)
		if ok && found && at == last {
			return at
		}
		if last, found = at, ok; found {
			d.bell.ring() // look again at once
		}
		select {
		case <-next:
		case <-late:
			d.shot("missing")
			d.t.Fatalf("%q is not on the screen", text)
		}
	}
}

// click presses a label.
func (d *desk) click(text string) {
	d.t.Helper()
	at := d.place(text, true)
	d.mustRun("xdotool", "mousemove", "--sync", fmt.Sprint(at.X), fmt.Sprint(at.Y), "click", "1")
	d.mustRun("xdotool", "mousemove", "--sync", "3", "3") // what is under the pointer changes its colour
}

// write types into whatever has the focus, and presses the keys after it.
func (d *desk) write(text string, keys ...string) {
	d.t.Helper()
	d.mustRun("xdotool", "type", "--delay", "4", text)
	for _, k := range keys {
		d.mustRun("xdotool", "key", k)
	}
}

func (d *desk) mustRun(name string, args ...string) string {
	d.t.Helper()
	out, err := d.run(name, args...)
	if err != nil {
		d.t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return out
}
