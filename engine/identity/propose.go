package identity

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"watchkeeper/engine/media"
)

// Candidate is a work as some account describes it, to be proposed for items
// that nothing identifies. Several candidates may describe one work, in other
// languages for example.
type Candidate struct {
	Work     media.WorkID
	Item     media.Item
	Episodes int // of a show or season; 0 unknown
}

// Proposal suggests a link. A person disposes; nothing is ever linked by it
// alone.
type Proposal struct {
	Key   string // of the unmatched item
	Work  media.WorkID
	Score int // 0 to 100
	// Exact: title, year and kind are equal letter by letter, and neither the
	// item nor the work has another proposal.
	Exact bool
	// Bulk: may be accepted together with others. A film and its remake never
	// are, nor is an item with two proposals.
	Bulk bool
}

// Points per agreement. What disagrees beyond doubt (kind, numbers, years more
// than one apart) is not proposed at all.
const (
	titlePoints    = 50
	originalPoints = 45 // one side's original title is the other's title
	yearPoints     = 30
	nearYearPoints = 15
	lengthPoints   = 20 // runtime, or episode count of a show
)

// Propose scores works for items that nothing identifies by title, original
// title, year, length and episode count. Proposals are in order of key, then
// best score, then lowest work.
func Propose(unmatched []Unmatched, candidates []Candidate) []Proposal {
	byTitle := map[string][]int{}
	for i := range candidates {
		for _, t := range titlesOf(&candidates[i].Item) {
			byTitle[t] = append(byTitle[t], i)
		}
	}
	var proposals []Proposal
	for i := range unmatched {
		proposals = append(proposals, proposalsFor(&unmatched[i], candidates, byTitle)...)
	}
	slices.SortFunc(proposals, func(a, b Proposal) int {
		return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(b.Score, a.Score), cmp.Compare(a.Work, b.Work))
	})
	judge(proposals, remade(unmatched, candidates), unmatched)
	return proposals
}

// proposalsFor returns the best proposal per work for one item.
func proposalsFor(u *Unmatched, candidates []Candidate, byTitle map[string][]int) []Proposal {
	best := map[media.WorkID]Proposal{}
	for _, t := range titlesOf(&u.Item) {
		for _, i := range byTitle[t] {
			c := &candidates[i]
			p, ok := score(u, c)
			old, seen := best[c.Work]
			if !ok {
				continue
			}
			if seen {
				p.Score, p.Exact = max(p.Score, old.Score), p.Exact || old.Exact
			}
			best[c.Work] = p
		}
	}
	proposals := make([]Proposal, 0, len(best))
	for _, p := range best {
		proposals = append(proposals, p)
	}
	return proposals // sorted by Propose
}

// score compares one item with one candidate that shares a title with it.
func score(u *Unmatched, c *Candidate) (p Proposal, ok bool) {
	a, b := &u.Item, &c.Item
	if a.Kind != b.Kind || !near(a.Year, b.Year) || !sameNumbers(a, b) {
		return Proposal{}, false
	}
	points := originalPoints
	if folded(mainTitle(a)) == folded(mainTitle(b)) {
		points = titlePoints
	}
	switch {
	case a.Year == 0 || b.Year == 0:
	case a.Year == b.Year:
		points += yearPoints
	default:
		points += nearYearPoints
	}
	points += length(a.RuntimeMS, b.RuntimeMS)
	if a.Kind == media.Show || a.Kind == media.Season || a.Kind == media.Part {
		points += length(int64(u.Episodes), int64(c.Episodes))
	}
	exact := a.Title == b.Title && a.ShowTitle == b.ShowTitle && a.Year == b.Year && a.Year != 0
	return Proposal{Key: u.Key, Work: c.Work, Score: min(max(points, 0), 100), Exact: exact}, true
}

// length compares two lengths or counts; 0 is unknown.
func length(a, b int64) int {
	if a <= 0 || b <= 0 {
		return 0
	}
	apart := max(a, b) - min(a, b)
	switch {
	case apart*20 <= max(a, b): // within 5 %
		return lengthPoints
	case apart*5 > max(a, b): // more than 20 %
		return -lengthPoints
	}
	return 0
}

