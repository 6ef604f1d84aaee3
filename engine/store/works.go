package store

import (
	"context"
	"strings"
	"unicode"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

const workColumns = `id, kind, title, year, runtime, show, show_title, season, number`

func scanWork(r scanner) (v ledger.Work, err error) {
	err = r.Scan(&v.ID, &v.Kind, &v.Title, &v.Year, &v.RuntimeMS, &v.Show, &v.ShowTitle, &v.Season, &v.Number)
	return v, err
}

func (t *tx) putWorks(rows []ledger.Work) {
	var top media.WorkID
	for _, v := range rows {
		t.exec(`INSERT OR REPLACE INTO works (`+workColumns+`, folded) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			v.ID, v.Kind, v.Title, v.Year, v.RuntimeMS, v.Show, v.ShowTitle, v.Season, v.Number, searched(v))
		top = max(top, v.ID)
	}
	if len(rows) > 0 {
		t.exec("UPDATE counters SET next = ? WHERE name = 'work' AND next < ?", top+1, top+1)
	}
}

// searched is what finds a work: its title, behind that of a show which is no
// work of its own; "" when that is the title as it stands.
func searched(w ledger.Work) string {
	text := w.Title
	if w.ShowTitle != "" {
		text = w.ShowTitle + " " + w.Title
	}
	if folded := fold(text); folded != w.Title {
		return folded
	}
	return ""
}

// Works returns the given works by number; unknown numbers are missing.
func (s *Store) Works(ctx context.Context, works []media.WorkID) (map[media.WorkID]ledger.Work, error) {
	all := make(map[media.WorkID]ledger.Work, len(works))
	if len(works) == 0 {
		return all, nil
	}
	err := each(ctx, s.reads, scanWork, func(w ledger.Work) error { all[w.ID] = w; return nil },
		"SELECT "+workColumns+" FROM works WHERE id IN (SELECT value FROM json_each(?))", ids(works))
	return all, s.wrap(err)
}

// PartsOf returns the seasons and episodes of a show, in their order.
func (s *Store) PartsOf(ctx context.Context, show media.WorkID) ([]ledger.Work, error) {
	return find(ctx, s, scanWork, "SELECT "+workColumns+" FROM works WHERE show = ? AND show <> 0 ORDER BY season, number, id", show)
}

// plain spells Latin letters without their marks, so that "amelie" finds "Amélie".
var plain = strings.NewReplacer(
	"à", "a", "á", "a", "â", "a", "ã", "a", "ä", "a", "å", "a", "ā", "a", "ă", "a", "ą", "a", "æ", "ae",
	"ç", "c", "ć", "c", "č", "c", "ď", "d", "đ", "d", "ð", "d",
	"è", "e", "é", "e", "ê", "e", "ë", "e", "ē", "e", "ė", "e", "ę", "e", "ě", "e",
	"ğ", "g", "ì", "i", "í", "i", "î", "i", "ï", "i", "ī", "i", "ı", "i", "ł", "l", "ľ", "l",
	"ñ", "n", "ń", "n", "ň", "n", "ò", "o", "ó", "o", "ô", "o", "õ", "o", "ö", "o", "ø", "o", "ō", "o", "ő", "o", "œ", "oe",
	"ŕ", "r", "ř", "r", "ś", "s", "š", "s", "ş", "s", "ș", "s", "ß", "ss", "ť", "t", "ţ", "t", "ț", "t", "þ", "th",
	"ù", "u", "ú", "u", "û", "u", "ü", "u", "ū", "u", "ů", "u", "ű", "u", "ý", "y", "ÿ", "y", "ź", "z", "ż", "z", "ž", "z",
)

// fold spells a title as it is searched: lower case, without marks and
// punctuation.
func fold(title string) string {
	letters := strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r), r == '\'', r == '’':
			return -1
		case unicode.IsLetter(r), unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return ' '
	}, title)
	return strings.Join(strings.Fields(plain.Replace(letters)), " ")
}
