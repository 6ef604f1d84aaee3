package desktop

import (
	"fmt"
	"os/exec"
)

// Open opens a page or a folder with the program that the person chose for it.
// It waits for the system's answer, which may take as long as the page is
// open: call it from a goroutine of its own.
func Open(url string) error {
	cmd := exec.Command(opener[0], append(opener[1:len(opener):len(opener)], url)...)
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("opening a page: %w", err)
	}
	return nil
}
