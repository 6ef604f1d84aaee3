package anilist

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/animemap"
)

// perPage is how many rows the service puts on one page at most.
const perPage = 50

// Find turns public ids into the service's own items, by id and mapping only.
func (a *account) Find(ctx context.Context, items []media.Item) ([]*media.Item, error) {
	out := make([]*media.Item, len(items))
	n := a.atlas()
	refs, err := a.resolve(ctx, n, items)
	if err != nil {
		return out, err
	}
	known, err := a.titles(ctx, ids(refs))
	if err != nil {
		return out, err
	}
	for i, r := range refs {
		t, ok := known[r.id]
		if !ok || r.lo > 0 && t.episodes() > 0 && r.hi > t.episodes() {
			continue
		}
		it := t.item(r, n.tokens(t, r))
		out[i] = &it
	}
	return out, nil
}

func ids(refs []ref) (out []int) {
	for _, r := range refs {
		if r.id > 0 && !slices.Contains(out, r.id) {
			out = append(out, r.id)
		}
	}
	return out
}

// resolve names items: by native key, by the service's own id, by the mapping,
// and where only a MyAnimeList id is known by asking.
func (a *account) resolve(ctx context.Context, n atlas, items []media.Item) ([]ref, error) {
	refs := make([]ref, len(items))
	mal := make([]int, len(items))
	var asked []int
	for i, it := range items {
		id, episode := byToken(it, media.MAL)
		if refs[i] = n.own(it); refs[i].id != 0 || id == 0 {
			continue
		}
		mal[i], refs[i].lo = id, episode
		if !slices.Contains(asked, id) {
			asked = append(asked, id)
		}
	}
	found := map[int]int{}
	if len(asked) > 0 {
		var err error
		if found, err = a.byMAL(ctx, asked); err != nil {
			return nil, err
		}
	}
	for i, r := range refs {
		switch {
		case mal[i] > 0:
			refs[i] = n.called(found[mal[i]], r.lo, items[i])
		case r.id < 0:
			refs[i] = ref{}
		}
	}
	return refs, nil
}

// own atlas an item by its native key, by the service's own id or by the
// mapping. Where the last two contradict, or the mapping alone cannot decide,
// the id is negative: nothing else may decide it either.
func (n atlas) own(it media.Item) ref {
	if r, ok := parseKey(it.Key); ok && r.kind() == it.Kind {
		if r, ok = n.still(r); ok {
			return r
		}
	}
	mapped, err := n.locate(it)
	id, episode := byToken(it, media.AniList)
	switch {
	case errors.Is(err, animemap.ErrAmbiguous), err == nil && id > 0 && (id != mapped.id || episode < mapped.lo || episode > mapped.hi):
		return ref{id: -1}
	case err == nil:
		return mapped
	case id > 0:
		return n.called(id, episode, it)
	}
	return ref{}
}

// called is a title, or an episode of it, by the name that it is listed under.
func (n atlas) called(id, episode int, it media.Item) ref {
	if id <= 0 || episode == 0 {
		return partRef(max(0, id))
	}
	return n.listed(id, episode, it)
}

// byToken reads the part's id, and for an episode its number, from the tokens
// of one namespace. Two different ones contradict and are none.
func byToken(it media.Item, ns media.Namespace) (id, episode int) {
	for _, t := range it.Tokens {
		season, n, numbered := t.Numbered()
		if t.Namespace != ns || t.Kind != it.Kind || (it.Kind == media.Episode) != numbered {
			continue
		}
		if it.Kind != media.Part && (it.Kind != media.Episode || season != 1 || n < 1) {
			continue
		}
		found, err := strconv.ParseInt(t.ID, 10, 32)
		if err != nil || found <= 0 {
			continue
		}
		if id != 0 && (id != int(found) || episode != max(0, n)) {
			return 0, 0
		}
		id = int(found)
		if numbered {
			episode = n
		}
	}
	return id, episode
}

// byMAL asks for titles by their MyAnimeList ids. Two titles under one id are
// none: they contradict.
func (a *account) byMAL(ctx context.Context, mal []int) (map[int]int, error) {
	found := map[int]int{}
	for part := range slices.Chunk(mal, perPage) {
		list, err := a.titlePages(ctx, malQuery, part)
		if err != nil {
			return nil, err
		}
		for _, t := range list {
			from, id := t.MAL.whole(), t.ID.whole()
			if old, double := found[from]; double && old != id {
				id = 0
			}
			found[from] = max(0, id)
		}
	}
	return found, nil
}

// titles asks which titles there are, by id.
func (a *account) titles(ctx context.Context, ids []int) (map[int]title, error) {
	known := map[int]title{}
	for part := range slices.Chunk(ids, perPage) {
		list, err := a.titlePages(ctx, mediaQuery, part)
		if err != nil {
			return nil, err
		}
		for _, t := range list {
			if id := t.ID.whole(); slices.Contains(part, id) {
				known[id] = t
			}
		}
	}
	return known, nil
}

type page struct {
	Info struct {
		HasNextPage truth `json:"hasNextPage"`
	} `json:"pageInfo"`
	Media   rows[title] `json:"media"`
	Entries rows[entry] `json:"mediaList"`
}

func (a *account) titlePages(ctx context.Context, op operation, ids []int) (out []title, err error) {
	err = a.pages(ctx, op, map[string]any{"ids": ids}, func(p *page) error {
		if !p.Media.said {
			return errNoList
		}
		out = append(out, p.Media.list...)
		return nil
	})
	return out, err
}

// entries asks for the entries of given titles, past the list. A title that is
// missing from the answer has none.
func (a *account) entries(ctx context.Context, ids []int) (map[int]entry, error) {
	found := map[int]entry{}
	v, err := a.known(ctx)
	if err != nil {
		return nil, err
	}
	for part := range slices.Chunk(ids, perPage) {
		err := a.pages(ctx, entriesQuery, map[string]any{"ids": part, "userId": v.ID.whole()}, func(p *page) error {
			if !p.Entries.said || p.Entries.odd > 0 {
				return errNoList
			}
			for _, e := range p.Entries.list {
				id := e.MediaID.whole()
				if !slices.Contains(part, id) {
					return errOther
				}
				found[id] = e
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// mostPages is more than fifty ids can need, whatever the service makes of
// the size that we ask for.
const mostPages = 60

// pages reads page after page until there is no next one.
func (a *account) pages(ctx context.Context, op operation, vars map[string]any, take func(*page) error) error {
	for n := 1; n <= mostPages; n++ {
		var data struct{ Page *page }
		vars["page"] = n
		if _, err := a.do(ctx, op, vars, &data); err != nil {
			return err
		}
		if data.Page == nil || !data.Page.Info.HasNextPage.said {
			return named(provider.Failed(provider.Contract, "", errMore), op)
		}
		if err := take(data.Page); err != nil {
			return named(provider.Failed(provider.Contract, "", err), op)
		}
		if !data.Page.Info.HasNextPage.value {
			return nil
		}
	}
	return named(provider.Failed(provider.Contract, "", errEndless), op)
}
