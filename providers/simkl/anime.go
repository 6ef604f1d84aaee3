package simkl

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/animemap"
)

// The service lists anime by parts. One that holds the first episode of a show
// stands for it on the watchlist, and where the show has no other part for its
// rating too: there it is listed and written as the show. Its key tells so:
// "anime:4@show/tvdb:88". Everything else in this package knows parts only.

var errParts = errors.New("the show has several parts at simkl, each with a rating of its own")

// Read lists the account, parts by what they stand for.
func (a *account) Read(ctx context.Context, want provider.ReadRequest) (provider.Snapshot, error) {
	if a.anime == nil {
		return a.read(ctx, want)
	}
	a.anime.Renew(ctx)
	if a.called.renamed(a.anime.Map()) {
		want.Full = true // what is gone under the old name must not be missed
	}
	snap, err := a.read(ctx, want)
	if err == nil {
		a.called.name(a.anime.Map(), &snap)
		snap.Notices = append(snap.Notices, a.anime.Notices()...)
	}
	return snap, err
}

// Write does the changes of one feature; those of shows that are parts here
// as theirs.
func (a *account) Write(ctx context.Context, changes []provider.Change) ([]provider.Result, error) {
	if a.anime == nil {
		return a.write(ctx, changes)
	}
	out := make([]provider.Result, len(changes))
	var inner []provider.Change
	var at []int
	for i, c := range changes {
		part, ok := a.part(c.Feature, c.Item)
		if !ok {
			out[i] = provider.Result{Outcome: provider.Refused, Err: provider.Failed(provider.Rejected, "write", errParts)}
			continue
		}
		c.Item = part
		inner, at = append(inner, c), append(at, i)
	}
	results, err := a.write(ctx, inner)
	for i, r := range results {
		name := standsFor(changes[at[i]].Item, inner[i].Item)
		out[at[i]] = r
		out[at[i]].Key = name(r.Key)
		if r.Row != nil {
			row := *r.Row
			row.Key = name(row.Key)
			out[at[i]].Row = &row
		}
	}
	return out, err
}

// LookUp asks about single titles; about shows that are parts here as these.
func (a *account) LookUp(ctx context.Context, f media.Feature, items []media.Item) ([]provider.Answer, error) {
	if a.anime == nil {
		return a.lookUp(ctx, f, items)
	}
	parts := make([]media.Item, len(items))
	apart := make([]bool, len(items))
	for i, it := range items {
		part, ok := a.part(f, it)
		parts[i], apart[i] = part, !ok
	}
	out, err := a.lookUp(ctx, f, parts)
	for i := range out {
		if apart[i] {
			out[i] = provider.Answer{Key: items[i].Key} // it has no place of its own here
			continue
		}
		name := standsFor(items[i], parts[i])
		out[i].Key = name(out[i].Key)
		for j := range out[i].Rows {
			out[i].Rows[j].Key = name(out[i].Rows[j].Key)
		}
	}
	return out, err
}

// part is a show's item as the part that stands for it; any other item as it
// is. ok is false for the rating of a show with several parts.
func (a *account) part(f media.Feature, it media.Item) (media.Item, bool) {
	if it.Kind != media.Show || f != media.Watchlist && f != media.Ratings {
		return it, true
	}
	m := a.anime.Map()
	id, err := m.PartOf(it)
	if err != nil {
		it.Key, _, _ = strings.Cut(it.Key, "@")
		return it, true // no anime, or none that the mapping knows
	}
	_, rated := m.Stands(id, 0)
	part := it
	part.Kind, part.Tokens = media.Part, []media.Token{media.OwnToken(media.Part, media.AniList, id)}
	part.Key, _, _ = strings.Cut(it.Key, "@")
	if b, _, ok := parseKey(part.Key); ok && b != anime {
		return it, true // the service itself lists it as a show
	}
	return part, f == media.Watchlist || rated
}

