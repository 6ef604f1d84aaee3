package anilist

// operation is one GraphQL document.
type operation struct{ name, text string }

// mediaFields describe a title; entryFields an entry with its title, and what
// must be known before an entry may be deleted.
const (
	mediaFields = `id idMal format status episodes duration seasonYear startDate { year } title { romaji english native }`
	entryFields = `id mediaId status progress repeat notes customLists updatedAt
score(format: POINT_100)
startedAt { year month day } completedAt { year month day }
media { ` + mediaFields + ` }`
)

var (
	viewerQuery = operation{"Viewer", `query Viewer {
Viewer { id name mediaListOptions { scoreFormat } options { timezone disabledListActivity { type disabled } } } }`}

	chunkQuery = operation{"AnimeListChunk", `query AnimeListChunk($userId: Int!, $chunk: Int!, $perChunk: Int!) {
MediaListCollection(userId: $userId, type: ANIME, chunk: $chunk, perChunk: $perChunk, forceSingleCompletedList: true, sort: [UPDATED_TIME_DESC]) {
hasNextChunk lists { entries { ` + entryFields + ` } } } }`}

	entriesQuery = operation{"EntriesByMedia", `query EntriesByMedia($userId: Int!, $ids: [Int], $page: Int!) {
Page(page: $page, perPage: 50) { pageInfo { hasNextPage } mediaList(userId: $userId, type: ANIME, mediaId_in: $ids) { ` + entryFields + ` } } }`}

	mediaQuery = operation{"MediaByIds", `query MediaByIds($ids: [Int], $page: Int!) {
Page(page: $page, perPage: 50) { pageInfo { hasNextPage } media(id_in: $ids, type: ANIME) { ` + mediaFields + ` } } }`}

	malQuery = operation{"MediaByMal", `query MediaByMal($ids: [Int], $page: Int!) {
Page(page: $page, perPage: 50) { pageInfo { hasNextPage } media(idMal_in: $ids, type: ANIME) { ` + mediaFields + ` } } }`}

	saveMutation = operation{"SaveEntry", `mutation SaveEntry($mediaId: Int!, $status: MediaListStatus, $progress: Int, $scoreRaw: Int, $startedAt: FuzzyDateInput, $completedAt: FuzzyDateInput) {
SaveMediaListEntry(mediaId: $mediaId, status: $status, progress: $progress, scoreRaw: $scoreRaw, startedAt: $startedAt, completedAt: $completedAt) { ` + entryFields + ` } }`}

	deleteMutation = operation{"DeleteEntry", `mutation DeleteEntry($id: Int!) { DeleteMediaListEntry(id: $id) { deleted } }`}
)
