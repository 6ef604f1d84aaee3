package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// teller tells the story and holds the services to it.
type teller struct {
	ctx     context.Context
	stage   *stage
	program *program
	pause   time.Duration
	number  int
	heldAt  []string // what was held in the story, and why
}

// Answers of the program, as far as the story needs them.
type (
	status struct {
		Sentence string
		Holds    []hold
	}
	hold struct {
		ID       int64
		Guard    string
		At       string
		Feature  string
		Count    int
		Evidence string
		Titles   []string
		Answers  []string
	}
	ran struct {
		ID                                    int64
		Added, Updated, Removed, Failed, Held int
	}
	synced struct {
		Run    ran
		Status status
	}
)

// tell tells all chapters.
func (s *teller) tell() error {
	for _, chapter := range []struct {
		title string
		play  func() error
	}{
		{"Anna connects Jellyfin and Trakt", s.connect},
		{"The first look only reads", s.firstLook},
		{"Start", s.begin},
		{"An evening", s.evening},
		{"Trakt goes away", s.outage},
		{"Trakt's list comes back empty", s.emptied},
		{"A script takes fifteen hearts away", s.keepThem},
		{"Undo", s.undo},
		{"The end: both tell the same story", s.end},
	} {
		s.number++
		say("\n%d. %s", s.number, chapter.title)
		if err := chapter.play(); err != nil {
			return fmt.Errorf("%s: %w", chapter.title, err)
		}
		select {
		case <-time.After(s.pause):
		case <-s.ctx.Done():
			return s.ctx.Err()
		}
	}
	return nil
}

func (s *teller) do(v any, args ...string) (int, error) { return s.program.do(s.ctx, v, args...) }

// must runs a command that has to end well.
func (s *teller) must(args ...string) error {
	code, err := s.do(nil, args...)
	if err == nil && code != 0 {
		err = fmt.Errorf("watchkeeperctl %s: exit %d", strings.Join(args, " "), code)
	}
	return err
}

// sync runs once and remembers what is on hold.
func (s *teller) sync() (synced, int, error) {
	var got synced
	code, err := s.do(&got, "sync")
	for _, h := range got.Status.Holds {
		line := fmt.Sprintf("%s at %s: %s", h.Feature, h.At, h.Evidence)
		if h.Guard != "guard_first_run" && !slices.Contains(s.heldAt, line) {
			s.heldAt = append(s.heldAt, line)
		}
	}
	return got, code, err
}

// expect fails the story when something is not as it must be.
func expect(ok bool, format string, args ...any) error {
	if ok {
		return nil
	}
	return fmt.Errorf(format, args...)
}

func (s *teller) connect() error {
	s.stage.live()
	v := s.stage.truth()
	say("   Jellyfin holds %d titles; Trakt has %d watched and %d listed.", len(v.here), len(v.plays), len(v.listed))
	if err := s.must("accounts", "add", "jellyfin", "--address", "http://"+jellyfinHost, "--user", "Anna",
		"--password-file", s.program.dir+"/password", "--option", "write_ratings=on"); err != nil {
		return err
	}
	say("   Jellyfin: signed in as Anna. The password was used once and is not kept.")
	err := s.program.signIn(s.ctx, func(code string) {
		say("   Trakt shows the code %s; Anna enters it on Trakt's page.", code)
		s.stage.trakt.Approve(code, s.stage.tracked)
	}, "accounts", "add", "trakt", "--method", "device-code", "--client-id", clientID)
	if err != nil {
		return err
	}
	return expect(s.stage.truth().same(v), "signing in changed something")
}

func (s *teller) firstLook() error {
	before := s.stage.truth()
	for range 2 { // what is absent counts once it was absent twice
		if _, _, err := s.sync(); err != nil {
			return err
		}
	}
	var now status
	code, err := s.do(&now, "status")
	if err != nil {
		return err
	}
	for _, h := range now.Holds {
		say("   would change %d × %s on %s (%s, …)", h.Count, h.Feature, h.At, strings.Join(h.Titles[:min(2, len(h.Titles))], ", "))
	}
	say("   Nothing was written, and nothing would be deleted.")
	if err := expect(code == 3 && len(now.Holds) > 0, "exit %d and %d holds, but the first plan has to wait for Start", code, len(now.Holds)); err != nil {
		return err
	}
	return expect(s.stage.truth().same(before), "the first look changed something")
}

