// Package providers lists every service that Watchkeeper knows, and opens the
// mapping of anime that some of them share. It holds nothing else:
// engine/provider is the contract, each folder below one service.
package providers

import (
	"net/http"
	"time"

	"watchkeeper/engine/provider"
	"watchkeeper/providers/anilist"
	"watchkeeper/providers/emby"
	"watchkeeper/providers/internal/animemap"
	"watchkeeper/providers/internal/transport"
	"watchkeeper/providers/jellyfin"
	"watchkeeper/providers/plex"
	"watchkeeper/providers/simkl"
	"watchkeeper/providers/trakt"
)

// Anime is the mapping between shows and parts.
type Anime = animemap.Store

// OpenAnime opens the mapping that is kept in a folder. base is the bottom of
// the HTTP stack, nil for the real network. A file by hand that cannot be read
// is an error; nothing is translated then.
func OpenAnime(dir string, base http.RoundTripper, now func() time.Time) (*Anime, error) {
	if base == nil {
		base = transport.NewBase()
	}
	if now == nil {
		now = time.Now
	}
	s := animemap.NewStore(dir, base, now)
	return s, s.Open()
}

// All returns every service, by name. Those that keep anime by parts translate
// by the given mapping, which may be nil.
func All(anime *Anime) []provider.Service {
	return []provider.Service{
		anilist.Service(anime),
		emby.Service(),
		jellyfin.Service(),
		plex.Service(),
		simkl.Service(anime),
		trakt.Service(),
	}
}
