package desktop

// opener is the command that opens what is put after it.
var opener = []string{"xdg-open"}
