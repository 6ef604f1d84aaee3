package simkl

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// pages are the words for lists in the addresses of the service's pages.
var pages = map[string]bucket{"movies": movies, "tv": shows, "anime": anime}

// resolve asks for the native key of an item's title by its public ids, never
// by its name. The error's cause is errUnknown when the service has none.
func (a *account) resolve(ctx context.Context, it media.Item) (string, *provider.Error) {
	to, err := addressOf(media.Item{Kind: it.Kind, Tokens: it.Tokens})
	if err != nil {
		return "", provider.Failed(provider.Rejected, "look up", errUnknown)
	}
	kind := map[media.Kind]string{media.Film: "movie", media.Part: "anime"}[it.Kind]
	if kind == "" {
		kind = "tv"
	}
	for _, id := range [][2]string{{"imdb", to.ids.IMDb}, {"tvdb", to.ids.TVDB}, {"tmdb", to.ids.TMDB}, {"anilist", to.ids.AniList},
		{"mal", to.ids.MAL}, {"anidb", to.ids.AniDB}, {"kitsu", to.ids.Kitsu}} {
		if id[1] == "" || id[0] == "tvdb" && it.Kind == media.Film {
			continue
		}
		k, err := a.redirect(ctx, url.Values{"to": {"simkl"}, id[0]: {id[1]}, "type": {kind}})
		if err != nil || k != "" && fits(k, it.Kind) {
			return k, err
		}
	}
	return "", provider.Failed(provider.Rejected, "look up", errUnknown)
}

// fits tells whether a found title can be of the kind that was meant.
func fits(k string, kind media.Kind) bool {
	b, _, _ := parseKey(k)
	switch kind {
	case media.Film:
		return b == movies || b == anime
	case media.Part:
		return b == anime
	case media.Show:
		return b == shows
	}
	return b != movies
}

// redirect reads where an id leads, without going there: "" where nowhere.
func (a *account) redirect(ctx context.Context, q url.Values) (string, *provider.Error) {
	const doing = "get /redirect"
	ctx, cancel := context.WithTimeout(ctx, requestTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, apiURL+"/redirect?"+q.Encode(), nil)
	if err != nil {
		return "", provider.Failed(provider.Contract, doing, err)
	}
	resp, err := a.api.Live().Do(req)
	if err != nil {
		return "", a.api.Fault(doing, err)
	}
	resp.Body.Close()
	switch {
	case resp.StatusCode == http.StatusNotFound:
		return "", nil
	case resp.StatusCode < 300 || resp.StatusCode > 399:
		return "", a.fault(doing, resp)
	}
	to, err := url.Parse(resp.Header.Get("Location"))
	if err != nil || to.Hostname() != "simkl.com" && to.Hostname() != "www.simkl.com" {
		return "", nil
	}
	parts := strings.Split(strings.Trim(to.Path, "/"), "/")
	if len(parts) < 2 {
		return "", nil
	}
	b, known := pages[parts[0]]
	id, ok := media.CleanID(media.SIMKL, parts[1])
	if !known || !ok {
		return "", nil
	}
	return b.key(id), nil
}

// fault judges an odd answer to a redirect.
func (a *account) fault(doing string, resp *http.Response) *provider.Error {
	e := &provider.Error{Kind: provider.Transient, Doing: doing, Status: resp.StatusCode}
	switch resp.StatusCode {
	case http.StatusUnauthorized:
		e.Kind = provider.Auth
	case http.StatusTooManyRequests:
		e.Kind, e.Until = provider.RateLimited, shortly()
	case http.StatusForbidden, http.StatusPreconditionFailed:
		e.Kind = provider.AppRejected
	}
	return e
}
