package tray

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/png"

	"github.com/fyne-io/oksvg"
	"github.com/srwiley/rasterx"

	"watchkeeper/app/view"
	"watchkeeper/assets"
)

// sizes are the widths in pixels that trays ask for, smallest first.
var sizes = [...]int{16, 22, 24, 32, 48, 64}

// PNG draws a mood's icon as a square PNG of the given width in pixels.
func PNG(mood view.Mood, size int) ([]byte, error) {
	return Draw(assets.Icon("tray-"+mood.String()), size)
}

// Draw renders an SVG as a square PNG of the given width in pixels.
func Draw(svg []byte, size int) ([]byte, error) {
	drawing, err := oksvg.ReadIconStream(bytes.NewReader(svg))
	if err != nil {
		return nil, fmt.Errorf("drawing an icon: %w", err)
	}
	picture := image.NewRGBA(image.Rect(0, 0, size, size))
	drawing.SetTarget(0, 0, float64(size), float64(size))
	drawing.Draw(rasterx.NewDasher(size, size, rasterx.NewScannerGV(size, size, picture, picture.Bounds())), 1)
	var out bytes.Buffer
	err = png.Encode(&out, picture)
	return out.Bytes(), err
}

// ICO is a mood's icon in every size, as Windows takes it.
func ICO(mood view.Mood) ([]byte, error) {
	var head, body bytes.Buffer
	write := func(values ...any) {
		for _, v := range values {
			_ = binary.Write(&head, binary.LittleEndian, v) // a buffer takes everything
		}
	}
	write(uint16(0), uint16(1), uint16(len(sizes)))
	start := 6 + 16*len(sizes)
	for _, size := range sizes {
		picture, err := PNG(mood, size)
		if err != nil {
			return nil, err
		}
		write(uint8(size), uint8(size), uint8(0), uint8(0), uint16(1), uint16(32), uint32(len(picture)), uint32(start+body.Len()))
		body.Write(picture)
	}
	return append(head.Bytes(), body.Bytes()...), nil
}
