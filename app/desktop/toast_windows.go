package desktop

import (
	"encoding/json"
	"encoding/xml"

	"watchkeeper/app/view"
)

// toastNode is a notification as Windows takes it (the toast schema).
type toastNode struct {
	XMLName xml.Name     `xml:"toast"`
	Launch  string       `xml:"launch,attr"`
	Binding toastBinding `xml:"visual>binding"`
	Actions []toastPress `xml:"actions>action"`
}

type toastBinding struct {
	Template string     `xml:"template,attr"`
	Image    toastImage `xml:"image"`
	Texts    []string   `xml:"text"`
}

type toastImage struct {
	Placement string `xml:"placement,attr"`
	Source    string `xml:"src,attr"`
}

type toastPress struct {
	Kind    string `xml:"activationType,attr"`
	Content string `xml:"content,attr"`
	Args    string `xml:"arguments,attr"`
}

// toastXML words a notice; every text is escaped here, because titles come
// from outside.
func toastXML(notice view.Notice, icon string) (string, error) {
	launch, err := json.Marshal(notice.Click)
	if err != nil {
		return "", err
	}
	t := toastNode{Launch: string(launch), Binding: toastBinding{Template: "ToastGeneric",
		Image: toastImage{"appLogoOverride", icon}, Texts: []string{notice.Title, notice.Body}}}
	for _, b := range notice.Buttons {
		args, err := json.Marshal(b.Command)
		if err != nil {
			return "", err
		}
		t.Actions = append(t.Actions, toastPress{"foreground", b.Label, string(args)})
	}
	text, err := xml.Marshal(t)
	return string(text), err
}
