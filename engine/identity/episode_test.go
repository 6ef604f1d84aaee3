package identity

import (
	"slices"
	"testing"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// byShow adds tokens by show to an episode, as trackers list it.
func byShow(it media.Item, ns media.Namespace, show string) media.Item {
	it.Tokens = append(it.Tokens, media.EpisodeToken(ns, show, it.Season, it.Number))
	return it
}

func TestEpisodesAreNamedThroughTheirShow(t *testing.T) {
	b := newBook()
	b.see(accountA, show("s", "tvdb:66", "tmdb:88"), episode("e", "s", 2, 3, "tvdb:222"), episode("special", "s", 0, 0))
	same(t, "episode", b.tokensOf(1), "[episode/tmdb:88@2x3 episode/tvdb:222 episode/tvdb:66@2x3]")
	same(t, "special", b.tokensOf(3), "[episode/tmdb:88@0x0 episode/tvdb:66@0x0]")

	out := b.see(accountB, byShow(episode("x", "", 2, 3, "trakt:111"), media.TMDB, "88"), byShow(episode("y", "", 0, 0), media.TVDB, "66"))
	same(t, "works", out.Of, map[string]media.WorkID{"x": 1, "y": 3})
	same(t, "episode", b.tokensOf(1), "[episode/tmdb:88@2x3 episode/trakt:111 episode/tvdb:222 episode/tvdb:66@2x3]")
}

func TestAnEpisodeOrSeasonOfAnotherNumberIsAnotherWork(t *testing.T) {
	season := item(media.Season, "z", "tvdb:5")
	season.ShowKey, season.Season = "s", 1
	out := newBook().see(accountA, show("s", "tvdb:66"), season,
		episode("1x1", "s", 1, 1), episode("1x2", "s", 1, 2), episode("2x1", "s", 2, 1), episode("none", "s", -1, -1))
	same(t, "works", len(out.Works), 5)
	same(t, "an episode without numbers", missingKeys(out), "none")
	same(t, "season tokens", out.Tokens[len(out.Tokens)-2:], []WorkToken{
		{media.OwnToken(media.Season, media.TVDB, "5"), 5}, {media.SeasonToken(media.TVDB, "66", 1), 5}})
}

func TestEpisodesOfTwoShowIDsContradict(t *testing.T) {
	b := newBook()
	b.see(accountA, show("s", "imdb:tt0000077", "tvdb:66"), episode("e", "s", 1, 1))
	out := b.see(accountB, show("s", "imdb:tt0000077", "tvdb:67"), episode("e", "s", 1, 1), episode("f", "s", 1, 2, "tvdb:222"))
	same(t, "conflicts", conflictKeys(out), "e s")
	same(t, "ids", out.Conflicts[0].IDs, []string{"66@1x1", "67@1x1"})
}

func TestWorksKnowTheirShowAndNumbers(t *testing.T) {
	b := newBook()
	b.see(accountA, show("show", "tvdb:66"), episode("e", "show", 2, 3))
	same(t, "in the list", b.works[1], ledger.Work{ID: 1, Kind: media.Episode, Title: "title e", Year: 2001, Show: 2, Season: 2, Number: 3})

	b.see(accountA, byShow(episode("f", "show", 2, 4), media.TVDB, "66"))
	same(t, "remembered", b.works[3].Show, 2)

	b.see(accountB, byShow(episode("x", "", 2, 5), media.TVDB, "66"))
	same(t, "by token", b.works[4].Show, 2)

	early := newBook()
	x := byShow(episode("x", "", 2, 5), media.TVDB, "66")
	x.ShowTitle = "Harbour Nine"
	early.see(accountB, x)
	same(t, "not yet known", early.works[1].Show, 0)
	same(t, "its name meanwhile", early.works[1].ShowTitle, "Harbour Nine")
	out := early.see(accountB, x, show("y", "tvdb:66"))
	same(t, "filled later", early.works[1].Show, 2)
	same(t, "the show says its name", early.works[1].ShowTitle, "")
	same(t, "links", len(out.Links), 1)
}

func TestWorksTakeNoDoubtfulShow(t *testing.T) {
	b := newBook()
	b.see(accountA, show("s", "tvdb:66"), show("r", "tmdb:88"), film("f", "tmdb:88"))
	two := byShow(byShow(episode("two", "", 1, 1), media.TVDB, "66"), media.TMDB, "88")
	b.see(accountB, two, byShow(episode("film", "f", 1, 2), media.TVDB, "60"), show("bad", "tvdb:66", "tvdb:67"),
		episode("of a bad show", "bad", 1, 3, "trakt:5"))
	b.see(accountA, byShow(episode("of a film", "f", 1, 4), media.TVDB, "60"))
	for id, w := range b.works {
		if w.Kind == media.Episode && w.Show != 0 {
			t.Errorf("work %d, %q, took show %d", id, w.Title, w.Show)
		}
	}

	b.see(accountA, show("s", "tvdb:66", "trakt:7"))
	b.link(ledger.Link{Account: accountA, Key: "s", Work: b.tokens[media.OwnToken(media.Show, media.TVDB, "66")], By: ledger.ByToken})
	b.see(accountA, show("s", "tvdb:67", "trakt:7"), byShow(episode("e", "s", 9, 9), media.IMDb, "tt0000099"))
	same(t, "a show whose ids contradict its link", b.works[b.links[accountA]["e"].Work].Show, 0)
}

func TestAnotherKindFillsNoGap(t *testing.T) {
	b := newBook()
	b.see(accountA, titled(byShow(episode("e", "", 1, 1), media.TVDB, "66"), "", 0))
	b.link(ledger.Link{Account: accountB, Key: "x", Work: 1, By: ledger.ByHand})
	quiet(t, "a film linked to an episode by hand", b.see(accountB, film("x")))
}

// Scenario 80: the adapter lists two episodes in one file as two items.
func TestTwoEpisodesInOneFile(t *testing.T) {
	b := newBook()
	out := b.see(accountA, show("s", "tvdb:66"), episode("file#1", "s", 1, 1, "tvdb:221"), episode("file#2", "s", 1, 2))
	same(t, "works", out.Of, map[string]media.WorkID{"file#1": 1, "file#2": 2, "s": 3})
}

func TestTokensWithoutRealNumbersAreUnusable(t *testing.T) {
	odd := episode("e", "", -1, -1)
	odd.Tokens = []media.Token{media.EpisodeToken(media.TVDB, "66", -1, 2), media.EpisodeToken(media.TVDB, "66", 1, -1)}
	same(t, "missing", missingKeys(newBook().see(accountA, odd)), "e")
}

func TestPartsNeverShareTheirShowsTokens(t *testing.T) {
	b := newBook()
	b.see(accountA, show("s", "tvdb:66", "anilist:1"))
	first, second := part("a", "anilist:1", "tvdb:66", "mal:10"), part("b", "anilist:2", "tvdb:66")
	first.Tokens = append(first.Tokens, media.OwnToken(media.Show, media.TVDB, "66"))
	out := b.see(accountB, first, second)
	same(t, "works", out.Of, map[string]media.WorkID{"a": 2, "b": 3})
	same(t, "tokens", b.tokensOf(2), "[part/anilist:1 part/mal:10]")
	quiet(t, "again", Resolve(b.input(accountB, first, second)))
}

func TestTokensListsAllThatResolveAsksFor(t *testing.T) {
	items := []media.Item{episode("e", "s", 2, 3, "tvdb:222", "tvdb:x"), show("s", "tvdb:66"), byShow(episode("f", "", 1, 1), media.TMDB, "88")}
	got := Tokens(items)
	slices.SortFunc(got, media.Token.Compare)
	same(t, "tokens", got, []media.Token{
		media.OwnToken(media.Show, media.TMDB, "88"), media.OwnToken(media.Show, media.TVDB, "66"),
		media.EpisodeToken(media.TMDB, "88", 1, 1),
		media.OwnToken(media.Episode, media.TVDB, "222"), media.EpisodeToken(media.TVDB, "66", 2, 3),
	})
}

func TestDescriptionIsSetOnce(t *testing.T) {
	b := newBook()
	b.see(accountA, titled(film("1", "imdb:tt0000001"), "", 0))
	b.see(accountA, titled(film("1", "imdb:tt0000001"), "Solaris", 0))
	out := b.see(accountB, titled(film("x", "imdb:tt0000001"), "Солярис", 1972))
	same(t, "work", b.works[1], ledger.Work{ID: 1, Kind: media.Film, Title: "Solaris", Year: 1972, Season: -1, Number: -1})
	same(t, "works", len(out.Works), 1)
	for range 3 {
		quiet(t, "the first account again", b.see(accountA, titled(film("1", "imdb:tt0000001"), "Solaris", 1971)))
		quiet(t, "the second account again", b.see(accountB, titled(film("x", "imdb:tt0000001"), "Солярис", 1972)))
	}
}

func TestDescriptionComesFromTheLowestKeyThatTells(t *testing.T) {
	items := []media.Item{titled(film("3", "imdb:tt0000001"), "C", 3), titled(film("1", "imdb:tt0000001"), "", 1), titled(film("2", "imdb:tt0000001"), "B", 2)}
	items[0].RuntimeMS, items[0].Season = 5, 0
	want := ledger.Work{ID: 1, Kind: media.Film, Title: "B", Year: 1, RuntimeMS: 5, Season: -1, Number: -1}
	same(t, "work", newBook().see(accountA, items...).Works, []ledger.Work{want})
	slices.Reverse(items)
	same(t, "work, other order", newBook().see(accountA, items...).Works, []ledger.Work{want})
}

// A show whose ids are swapped by its server is the same show under the same
// name, and another one under another.
func TestEpisodesOfAShowWhoseIDsWereSwapped(t *testing.T) {
	for _, c := range []struct {
		title     string
		conflicts string
	}{{"Fargo", ""}, {"Sherlock", "e s"}, {"", "e s"}} {
		listed := func(title, id string) []media.Item {
			e := episode("e", "s", 1, 2)
			e.ShowTitle = title
			return []media.Item{titled(show("s", id), title, 2014), e}
		}
		b := newBook()
		b.see(accountA, listed("Fargo", "tvdb:66")...)
		out := b.see(accountA, listed(c.title, "tmdb:88")...)
		same(t, c.title, out.Of, map[string]media.WorkID{"e": 1, "s": 2})
		same(t, c.title+": conflicts", conflictKeys(out), c.conflicts)
		same(t, c.title+": links", len(out.Links), 0)
	}
}

func TestEpisodeOfAnUnknownShowVouchesForNothing(t *testing.T) {
	b := newBook()
	b.see(accountA, byShow(episode("e", "", 1, 2), media.TVDB, "66"))
	out := b.see(accountA, byShow(episode("e", "", 1, 2), media.TMDB, "88"))
	same(t, "conflicts", conflictKeys(out), "e")
	quiet(t, "an episode whose ids were swapped", out)
}
