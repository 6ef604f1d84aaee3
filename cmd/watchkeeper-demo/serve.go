package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"watchkeeper/providers/anilist/anilistfake"
	"watchkeeper/providers/jellyfin/jellyfinfake"
	"watchkeeper/providers/simkl/simklfake"
	"watchkeeper/providers/town"
)

// street is every imitated service, for whoever wants to go their own way: the
// person at each of them has a past and says yes to sign-ins.
type street struct {
	*town.Town
	program *program
}

// Of the facts, what the street knows: enough to see, and quick to read.
const (
	streetFilms = 120
	streetShows = 10
)

// serve imitates all services until ctx ends.
func serve(ctx context.Context, dir string, headless bool, in io.Reader) (err error) {
	works, err := known()
	if err != nil {
		return err
	}
	t, err := town.Open(time.Now, works)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.Close()) }()
	past(t, works)
	s := &street{t, nil}
	if s.program, err = s.open(ctx, dir, headless); err != nil {
		return err
	}
	defer s.program.quit()
	say("%s", s.guide())
	lines := make(chan string)
	go read(ctx, in, lines)
	for {
		select {
		case <-ctx.Done():
			return nil
		case line := <-lines:
			say("%s", s.obey(strings.Fields(line)))
		case <-time.After(2 * time.Second):
			for _, what := range t.Agree() {
				say("%s says yes to %s.", town.Person, what)
			}
		}
	}
}

// open writes what a program needs to find its way, and opens the window where
// there is a display.
func (s *street) open(ctx context.Context, dir string, headless bool) (*program, error) {
	if err := os.WriteFile(filepath.Join(dir, "anilist-answer"), []byte(s.Answer()), 0o600); err != nil {
		return nil, err
	}
	return newProgram(ctx, dir, s.Hosts, headless)
}

// read passes lines on; without any the imitations just run.
func read(ctx context.Context, in io.Reader, lines chan<- string) {
	for scan := bufio.NewScanner(in); scan.Scan(); {
		select {
		case lines <- scan.Text():
		case <-ctx.Done():
			return
		}
	}
}

// known are the works that the facts tell of.
func known() (works []town.Work, err error) {
	films, shows := 0, 0
	for i, line := range strings.Split(strings.TrimSpace(facts), "\n") {
		f := strings.Split(line, "|")
		if len(f) != 6 {
			return nil, fmt.Errorf("line %d of the facts is broken", i+1)
		}
		w := town.Work{Title: f[1], Year: whole(f[2]), IMDb: f[3], TMDB: whole(f[4]), TVDB: whole(f[5]), Trakt: 92_000_000 + i, RuntimeMS: filmMinutes * 60_000}
		switch {
		case f[0] == "f" && films < streetFilms:
			films++
			w.TVDB = 0 // only some services keep one for films
		case f[0] != "f" && shows < streetShows:
			shows++
			w.Show, w.Episodes, w.RuntimeMS = true, []int{episodes}, partMinutes*60_000
		default:
			continue
		}
		works = append(works, w)
	}
	return works, nil
}

// past is what the person did before Watchkeeper came, at each service
// something else and some of it twice.
func past(t *town.Town, works []town.Work) {
	at := func(i int) time.Time { return time.Now().AddDate(0, 0, -30-i).Truncate(time.Minute) }
	anna := t.AtPlex.At(t.Attic)
	for i, w := range works {
		if w.Show {
			t.AtTrakt.List(t.OnTrakt[i], at(i))
			continue
		}
		switch i / 10 {
		case 0, 1:
			t.AtJellyfin.Keep(t.Jellyfin.Find(w.Title), jellyfinfake.State{Played: true, Count: 1, Last: at(i), Rating: -1})
		case 2, 3:
			t.AtTrakt.Watch(t.OnTrakt[i], at(i))
			t.AtTrakt.Rate(t.OnTrakt[i], 5+i%6, at(i))
		case 4:
			t.AtEmby.Watch(t.Emby.Find(w.Title))
		case 5:
			anna.Watch(t.Attic.Find(w.Title), at(i))
		case 6:
			t.AtSIMKL.Watch(t.OnSIMKL[i], nil, at(i))
		case 7:
			t.AtJellyfin.Favorite(t.Jellyfin.Find(w.Title), true)
		case 8:
			t.AtSIMKL.List(t.OnSIMKL[i], "plantowatch", at(i))
		}
	}
	cours(t)
}