// standsFor names the key of a part by the show that it was asked for as.
func standsFor(asked, part media.Item) func(key string) string {
	if asked.Kind == part.Kind {
		return func(key string) string { return key }
	}
	return func(key string) string {
		switch own, _, named := strings.Cut(asked.Key, "@"); {
		case key == "":
			return ""
		case named && own == key:
			return asked.Key
		}
		for _, ns := range []media.Namespace{media.TVDB, media.TMDB} {
			for _, t := range asked.Tokens {
				if t.Namespace == ns && t.Kind == media.Show {
					return key + "@" + t.String()
				}
			}
		}
		return key
	}
}

// called remembers what parts were listed as, so that a mapping that names one
// of them anew is a changed scope (R13). A lost file is the same at worst.
type called struct {
	path string
	memory
}

type memory struct {
	Scope string `json:"scope"`
	// Names are the parts' show tokens by native key, with their AniList id.
	Names map[string]naming `json:"names"`
}

type naming struct {
	Part  string `json:"part"`
	Shows string `json:"shows"` // as text, "" for none
	Rated bool   `json:"rated,omitempty"`
}

func newCalled(dir string) *called {
	c := &called{}
	if dir != "" {
		c.path = filepath.Join(dir, "anime.json")
		if raw, err := os.ReadFile(c.path); err == nil && json.Unmarshal(raw, &c.memory) != nil {
			c.memory = memory{}
		}
	}
	if c.Names == nil {
		c.Names = map[string]naming{}
	}
	return c
}

func namingOf(m *animemap.Map, part string) (n naming, tokens []media.Token) {
	tokens, rated := m.Stands(part, 0)
	n = naming{Part: part, Rated: rated}
	if len(tokens) > 0 {
		n.Shows = fmt.Sprint(tokens)
	}
	return n, tokens
}

// renamed tells whether a part goes by another name than it was listed under,
// and forgets the old names.
func (c *called) renamed(m *animemap.Map) bool {
	other := false
	for k, was := range c.Names {
		if now, _ := namingOf(m, was.Part); now != was {
			c.Names[k], other = now, true
		}
	}
	if other || c.Scope == "" {
		c.Scope = c.digest()
		c.save()
	}
	return other
}

func (c *called) digest() string {
	h := fnv.New64a()
	for _, k := range slices.Sorted(maps.Keys(c.Names)) {
		fmt.Fprintln(h, k, c.Names[k])
	}
	return hex.EncodeToString(h.Sum(nil))
}

// save writes the file. Without it the next start takes the list for a first
// look, so trouble with the disk is not worth a failed read.
func (c *called) save() {
	raw, err := json.Marshal(c.memory)
	if err == nil && c.path != "" {
		_ = replaceFile(c.path, raw)
	}
}

// name gives the parts of a snapshot the names that they go by.
func (c *called) name(m *animemap.Map, snap *provider.Snapshot) {
	before := len(c.Names)
	var shows []media.Item
	for _, it := range snap.Items {
		i := slices.IndexFunc(it.Tokens, func(t media.Token) bool { return t.Namespace == media.AniList })
		if it.Kind != media.Part || i < 0 {
			continue
		}
		n, tokens := namingOf(m, it.Tokens[i].ID)
		c.Names[it.Key] = n
		if len(tokens) > 0 {
			it.Key, it.Kind, it.Tokens = it.Key+"@"+tokens[0].String(), media.Show, tokens
			shows = append(shows, it)
		}
	}
	snap.Items = append(snap.Items, shows...)
	for i := range snap.Views {
		v := &snap.Views[i]
		v.Evidence.Scope, v.Evidence.Numbering = c.Scope, m.Version()
		for j := range v.Rows {
			v.Rows[j].Key = c.key(m, v.Feature, v.Rows[j].Key)
		}
		for j := range v.Removed {
			v.Removed[j] = c.key(m, v.Feature, v.Removed[j])
		}
	}
	if len(c.Names) != before {
		c.save()
	}
}

// key is a part's key as it is listed in a feature.
func (c *called) key(m *animemap.Map, f media.Feature, k string) string {
	n, known := c.Names[k]
	if !known || n.Shows == "" || f != media.Watchlist && (f != media.Ratings || !n.Rated) {
		return k
	}
	_, tokens := namingOf(m, n.Part)
	if len(tokens) == 0 {
		return k
	}
	return k + "@" + tokens[0].String()
}
