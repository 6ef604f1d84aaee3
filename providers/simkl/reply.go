package simkl

import (
	"encoding/json"
	"errors"
	"fmt"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/loose"
)

// answer is the reply to a sync post: what was added or deleted, by list or as
// counts, and the titles that were not found, as they were sent.
type answer struct {
	Added    json.RawMessage `json:"added"`
	Deleted  json.RawMessage `json:"deleted"`
	NotFound notFound        `json:"not_found"`
}

type notFound struct {
	Movies   echoes `json:"movies"`
	Shows    echoes `json:"shows"`
	Anime    echoes `json:"anime"`
	Episodes echoes `json:"episodes"`
}

// placed are the titles that a list post names, with where they went.
type placed struct {
	Movies echoes `json:"movies"`
	Shows  echoes `json:"shows"`
	Anime  echoes `json:"anime"`
}

// echo is a title as it was sent.
type echo struct {
	IDs      ids      `json:"ids"`
	To       text     `json:"to"`
	Seasons  seasons  `json:"seasons"`
	Episodes episodes `json:"episodes"`
}

type echoes []echo

// UnmarshalJSON takes anything that is not an object as nothing.
func (n *notFound) UnmarshalJSON(b []byte) error {
	*n = notFound{}
	type plain notFound
	return loose.Decode(b, '{', (*plain)(n))
}

// UnmarshalJSON takes anything that is not an object as an echo of nothing.
func (e *echo) UnmarshalJSON(b []byte) error {
	*e = echo{}
	type plain echo
	return loose.Decode(b, '{', (*plain)(e))
}

// UnmarshalJSON takes anything that is not a list as an empty one.
func (e *echoes) UnmarshalJSON(b []byte) error {
	*e = nil
	type plain echoes
	return loose.Decode(b, '[', (*plain)(e))
}

var (
	errAbsent   = errors.New("simkl does not have this title")
	errNoAnswer = errors.New("the answer does not say what was done")
)

// judge gives every sent change its outcome. Counts name nobody and do not
// even count what was so before, so they confirm nothing (R25): what is not
// named as missing is accepted.
func judge(path string, raw json.RawMessage, sent []sending, results []provider.Result) {
	var r answer
	odd := len(raw) == 0 || raw[0] != '{' || json.Unmarshal(raw, &r) != nil
	done := r.Added
	if sent[0].change.Action == provider.Remove {
		done = r.Deleted
	}
	odd = odd || len(done) == 0 || done[0] != '{'
	for _, s := range sent {
		switch {
		case odd:
			results[s.index] = unproven(path, errNoAnswer)
		case r.NotFound.names(s.address):
			results[s.index] = absentResult(s.change.Action)
		case path == addPaths[media.Watchlist]:
			results[s.index] = judgePlanned(path, done, s)
		default:
			results[s.index].Outcome = provider.Accepted
		}
	}
}

// judgePlanned reads where the service put a title: it may choose another
// list.
func judgePlanned(path string, done json.RawMessage, s sending) provider.Result {
	var p placed
	_ = json.Unmarshal(done, &p) // odd parts name nothing, and leave the change unproven
	for _, list := range []echoes{p.Movies, p.Shows, p.Anime} {
		for _, e := range list {
			if !e.IDs.share(s.ids) {
				continue
			}
			if e.To != "" && e.To != "plantowatch" {
				return refused(fmt.Errorf("simkl put the title on the list %.20q instead", e.To))
			}
			return provider.Result{Outcome: provider.Accepted}
		}
	}
	return unproven(path, errNoAnswer)
}

// names tells whether a title is among those not found. An echo with episodes
// means these, one without everything sent under it. Anime comes back among
// the shows, and films of anime were sent among them.
func (n notFound) names(a address) bool {
	list := n.Movies
	if a.list != movies {
		list = append(append(append(echoes{}, n.Shows...), n.Anime...), n.Episodes...)
	}
	for _, e := range list {
		if e.IDs.share(a.ids) && (a.kind != media.Episode || e.covers(a)) {
			return true
		}
	}
	return false
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

// share tells whether an echo carries one of the ids that were sent.
func (i ids) share(s sentIDs) bool {
	own, _ := i.own()
	same := func(got number, sent string) bool { return sent != "" && string(got) == sent }
	return s.Simkl != 0 && own == fmt.Sprint(s.Simkl) || same(number(i.IMDb), s.IMDb) || same(i.TMDB, s.TMDB) ||
		same(i.TVDB, s.TVDB) || same(i.MAL, s.MAL) || same(i.AniDB, s.AniDB) || same(i.AniList, s.AniList) || same(i.Kitsu, s.Kitsu)
}

// absentResult: what is not there cannot be added, and need not be removed.
func absentResult(action provider.Action) provider.Result {
	if action == provider.Remove {
		return provider.Result{Outcome: provider.Already}
	}
	return refused(errAbsent)
}

func unproven(path string, why error) provider.Result {
	e := provider.Failed(provider.Contract, "post "+path, why)
	e.Sent = true
	return provider.Result{Outcome: provider.Unproven, Err: e}
}