func (s *teller) begin() error {
	if err := s.must("holds", "start", "all"); err != nil {
		return err
	}
	for range 4 {
		got, _, err := s.sync()
		if err != nil {
			return err
		}
		if err := s.answerAdds(got.Status); err != nil {
			return err
		}
		if len(s.stage.differences()) == 0 {
			break
		}
	}
	var runs []ran // also those of the window's own schedule
	if _, err := s.do(&runs, "runs"); err != nil {
		return err
	}
	var total ran
	for _, r := range runs {
		total.Added, total.Removed = total.Added+r.Added, total.Removed+r.Removed
	}
	say("   %d added, %d removed.", total.Added, total.Removed)
	if err := expect(total.Removed == 0, "a first sync removed %d", total.Removed); err != nil {
		return err
	}
	return s.agree()
}

// answerAdds says yes when a guard asks about many additions at once.
func (s *teller) answerAdds(now status) error {
	for _, h := range now.Holds {
		if h.Guard != "guard_adds" {
			continue
		}
		say("   %s: %s Anna says yes.", h.At, h.Evidence)
		if err := s.must("holds", "accept", strconv.FormatInt(h.ID, 10)); err != nil {
			return err
		}
	}
	return nil
}

// agree compares the two services.
func (s *teller) agree() error {
	diff := s.stage.differences()
	if len(diff) == 0 {
		say("   Both services tell the same story.")
		return nil
	}
	return fmt.Errorf("the services differ in %d titles:\n  %s", len(diff), strings.Join(diff[:min(len(diff), 10)], "\n  "))
}

func (s *teller) evening() error {
	seen, liked := s.stage.films[270], s.stage.films[271]
	s.stage.watchedHere(seen, time.Now().Add(-26*time.Hour))
	s.stage.anna.Favorite(liked.id, true)
	s.stage.tracked.Rate(s.stage.films[0].title, 9, time.Time{})
	say("   Anna saw %s on Jellyfin, gave %s a heart, and rated %s on Trakt.", seen.name, liked.name, s.stage.films[0].name)
	if err := s.settle(); err != nil {
		return err
	}
	return s.agree()
}

// settle syncs until the services agree, a few times at most.
func (s *teller) settle() error {
	for range 4 {
		if _, _, err := s.sync(); err != nil {
			return err
		}
		if len(s.stage.differences()) == 0 {
			return nil
		}
	}
	return nil
}

func (s *teller) outage() error {
	before := s.stage.truth()
	s.stage.away.Store(true)
	defer s.stage.away.Store(false)
	got, code, err := s.sync()
	if err != nil {
		return err
	}
	say("   Watchkeeper says: %s", got.Status.Sentence)
	if err := expect(code == 4, "exit %d while a service is away, not 4 (stale)", code); err != nil {
		return err
	}
	if err := expect(s.stage.truth().same(before), "an outage changed something"); err != nil {
		return err
	}
	s.stage.away.Store(false)
	if _, code, err = s.sync(); err != nil {
		return err
	}
	say("   Trakt is back, and so is everything else.")
	return expect(code == 0, "exit %d after the outage", code)
}

