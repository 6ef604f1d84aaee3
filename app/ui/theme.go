package ui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
)

// Own colours beside the toolkit's.
const (
	colorPanel  fyne.ThemeColorName = "panel"  // behind cards and tiles
	colorBorder fyne.ThemeColorName = "border" // around them
	colorRail   fyne.ThemeColorName = "rail"   // behind the places
	colorAvatar fyne.ThemeColorName = "avatar" // behind an account's letter
)

// look is a calm theme on the toolkit's own: light and dark follow the
// system, every text has a contrast of at least 4.5 to 1 on its ground.
type look struct {
	variant string  // "light" or "dark" whatever the system says; "" follows it
	scale   float32 // of letters
}

var light = map[fyne.ThemeColorName]color.Color{
	theme.ColorNameBackground:          rgb(0xf4f6f7),
	theme.ColorNameForeground:          rgb(0x1d2a33),
	theme.ColorNamePlaceHolder:         rgb(0x56656f),
	theme.ColorNameDisabled:            rgb(0x56656f), // also the colour of quiet text
	theme.ColorNamePrimary:             rgb(0x1b6e80),
	theme.ColorNameForegroundOnPrimary: rgb(0xffffff),
	theme.ColorNameHyperlink:           rgb(0x14607a),
	theme.ColorNameButton:              rgb(0xe4e9ec),
	theme.ColorNameInputBackground:     rgb(0xe9eef0),
	theme.ColorNameInputBorder:         rgb(0xb9c4ca),
	theme.ColorNameOverlayBackground:   rgb(0xffffff),
	theme.ColorNameMenuBackground:      rgb(0xffffff),
	theme.ColorNameHeaderBackground:    rgb(0xf4f6f7),
	theme.ColorNameSeparator:           rgb(0xdde3e6),
	theme.ColorNameSuccess:             rgb(0x1f7a4d),
	theme.ColorNameWarning:             rgb(0x9a5a00),
	theme.ColorNameError:               rgb(0xb3322a),
	theme.ColorNameForegroundOnError:   rgb(0xffffff),
	theme.ColorNameFocus:               rgba(0x1b6e80, 0x66),
	theme.ColorNameHover:               rgba(0x1d2a33, 0x12),
	theme.ColorNameSelection:           rgba(0x1b6e80, 0x30),
	colorPanel:                         rgb(0xffffff),
	colorBorder:                        rgb(0xdde3e6),
	colorRail:                          rgb(0xe9eef0),
	colorAvatar:                        rgb(0xcfe3e8),
}

var dark = map[fyne.ThemeColorName]color.Color{
	theme.ColorNameBackground:          rgb(0x151b1f),
	theme.ColorNameForeground:          rgb(0xe6edf0),
	theme.ColorNamePlaceHolder:         rgb(0x9fb0b9),
	theme.ColorNameDisabled:            rgb(0x9fb0b9),
	theme.ColorNamePrimary:             rgb(0x6cc3d5),
	theme.ColorNameForegroundOnPrimary: rgb(0x0c1a1f),
	theme.ColorNameHyperlink:           rgb(0x8fd2e0),
	theme.ColorNameButton:              rgb(0x2a343a),
	theme.ColorNameInputBackground:     rgb(0x273138),
	theme.ColorNameInputBorder:         rgb(0x46545c),
	theme.ColorNameOverlayBackground:   rgb(0x1d252a),
	theme.ColorNameMenuBackground:      rgb(0x1d252a),
	theme.ColorNameHeaderBackground:    rgb(0x151b1f),
	theme.ColorNameSeparator:           rgb(0x2c373d),
	theme.ColorNameSuccess:             rgb(0x6fce9b),
	theme.ColorNameWarning:             rgb(0xf0b357),
	theme.ColorNameError:               rgb(0xf08a80),
	theme.ColorNameForegroundOnError:   rgb(0x2a0b08),
	theme.ColorNameFocus:               rgba(0x6cc3d5, 0x66),
	theme.ColorNameHover:               rgba(0xe6edf0, 0x14),
	theme.ColorNameSelection:           rgba(0x6cc3d5, 0x40),
	colorPanel:                         rgb(0x1d252a),
	colorBorder:                        rgb(0x2c373d),
	colorRail:                          rgb(0x11171a),
	colorAvatar:                        rgb(0x24444c),
}

func rgb(v uint32) color.Color { return rgba(v, 0xff) }

func rgba(v uint32, alpha uint8) color.Color {
	return color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: alpha}
}

// Color implements fyne.Theme.
func (l look) Color(name fyne.ThemeColorName, variant fyne.ThemeVariant) color.Color {
	table := light
	switch l.variant {
	case "light":
		variant = theme.VariantLight
	case "dark":
		variant = theme.VariantDark
	}
	if variant == theme.VariantDark {
		table = dark
	}
	if c, ok := table[name]; ok {
		return c
	}
	return theme.DefaultTheme().Color(name, variant)
}

// Size implements fyne.Theme.
func (l look) Size(name fyne.ThemeSizeName) float32 {
	switch name {
	case theme.SizeNameText:
		return 14 * l.scale
	case theme.SizeNameInlineIcon:
		return 20 * l.scale
	case theme.SizeNameInnerPadding:
		return 8
	case theme.SizeNameInputRadius, theme.SizeNameSelectionRadius:
		return 6
	case theme.SizeNameSubHeadingText:
		return 17 * l.scale
	case theme.SizeNameHeadingText:
		return 22 * l.scale
	case theme.SizeNameCaptionText:
		return 12 * l.scale
	}
	return theme.DefaultTheme().Size(name)
}

// Font implements fyne.Theme.
func (look) Font(style fyne.TextStyle) fyne.Resource { return theme.DefaultTheme().Font(style) }

// Icon implements fyne.Theme.
func (look) Icon(name fyne.ThemeIconName) fyne.Resource { return theme.DefaultTheme().Icon(name) }
