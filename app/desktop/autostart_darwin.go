package desktop

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// agentFile is the person's own launch agent (launchd.plist(5)).
func agentFile() (string, error) {
	home, err := os.UserHomeDir()
	return filepath.Join(home, "Library", "LaunchAgents", ID+".plist"), err
}

// Enabled tells whether the session starts the program.
func (a Autostart) Enabled() (bool, error) {
	path, err := agentFile()
	if err == nil {
		_, err = os.Stat(path)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("autostart: %w", err)
	}
	return true, nil
}

// Set switches it on, or off, from the next session on.
func (a Autostart) Set(on bool) error {
	path, err := agentFile()
	switch {
	case err != nil:
	case on:
		err = put(path, a.agent())
	default:
		err = remove(path)
	}
	if err != nil {
		return fmt.Errorf("autostart: %w", err)
	}
	return nil
}

func (a Autostart) agent() string {
	var b strings.Builder
	b.WriteString(xml.Header + `<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict>
<key>Label</key><string>` + ID + `</string>
<key>RunAtLoad</key><true/>
<key>ProcessType</key><string>Interactive</string>
<key>ProgramArguments</key><array>`)
	for _, word := range a.command {
		b.WriteString("<string>")
		_ = xml.EscapeText(&b, []byte(word)) // a builder takes everything
		b.WriteString("</string>")
	}
	b.WriteString("</array>\n</dict></plist>\n")
	return b.String()
}
