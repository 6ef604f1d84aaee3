package desktop

import (
	"log/slog"
	"os/exec"

	"watchkeeper/app/view"
)

// banner takes its texts as arguments: they are never part of the script.
const banner = `on run argv
display notification (item 2 of argv) with title (item 1 of argv)
end run`

// Notifier shows notices as banners, without buttons.
type Notifier struct{}

// NewNotifier makes a notifier.
func NewNotifier(string, Clicked) *Notifier { return &Notifier{} }

// Show shows a notice. It may wait for the desktop: call it from a goroutine
// of its own.
func (*Notifier) Show(notice view.Notice) {
	if err := exec.Command("osascript", "-e", banner, notice.Title, notice.Body).Run(); err != nil {
		slog.Warn("a notification was not shown", "error", err)
	}
}

// Inhibited is never so: macOS keeps notices back by itself.
func (*Notifier) Inhibited() bool { return false }

// Withdraw does nothing: banners leave by themselves.
func (*Notifier) Withdraw(string) {}

// Close does nothing.
func (*Notifier) Close() {}
