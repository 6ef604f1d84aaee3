package trakt

import (
	"errors"
	"fmt"
	"slices"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/loose"
)

// answer is the reply to a sync post: counts by kind, and the objects it did
// not find, as they were sent. What it says in an odd form counts as not said,
// which leaves changes unproven and never done.
type answer struct {
	Added    counts   `json:"added"`
	Existing counts   `json:"existing"`
	Updated  counts   `json:"updated"`
	Deleted  counts   `json:"deleted"`
	NotFound notFound `json:"not_found"`
}

type notFound struct {
	Movies   echoes  `json:"movies"`
	Shows    echoes  `json:"shows"`
	Seasons  echoes  `json:"seasons"`
	Episodes echoes  `json:"episodes"`
	IDs      numbers `json:"ids"`
}

// UnmarshalJSON takes anything that is not an object as nothing.
func (n *notFound) UnmarshalJSON(b []byte) error {
	type plain notFound
	return loose.Decode(b, '{', (*plain)(n))
}

type counts struct {
	Movies   number `json:"movies"`
	Shows    number `json:"shows"`
	Seasons  number `json:"seasons"`
	Episodes number `json:"episodes"`
}

// UnmarshalJSON takes anything that is not an object as no counts.
func (c *counts) UnmarshalJSON(b []byte) error {
	type plain counts
	return loose.Decode(b, '{', (*plain)(c))
}

func (c counts) of(k media.Kind) int {
	n := [...]number{media.Film: c.Movies, media.Show: c.Shows, media.Season: c.Seasons, media.Episode: c.Episodes}[k]
	return max(0, n.Whole())
}

// echo is an object that was not found.
type echo struct {
	IDs      ids    `json:"ids"`
	Number   number `json:"number"`
	Seasons  echoes `json:"seasons"`
	Episodes echoes `json:"episodes"`
}

// UnmarshalJSON takes anything that is not an object as an echo of nothing.
func (e *echo) UnmarshalJSON(b []byte) error {
	type plain echo
	return loose.Decode(b, '{', (*plain)(e))
}

type (
	echoes  []echo
	numbers []number
)

// UnmarshalJSON takes anything that is not a list as an empty one.
func (e *echoes) UnmarshalJSON(b []byte) error {
	type plain echoes
	return loose.Decode(b, '[', (*plain)(e))
}

// UnmarshalJSON takes anything that is not a list as an empty one.
func (n *numbers) UnmarshalJSON(b []byte) error {
	type plain numbers
	return loose.Decode(b, '[', (*plain)(n))
}

// missing tells whether the reply says that a title or play was not found. An
// echo with parts means these parts, one without means everything sent under
// it.
func (r answer) missing(a sending) bool {
	if a.play != 0 {
		return slices.ContainsFunc(r.NotFound.IDs, func(n number) bool { return string(n) == fmt.Sprint(a.play) })
	}
	list := map[media.Kind]echoes{media.Film: r.NotFound.Movies, media.Show: r.NotFound.Shows,
		media.Season: r.NotFound.Seasons, media.Episode: r.NotFound.Episodes}[a.kind]
	if a.byShow {
		list = r.NotFound.Shows
	}
	for _, e := range list {
		if e.IDs.share(a.ids) && (!a.byShow || e.covers(a.address)) {
			return true
		}
	}
	return false
}

func (i ids) share(s sentIDs) bool {
	same := func(got string, sent int64) bool { return sent != 0 && got == fmt.Sprint(sent) }
	return same(string(i.Trakt), s.Trakt) || same(string(i.TMDB), s.TMDB) || same(string(i.TVDB), s.TVDB) ||
		s.IMDb != "" && string(i.IMDb) == s.IMDb
}

func (e echo) covers(a address) bool {
	if len(e.Seasons) == 0 {
		return true
	}
	for _, s := range e.Seasons {
		if s.Number.Whole() != a.season {
			continue
		}
		if len(s.Episodes) == 0 {
			return true
		}
		for _, ep := range s.Episodes {
			if ep.Number.Whole() == a.episode {
				return true
			}
		}
	}
	return false
}

// errAbsent is why a title was refused.
var errAbsent = errors.New("trakt does not have this title")

// judge gives every sent change its outcome. Counts name nobody (R25): when
// they cover all titles of a kind these are accepted, when all of them existed
// before they are so already, and when some are uncounted any of them may be
// the one that was not done.
func (r answer) judge(sent []sending, results []provider.Result) {
	left := map[media.Kind]int{}
	for _, s := range sent {
		if r.missing(s) {
			results[s.index] = absentResult(s.action)
			continue
		}
		left[s.kind]++
	}
	for _, s := range sent {
		if results[s.index].Outcome != provider.NotApplied {
			continue
		}
		done := r.Added.of(s.kind) + r.Updated.of(s.kind) + r.Deleted.of(s.kind)
		existing := r.Existing.of(s.kind)
		switch {
		case done == 0 && existing == left[s.kind]:
			results[s.index].Outcome = provider.Already
		case done+existing >= left[s.kind]:
			results[s.index].Outcome = provider.Accepted
		default:
			results[s.index] = uncounted(done+existing, left[s.kind])
		}
	}
}

// absentResult: what is not there cannot be added, and need not be removed.
func absentResult(action provider.Action) provider.Result {
	if action == provider.Remove {
		return provider.Result{Outcome: provider.Already}
	}
	return refused(errAbsent)
}

func refused(why error) provider.Result {
	return provider.Result{Outcome: provider.Refused, Err: provider.Failed(provider.Rejected, "write", why)}
}

func uncounted(got, sent int) provider.Result {
	err := provider.Failed(provider.Transient, "write", fmt.Errorf("trakt counts %d of %d", got, sent))
	err.Sent = true
	return provider.Result{Outcome: provider.Unproven, Err: err}
}
