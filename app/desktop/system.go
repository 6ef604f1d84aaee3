package desktop

// System is what the operating system says of the way to the services.
type System struct {
	Offline bool
	Metered bool // paid by volume
}
