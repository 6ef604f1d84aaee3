package desktop

import (
	"encoding/json"
	"log/slog"
	"sync"

	"git.sr.ht/~jackmordaunt/go-toast/v2/wintoast"

	"watchkeeper/app/view"
)

// guid names this program's notification activator to Windows; it is made
// once and never changes.
const guid = "{5B0F6B52-7C1E-4B0D-9E0B-0B6F2F8B7A31}"

// Notifier shows notices as toasts.
type Notifier struct {
	once    sync.Once
	clicked Clicked
	icon    string
}

// NewNotifier makes a notifier; icon is a file.
func NewNotifier(icon string, clicked Clicked) *Notifier {
	return &Notifier{clicked: clicked, icon: icon}
}

// Show shows a notice through COM, never through a shell.
func (n *Notifier) Show(notice view.Notice) {
	n.once.Do(n.register)
	text, err := toastXML(notice, n.icon)
	if err == nil {
		err = wintoast.Push(Name, text)
	}
	if err != nil {
		slog.Warn("a notification was not shown", "error", err)
	}
}

func (n *Notifier) register() {
	if err := wintoast.SetAppData(wintoast.AppData{AppID: Name, GUID: guid, IconPath: n.icon}); err != nil {
		slog.Warn("notifications have no name", "error", err)
	}
	wintoast.SetActivationCallback(func(_, args string, _ []wintoast.UserData) {
		var c view.Command
		if json.Unmarshal([]byte(args), &c) == nil && c.Verb != "" {
			n.clicked(c)
		}
	})
}

// Inhibited is never so: Windows keeps notices back by itself.
func (*Notifier) Inhibited() bool { return false }

// Withdraw does nothing: toasts leave by themselves, and the library has no
// way to take one back.
func (n *Notifier) Withdraw(string) {}

// Close does nothing.
func (n *Notifier) Close() {}
