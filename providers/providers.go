// Package providers lists every service that Watchkeeper knows. It holds
// nothing else: engine/provider is the contract, each folder below one
// service.
package providers

import (
	"watchkeeper/engine/provider"
	"watchkeeper/providers/anilist"
	"watchkeeper/providers/emby"
	"watchkeeper/providers/jellyfin"
	"watchkeeper/providers/plex"
	"watchkeeper/providers/simkl"
	"watchkeeper/providers/trakt"
)

// All returns every service, by name.
func All() []provider.Service {
	return []provider.Service{
		anilist.Service(),
		emby.Service(),
		jellyfin.Service(),
		plex.Service(),
		simkl.Service(),
		trakt.Service(),
	}
}
