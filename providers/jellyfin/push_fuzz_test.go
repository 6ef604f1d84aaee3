package jellyfin

import (
	"encoding/json"
	"testing"
	"time"

	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/mediabrowser"
)

// FuzzKeepAlive: whatever the socket asks for, the period is one to live with.
func FuzzKeepAlive(f *testing.F) {
	f.Add(`60`)
	f.Add(`1e300`)
	f.Add(`-1`)
	f.Fuzz(func(t *testing.T, data string) {
		period, ok := keepAliveOf(mediabrowser.Message{MessageType: "ForceKeepAlive", Data: json.RawMessage(data)})
		if ok && (period < time.Second || period > longestPeriod) {
			t.Errorf("%s: a sign of life every %s", data, period)
		}
	})
}

// A keep-alive that no clock can count is none.
func TestOddKeepAlive(t *testing.T) {
	for _, data := range []string{`1e300`, `-5`, `0`, `"60"`, `null`, ``} {
		if period, ok := keepAliveOf(mediabrowser.Message{MessageType: "ForceKeepAlive", Data: json.RawMessage(data)}); ok {
			t.Errorf("%q: a sign of life every %s", data, period)
		}
	}
	if period, ok := keepAliveOf(mediabrowser.Message{MessageType: "ForceKeepAlive", Data: json.RawMessage(`60`)}); !ok || period != 30*time.Second {
		t.Errorf("60 seconds: %s %v", period, ok)
	}
	if period, ok := keepAliveOf(mediabrowser.Message{MessageType: "Sessions", Data: json.RawMessage(`60`)}); ok {
		t.Errorf("another message: %s", period)
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
