package view

// SignInWish is what a sign-in is for.
type SignInWish struct {
	Service, Method string
	Account         int64  // signed in again; 0 for a new one
	Person          string // whose the new one is; "" for the only one
	Unknown         bool   // nobody has that name yet
}

// SignInStep is one moment of a sign-in: a form, a code to show, an error, or
// its end.
type SignInStep struct {
	Title   string
	Text    string
	Notice  string // to read first; "" for none
	Fields  []SignInField
	Code    string
	URL     string
	Open    bool   // the page is what was asked for: it opens by itself
	Wait    string // what is waited for; ""
	Error   string // the last answer was not taken, or the sign-in ended
	Done    bool
	Account int64 // a new one, so that its person can be asked about; 0 otherwise
}

// SignInField is one thing to ask.
type SignInField struct {
	Name, Label, Hint string
	Secret            bool
	Choices           []SignInChoice // the answers that are possible; none: any text
	Offers            []SignInChoice // answers that were found; any other text is possible too
	Found             string         // what is said before them
}

// SignInChoice is one possible answer.
type SignInChoice struct{ ID, Name string }

// SignInForm is a form of a service; fields need only name, secrecy, choices
// and offers.
func (w *Words) SignInForm(title, notice string, fields []SignInField) SignInStep {
	step := SignInStep{Title: w.Say("login.title", "service", title), Notice: w.noticeFirst(notice)}
	for _, f := range fields {
		f.Label = f.Name
		if len(f.Offers) > 0 {
			f.Found = w.Say("login.found")
		}
		if w.has("login." + f.Name) {
			f.Label, f.Hint = w.Say("login."+f.Name), w.Say("login_hint."+f.Name)
		}
		step.Fields = append(step.Fields, f)
	}
	return step
}

// SignInCode shows a code, a page, or both. Without a page the code is
// confirmed in another session of the service.
func (w *Words) SignInCode(title, code, url, notice string) SignInStep {
	step := SignInStep{Title: w.Say("login.title", "service", title), Code: code, URL: url, Wait: w.Say("login.waiting", "service", title)}
	switch {
	case url != "" && code != "":
		step.Text = w.Say("login.code_page", "service", title)
	case url != "":
		step.Text, step.Open = w.Say("login.page", "service", title), true
	default:
		step.Text = w.Say("login.code", "service", title)
	}
	step.Notice = w.noticeFirst(notice)
	return step
}

// noticeFirst is what a service's step wants to be read before it; "" for
// nothing.
func (w *Words) noticeFirst(notice string) string {
	if !w.has("notice_first." + notice) {
		return ""
	}
	return w.Say("notice_first." + notice)
}

// SignInFailed tells why a sign-in did not go on; kind is the error's kind.
func (w *Words) SignInFailed(title, kind, detail string) SignInStep {
	key := "login_error." + kind
	if !w.has(key) {
		key = "login_error.other"
	}
	return SignInStep{Title: w.Say("login.title", "service", title), Error: w.Say(key, "service", title), Text: detail}
}

// SignInDone ends a sign-in with who it speaks for; account is 0 for one that
// was there before.
func (w *Words) SignInDone(title, user, server string, account int64) SignInStep {
	text := w.Say("login.done", "service", title, "user", user)
	switch {
	case account == 0:
		text = w.Say("login.done_again", "service", title, "user", user)
	case server != "":
		text = w.Say("login.done_server", "user", user, "server", server)
	}
	return SignInStep{Title: w.Say("login.title", "service", title), Text: text, Done: true, Account: account}
}

// SignInWorking is shown between two steps.
func (w *Words) SignInWorking(title string) SignInStep {
	return SignInStep{Title: w.Say("login.title", "service", title), Wait: w.Say("login.asking", "service", title)}
}

// SignInClient asks for the person's own application at a service, and tells
// how to get one by the service's own key, and where.
func (w *Words) SignInClient(title, help, page string) SignInStep {
	step := w.SignInForm(title, "", []SignInField{{Name: "client_id"}, {Name: "client_secret", Secret: true}})
	step.Text, step.URL = w.Say("client_help."+help), page
	return step
}
