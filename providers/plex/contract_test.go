package plex

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/fakekit"
	"watchkeeper/providers/internal/fakekit/openapi"
)

// deviations are where the server's own description (1.2.0) is known to
// differ from the server.
var deviations = []openapi.Deviation{
	{Call: "GET /library/sections/{sectionId}/all", Text: "unknown query includeGuids", Reason: "part of mediaQuery, which the description leaves open; in its own recorded samples"},
	{Call: "GET /library/sections/{sectionId}/all", Text: "unknown query type", Reason: "part of mediaQuery; named in the description's text on media queries"},
	{Call: "GET /library/sections/{sectionId}/all", Text: "unknown query sort", Reason: "part of mediaQuery; named in the description's text on media queries"},
	{Call: "GET /library/metadata/{ids}", Text: "unknown query includeGuids", Reason: "in recorded samples of the server; without it items have no public ids"},
	{Call: "GET /status/sessions/history/all", Text: "unknown query viewedAt>", Reason: "the description itself says: typically of the form viewedAt>=12456789"},
	{Call: "GET /library/sections/all", Text: "unknown field /MediaContainer/Directory[]/uuid", Reason: "in every recorded answer; the description leaves it out"},
	{Call: "GET /library/sections/all", Text: "unknown field /MediaContainer/size", Reason: "every container has it, also by the description's text"},
	{Call: "GET /library/sections/all", Text: "status 401 is not described", Reason: "a dead token; the description has it for few calls, the server for all"},
	{Call: "GET /:/eventsource/notifications", Text: "text/event-stream", Reason: "the type of event streams; the description has bytes without a type"},
	{Call: "GET /:/eventsource/notifications", Text: "answers are not judged", Reason: "a stream of bytes by the description; its events are described nowhere"},
	{Call: "PUT /:/rate", Text: "got -1, want 0", Reason: "the only way known to take a rating away; the server's own programs and python-plexapi send it"},
}

const description = "../../../shared/contracts/plex/plex-openapi-1.2.0-official.json"

// witness keeps what all tests of this package ask and are answered.
var witness openapi.Witness

// TestMain holds every request of every test to the server, and every answer
// of the imitation, to the server's own API description, where it is at hand.
// plex.tv has none.
func TestMain(m *testing.M) { openapi.Main(m, judged) }

func judged(all bool) []string {
	c, _, err := openapi.LoadAs(description, corrected, deviations...)
	if err != nil {
		return []string{err.Error()}
	}
	calls := witness.Calls("server")
	for i, call := range calls {
		if call.Path == "/library/sections" { // every program asks so; described is the same list under another name
			calls[i].Path += "/all"
		}
	}
	return openapi.Judge("plex", c, all, calls, witness.Calls("cloud"))
}

// TestDay does everything that the adapter can do with a server.
func TestDay(t *testing.T) { bubble(t, day) }

// corrected is a description with the ids in Guid as text: that is what every
// recorded answer has, where the description says integer. A missing one stays
// missing.
func corrected(data []byte) []byte {
	return changed(withoutExamples(data), func(o map[string]any) {
		if guid, ok := o["Guid"].(map[string]any); ok {
			guid["items"] = map[string]any{"type": "object", "required": []any{"id"}, "properties": map[string]any{"id": map[string]any{"type": "string"}}}
		}
	})
}

// withoutExamples is a description without examples, which stand where the form
// of descriptions does not allow them.
func withoutExamples(data []byte) []byte {
	return changed(data, func(o map[string]any) {
		if _, list := o["examples"].(map[string]any); list {
			delete(o, "examples")
		}
	})
}

// changed does something to every object of a description.
func changed(data []byte, change func(map[string]any)) []byte {
	var doc any
	if json.Unmarshal(data, &doc) != nil {
		return data
	}
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			change(v)
			for _, x := range v {
				walk(x)
			}
		case []any:
			for _, x := range v {
				walk(x)
			}
		}
	}
	walk(doc)
	data, _ = json.Marshal(doc) // it was JSON just now
	return data
}

