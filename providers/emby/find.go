package emby

import (
	"context"
	"slices"
	"strings"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/mediabrowser"
)

// Find implements provider.Finder with the server's search by ids, which does
// not look at the kind: film tmdb 605 and show tmdb 605 are both found, so the
// kind is asked for and checked.
func (a *account) Find(ctx context.Context, items []media.Item) ([]*media.Item, error) {
	s := search{server: a.server, libraries: []string{""}}
	if len(a.env.LeftOut) > 0 {
		var err error
		if s.libraries, err = a.server.selected(ctx); err != nil {
			return nil, err
		}
	}
	if err := s.run(ctx, items); err != nil {
		return nil, err
	}
	out := make([]*media.Item, len(items))
	for i, it := range items {
		out[i] = match(it, s.found)
	}
	return out, nil
}

// search gathers what may be one of the wanted items.
type search struct {
	server    *server
	libraries []string
	works     mediabrowser.Works
	found     []media.Item
}

// run asks for films, then for shows with the episodes that are wanted by
// their show's ids, then for episodes by their own ids.
func (s *search) run(ctx context.Context, items []media.Item) error {
	films, err := s.named(ctx, mediabrowser.Movie, tokensOf(items, media.Film, false))
	if err != nil {
		return err
	}
	byShow := tokensOf(items, media.Episode, true)
	shows, err := s.named(ctx, mediabrowser.Series, append(tokensOf(items, media.Show, false), byShow...))
	if err != nil {
		return err
	}
	episodes, err := s.episodes(ctx, shows, byShow)
	if err != nil {
		return err
	}
	own, err := s.named(ctx, mediabrowser.Episode, tokensOf(items, media.Episode, false))
	if err != nil {
		return err
	}
	all := once(slices.Concat(films, shows, episodes, own))
	if err := s.server.describeShows(ctx, &s.works, all); err != nil {
		return err
	}
	for _, it := range all {
		s.found = append(s.found, s.works.Describe(it)...)
	}
	return nil
}

// episodes lists those of the shows that episodes are wanted of.
func (s *search) episodes(ctx context.Context, shows []mediabrowser.Item, wanted []media.Token) (all []mediabrowser.Item, err error) {
	for _, show := range shows {
		described := s.works.Describe(show)
		if !shares(described[0].Tokens, wanted) {
			continue
		}
		list, err := s.server.scan(ctx, listQuery(mediabrowser.Episode, show.ID))
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	return all, nil
}

// shares tells whether a show has an id that an episode is wanted by.
func shares(show, wanted []media.Token) bool {
	return slices.ContainsFunc(show, func(t media.Token) bool {
		return slices.ContainsFunc(wanted, func(w media.Token) bool { return w.Namespace == t.Namespace && w.ID == t.ID })
	})
}

// tokensOf are the tokens of all items of a kind: their own, or those through
// their show. Each id occurs once, in order.
func tokensOf(items []media.Item, kind media.Kind, numbered bool) (out []media.Token) {
	for _, it := range items {
		for _, t := range it.Tokens {
			if _, _, is := t.Numbered(); it.Kind == kind && is == numbered {
				out = append(out, t)
			}
		}
	}
	slices.SortFunc(out, media.Token.Compare)
	return slices.Compact(out)
}

// searchable are the namespaces that the server files ids under by itself.
var searchable = []media.Namespace{media.IMDb, media.TMDB, media.TVDB}

// named searches items of one type by ids, a few at a time.
func (s *search) named(ctx context.Context, kind string, tokens []media.Token) ([]mediabrowser.Item, error) {
	var ids []string
	for _, t := range tokens {
		if slices.Contains(searchable, t.Namespace) {
			ids = append(ids, string(t.Namespace)+"."+t.ID)
		}
	}
	ids = slices.Compact(ids) // episodes of one show repeat its id
	var out []mediabrowser.Item
	for chunk := range slices.Chunk(ids, mostIDs/2) {
		for _, lib := range s.libraries {
			list, err := s.ask(ctx, kind, lib, chunk)
			if err != nil {
				return nil, err
			}
			out = append(out, list...)
		}
	}
	return once(out), nil
}

// ask is one search. An answer with other items means that the server did not
// look at the ids at all.
func (s *search) ask(ctx context.Context, kind, library string, ids []string) ([]mediabrowser.Item, error) {
	q := listQuery(kind, library)
	q.Set("AnyProviderIdEquals", strings.Join(ids, ","))
	p, err := s.server.items(ctx, ordered(q, "SortName", "Ascending", mediabrowser.PageSize))
	if err != nil {
		return nil, err
	}
	if err := mediabrowser.Check(p.Items); err != nil {
		return nil, err
	}
	for _, it := range p.Items {
		if !carries(it, ids) {
			return nil, provider.Failed(provider.Contract, "get items by provider id", errNotAsked)
		}
	}
	return slices.DeleteFunc(p.Items, func(it mediabrowser.Item) bool { return notThere(it) || it.Type != kind }), nil
}

func carries(it mediabrowser.Item, ids []string) bool {
	for name, id := range it.ProviderIds {
		if slices.Contains(ids, strings.ToLower(name)+"."+strings.ToLower(id)) {
			return true
		}
	}
	return false
}

// match returns the first item that shares an id with the wanted one and
// contradicts none; nil when there is none.
func match(want media.Item, found []media.Item) *media.Item {
	for _, it := range found {
		if it.Kind == want.Kind && slices.ContainsFunc(it.Tokens, func(t media.Token) bool { return slices.Contains(want.Tokens, t) }) &&
			!contradicts(it.Tokens, want.Tokens) {
			return &it
		}
	}
	return nil
}

// contradicts tells whether two works have different ids of one kind.
func contradicts(a, b []media.Token) bool {
	for _, t := range a {
		alike := func(o media.Token) bool { return form(o) == form(t) }
		if slices.ContainsFunc(b, alike) && !slices.ContainsFunc(b, func(o media.Token) bool {
			return alike(o) && slices.Contains(a, o)
		}) {
			return true
		}
	}
	return false
}

// form is what two tokens must have in common to be compared.
func form(t media.Token) string {
	if _, _, numbered := t.Numbered(); numbered {
		return "@" + string(t.Namespace)
	}
	return string(t.Namespace)
}
