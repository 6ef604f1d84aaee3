package sim

import "watchkeeper/engine/provider"

// forgot takes note of a restored state: whatever was said before is at first
// sight again, and what the works of then come to is the person's to decide.
// noticed: the program can tell that its state is old.
func (j *judge) forgot(noticed bool) {
	clear(j.reads)
	for key, words := range j.words {
		j.unsettled[key.work] = true
		for i := range words {
			words[i].early = true
		}
	}
	j.firstAgain = noticed
}

// restored is S13: a restored state is a first look, which removes and
// overwrites nothing.
func (j *judge) restored(s sent) {
	if j.firstAgain && s.Change.Action != provider.Add && !s.byHand() {
		j.fail("S13", "%s at the first look after a backup was restored", s)
	}
}
