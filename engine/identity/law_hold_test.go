package identity

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

func TestLawsHoldHoweverServicesLie(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		if err := tell(stories(true, false).Draw(t, "story"), Resolve); err != nil {
			t.Fatal(err)
		}
	})
}

func TestLawsHoldWhateverPersonsLink(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		if err := tell(stories(true, true).Draw(t, "story"), Resolve); err != nil {
			t.Fatal(err)
		}
	})
}

// Where services tell the truth nothing contradicts, works are what they are,
// and it does not matter which account is read first.
func TestTruthIsFoundInAnyOrderOfReads(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := stories(false, false).Draw(t, "story")
		if err := tell(s, Resolve); err != nil {
			t.Fatal(err)
		}
		forth, back := newBook(), newBook()
		for _, a := range s.acts {
			faithful(t, forth, a)
		}
		for _, a := range slices.Backward(s.acts) {
			faithful(t, back, a)
		}
		if f, b := grouping(forth), grouping(back); f != b {
			t.Fatalf("read forth:\n%s\nread back:\n%s", f, b)
		}
	})
}

// faithful reads and checks that no two works of the truth became one.
func faithful(t *rapid.T, b *book, a act) {
	out := b.see(a.account, a.items...)
	if len(out.Conflicts) > 0 {
		t.Fatalf("contradiction among true ids: %+v", out.Conflicts)
	}
	truth := map[media.WorkID]string{}
	for _, links := range b.links {
		for key, l := range links {
			is := key[len("k0 "):]
			if was, ok := truth[l.Work]; ok && was != is {
				t.Fatalf("work %d is both %s and %s", l.Work, was, is)
			}
			truth[l.Work] = is
		}
	}
}

// grouping prints which tokens are of one work, without its number.
func grouping(b *book) string {
	byWork := map[media.WorkID][]media.Token{}
	for t, w := range b.tokens {
		byWork[w] = append(byWork[w], t)
	}
	var works []string
	for _, ts := range byWork {
		slices.SortFunc(ts, media.Token.Compare)
		works = append(works, fmt.Sprint(ts))
	}
	slices.Sort(works)
	return fmt.Sprint(works)
}

// Negative controls: each of these ways of getting it wrong breaks a law
// within two thousand stories.
func TestLawsCatch(t *testing.T) {
	for name, wrong := range map[string]func(Input) Output{
		"joining by title":                byTitle,
		"forgetting links":                forgetful,
		"keying by the first id":          byFirstID,
		"taking every id over":            credulous,
		"a film and a show of one number": kindBlind,
		"numbering in order of arrival":   inOrder,
		"overhearing an unlink":           deaf,
	} {
		caught := false
		for seed := 0; seed < 2000 && !caught; seed++ {
			caught = tell(stories(true, true).Example(seed), wrong) != nil
		}
		if !caught {
			t.Errorf("%s breaks no law", name)
		}
	}
}

func byTitle(in Input) Output {
	out := Resolve(in)
	first := map[string]media.WorkID{}
	items := slices.Clone(in.Items)
	slices.SortFunc(items, func(a, b media.Item) int { return cmp.Compare(a.Key, b.Key) })
	for _, it := range items {
		name := it.Kind.String() + it.Title
		if _, linked := in.Known.Links[it.Key]; linked || out.Of[it.Key] == 0 {
			continue
		}
		if first[name] == 0 {
			first[name] = out.Of[it.Key]
		}
		out.Of[it.Key] = first[name]
	}
	for i, l := range out.Links {
		out.Links[i].Work = out.Of[l.Key]
	}
	return out
}

func forgetful(in Input) Output {
	in.Known.Links = nil
	return Resolve(in)
}

func byFirstID(in Input) Output {
	in.Items = slices.Clone(in.Items)
	for i, it := range in.Items {
		in.Items[i].Tokens = it.Tokens[:min(1, len(it.Tokens))]
	}
	in.Known.Links = nil
	return Resolve(in)
}

// credulous does not see contradictions.
func credulous(in Input) Output {
	in.Known.WorkTokens = nil
	return Resolve(in)
}

func kindBlind(in Input) Output {
	in.Items = slices.Clone(in.Items)
	for i, it := range in.Items {
		if it.Kind != media.Show {
			continue
		}
		it.Kind, it.Tokens = media.Film, slices.Clone(it.Tokens)
		for j := range it.Tokens {
			it.Tokens[j].Kind = media.Film
		}
		in.Items[i] = it
	}
	return Resolve(in)
}

// inOrder gives each new item its own work as it comes.
func inOrder(in Input) Output {
	out := Output{Of: map[string]media.WorkID{}, NextWork: in.NextWork}
	for _, it := range in.Items {
		if l, ok := in.Known.Links[it.Key]; ok {
			out.Of[it.Key] = l.Work
			continue
		}
		out.Of[it.Key] = out.NextWork
		out.Works = append(out.Works, ledger.Work{ID: out.NextWork, Kind: it.Kind})
		out.Links = append(out.Links, ledger.Link{Account: in.Account, Key: it.Key, Work: out.NextWork, By: ledger.ByToken})
		out.NextWork++
	}
	return out
}

func deaf(in Input) Output {
	in.Known.Unlinked = nil
	return Resolve(in)
}
