package engine

import (
	"context"
	"slices"
	"time"

	"watchkeeper/engine/media"
)

// optionScrobbler is an account's option by which a person says whether another
// program feeds its log: "on" or "off". Without it that is found out (R16).
const optionScrobbler = "other_scrobbler"

// scrobblerRemembered is how long a log counts as fed by another program after
// the latest play that no connected account told of.
const scrobblerRemembered = 14 * 24 * time.Hour

// habit is how many titles it takes: what a person marks by hand now and then,
// after a visit to the cinema, is no program and makes nothing wait.
const habit = 3

// findScrobblers looks for logs with plays that nobody else told of.
func (r *round) findScrobblers(ctx context.Context) (err error) {
	r.fed = nil
	if slices.ContainsFunc(r.sights, (*sight).mayBeFed) {
		r.fed, err = r.e.cfg.Store.Alone(ctx, r.profile.ID, r.now.Add(-scrobblerRemembered), habit)
	}
	return err
}

// mayBeFed tells whether another program may feed the account's log, and the
// person did not say.
func (s *sight) mayBeFed() bool {
	return s.caps.Feature(media.History).KeepsPlays && s.account.Options[optionScrobbler] == ""
}

// fed tells whether another program feeds the account's log, and the latest play
// by which that was found out.
func (s *sight) fed(r *round) (is bool, latest media.Moment) {
	if s.mayBeFed() {
		latest = r.fed[s.account.ID]
		return latest.Known(), latest
	}
	return s.account.Options[optionScrobbler] == "on", 0
}