// judge clears what is not sure enough: Exact where either side has another
// proposal, Bulk where the item has one or the title was remade.
func judge(proposals []Proposal, remade map[string]bool, unmatched []Unmatched) {
	perKey, perWork := map[string]int{}, map[media.WorkID]int{}
	for _, p := range proposals {
		perKey[p.Key]++
		perWork[p.Work]++
	}
	doubtful := map[string]bool{}
	for i := range unmatched {
		for _, t := range titlesOf(&unmatched[i].Item) {
			doubtful[unmatched[i].Key] = doubtful[unmatched[i].Key] || remade[t]
		}
	}
	for i := range proposals {
		p := &proposals[i]
		single := perKey[p.Key] == 1
		p.Exact = p.Exact && single && perWork[p.Work] == 1
		p.Bulk = single && !doubtful[p.Key]
	}
}

// remade returns the titles that occur with years more than one apart: a film
// and its remake, as far as can be told.
func remade(unmatched []Unmatched, candidates []Candidate) map[string]bool {
	type span struct{ first, last int }
	spans, again := map[string]span{}, map[string]bool{}
	look := func(it *media.Item) {
		if it.Year == 0 {
			return
		}
		for _, t := range titlesOf(it) {
			s, seen := spans[t]
			if !seen {
				s = span{it.Year, it.Year}
			}
			s = span{min(s.first, it.Year), max(s.last, it.Year)}
			spans[t] = s
			again[t] = s.last-s.first > 1
		}
	}
	for i := range unmatched {
		look(&unmatched[i].Item)
	}
	for i := range candidates {
		look(&candidates[i].Item)
	}
	return again
}

// titlesOf returns the folded titles of an item with its kind in front: the
// show's for seasons and episodes.
func titlesOf(it *media.Item) []string {
	var titles []string
	for _, t := range []string{mainTitle(it), it.OriginalTitle} {
		if (it.Kind == media.Season || it.Kind == media.Episode) && t != it.ShowTitle {
			continue
		}
		if f := folded(t); f != "" {
			f = it.Kind.String() + " " + f
			if !slices.Contains(titles, f) {
				titles = append(titles, f)
			}
		}
	}
	return titles
}

// mainTitle is the title that must agree: the show's for seasons and episodes.
func mainTitle(it *media.Item) string {
	if it.Kind == media.Season || it.Kind == media.Episode {
		return it.ShowTitle
	}
	return it.Title
}

// sameNumbers tells whether seasons and episodes have equal numbers.
func sameNumbers(a, b *media.Item) bool {
	switch a.Kind {
	case media.Season:
		return a.Season >= 0 && a.Season == b.Season
	case media.Episode:
		return a.Season >= 0 && a.Number >= 0 && a.Season == b.Season && a.Number == b.Number
	}
	return true
}

// plain replaces letters that services spell in two ways.
var plain = strings.NewReplacer(
	"à", "a", "á", "a", "â", "a", "ã", "a", "ä", "a", "å", "a", "ā", "a", "æ", "ae", "ç", "c", "č", "c",
	"è", "e", "é", "e", "ê", "e", "ë", "e", "ē", "e", "ì", "i", "í", "i", "î", "i", "ï", "i", "ī", "i",
	"ñ", "n", "ò", "o", "ó", "o", "ô", "o", "õ", "o", "ö", "o", "ø", "o", "ō", "o", "œ", "oe", "š", "s",
	"ß", "ss", "ù", "u", "ú", "u", "û", "u", "ü", "u", "ū", "u", "ý", "y", "ÿ", "y", "ž", "z",
	"&", " and ", "'", "", "’", "",
)

// folded reduces a title to what all services spell alike: lower-case letters
// and digits in words, without accents and a leading article.
func folded(title string) string {
	words := strings.FieldsFunc(plain.Replace(strings.ToLower(title)), func(c rune) bool {
		return !unicode.IsLetter(c) && !unicode.IsDigit(c)
	})
	if len(words) > 1 && (words[0] == "the" || words[0] == "a" || words[0] == "an") {
		words = words[1:]
	}
	return strings.Join(words, " ")
}
