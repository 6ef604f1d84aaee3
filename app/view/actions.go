package view

// Verb is what a button, a menu item or a notification asks for.
type Verb string

const (
	Open    Verb = "open"     // the window
	SyncNow Verb = "sync"     // look at everything
	Stop    Verb = "stop"     // end the run under way
	Pause   Verb = "pause"    // For: how long
	Resume  Verb = "resume"   //
	ReadNow Verb = "read"     // Account
	Answer  Verb = "answer"   // Holds, Answer, Ops
	Review  Verb = "review"   // Holds: the full list
	Later   Verb = "later"    // Holds: fold the card
	SignIn  Verb = "sign-in"  // Account: again
	Add     Verb = "add"      // a new account; Name: AnotherPerson, of whom
	Rename  Verb = "rename"   // Person; Value: the new name
	Forget  Verb = "forget"   // Person, who has no accounts
	Move    Verb = "move"     // Account; Value: whom it is to be given to, "" for AnotherPerson; Person: it is agreed
	Undo    Verb = "undo"     // Run or Op
	Why     Verb = "why"      // what is left as it is, and why
	About   Verb = "about"    //
	Bundle  Verb = "bundle"   // write a support bundle
	Quit    Verb = "quit"     //
	ShowLog Verb = "show-log" // open the folder of logs

	Go       Verb = "go"       // Name: a place
	ShowItem Verb = "item"     // Work
	Unlinked Verb = "unlinked" // entries that may be Work
	Link     Verb = "link"     // Account, Key, Work
	Unlink   Verb = "unlink"   // Account, Key
	Pin      Verb = "pin"      // Work; Name: which decision
	Unpin    Verb = "unpin"    // ID
	Rewatch  Verb = "rewatch"  // Work
	Free     Verb = "free"     // set aside values are tried again

	Set        Verb = "set"         // Name and Value of a setting
	SetAccount Verb = "set-account" // Account; Name: what of it; Value
	SetOption  Verb = "set-option"  // Account; Name of an option of its service; Value
	Libraries  Verb = "libraries"   // Account: which of its libraries count
	SignOut    Verb = "sign-out"    // Account
	BackUp     Verb = "back-up"     // now
	Restore    Verb = "restore"     // Name of a backup
	Restart    Verb = "restart"     // end, and start once more
	TestNotice Verb = "test-notice" // show a notification
	Browse     Verb = "browse"      // Name: an address
	Contents   Verb = "contents"    // what a support bundle holds
	Routes     Verb = "routes"      // Edits
)

// PauseFor is how long a pause lasts.
type PauseFor string

const (
	OneHour      PauseFor = "hour"
	TillTomorrow PauseFor = "tomorrow"
	TillResumed  PauseFor = "resumed"
)

// Command is one thing that a person asks for. It is plain data, so that the
// window, the tray and notifications carry the same ones.
type Command struct {
	Verb    Verb
	Account int64
	Holds   []int64
	Answer  string
	Ops     []string // of one hold: the chosen ones; empty for all
	Run     int64
	Op      string
	Work    int64
	Person  string // whom it is about; "" for the only one
	Key     string
	ID      int64
	Name    string
	Value   string
	Edits   []RuleEdit
	Links   []LinkWish
	For     PauseFor
}

// Button is a labelled command. The safe answer comes first and is Primary;
// Danger marks what deletes.
type Button struct {
	Label   string
	Command Command
	Primary bool
	Danger  bool
	// Sure is a question to ask first; "" for none.
	Sure string
}

// Actions are what the screen asks of the program. Every function returns at
// once; what it finds comes back later through show, on the screen's own
// goroutine.
type Actions struct {
	// Post runs a function on the screen's own goroutine.
	Post func(func())
	// Do carries out a command; what there is to tell of it comes back as words.
	Do func(Command, func(words string))
	// Review lists everything behind holds.
	Review func(holds []int64, show func(ReviewPage, error))
	// Why lists what is left as it is.
	Why func(show func(ReviewPage, error))
	// Undo says how exact taking back a run, or one op, would be.
	Undo func(run int64, op string, show func(UndoPage, error))
	// Runs lists the latest runs.
	Runs func(show func([]Run, error))
	// SignIn starts signing in to a service.
	SignIn func(wish SignInWish, show func(SignInStep)) SignInTalk
	// Pages of the window, by place.
	Activity  func(show func(Activity, error))
	Writes    func(f ActivityFilter, run int64, show func(Writes, error)) // of a run, or those that a filter finds
	Charts    func(show func([]Chart, error))
	Library   func(person string, show func(Library, error))
	Shelf     func(f LibraryFilter, show func(Shelf, error))
	Rows      func(f LibraryFilter, works []int64, show func([]LibraryRow, error))
	Item      func(person string, work int64, show func(Item, error))
	Unlinked  func(work int64, title string, show func(LinkPage, error))
	Attention func(show func(Attention, error))
	Rules     func(person string, show func(Rules, error))
	WhatIf    func(edits []RuleEdit, show func(WhatIf, error))
	Settings  func(show func(Settings, error))
	// Libraries are the parts of a media server; On counts.
	Libraries func(account int64, show func([]LibraryPart, error))
	// OpenURL opens a page in the person's browser.
	OpenURL func(url string)
}

// LibraryPart is one part of a media server.
type LibraryPart struct {
	ID, Name string
	On       bool
}

// SignInTalk answers a sign-in under way.
type SignInTalk struct {
	Answer func(map[string]string)
	Cancel func()
}
