package identity

import (
	"cmp"
	"slices"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// describe fills the gaps of works from their items, lowest key first. What a
// work says about itself is set once: accounts that spell a title differently
// never take turns.
func (r *resolver) describe() {
	var telling []int
	for _, i := range r.gaps {
		if id := r.workOf(r.in.Items[i].Key); r.filled(id, r.told(i)) != r.known(id) {
			telling = append(telling, i)
		}
	}
	slices.SortFunc(telling, func(a, b int) int {
		x, y := &r.in.Items[a], &r.in.Items[b]
		return cmp.Or(cmp.Compare(x.Key, y.Key), compareItems(x, y))
	})
	for _, i := range telling {
		r.fill(r.workOf(r.in.Items[i].Key), r.told(i))
	}
}

// lacks tells whether a work, if it was loaded, has a gap that the item may fill.
func lacks(w ledger.Work, it *media.Item) bool {
	if w.ID == 0 {
		return false
	}
	if w.Title == "" && it.Title != "" || w.Year == 0 && it.Year != 0 || w.RuntimeMS == 0 && it.RuntimeMS > 0 {
		return true
	}
	switch w.Kind {
	case media.Episode:
		return w.Show == 0 || w.Season < 0 || w.Number < 0
	case media.Season:
		return w.Show == 0 || w.Season < 0
	}
	return false
}

// told is what an item says about its work.
func (r *resolver) told(i int) ledger.Work {
	it := &r.in.Items[i]
	w := ledger.Work{Kind: it.Kind, Title: it.Title, Year: it.Year, RuntimeMS: it.RuntimeMS, Season: -1, Number: -1}
	if it.Kind == media.Season || it.Kind == media.Episode {
		w.Season, w.Show, w.ShowTitle = it.Season, r.showFor(it), it.ShowTitle
	}
	if it.Kind == media.Episode {
		w.Number = it.Number
	}
	return w
}

// known returns a work as it stands in this call; the zero Work if it was not
// loaded.
func (r *resolver) known(id media.WorkID) ledger.Work {
	if w, ok := r.works[id]; ok {
		return w
	}
	return r.in.Known.Works[id]
}

// filled returns the work with its gaps filled by what is told of the same
// kind; a work that was not loaded stays the zero Work.
func (r *resolver) filled(id media.WorkID, told ledger.Work) ledger.Work {
	w := r.known(id)
	if w.ID == 0 || w.Kind != told.Kind {
		return w
	}
	if w.Title == "" {
		w.Title = told.Title
	}
	if w.Year == 0 {
		w.Year = told.Year
	}
	if w.RuntimeMS == 0 {
		w.RuntimeMS = told.RuntimeMS
	}
	if w.Show == 0 {
		w.Show = told.Show
	}
	w.ShowTitle = cmp.Or(w.ShowTitle, told.ShowTitle)
	if w.Show != 0 {
		w.ShowTitle = "" // the show itself says it
	}
	if w.Season < 0 {
		w.Season = told.Season
	}
	if w.Number < 0 {
		w.Number = told.Number
	}
	return w
}

func (r *resolver) fill(id media.WorkID, told ledger.Work) {
	if w := r.filled(id, told); w != r.known(id) {
		r.works[id] = w
	}
}

// workOf returns the work of a native key, listed or remembered, after joins;
// 0 when it has none or when its ids contradict.
func (r *resolver) workOf(key string) media.WorkID {
	id := r.out.Of[key]
	if id == 0 {
		link, _ := r.link(key)
		id = link.Work
	}
	if r.disputed[key] {
		return 0
	}
	return r.after(id)
}

// after returns what a work became by this call's joins.
func (r *resolver) after(id media.WorkID) media.WorkID {
	if into, ok := r.moved[id]; ok {
		return into
	}
	return id
}

// showFor returns the show of a season or episode: the one its item names,
// else the one that all its numbered tokens name; 0 unknown.
func (r *resolver) showFor(it *media.Item) media.WorkID {
	if it.ShowKey != "" {
		if id := r.workOf(it.ShowKey); r.known(id).Kind == media.Show {
			return id
		}
	}
	var show media.WorkID
	for _, t := range it.Tokens {
		t, ok := usable(it.Kind, t)
		if _, _, numbered := t.Numbered(); !ok || !numbered {
			continue
		}
		owner := r.owner(showOf(t))
		if owner != 0 && show != 0 && owner != show {
			return 0
		}
		show = max(show, owner)
	}
	return show
}

// owner returns the work that owns a show's token, after this call; 0: none.
func (r *resolver) owner(t media.Token) media.WorkID {
	if w := r.showOwners[t]; w != 0 {
		return w
	}
	return r.after(r.in.Known.Tokens[t])
}

// compareItems orders items by what describe takes from them.
func compareItems(a, b *media.Item) int {
	return cmp.Or(
		cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Title, b.Title), cmp.Compare(a.Year, b.Year),
		cmp.Compare(a.RuntimeMS, b.RuntimeMS), cmp.Compare(a.ShowKey, b.ShowKey), cmp.Compare(a.ShowTitle, b.ShowTitle),
		cmp.Compare(a.Season, b.Season), cmp.Compare(a.Number, b.Number),
	)
}
