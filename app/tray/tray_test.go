package tray

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/png"
	"testing"

	"watchkeeper/app/view"
)

var moods = []view.Mood{view.Good, view.Working, view.Paused, view.Trouble, view.NeedsYou}

func picture(t *testing.T, m view.Mood, size int) image.Image {
	t.Helper()
	data, err := PNG(m, size)
	if err != nil {
		t.Fatal(err)
	}
	p, err := png.Decode(bytes.NewReader(data))
	if err != nil || p.Bounds().Dx() != size || p.Bounds().Dy() != size {
		t.Fatalf("%s: %v %v", m, p.Bounds(), err)
	}
	return p
}

// shape is what is left of an icon without its colours: dark ground, light
// sign, nothing.
func shape(p image.Image) (out []byte) {
	for y := range p.Bounds().Dy() {
		for x := range p.Bounds().Dx() {
			r, g, b, a := p.At(x, y).RGBA()
			switch {
			case a < 0x8000:
				out = append(out, ' ')
			case (r+g+b)/3 > 0xc000:
				out = append(out, '#')
			default:
				out = append(out, '.')
			}
		}
	}
	return out
}

// TestShapesTellMoodsApart: colour only repeats what the shape says, at every
// size.
func TestShapesTellMoodsApart(t *testing.T) {
	for _, size := range sizes {
		for i, a := range moods {
			for _, b := range moods[i+1:] {
				one, two, differ := shape(picture(t, a, size)), shape(picture(t, b, size)), 0
				for k := range one {
					if one[k] != two[k] {
						differ++
					}
				}
				if differ*10 < size*size {
					t.Errorf("%d px: %s and %s differ in %d of %d points", size, a, b, differ, size*size)
				}
			}
		}
	}
}

func TestICOHoldsEverySize(t *testing.T) {
	data, err := ICO(view.Good)
	if err != nil {
		t.Fatal(err)
	}
	if n := binary.LittleEndian.Uint16(data[4:]); int(n) != len(sizes) {
		t.Fatalf("%d pictures", n)
	}
	for i, size := range sizes {
		row := data[6+16*i:]
		length, at := binary.LittleEndian.Uint32(row[8:]), binary.LittleEndian.Uint32(row[12:])
		p, err := png.DecodeConfig(bytes.NewReader(data[at : at+length]))
		if err != nil || p.Width != size || int(row[0]) != size {
			t.Errorf("%d: %+v %v", size, p, err)
		}
	}
}

func TestBrokenDrawingIsAnError(t *testing.T) {
	if _, err := Draw([]byte("<svg"), 16); err == nil {
		t.Error("drew nothing without saying so")
	}
}

func TestMenusOfOneShapeChangeInPlace(t *testing.T) {
	line := func(label string, verb view.Verb, items ...view.MenuItem) view.MenuItem {
		return view.MenuItem{Label: label, Command: view.Command{Verb: verb}, Items: items}
	}
	base := []view.MenuItem{line("In sync", ""), {}, line("Sync now", view.SyncNow), line("Pause", "", line("1 hour", view.Pause))}
	for _, c := range []struct {
		name string
		menu []view.MenuItem
		same bool
	}{
		{"itself", base, true},
		{"other words and commands", []view.MenuItem{line("2 things", ""), {}, line("Stop", view.Stop), line("Pause", "", line("2 hours", view.Pause))}, true},
		{"a line more", append([]view.MenuItem{line("x", view.Open)}, base...), false},
		{"a line that does something now", []view.MenuItem{line("In sync", view.Open), {}, base[2], base[3]}, false},
		{"a line instead of a menu", []view.MenuItem{base[0], {}, base[2], line("Resume", view.Resume)}, false},
	} {
		if got := sameShape(base, c.menu); got != c.same {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
