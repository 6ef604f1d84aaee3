package plex

import (
	"context"
	"hash/maphash"
	"net/http"
	"net/url"
	"regexp"
	"slices"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// index finds the libraries' items by their ids. It keeps digests of the ids: a
// library has some hundred thousand of them, and what is found is read again.
type index map[uint64]string

var indexSeed = maphash.MakeSeed()

// put keeps the first key of an id.
func (x index) put(t media.Token, key string) {
	if h := maphash.Comparable(indexSeed, t); x[h] == "" {
		x[h] = key
	}
}

func (x index) get(t media.Token) string { return x[maphash.Comparable(indexSeed, t)] }

var keyForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,40}$`)

// ofLibrary tells whether a key is one of the server's own; the catalogue's
// keys have 24 hexadecimal digits.
func ofLibrary(key string) bool {
	_, catalogue := media.CleanID(media.Plex, key)
	return !catalogue && keyForm.MatchString(key)
}

// mostMatches bounds the look-ups of one Find; the rest are found by the next.
const mostMatches = 40

// Find implements provider.Finder: in the libraries first, by the ids of the
// last scan; else, for films and shows, in the catalogue, where they can be
// put on the watchlist.
func (a *account) Find(ctx context.Context, items []media.Item) ([]*media.Item, error) {
	out := make([]*media.Item, len(items))
	var keys []string
	where := make([]string, len(items))
	for i, it := range items {
		key, err := a.held(ctx, it)
		if err != nil {
			return nil, err
		}
		if where[i] = key; key != "" {
			keys = append(keys, key)
		}
	}
	found, err := a.byKey(ctx, keys)
	if err != nil {
		return nil, err
	}
	names, err := a.showsOf(ctx, slicesOf(found))
	if err != nil {
		return nil, err
	}
	left := mostMatches
	for i, it := range items {
		described, ok := names.sharing(found[where[i]], it)
		if ok {
			out[i] = &described
		} else if left > 0 && listable(it.Kind) && len(it.Tokens) > 0 {
			left--
			if out[i], err = a.title(ctx, it); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// sharing describes an item of the libraries if it bears one of the ids that
// it was found by.
func (s shows) sharing(row item, it media.Item) (media.Item, bool) {
	described := s.describe(row)
	return described, slices.ContainsFunc(described.Tokens, func(t media.Token) bool { return slices.Contains(it.Tokens, t) })
}

func listable(k media.Kind) bool { return k == media.Film || k == media.Show }

func slicesOf(found map[string]item) []item {
	out := make([]item, 0, len(found))
	for _, it := range found {
		out = append(out, it)
	}
	return out
}

// held returns the key of a library's item that shares an id with it, "" when
// there is none. Without a scan there is nothing to compare with yet.
func (a *account) held(ctx context.Context, it media.Item) (string, error) {
	if len(it.Tokens) == 0 {
		return "", nil
	}
	a.mu.Lock()
	known := a.index != nil
	a.mu.Unlock()
	if !known {
		k, err := a.keeper.load(ctx)
		if err != nil {
			return "", err
		}
		l := &look{account: a, kept: k}
		if err := l.read(ctx, provider.ReadRequest{Full: true}); err != nil {
			return "", err
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, t := range it.Tokens {
		if key := a.index.get(t); t.Kind == it.Kind && key != "" {
			return key, nil
		}
	}
	return "", nil
}

// title finds a film or show in the catalogue by its ids, nil when there is
// none. A guid names it directly; else the catalogue is asked by public id,
// and what it answers must bear that id itself.
func (a *account) title(ctx context.Context, it media.Item) (*media.Item, error) {
	for _, t := range it.Tokens {
		if t.Namespace != media.Plex || t.Kind != it.Kind {
			continue
		}
		found, err := a.page(ctx, t.ID)
		if err != nil || found != nil {
			return found, err
		}
	}
	for _, t := range it.Tokens {
		if _, _, byShow := t.Numbered(); byShow || t.Kind != it.Kind || !slices.Contains(asksBy, t.Namespace) {
			continue
		}
		found, err := a.match(ctx, it, t)
		if err != nil || found != nil {
			return found, err
		}
	}
	return nil, nil
}

// asksBy are the ids that the catalogue can be asked by.
var asksBy = []media.Namespace{media.IMDb, media.TMDB, media.TVDB}

// page reads one title of the catalogue, nil when it has none.
func (a *account) page(ctx context.Context, key string) (*media.Item, error) {
	c, _, err := a.cloud.container(ctx, metadata+"/library/metadata/"+key, url.Values{"includeGuids": {"1"}}, 0, 0)
	if e := provider.AsError(err); e != nil && e.Status == http.StatusNotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	for _, row := range decoded[item](c.Metadata) {
		if catalogueKey(row) == key {
			return a.described(row), nil
		}
	}
	return nil, nil
}

// described is a title with its ids, which are remembered.
func (a *account) described(row item) *media.Item {
	out := shows{}.describe(row)
	out.Key = catalogueKey(row)
	out.Tokens = sorted(append(out.Tokens, media.OwnToken(out.Kind, media.Plex, out.Key)))
	a.ids.put(out.Key, ownTokens(row, out.Kind), false)
	return &out
}

// match asks the catalogue by one public id.
func (a *account) match(ctx context.Context, it media.Item, by media.Token) (*media.Item, error) {
	level := "1"
	if it.Kind == media.Show {
		level = "2"
	}
	q := url.Values{"type": {level}, "title": {string(by.Namespace) + "-" + by.ID}, "includeGuids": {"1"}}
	c, _, err := a.cloud.container(ctx, metadata+"/library/metadata/matches", q, 0, 0)
	if e := provider.AsError(err); e != nil && e.Kind == provider.Rejected {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	for _, row := range decoded[item](c.Metadata) {
		key := catalogueKey(row)
		if key == "" || row.kind() != it.Kind {
			continue
		}
		found := a.described(row)
		if len(row.Guids) == 0 {
			if found, err = a.page(ctx, key); err != nil {
				return nil, err
			}
		}
		if found != nil && slices.Contains(found.Tokens, by) && !contradicts(found.Tokens, it.Tokens) {
			return found, nil
		}
	}
	return nil, nil
}

// contradicts tells whether two descriptions name different works: an id of
// one namespace that differs, and none that is the same.
func contradicts(a, b []media.Token) bool {
	differ := false
	for _, x := range a {
		for _, y := range b {
			_, _, numbered := x.Numbered()
			_, _, numbered2 := y.Numbered()
			if x == y {
				return false
			}
			differ = differ || x.Kind == y.Kind && x.Namespace == y.Namespace && numbered == numbered2
		}
	}
	return differ
}
