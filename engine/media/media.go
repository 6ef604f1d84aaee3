// Package media is the vocabulary of the field: kinds of works, the tokens
// that name them, the features people keep score in, and moments in time.
//
// It does no IO, knows no service and decides nothing. It is a leaf: it
// imports only the standard library. Read engine/ledger next for the nouns
// that pass between the engine's stages.
//
// Glossary: a *work* is the film, show, season, episode or part itself; an
// *item* is what one account lists, under that service's own key; a *token*
// is one public id of a work; a *play* is one finished viewing.
package media

import "fmt"

// Kind is what sort of work something is.
type Kind uint8

// The five kinds. A Part is one cour of an anime as AniList, MAL, AniDB, Kitsu
// and SIMKL list it; it never shares the tokens of its show.
const (
	NoKind Kind = iota
	Film
	Show
	Season
	Episode
	Part
)

// Kinds lists every real kind in order.
var Kinds = [...]Kind{Film, Show, Season, Episode, Part}

var kindNames = [...]string{"", "film", "show", "season", "episode", "part"}

// String returns the English name used in logs, storage and scenario files.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

// ParseKind is the inverse of Kind.String; ok is false for anything else.
func ParseKind(s string) (k Kind, ok bool) {
	for _, k := range Kinds {
		if kindNames[k] == s {
			return k, true
		}
	}
	return NoKind, false
}

// Leaf tells whether a work of this kind can be watched by itself. Plays and
// progress are only ever written for leaves: a show key would mark every
// episode below it.
func (k Kind) Leaf() bool { return k == Film || k == Episode || k == Part }

// Feature is one kind of score that people keep.
type Feature uint8

// The features in the order in which a run writes them (R19).
const (
	History Feature = iota
	Ratings
	Watchlist
	Progress
)

// Features lists all features in writing order (R19).
var Features = [...]Feature{History, Ratings, Watchlist, Progress}

var featureNames = [...]string{"history", "ratings", "watchlist", "progress"}

// String returns the English name used in logs, storage and commands.
func (f Feature) String() string {
	if int(f) < len(featureNames) {
		return featureNames[f]
	}
	return fmt.Sprintf("feature(%d)", uint8(f))
}

// ParseFeature is the inverse of Feature.String; ok is false for anything else.
func ParseFeature(s string) (f Feature, ok bool) {
	for _, f := range Features {
		if featureNames[f] == s {
			return f, true
		}
	}
	return 0, false
}

// WorkID numbers a work in the identity table. It never changes because an
// item gained or lost an id. 0 means "not linked".
type WorkID int64

// PlayID numbers one play of one work; copies of the same viewing at several
// accounts share it (R16). 0 means "no particular play": the subject of the
// other features, and of the watched flag as such (R17).
type PlayID int64

// Item is what an account lists: the service's own key and what the service
// says about the work behind it.
type Item struct {
	Key           string // native key, unique within the account
	Kind          Kind
	Title         string
	OriginalTitle string // "" when the service does not tell
	Year          int    // 0 when unknown
	RuntimeMS     int64  // length in milliseconds; 0 when unknown
	Tokens        []Token
	ShowKey       string // native key of the show of a season or episode; "" when unknown
	ShowTitle     string // title of the show of a season or episode
	Season        int    // -1 when it has none; season 0 is a number
	Number        int    // -1 when it has none; episode 0 is a number
}
