package mediabrowser

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
)

// FuzzHear: whatever the socket says, nothing breaks; a change of user data
// that cannot be read is still worth a look, and what is heard is looked at.
func FuzzHear(f *testing.F) {
	f.Add(`{"MessageType":"UserDataChanged","Data":{"UserDataList":[{"ItemId":"a1"}]}}`)
	f.Add(`{"MessageType":"UserDataChanged","Data":"[]"}`)
	f.Add(`{"MessageType":"UserDataChanged","Data":{"UserDataList":[{"ItemId":914048}]}}`)
	f.Add(`{"MessageType":"UserDataChanged","Data":{"UserDataList":[{"ItemId":7},null,[]]}}`)
	f.Add(`{"MessageType":"LibraryChanged","Data":{}}`)
	f.Add(`{"MessageType":"ForceKeepAlive","Data":60}`)
	f.Fuzz(func(t *testing.T, text string) {
		var heard Heard
		var m Message
		if json.Unmarshal([]byte(text), &m) != nil {
			return
		}
		worth := heard.Hear(m)
		if ids, rescan := heard.Take(); !worth && (rescan || len(ids) > 0) || worth != (m.MessageType == "LibraryChanged") && m.MessageType != "UserDataChanged" {
			t.Errorf("%s: worth a look %v, heard %v, rescan %v", text, worth, ids, rescan)
		}
	})
}

// What is heard is told once, in order, and again after a read that failed;
// an item that is not named, or too many, asks for a scan.
func TestHeard(t *testing.T) {
	say := func(h *Heard, data string) bool {
		return h.Hear(Message{MessageType: "UserDataChanged", Data: json.RawMessage(data)})
	}
	var h Heard
	if !say(&h, `{"UserDataList":[{"ItemId":"b2"},{"ItemId":"a1"}]}`) {
		t.Error("not worth a look")
	}
	ids, rescan := h.Take()
	if !slices.Equal(ids, []string{"a1", "b2"}) || rescan {
		t.Errorf("%v, rescan %v", ids, rescan)
	}
	if again, _ := h.Take(); len(again) > 0 {
		t.Errorf("told twice: %v", again)
	}
	h.PutBack(ids, false)
	if back, rescan := h.Take(); !slices.Equal(back, ids) || rescan {
		t.Errorf("put back %v, then %v, rescan %v", ids, back, rescan)
	}
	if say(&h, `{"UserDataList":[]}`) {
		t.Error("nothing changed, and worth a look")
	}
	for _, odd := range []string{`"?"`, `{"UserDataList":[{"ItemId":"a1"},{"Played":true}]}`} {
		if _, rescan := takeAfter(&h, func() { say(&h, odd) }); !rescan {
			t.Errorf("%s: no scan", odd)
		}
	}
	_, rescan = takeAfter(&h, func() {
		for i := range namedAtMost + 1 {
			say(&h, fmt.Sprintf(`{"UserDataList":[{"ItemId":"i%d"}]}`, i))
		}
	})
	if !rescan {
		t.Error("a thousand names and no scan")
	}
}

func takeAfter(h *Heard, do func()) ([]string, bool) {
	do()
	return h.Take()
}
