package jellyfin

import (
	"encoding/json"
	"testing"
	"time"

	"watchkeeper/engine/provider"
)

// FuzzHear: whatever the socket says, nothing breaks; a change of user data
// that cannot be read is still worth a look, and what is heard is looked at.
func FuzzHear(f *testing.F) {
	f.Add(`{"MessageType":"UserDataChanged","Data":{"UserDataList":[{"ItemId":"a1"}]}}`)
	f.Add(`{"MessageType":"UserDataChanged","Data":"[]"}`)
	f.Add(`{"MessageType":"UserDataChanged","Data":{"UserDataList":[{"ItemId":7},null,[]]}}`)
	f.Add(`{"MessageType":"LibraryChanged","Data":{}}`)
	f.Add(`{"MessageType":"ForceKeepAlive","Data":60}`)
	f.Add(`{"MessageType":"ForceKeepAlive","Data":1e300}`)
	f.Add(`{"MessageType":"ForceKeepAlive","Data":-1}`)
	f.Fuzz(func(t *testing.T, text string) {
		a := &account{heard: map[string]bool{}}
		var m message
		if json.Unmarshal([]byte(text), &m) != nil {
			return
		}
		worth := a.hear(m)
		if ids, rescan := a.takeHeard(); !worth && (rescan || len(ids) > 0) || worth != (m.MessageType == "LibraryChanged") && m.MessageType != "UserDataChanged" {
			t.Errorf("%s: worth a look %v, heard %v, rescan %v", text, worth, ids, rescan)
		}
		if period, ok := m.keepAlive(); ok && (period < time.Second || period > longestPeriod) {
			t.Errorf("%s: a sign of life every %s", text, period)
		}
	})
}

// An unreadable change is a change; a keep-alive that no clock can count is
// none.
func TestOddMessages(t *testing.T) {
	a := &account{heard: map[string]bool{}}
	if !a.hear(message{MessageType: "UserDataChanged", Data: json.RawMessage(`"?"`)}) || !a.rescan {
		t.Error("a change of user data that cannot be read is passed over")
	}
	a = &account{heard: map[string]bool{}}
	if !a.hear(message{MessageType: "UserDataChanged", Data: json.RawMessage(`{"UserDataList":[{"ItemId":"a1"},{"Played":true}]}`)}) || !a.rescan || !a.heard["a1"] {
		t.Error("a change of an item without id is passed over")
	}
	for _, data := range []string{`1e300`, `-5`, `0`, `"60"`, `null`, ``} {
		if period, ok := (message{MessageType: "ForceKeepAlive", Data: json.RawMessage(data)}).keepAlive(); ok {
			t.Errorf("%q: a sign of life every %s", data, period)
		}
	}
	if period, ok := (message{MessageType: "ForceKeepAlive", Data: json.RawMessage(`60`)}).keepAlive(); !ok || period != 30*time.Second {
		t.Errorf("60 seconds: %s %v", period, ok)
	}
}

// FuzzCursor: a cursor that is not ours is no cursor.
func FuzzCursor(f *testing.F) {
	f.Add(cursor{}.String())
	f.Add(`{"r":1}`)
	f.Add(`{`)
	f.Fuzz(func(t *testing.T, text string) {
		c, ok := sharedCursor([]provider.FeatureRequest{{Cursor: text}, {Cursor: text}})
		if again, same := sharedCursor([]provider.FeatureRequest{{Cursor: c.String()}}); ok && (!same || again.String() != c.String()) {
			t.Errorf("%q: %s, then %s", text, c, again)
		}
	})
}
