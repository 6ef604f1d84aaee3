package desktop

import (
	"encoding/xml"
	"testing"

	"watchkeeper/app/view"
)

func TestToastEscapesTexts(t *testing.T) {
	title := `</text><action/>"$(calc)"&`
	text, err := toastXML(view.Notice{Title: title, Body: "b", Buttons: []view.Button{{Label: `"x"`}}}, "icon.png")
	if err != nil {
		t.Fatal(err)
	}
	var back toastNode
	if err := xml.Unmarshal([]byte(text), &back); err != nil {
		t.Fatal(err)
	}
	if back.Binding.Texts[0] != title || len(back.Actions) != 1 || back.Actions[0].Content != `"x"` {
		t.Errorf("%+v", back)
	}
}
