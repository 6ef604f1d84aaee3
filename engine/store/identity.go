package store

import (
	"context"
	"slices"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// namespaces are the stored numbers of issuers; only ever append.
var namespaces = [...]media.Namespace{"", media.IMDb, media.TMDB, media.TVDB, media.Trakt, media.SIMKL,
	media.AniList, media.MAL, media.AniDB, media.Kitsu, media.Plex}

func namespaceNumber(ns media.Namespace) int {
	for i, n := range namespaces {
		if n == ns {
			return i
		}
	}
	return 0
}

// WorkToken says that a token names a work.
type WorkToken struct {
	Token media.Token
	Work  media.WorkID
}

// Unlink says that a person parted an item from a work, for ever.
type Unlink struct {
	Account ledger.AccountID
	Key     string
	Work    media.WorkID
}

// Identity is what resolving the items of an account needs to know.
type Identity struct {
	Links   []ledger.Link // of the account, by key
	Unlinks []Unlink
	Works   []ledger.Work // that links and tokens refer to, by number
	Tokens  []WorkToken   // every token of those works
	// Apart are pairs of works that persons keep apart: an item at any account
	// was taken away from one and is linked to the other.
	Apart [][2]media.WorkID
	Next  media.WorkID // first free number
}

// Identity collects what is known about items of an account: keys nil means
// all of its links. Tokens are those that the items carry or derive; works
// they name are included.
func (s *Store) Identity(ctx context.Context, account ledger.AccountID, keys []string, tokens []media.Token) (Identity, error) {
	var id Identity
	err := s.snapshot(ctx, func(q querier) (err error) {
		if id.Links, id.Unlinks, err = accountLinks(ctx, q, account, keys); err != nil {
			return err
		}
		wanted := map[media.WorkID]bool{}
		for _, l := range id.Links {
			wanted[l.Work] = true
		}
		for _, u := range id.Unlinks {
			wanted[u.Work] = true
		}
		if id.Tokens, err = tokensOf(ctx, q, sortedKeys(wanted)); err != nil {
			return err
		}
		more, err := namedBy(ctx, q, tokens, id.Tokens, wanted)
		if err != nil {
			return err
		}
		extra, err := tokensOf(ctx, q, more)
		if err != nil {
			return err
		}
		id.Tokens = append(id.Tokens, extra...)
		if id.Works, err = list(ctx, q, scanWork, "SELECT "+workColumns+" FROM works WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",
			ids(sortedKeys(wanted))); err != nil {
			return err
		}
		if id.Apart, err = list(ctx, q, func(r scanner) (v [2]media.WorkID, err error) {
			err = r.Scan(&v[0], &v[1])
			return v, err
		}, `SELECT DISTINCT min(u.work, l.work) AS a, max(u.work, l.work) AS b
			FROM unlinks u JOIN links l USING (account, key) WHERE u.work <> l.work ORDER BY a, b`); err != nil {
			return err
		}
		next, err := list(ctx, q, one[media.WorkID], "SELECT next FROM counters WHERE name = 'work'")
		if err == nil {
			id.Next = next[0]
		}
		return err
	})
	return id, err
}

func scanLink(r scanner) (v ledger.Link, err error) {
	err = r.Scan(&v.Account, &v.Key, &v.Work, &v.By)
	return v, err
}

func accountLinks(ctx context.Context, q querier, account ledger.AccountID, keys []string) ([]ledger.Link, []Unlink, error) {
	only, args := "", []any{account}
	if keys != nil {
		only, args = " AND key IN (SELECT value FROM json_each(?))", append(args, text(keys))
	}
	links, err := list(ctx, q, scanLink, "SELECT account, key, work, by FROM links WHERE account = +?"+only+" ORDER BY key", args...)
	if err != nil {
		return nil, nil, err
	}
	unlinks, err := list(ctx, q, func(r scanner) (v Unlink, err error) {
		err = r.Scan(&v.Account, &v.Key, &v.Work)
		return v, err
	}, "SELECT account, key, work FROM unlinks WHERE account = +?"+only+" ORDER BY key, work", args...)
	return links, unlinks, err
}

func scanToken(r scanner) (v WorkToken, err error) {
	var c struct {
		kind               media.Kind
		ns, season, number int
		id                 string
	}
	if err = r.Scan(&c.kind, &c.ns, &c.id, &c.season, &c.number, &v.Work); err != nil {
		return v, err
	}
	switch {
	case c.season < 0:
		v.Token = media.OwnToken(c.kind, namespaces[c.ns], c.id)
	case c.number < 0:
		v.Token = media.SeasonToken(namespaces[c.ns], c.id, c.season)
	default:
		v.Token = media.EpisodeToken(namespaces[c.ns], c.id, c.season, c.number)
	}
	return v, nil
}

func tokensOf(ctx context.Context, q querier, works []media.WorkID) ([]WorkToken, error) {
	if len(works) == 0 {
		return nil, nil
	}
	return list(ctx, q, scanToken, `SELECT kind, ns, id, season, number, work FROM tokens
		WHERE work IN (SELECT value FROM json_each(?)) ORDER BY work, kind, ns, id, season, number`, ids(works))
}

// tokenRow is a token as its five columns.
func tokenRow(t media.Token) []any {
	season, number, numbered := t.Numbered()
	if !numbered {
		season, number = -1, -1
	}
	return []any{t.Kind, namespaceNumber(t.Namespace), t.ID, season, number}
}

// tokensAtOnce is how many tokens one statement looks up: written as JSON they
// take much memory.
const tokensAtOnce = 2000

// namedBy looks up the tokens that the loaded ones do not answer, adds the
// works they name to wanted and returns those that were not in it.
func namedBy(ctx context.Context, q querier, tokens []media.Token, loaded []WorkToken, wanted map[media.WorkID]bool) ([]media.WorkID, error) {
	known := make(map[media.Token]bool, len(loaded))
	for _, t := range loaded {
		known[t.Token] = true
	}
	var unknown []media.Token
	for _, t := range tokens {
		if !known[t] {
			known[t] = true
			unknown = append(unknown, t)
		}
	}
	var more []media.WorkID
	for part := range slices.Chunk(unknown, tokensAtOnce) {
		rows := make([][]any, len(part))
		for i, t := range part {
			rows[i] = tokenRow(t)
		}
		named, err := list(ctx, q, one[media.WorkID], `SELECT DISTINCT work FROM json_each(?) j
			JOIN tokens t ON t.kind = j.value ->> 0 AND t.ns = j.value ->> 1 AND t.id = j.value ->> 2
				AND t.season = j.value ->> 3 AND t.number = j.value ->> 4`, text(rows))
		if err != nil {
			return nil, err
		}
		for _, w := range named {
			if !wanted[w] {
				wanted[w] = true
				more = append(more, w)
			}
		}
	}
	slices.Sort(more)
	return more, nil
}

// PutIdentity stores what resolving found, in one transaction. A link by hand
// is replaced only by another one.
func (s *Store) PutIdentity(ctx context.Context, links []ledger.Link, works []ledger.Work, tokens []WorkToken) error {
	if len(links)+len(works)+len(tokens) == 0 {
		return nil
	}
	return s.write(ctx, func(t *tx) error {
		t.putWorks(works)
		for _, v := range tokens {
			t.exec(`INSERT INTO tokens (kind, ns, id, season, number, work) VALUES (?, ?, ?, ?, ?, ?)
				ON CONFLICT DO UPDATE SET work = excluded.work WHERE work <> excluded.work`, append(tokenRow(v.Token), v.Work)...)
		}
		t.putLinks(links)
		return nil
	})
}

func (t *tx) putLinks(links []ledger.Link) {
	for _, v := range links {
		t.exec(`INSERT INTO links (account, key, work, by) VALUES (?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET work = excluded.work, by = excluded.by
			WHERE by < ? OR excluded.by = ?`, v.Account, v.Key, v.Work, v.By, ledger.ByHand, ledger.ByHand)
	}
}

// SharedWorks tells which of the works an item of another account is linked to
// as well (guard identity_shift).
func (s *Store) SharedWorks(ctx context.Context, account ledger.AccountID, works []media.WorkID) (map[media.WorkID]bool, error) {
	if len(works) == 0 {
		return nil, nil
	}
	shared, err := find(ctx, s, one[media.WorkID], `SELECT DISTINCT work FROM links
		WHERE work IN (SELECT value FROM json_each(?)) AND account <> ?`, ids(works), account)
	all := make(map[media.WorkID]bool, len(shared))
	for _, w := range shared {
		all[w] = true
	}
	return all, err
}
