package identity

import (
	"testing"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

const (
	accountA ledger.AccountID = 1
	accountB ledger.AccountID = 2
	accountC ledger.AccountID = 3
)

func TestSharedTokensOfEqualKindJoin(t *testing.T) {
	b := newBook()
	out := b.see(accountA, film("1", "imdb:tt0000001"), film("2", "tmdb:605"))
	same(t, "first account", out.Of, map[string]media.WorkID{"1": 1, "2": 2})
	same(t, "links", out.Links, []ledger.Link{
		{Account: accountA, Key: "1", Work: 1, By: ledger.ByToken}, {Account: accountA, Key: "2", Work: 2, By: ledger.ByToken}})
	out = b.see(accountB, film("x", "tmdb:5", "imdb:tt0000001"), show("y", "tmdb:605"), film("z", "tmdb:605"))
	same(t, "second account", out.Of, map[string]media.WorkID{"x": 1, "y": 3, "z": 2})
	same(t, "tokens of work 1", b.tokensOf(1), "[film/imdb:tt0000001 film/tmdb:5]")
	same(t, "works", out.Works, []ledger.Work{{ID: 3, Kind: media.Show, Title: "title y", Year: 2001, Season: -1, Number: -1}})
	same(t, "next work", out.NextWork, 4)
}

func TestTitleNeverJoins(t *testing.T) {
	b := newBook()
	b.see(accountA, titled(film("1", "imdb:tt0000001"), "Solaris", 1972))
	out := b.see(accountB, titled(film("x", "tmdb:5"), "Solaris", 1972), titled(film("y"), "Solaris", 1972))
	same(t, "works", out.Of, map[string]media.WorkID{"x": 2})
	same(t, "missing", missingKeys(out), "y")
}

func TestUnusableTokensJoinNothing(t *testing.T) {
	odd := film("1", "imdb:603", "imdb:tt0000000", "tmdb:0", "slug:solaris", "tvdb:x1")
	odd.Tokens = append(odd.Tokens, media.OwnToken(media.Show, media.TMDB, "7"), media.Token{})
	out := newBook().see(accountA, odd)
	same(t, "missing", missingKeys(out), "1")
	quiet(t, "an item without usable ids", out)
}

func TestSpellingOfIDsIsOne(t *testing.T) {
	b := newBook()
	b.see(accountA, film("1", "tmdb:605", "imdb:tt0000001"))
	out := b.see(accountB, film("x", "tmdb:0605"), film("y", "imdb:TT0000001"))
	same(t, "works", out.Of, map[string]media.WorkID{"x": 1, "y": 1})
}

// Scenarios 28 to 30: one work whatever its ids do.
func TestLinksRemember(t *testing.T) {
	for name, now := range map[string]media.Item{
		"more ids":                      film("1", "imdb:tt0000001", "tmdb:5"),
		"other ids under the same name": film("1", "tmdb:5"),
		"no ids":                        film("1"),
		"no ids and another title":      titled(film("1"), "Ficciones", 1999),
	} {
		b := newBook()
		b.see(accountA, film("1", "imdb:tt0000001"))
		b.see(accountB, film("x", "imdb:tt0000001"))
		out := b.see(accountA, now)
		same(t, name, out.Of, map[string]media.WorkID{"1": 1})
		if len(out.Links)+len(out.Works)+len(out.Joins)+len(out.Conflicts)+len(out.Missing) > 0 {
			t.Errorf("%s: more than tokens changed: %+v", name, out)
		}
		again := Resolve(b.input(accountA, now))
		quiet(t, name+", again", again)
	}
}

func TestItemWithoutIDsGainsThem(t *testing.T) {
	b := newBook()
	b.see(accountA, film("1", "imdb:tt0000001"))
	b.link(ledger.Link{Account: accountB, Key: "x", Work: 1, By: ledger.ByWrite})
	out := b.see(accountB, film("x", "tmdb:5", "imdb:tt0000001"))
	same(t, "work", out.Of, map[string]media.WorkID{"x": 1})
	same(t, "tokens", out.Tokens, []WorkToken{{media.OwnToken(media.Film, media.TMDB, "5"), 1}})
}

func TestAnItemThatBecameAnotherFilmKeepsItsLinkAndIsListed(t *testing.T) {
	b := newBook()
	b.see(accountA, film("1", "imdb:tt0000001"))
	b.see(accountB, titled(film("x", "tmdb:6"), "Ficciones", 1999))
	out := b.see(accountA, titled(film("1", "tmdb:6"), "Ficciones", 1999))
	same(t, "work", out.Of, map[string]media.WorkID{"1": 1})
	quiet(t, "an item whose ids and name changed", out)
	same(t, "linked", out.Conflicts[0].Linked, 1)
	same(t, "claimed", out.Conflicts[0].Works, []media.WorkID{1, 2})

	out = b.see(accountA, show("1", "tmdb:9"))
	same(t, "evidence of a changed kind", out.Conflicts[0].Evidence, ledger.Evidence{Code: ledger.SawKindChanged, Name: "film", Other: "show"})
	same(t, "work of a changed kind", out.Of, map[string]media.WorkID{"1": 1})
	quiet(t, "an item whose kind changed", out)
	same(t, "conflicts", conflictKeys(out), "1")
}

// The name vouches for swapped ids only if it is the same film's.
func TestRemakeUnderSwappedIDsIsListed(t *testing.T) {
	b := newBook()
	b.see(accountA, titled(film("1", "imdb:tt0000001"), "Solaris", 1972))
	out := b.see(accountA, titled(film("1", "tmdb:6"), "Solaris", 2002))
	quiet(t, "a remake", out)
	same(t, "conflicts", conflictKeys(out), "1")
}

// An item that became another film says nothing about its old work, though
// others lead there, until its own ids do.
func TestEstrangedItemSpeaksForItsTokensOnly(t *testing.T) {
	b := newBook()
	b.see(accountA, film("1", "imdb:tt0000001"))
	other := titled(film("1", "tmdb:6"), "Ficciones", 1999)
	out := b.see(accountA, other, film("2", "imdb:tt0000001", "tvdb:9"))
	same(t, "works", out.Of, map[string]media.WorkID{"1": 1, "2": 1})
	same(t, "conflicts", conflictKeys(out), "1")
	same(t, "tokens", b.tokensOf(1), "[film/imdb:tt0000001 film/tvdb:9]")
	out = b.see(accountA, other, film("2", "imdb:tt0000001", "tmdb:6"))
	same(t, "conflicts, when the ids lead back", conflictKeys(out), "")
	same(t, "tokens, when the ids lead back", b.tokensOf(1), "[film/imdb:tt0000001 film/tmdb:6 film/tvdb:9]")
}

func TestLinkedItemsThatWouldJoinContradictionsAreListed(t *testing.T) {
	b := newBook()
	b.see(accountA, film("1", "imdb:tt0000001"), film("2", "tmdb:5"), film("3", "tvdb:9", "imdb:tt0000002"))
	out := b.see(accountA, film("1", "imdb:tt0000001", "tmdb:5"), film("2", "tmdb:5", "tvdb:9"))
	same(t, "works", out.Of, map[string]media.WorkID{"1": 1, "2": 2})
	same(t, "conflicts", conflictKeys(out), "1 2")
	quiet(t, "joins that contradict", out)
}

func TestLinkByHandWinsAgainstAnEarlierUnlink(t *testing.T) {
	b := newBook()
	b.see(accountA, film("1", "imdb:tt0000001"))
	b.unlinkByHand(accountB, "x", 1)
	b.link(ledger.Link{Account: accountB, Key: "x", Work: 1, By: ledger.ByHand})
	same(t, "work", b.see(accountB, film("x", "tmdb:5")).Of, map[string]media.WorkID{"x": 1})
}

func TestLinkByHandWinsAgainstTokens(t *testing.T) {
	b := newBook()
	b.see(accountA, film("1", "imdb:tt0000001"), film("2", "imdb:tt0000002"))
	b.link(ledger.Link{Account: accountB, Key: "x", Work: 2, By: ledger.ByHand})
	out := b.see(accountB, film("x", "imdb:tt0000001", "tmdb:5"))
	same(t, "work", out.Of, map[string]media.WorkID{"x": 2})
	quiet(t, "a link by hand", out)
	same(t, "conflicts", conflictKeys(out), "")
}

func TestUnlinkWinsForEver(t *testing.T) {
	b := newBook()
	b.see(accountA, film("1", "imdb:tt0000001"))
	b.see(accountB, film("x", "imdb:tt0000001"))
	b.unlinkByHand(accountB, "x", 1)
	out := b.see(accountB, film("x", "imdb:tt0000001"))
	same(t, "an item with none but the unlinked ids", missingKeys(out), "x")
	quiet(t, "an unlinked item", out)

	out = b.see(accountB, film("x", "imdb:tt0000001", "tmdb:5"))
	same(t, "an unlinked item with another id", out.Of, map[string]media.WorkID{"x": 2})
	same(t, "tokens of work 2", b.tokensOf(2), "[film/tmdb:5]")

	in := b.input(accountB, film("x", "tmdb:5"), film("w", "imdb:tt0000001", "tmdb:5"))
	in.Known.Apart = nil // follows from the account's own unlinks
	out = Resolve(in)
	same(t, "an item that says both are one", conflictKeys(out), "w")
	quiet(t, "works that a person took apart", out)
}

func TestApartWorksAreNeverJoined(t *testing.T) {
	b := newBook()
	b.see(accountA, film("1", "imdb:tt0000001"), film("2", "tmdb:5"))
	b.apart = [][2]media.WorkID{{2, 1}}
	out := b.see(accountB, film("x", "imdb:tt0000001", "tmdb:5"), film("y", "tmdb:5"))
	same(t, "works", out.Of, map[string]media.WorkID{"y": 2})
	same(t, "joins", len(out.Joins), 0)
	same(t, "conflicts", conflictKeys(out), "x")
}

func TestUnlinkedItemIsNotReachedThroughAnother(t *testing.T) {
	b := newBook()
	b.see(accountA, film("1", "imdb:tt0000001"))
	b.unlinkByHand(accountB, "x", 1)
	out := b.see(accountB, film("x", "tvdb:9"), film("y", "tvdb:9", "imdb:tt0000001"))
	same(t, "works", out.Of, map[string]media.WorkID{})
	same(t, "conflicts", conflictKeys(out), "x y")
}

func TestContradictionsJoinNothing(t *testing.T) {
	for _, c := range []struct {
		name  string
		first []media.Item // at account A
		then  []media.Item // at account B
		of    map[string]media.WorkID
		bad   string
	}{
		{"an item with two ids of one namespace", nil,
			[]media.Item{film("x", "imdb:tt0000001", "imdb:tt0000002")}, map[string]media.WorkID{}, "x"},
		{"another id in a namespace the work fills", []media.Item{film("1", "imdb:tt0000001", "tmdb:5")},
			[]media.Item{film("x", "imdb:tt0000001", "tmdb:6"), film("y", "imdb:tt0000001")}, map[string]media.WorkID{"y": 1}, "x"},
		{"two works that contradict", []media.Item{film("1", "imdb:tt0000001", "tmdb:5"), film("2", "tvdb:8", "tmdb:6")},
			[]media.Item{film("x", "imdb:tt0000001", "tvdb:8")}, map[string]media.WorkID{}, "x"},
		{"two new items", nil,
			[]media.Item{film("x", "imdb:tt0000001", "tmdb:5"), film("y", "imdb:tt0000001", "tmdb:6"), film("z", "tmdb:7")},
			map[string]media.WorkID{"z": 1}, "x y"},
		{"two items that both fit the work and not each other", []media.Item{film("1", "imdb:tt0000001")},
			[]media.Item{film("x", "imdb:tt0000001", "tmdb:5"), film("y", "imdb:tt0000001", "tmdb:6"), film("z", "imdb:tt0000001")},
			map[string]media.WorkID{"z": 1}, "x y"},
		{"a chain", nil,
			[]media.Item{film("x", "imdb:tt0000001", "tvdb:9"), film("y", "tvdb:9", "tmdb:5"), film("z", "tmdb:5", "imdb:tt0000002")},
			map[string]media.WorkID{}, "x y z"},
		{"a bad item does not hold up a good one", []media.Item{film("1", "imdb:tt0000001", "tmdb:5")},
			[]media.Item{film("x", "imdb:tt0000001", "tmdb:6"), film("y", "imdb:tt0000001", "tvdb:9")},
			map[string]media.WorkID{"y": 1}, "x"},
	} {
		b := newBook()
		b.see(accountA, c.first...)
		in := b.input(accountB, c.then...)
		out := Resolve(in)
		same(t, c.name, out.Of, c.of)
		same(t, c.name+": conflicts", conflictKeys(out), c.bad)
		same(t, c.name+": joins", len(out.Joins), 0)
		b.apply(out)
		quiet(t, c.name+", again", Resolve(b.input(accountB, c.then...)))
	}
}

func TestConflictTellsItsEvidence(t *testing.T) {
	b := newBook()
	b.see(accountA, film("1", "imdb:tt0000001", "tmdb:5"))
	out := b.see(accountB, film("x", "imdb:tt0000001", "tmdb:6"))
	same(t, "conflict", out.Conflicts, []Conflict{{
		Key: "x", Title: "title x", Works: []media.WorkID{1}, Namespace: media.TMDB, IDs: []string{"5", "6"},
		Why: ledger.AmbiguousMatch, Evidence: ledger.Evidence{Code: ledger.SawTwoWorks, Name: "film/tmdb:5", Other: "film/tmdb:6"},
	}})
}

func TestLinkedItemThatContradictsKeepsItsLinkAndGivesNothing(t *testing.T) {
	b := newBook()
	b.see(accountA, film("1", "imdb:tt0000001", "tmdb:5"))
	out := b.see(accountA, film("1", "imdb:tt0000001", "tmdb:6", "tvdb:9"))
	same(t, "work", out.Of, map[string]media.WorkID{"1": 1})
	quiet(t, "a contradicting item", out)
	same(t, "conflicts", conflictKeys(out), "1")
	same(t, "it keeps", out.Conflicts[0].Linked, 1)

	b.see(accountB, film("x", "tmdb:6"))
	out = b.see(accountA, film("1", "imdb:tt0000001", "tmdb:6"))
	same(t, "claimed works", out.Conflicts[0].Works, []media.WorkID{1, 2})
	quiet(t, "an item between two works", out)
}

// Scenario 107.
func TestTwoWorksTurnOutToBeOne(t *testing.T) {
	b := newBook()
	b.see(accountA, titled(film("1", "imdb:tt0000001"), "Solaris", 0), film("3", "tvdb:9"))
	b.see(accountB, film("x", "tmdb:5"))
	both := titled(film("q", "tmdb:5", "imdb:tt0000001"), "Solaris", 0)
	out := b.see(accountC, both, titled(film("p", "tmdb:5"), "Solaris", 0))
	same(t, "works", out.Of, map[string]media.WorkID{"q": 1, "p": 1})
	same(t, "joins", out.Joins, []Join{{Into: 1, From: 3, Key: "q", Shared: []media.Token{
		media.OwnToken(media.Film, media.IMDb, "tt0000001"), media.OwnToken(media.Film, media.TMDB, "5")}}})
	same(t, "the year comes from the joined work", out.Works,
		[]ledger.Work{{ID: 1, Kind: media.Film, Title: "Solaris", Year: 2001, Season: -1, Number: -1}})
	same(t, "the link at the other account", b.links[accountB]["x"].Work, 1)
	quiet(t, "again", Resolve(b.input(accountC, both)))
	out = b.see(accountC, film("new", "kitsu:4"))
	same(t, "numbers are not used again", out.Of, map[string]media.WorkID{"new": 4})
}

func TestItemsOfAJoinedWorkFollow(t *testing.T) {
	b := newBook()
	b.see(accountA, film("1", "imdb:tt0000001"), film("2", "tmdb:5"), film("3", "tmdb:5"))
	items := []media.Item{film("1", "imdb:tt0000001", "tmdb:5"), film("2", "tmdb:5"), film("3", "tmdb:5")}
	out := b.see(accountA, items...)
	same(t, "works", out.Of, map[string]media.WorkID{"1": 1, "2": 1, "3": 1})
	quiet(t, "again", Resolve(b.input(accountA, items...)))
}

func TestOneFilmTwiceInALibrary(t *testing.T) {
	out := newBook().see(accountA, film("4k", "imdb:tt0000001"), film("hd", "imdb:tt0000001", "tmdb:5"), film("sd", "tmdb:5"))
	same(t, "works", out.Of, map[string]media.WorkID{"4k": 1, "hd": 1, "sd": 1})
}

func TestRowsOfOneKeyAreOneItem(t *testing.T) {
	b := newBook()
	out := b.see(accountA, film("1", "imdb:tt0000001"), film("1", "tmdb:5"))
	same(t, "tokens", b.tokensOf(1), "[film/imdb:tt0000001 film/tmdb:5]")
	same(t, "works", out.Of, map[string]media.WorkID{"1": 1})
	same(t, "links", len(out.Links), 1)
}