func (s *teller) emptied() error {
	for _, way := range [][2]string{{"jellyfin", "trakt"}, {"trakt", "jellyfin"}} {
		if err := s.must("routes", "set", way[0], way[1], "watchlist", "--mode", "keep-same", "--removals", "follow"); err != nil {
			return err
		}
	}
	say("   Anna lets both watchlists follow each other, deletions too.")
	if _, _, err := s.sync(); err != nil {
		return err
	}
	hearts := s.stage.truth().favourites()
	lost := s.stage.tracked.Listed()
	for _, e := range lost {
		s.stage.tracked.Unlist(e.Title)
	}
	got, code, err := s.sync()
	if err != nil {
		return err
	}
	say("   Trakt's list came back empty: %d titles gone. Watchkeeper says: %s", len(lost), got.Status.Sentence)
	if err := expect(code == 3 && len(got.Status.Holds) == 1, "exit %d and %d holds, but an emptied list has to be held", code, len(got.Status.Holds)); err != nil {
		return err
	}
	if err := expect(s.stage.truth().favourites() == hearts, "the empty list deleted favourites"); err != nil {
		return err
	}
	say("   Jellyfin still has all %d favourites.", hearts)
	for _, e := range lost {
		s.stage.tracked.List(e.Title, e.At)
	}
	if err := s.settle(); err != nil {
		return err
	}
	say("   Trakt found its list again.")
	return s.agree()
}

// hearted are films with a heart at Jellyfin.
func (s *teller) hearted(n int) (out []*work) {
	for _, w := range s.stage.films {
		if w.id != "" && s.stage.anna.State(w.id).Favorite && len(out) < n {
			out = append(out, w)
		}
	}
	return out
}

func (s *teller) keepThem() error {
	gone := s.hearted(15)
	for _, w := range gone {
		s.stage.anna.Favorite(w.id, false)
	}
	listed := len(s.stage.truth().listed)
	got, code, err := s.sync()
	if err != nil {
		return err
	}
	if err := expect(code == 3 && len(got.Status.Holds) == 1, "exit %d and %d holds, but so many deletions have to wait", code, len(got.Status.Holds)); err != nil {
		return err
	}
	h := got.Status.Holds[0]
	say("   On hold: %d deletions on %s. %s", h.Count, h.At, h.Evidence)
	if err := expect(len(s.stage.truth().listed) == listed, "Trakt lost titles before anyone said yes"); err != nil {
		return err
	}
	say("   Anna says: keep them.")
	if err := s.must("holds", "keep", strconv.FormatInt(h.ID, 10)); err != nil {
		return err
	}
	if _, _, err := s.sync(); err != nil {
		return err
	}
	if err := expect(len(s.stage.truth().listed) == listed, "Trakt lost titles although Anna kept them"); err != nil {
		return err
	}
	say("   Trakt still lists all %d. Anna gives the hearts back herself.", listed)
	for _, w := range gone {
		s.stage.anna.Favorite(w.id, true)
	}
	if err := s.settle(); err != nil {
		return err
	}
	return s.agree()
}

func (s *teller) undo() error {
	w := s.stage.films[272]
	s.stage.anna.Favorite(w.id, true)
	got, _, err := s.sync()
	if err != nil {
		return err
	}
	if err := expect(got.Run.Added == 1 && s.stage.truth().listed[w.title], "%s did not reach Trakt", w.name); err != nil {
		return err
	}
	say("   A heart for %s on Jellyfin put it on Trakt's list. Anna takes that run back.", w.name)
	if err := s.must("undo", strconv.FormatInt(got.Run.ID, 10), "--yes"); err != nil {
		return err
	}
	if _, _, err := s.sync(); err != nil {
		return err
	}
	v := s.stage.truth()
	if err := expect(!v.listed[w.title] && v.here[w.id].Favorite, "undo left %t at Trakt and %t at Jellyfin", v.listed[w.title], v.here[w.id].Favorite); err != nil {
		return err
	}
	say("   Trakt is as before, Jellyfin was not touched, and the next sync left it so.")
	s.stage.anna.Favorite(w.id, false)
	return s.settle()
}

func (s *teller) end() error {
	if err := s.agree(); err != nil {
		return err
	}
	var now status
	code, err := s.do(&now, "status")
	if err != nil {
		return err
	}
	say("   Watchkeeper says: %s", now.Sentence)
	say("   What was held on the way, and why:")
	for _, line := range s.heldAt {
		say("   - %s", line)
	}
	return expect(code == 0, "exit %d at the end", code)
}
