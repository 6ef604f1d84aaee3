// Command watchkeeper is the desktop program: a window and a tray icon on a
// local engine.
package main

func main() {}