// cours are anime that AniList and SIMKL know by common ids; the person is in
// the middle of each at AniList.
func cours(t *town.Town) {
	for i, name := range []string{"Harbour Lights", "Nine Lanterns", "The Paper Crane"} {
		id := 90_000_001 + i
		m := t.AniList.AddMedia(anilistfake.Media{ID: id, MAL: id, Romaji: name, Year: 2013, Episodes: 12, Minutes: 24})
		t.SIMKL.AddAnime(simklfake.Cour{Name: name, Type: "tv", IDs: simklfake.IDs{AniList: id, MAL: id}, Episodes: 12})
		t.AtAniList.Edit(m, func(e *anilistfake.Entry) { e.Progress, e.Score = 3+i, 70+i })
	}
}

// guide is everything that is needed to follow by hand.
func (s *street) guide() string {
	wk := "watchkeeperctl " + s.program.flags()
	return fmt.Sprintf(`Six imitated services run on this computer until you press Ctrl-C: %[1]s.
%[2]s uses them all, has a past at each, and says yes within two seconds to every
code that a sign-in shows. Everything is kept in %[3]s and removed at the end.

Copy these lines into another terminal:

  export WATCHKEEPER_PASSPHRASE_FILE=%[3]s/passphrase
  wk() { %[4]s "$@"; }

  wk accounts add jellyfin --address %[5]s --user %[2]s --password-file %[3]s/password
  wk accounts add trakt --client-id %[6]s
  wk plan                # what a sync would do, and why; nothing is written
  wk sync
  wk holds               # what waits for you
  wk holds start all
  wk sync
  wk status; echo "exit code $?"

Other services, in the same way:

  wk accounts add emby --address %[7]s --user %[2]s --password-file %[3]s/password
  wk accounts add plex --method device-code
  wk accounts add simkl --client-id %[6]s
  wk accounts add anilist --method paste --client-id %[6]s --answer answer=@%[3]s/anilist-answer

The user is %[2]s, the password %[8]q, the client id %[6]q, the passphrase of the
secrets file is in %[3]s/passphrase.

%[9]s`, strings.Join(s.names(), ", "), town.Person, s.program.dir, strings.Replace(wk, "watchkeeperctl", s.program.ctl, 1),
		town.Addresses["jellyfin"], town.ClientID, town.Addresses["emby"], town.Password, s.words())
}

func (s *street) names() []string { return slices.Sorted(maps.Keys(s.Weather)) }

// words are what can be typed here.
func (s *street) words() string {
	return `Type here:
  weather SERVICE KIND   from now on SERVICE meets its requests with one of:
                         ` + strings.Join(town.Faults(), ", ") + `
  clear                  fine weather everywhere
  end SERVICE            end every sign-in at SERVICE, as its settings can
  help                   these words again`
}

// obey does what somebody typed and says what came of it.
func (s *street) obey(words []string) string {
	switch {
	case len(words) == 0:
		return ""
	case len(words) == 3 && words[0] == "weather" && s.Weather[words[1]] != nil:
		fault, ok := town.Fault(words[2])
		if !ok {
			return "There is no weather " + words[2] + "; there is " + strings.Join(town.Faults(), ", ") + "."
		}
		s.Weather[words[1]].Clear()
		s.Weather[words[1]].On(words[2], "*", -1, fault)
		return "From now on " + words[1] + " meets its requests with " + words[2] + "."
	case words[0] == "clear":
		for _, w := range s.Weather {
			w.Clear()
		}
		return "The weather is fine everywhere."
	case len(words) == 2 && words[0] == "end" && s.Weather[words[1]] != nil:
		s.EndSessions(words[1])
		return "Every sign-in at " + words[1] + " has ended."
	}
	return s.words()
}
