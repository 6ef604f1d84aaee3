package desktop

import (
	"slices"
	"testing"

	"github.com/godbus/dbus/v5"

	"watchkeeper/app/view"
)

func notifier(able ...string) *Notifier {
	n := NewNotifier("", nil)
	n.able = able
	n.ids["holds"], n.shown[5] = 5, view.Notice{ID: "holds", Title: "14 deletions", Click: view.Command{Verb: view.Open}, Buttons: []view.Button{
		{Label: "Review…", Command: view.Command{Verb: view.Open}}, {Label: "Keep all", Command: view.Command{Verb: view.Answer, Answer: "keep"}}}}
	return n
}

func TestClicksBecomeCommands(t *testing.T) {
	signal := func(name string, body ...any) *dbus.Signal {
		return &dbus.Signal{Name: noteName + "." + name, Body: body}
	}
	for _, c := range []struct {
		name string
		s    *dbus.Signal
		want view.Verb // "" for none
	}{
		{"a button", signal("ActionInvoked", uint32(5), "1"), view.Answer},
		{"beside the buttons", signal("ActionInvoked", uint32(5), "default"), view.Open},
		{"another program's", signal("ActionInvoked", uint32(6), "1"), ""},
		{"closed", signal("NotificationClosed", uint32(5), uint32(2)), ""},
		{"something else", signal("ActivationToken", uint32(5), "x"), ""},
		{"cut short", signal("ActionInvoked", uint32(5)), ""},
		{"of other types", signal("ActionInvoked", "5", 1), ""},
	} {
		got, ok := notifier().heard(c.s)
		if ok != (c.want != "") || got.Verb != c.want {
			t.Errorf("%s: %+v %v", c.name, got, ok)
		}
	}
}

func TestClosedNoticeIsForgotten(t *testing.T) {
	n := notifier()
	n.heard(&dbus.Signal{Name: noteName + ".NotificationClosed", Body: []any{uint32(5), uint32(2)}})
	if len(n.ids) != 0 || len(n.shown) != 0 {
		t.Errorf("%v %v", n.ids, n.shown)
	}
	n.Withdraw("holds") // nothing is there to withdraw, and no connection
}

func TestButtonsOnlyWhereTheDesktopHasThem(t *testing.T) {
	notice := notifier().shown[5]
	if got := notifier("body").actions(notice); len(got) != 0 {
		t.Errorf("%q", got)
	}
	want := []string{"default", "14 deletions", "0", "Review…", "1", "Keep all"}
	if got := notifier("actions").actions(notice); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
