package ledger

import "watchkeeper/engine/media"

// Trust is what is known about reading one feature of one account.
type Trust struct {
	Account AccountID
	Feature media.Feature
	// LastTrusted is the time of the last trusted view, Earlier those of up to
	// five before it, newest first, Run its run, Reads how many there were.
	LastTrusted media.Moment
	Earlier     []media.Moment
	Run         RunID
	Reads       int
	// Looked: the first look is over (two agreeing views are not needed to
	// start, but absences of a first look need them).
	Looked   bool
	FirstRun RunID // run of the first look
	Count    int   // works shown
	Stamp    string
	StampAt  media.Moment
	// StampMoved is the last trusted read at which the stamp differed from the
	// one before.
	StampMoved media.Moment
	Digest     string   // of the last trusted content
	Older      []string // digests of superseded contents, newest first, at most five
	Items      string   // digest of the items behind it: names and ids
	Cursor     string
	Scope      string
	Numbering  string // version of the tables by which works are matched
	Version    string // server version
	ClockMS    int64  // server's clock minus ours
	// LastFull is the last trusted view that listed everything.
	LastFull media.Moment
	// LastTried and Silent tell why the latest view was not trusted; Silent is
	// "" when it was.
	LastTried media.Moment
	Silent    Code
	Evidence  Evidence // of the latest view
	// SuspectDigest is the content of the latest untrusted view; AcceptedDigest
	// one that the person declared right.
	SuspectDigest  string
	AcceptedDigest string
	// LagsMS are the last measured delays until own writes showed, at most 100.
	LagsMS []int64
}
