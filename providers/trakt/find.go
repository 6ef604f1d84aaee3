package trakt

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// finds remembers the shows that one call of Find has looked up.
type finds map[media.Token]*media.Item

// Find looks the service's own items up by public ids, never by title.
func (a *account) Find(ctx context.Context, items []media.Item) ([]*media.Item, error) {
	out := make([]*media.Item, len(items))
	memo := finds{}
	for i, it := range items {
		found, err := a.find(ctx, it, memo)
		if err != nil {
			return out, err
		}
		out[i] = found
	}
	return out, nil
}

// find tries the item's own ids, then its show's with numbers.
func (a *account) find(ctx context.Context, it media.Item, memo finds) (*media.Item, error) {
	if kindNames[it.Kind] == "" {
		return nil, nil
	}
	if it.Kind != media.Season {
		if found, err := a.byIDs(ctx, it.Kind, it.Tokens, nil); found != nil || err != nil {
			return found, err
		}
	}
	if it.Kind != media.Season && it.Kind != media.Episode {
		return nil, nil
	}
	to, ok := numbered(it)
	if !ok {
		return nil, nil
	}
	show, err := a.byIDs(ctx, media.Show, to.showTokens(), memo)
	if show == nil || err != nil {
		return nil, err
	}
	return a.part(ctx, show, to)
}

// lookUpOrder is the order in which ids are tried.
var lookUpOrder = [...]media.Namespace{media.Trakt, media.IMDb, media.TMDB, media.TVDB}

// byIDs searches a film, show or episode by its own ids, one after another.
func (a *account) byIDs(ctx context.Context, kind media.Kind, tokens []media.Token, memo finds) (*media.Item, error) {
	for _, ns := range lookUpOrder {
		for _, t := range tokens {
			_, _, byShow := t.Numbered()
			if t.Namespace != ns || t.Kind != kind || byShow || kind == media.Film && ns == media.TVDB {
				continue // a film has no tvdb id here
			}
			if found, known := memo[t]; known {
				return found, nil
			}
			found, err := a.search(ctx, t)
			if err != nil {
				return nil, err
			}
			if memo != nil {
				memo[t] = found
			}
			if found != nil {
				return found, nil
			}
		}
	}
	return nil, nil
}

// search asks for one id. Two titles under one id are none: they contradict.
func (a *account) search(ctx context.Context, t media.Token) (*media.Item, error) {
	var found []media.Item
	q := url.Values{"type": {kindNames[t.Kind]}, "page": {"1"}, "limit": {"10"}}
	_, err := a.api.Decode(ctx, a.get("/search/"+string(t.Namespace)+"/"+t.ID, q, false), func(dec *json.Decoder) error {
		_, err := eachRow(dec, func(r row) {
			if it, err := r.item(); err == nil && it.Kind == t.Kind && sameItem(it, media.Item{Tokens: []media.Token{t}}) {
				found = append(found, it)
			}
		}, func([]byte, error) {})
		return asContract(err)
	})
	if e := provider.AsError(err); e != nil && e.Status != http.StatusNotFound {
		return nil, e
	}
	if len(found) != 1 {
		return nil, nil
	}
	return &found[0], nil
}

// showTokens are the ids of the show that a part is named by.
func (a address) showTokens() []media.Token {
	i := ids{Trakt: digits(a.ids.Trakt), IMDb: text(a.ids.IMDb), TMDB: digits(a.ids.TMDB), TVDB: digits(a.ids.TVDB)}
	return i.tokens(media.Show)
}

func digits(n int64) number { return number(strconv.FormatInt(n, 10)) }

// part asks for a season or episode of a show by number.
func (a *account) part(ctx context.Context, show *media.Item, to address) (*media.Item, error) {
	_, id, _ := parseKey(show.Key)
	path := "/shows/" + id + "/seasons"
	if to.episode >= 0 {
		path = fmt.Sprintf("%s/%d/episodes/%d", path, to.season, to.episode)
	}
	var parts []object
	_, err := a.api.JSON(ctx, a.get(path, nil, false), &oneOrMany{&parts})
	if e := provider.AsError(err); e != nil {
		if e.Status == http.StatusNotFound {
			return nil, nil
		}
		return nil, e
	}
	for _, o := range parts {
		r := row{Show: showObject(show)}
		switch {
		case to.episode < 0 && o.Number.Whole() == to.season:
			r.Season = &o
		case to.episode >= 0 && o.Season.Whole() == to.season && o.Number.Whole() == to.episode:
			r.Episode = &o
		default:
			continue
		}
		if it, err := r.item(); err == nil {
			return &it, nil
		}
	}
	return nil, nil
}

// oneOrMany decodes an object or a list of objects into a slice.
type oneOrMany struct{ into *[]object }

// UnmarshalJSON takes both forms.
func (m oneOrMany) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '[' {
		return json.Unmarshal(b, m.into)
	}
	var o object
	if err := json.Unmarshal(b, &o); err != nil {
		return err
	}
	*m.into = append(*m.into, o)
	return nil
}

// showObject is a found show in the form in which rows carry it.
func showObject(it *media.Item) *object {
	o := &object{Title: text(it.Title)}
	for _, t := range it.Tokens {
		switch t.Namespace {
		case media.Trakt:
			o.IDs.Trakt = number(t.ID)
		case media.IMDb:
			o.IDs.IMDb = text(t.ID)
		case media.TMDB:
			o.IDs.TMDB = number(t.ID)
		case media.TVDB:
			o.IDs.TVDB = number(t.ID)
		}
	}
	return o
}