// day uses everything that the adapter asks of a server, once.
func day(t *testing.T) {
	s := set(t, nil)
	for _, w := range fakekit.SomeWorks(9) {
		s.server.Add(w)
	}
	s.signIn(t)
	ctx := t.Context()
	film := s.server.Find("Paper Lighthouse 1")
	s.at().Start(film)
	s.at().Watch(film, time.Now())
	if _, err := s.account.Whoami(ctx); err != nil {
		t.Fatal(err)
	}
	snap := s.read(t, provider.ReadRequest{Full: true})
	s.at().Stop()
	s.read(t, provider.ReadRequest{Wants: wantsFrom(snap)})
	for _, f := range []media.Feature{media.Ratings, media.Progress, media.History} {
		for _, it := range snap.Items[:6] {
			if s.account.caps.Feature(f).Of(it.Kind) < provider.AddIt || it.Key == film {
				continue
			}
			v := map[media.Feature]media.Value{media.History: media.Watched(0), media.Ratings: media.Rated(75),
				media.Progress: media.Position(it.RuntimeMS/3, it.RuntimeMS)}[f]
			if res := s.write(t, provider.Change{Action: provider.Add, Feature: f, Item: it, New: v, At: media.At(time.Now())}); res.Outcome != provider.Confirmed {
				t.Errorf("%s of %s: %+v", f, it.Title, res)
			}
			if f != media.Progress {
				s.write(t, provider.Change{Action: provider.Remove, Feature: f, Item: it, Old: v})
			}
		}
	}
	if _, err := s.account.LookUp(ctx, media.History, snap.Items[:5]); err != nil {
		t.Fatal(err)
	}
	if _, err := s.account.Find(ctx, snap.Items[:3]); err != nil {
		t.Fatal(err)
	}
	if _, err := libraries(ctx, s.env); err != nil {
		t.Fatal(err)
	}
}

// read wants every feature unless it is told otherwise, and wants views.
func (s *stage) read(t testing.TB, want provider.ReadRequest) provider.Snapshot {
	t.Helper()
	if want.Wants == nil {
		for _, f := range media.Features {
			want.Wants = append(want.Wants, provider.FeatureRequest{Feature: f})
		}
	}
	snap, err := s.account.Read(t.Context(), want)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range snap.Views {
		if v.Err != nil {
			t.Fatalf("%s: %v", v.Feature, v.Err)
		}
	}
	return snap
}

// wantsFrom goes on from the cursors of a snapshot.
func wantsFrom(snap provider.Snapshot) (out []provider.FeatureRequest) {
	for _, v := range snap.Views {
		out = append(out, provider.FeatureRequest{Feature: v.Feature, Cursor: v.Cursor})
	}
	return out
}

func (s *stage) write(t testing.TB, c provider.Change) provider.Result {
	t.Helper()
	res, err := s.account.Write(t.Context(), []provider.Change{c})
	if err != nil || len(res) != 1 {
		t.Fatal(res, err)
	}
	return res[0]
}

// rowsOf are the rows of one item in one feature.
func rowsOf(snap provider.Snapshot, f media.Feature, key string) (out []provider.Row) {
	for _, v := range snap.Views {
		for _, row := range v.Rows {
			if v.Feature == f && row.Key == key {
				out = append(out, row)
			}
		}
	}
	return out
}

func viewOf(snap provider.Snapshot, f media.Feature) provider.View {
	for _, v := range snap.Views {
		if v.Feature == f {
			return v
		}
	}
	return provider.View{}
}

func itemOf(t testing.TB, snap provider.Snapshot, key string) media.Item {
	t.Helper()
	for _, it := range snap.Items {
		if it.Key == key {
			return it
		}
	}
	t.Fatalf("no item %q", key)
	return media.Item{}
}

func tokensText(it media.Item) string {
	var all []string
	for _, tok := range it.Tokens {
		all = append(all, tok.String())
	}
	return strings.Join(all, " ")
}

// TestDescribedAnswersAreRead: whatever the description allows a list to hold
// is read, also where the description is known to be wrong, and every row is
// shown or listed with a reason.
func TestDescribedAnswersAreRead(t *testing.T) {
	for name, right := range map[string]func([]byte) []byte{"as it is": withoutExamples, "put right": corrected} {
		c, found, err := openapi.LoadAs(description, right)
		if err != nil || !found {
			t.Log("no description at hand", err)
			return
		}
		for _, path := range []string{"/library/sections/{sectionId}/all", "/library/metadata/{ids}", "/status/sessions", "/status/sessions/history/all"} {
			answers, err := c.Gets(path, 200, 1)
			if err != nil {
				t.Error(err)
			}
			for _, answer := range answers {
				var e envelope
				if err := json.Unmarshal(answer, &e); err != nil {
					t.Fatalf("%s: %s: %v in %s", name, path, err, answer)
				}
				if e.MediaContainer == nil {
					continue
				}
				l := sift(e.MediaContainer.Metadata.items())
				if len(decoded[item](e.MediaContainer.Metadata)) != l.received || len(l.items)+len(l.skipped) != len(e.MediaContainer.Metadata) {
					t.Errorf("%s: %s: a row is lost of %s", name, path, answer)
				}
				for _, it := range l.items {
					shows{}.describe(it)
				}
			}
		}
	}
}
