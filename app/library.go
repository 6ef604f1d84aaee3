package app

import (
	"context"
	"slices"

	"watchkeeper/engine"
	"watchkeeper/engine/identity"
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/store"
)

// LibraryArgs pick works.
type LibraryArgs struct {
	Person   string   `json:"person,omitempty"`
	Search   string   `json:"search,omitempty"`
	Features []string `json:"features,omitempty"`
	Account  string   `json:"account,omitempty"` // that shows the work
	Kind     string   `json:"kind,omitempty"`
	Differs  bool     `json:"differs,omitempty"`
	Offset   int      `json:"offset,omitempty"`
	Limit    int      `json:"limit,omitempty"` // 0: 100
}

// LibraryPage is a page of works by title.
type LibraryPage struct {
	Total int    `json:"total"`
	Works []Work `json:"works"`
}

// Work is one film, show, season or episode and what each account shows of it.
type Work struct {
	ID    int64  `json:"id"`
	Kind  string `json:"kind"`
	Title string `json:"title"`
	Chips []Chip `json:"chips"`
}

// Chip is one account's value for a work in one feature.
type Chip struct {
	Account string `json:"account"`
	Feature string `json:"feature"`
	Value   string `json:"value"` // "unknown" where the account does not hold it
	At      string `json:"at,omitempty"`
	Unmet   string `json:"unmet,omitempty"` // why it does not show what it should
	Sent    bool   `json:"sent,omitempty"`
}

// Library lists every work once.
func (a *App) Library(ctx context.Context, args LibraryArgs) (LibraryPage, error) {
	n, err := a.names(ctx)
	if err != nil {
		return LibraryPage{}, err
	}
	page := LibraryPage{Works: []Work{}}
	q, ok, err := a.query(ctx, args)
	if err != nil || !ok {
		return page, err
	}
	rows, total, err := a.Store.Library(ctx, q)
	page.Total = total
	for _, r := range rows {
		page.Works = append(page.Works, n.work(r))
	}
	return page, err
}

func (n names) work(r ledger.LibraryRow) Work {
	v := Work{ID: int64(r.Work.ID), Kind: r.Work.Kind.String(), Title: engine.Title(r.Work, ledger.Work{Title: r.Show}), Chips: []Chip{}}
	for _, c := range r.Chips {
		value := c.Value.Text(c.Feature)
		if c.State == ledger.ShownUnknown {
			value = "unknown"
		}
		v.Chips = append(v.Chips, Chip{n.label(c.Account), c.Feature.String(), value, when(c.At), string(c.Unmet), c.Sent})
	}
	return v
}

// WorkArgs name a work.
type WorkArgs struct {
	Work   int64  `json:"work"`
	Person string `json:"person,omitempty"`
}

// Item is everything that was said and done about one work.
type Item struct {
	Title  string `json:"title"`
	Said   []Said `json:"said"`
	Writes []Op   `json:"writes"`
}

// Said is one thing that was said about a work.
type Said struct {
	Account  string `json:"account"`
	Feature  string `json:"feature"`
	Value    string `json:"value"`
	At       string `json:"at,omitempty"`
	Origin   string `json:"origin"`
	Replaced bool   `json:"replaced,omitempty"` // it no longer stands
}

// LibraryItem tells the story of one work.
func (a *App) LibraryItem(ctx context.Context, args WorkArgs) (Item, error) {
	n, err := a.names(ctx)
	if err != nil {
		return Item{}, err
	}
	p, err := n.person(args.Person)
	if err != nil {
		return Item{}, err
	}
	work := media.WorkID(args.Work)
	t, err := a.Store.Timeline(ctx, p.ID, work)
	if err != nil {
		return Item{}, missing(err, "watchkeeperctl library lists them")
	}
	titles, err := a.titles(ctx, []media.WorkID{work})
	if err != nil {
		return Item{}, err
	}
	v := Item{Title: titles[work], Said: []Said{}}
	for _, s := range t.Before {
		v.Said = append(v.Said, n.said(s.Statement, true))
	}
	for _, s := range t.Current {
		v.Said = append(v.Said, n.said(s, false))
	}
	slices.Reverse(t.Writes)
	v.Writes, err = a.entries(ctx, n, t.Writes)
	return v, err
}

func (n names) said(s ledger.Statement, replaced bool) Said {
	value := s.Value.Text(s.Feature)
	if s.Cleared {
		value = "removed"
	}
	return Said{n.label(s.Account), s.Feature.String(), value, when(s.At), n.label(s.Origin), replaced}
}

// Unlinked is an item of an account that is no work yet, or is in doubt.
type Unlinked struct {
	Account   string     `json:"account"`
	Key       string     `json:"key"`
	Title     string     `json:"title"`
	Why       string     `json:"why"`
	Proposals []Proposal `json:"proposals,omitempty"`
}

// Proposal is a work that an item may be.
type Proposal struct {
	Work  int64  `json:"work"`
	Title string `json:"title"`
	Score int    `json:"score"`
	Exact bool   `json:"exact"` // title, year and kind are equal, and there is no other
	Bulk  bool   `json:"bulk"`  // may be accepted together with others
}

// Unlinked lists items that nothing identifies, with what they may be, and
// items whose ids contradict each other.
func (a *App) Unlinked(ctx context.Context, _ none) ([]Unlinked, error) {
	n, err := a.names(ctx)
	if err != nil {
		return nil, err
	}
	missing, err := a.Engine.Unmatched(ctx)
	if err != nil {
		return nil, err
	}
	conflicts, err := a.Engine.Conflicts(ctx)
	if err != nil {
		return nil, err
	}
	out := []Unlinked{}
	for _, c := range conflicts {
		out = append(out, Unlinked{Account: n.label(c.Account), Key: c.Key, Title: c.Value.Title, Why: worded(c.Value.Evidence)})
	}
	for _, acc := range n.accounts {
		rows, err := a.proposed(ctx, acc, missing)
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	return out, nil
}

// proposed are an account's items that nothing identifies, with the works of
// its person that they may be.
func (a *App) proposed(ctx context.Context, acc ledger.Account, missing []store.Finding[identity.Unmatched]) ([]Unlinked, error) {
	var items []identity.Unmatched
	for _, m := range missing {
		if m.Account == acc.ID && !acc.Removed {
			items = append(items, m.Value)
		}
	}
	if len(items) == 0 {
		return nil, nil
	}
	rows, _, err := a.Store.Library(ctx, store.LibraryQuery{Profile: acc.Profile, Limit: 1 << 30})
	if err != nil {
		return nil, err
	}
	titles := map[media.WorkID]string{}
	var works []identity.Candidate
	for _, r := range rows {
		w := r.Work
		titles[w.ID] = engine.Title(w, ledger.Work{Title: r.Show})
		works = append(works, identity.Candidate{Work: w.ID, Item: media.Item{Kind: w.Kind, Title: w.Title, Year: w.Year,
			RuntimeMS: w.RuntimeMS, ShowTitle: r.Show, Season: w.Season, Number: w.Number}})
	}
	found := map[string][]Proposal{}
	for _, p := range identity.Propose(items, works) {
		found[p.Key] = append(found[p.Key], Proposal{int64(p.Work), titles[p.Work], p.Score, p.Exact, p.Bulk})
	}
	var out []Unlinked
	for _, item := range items {
		title := engine.Title(ledger.Work{Kind: item.Item.Kind, Title: item.Item.Title, Year: item.Item.Year,
			Season: item.Item.Season, Number: item.Item.Number}, ledger.Work{Title: item.Item.ShowTitle})
		out = append(out, Unlinked{acc.Name, item.Key, title, "it has no public ids", found[item.Key]})
	}
	return out, nil
}

// LinkArgs name an item, and the work that it is.
type LinkArgs struct {
	Account string `json:"account"`
	Key     string `json:"key"`
	Work    int64  `json:"work,omitempty"`
}

// Link says by hand what an item is, for ever.
func (a *App) Link(ctx context.Context, args LinkArgs) (none, error) {
	acc, err := a.labelled(ctx, args.Account)
	if err != nil {
		return none{}, err
	}
	if err := a.Engine.Link(ctx, acc.ID, args.Key, media.WorkID(args.Work)); err != nil {
		return none{}, missing(err, "watchkeeperctl library lists works, watchkeeperctl link items")
	}
	a.soon()
	return none{}, nil
}

// Unlink says by hand that an item is not the work it was taken for, for ever.
func (a *App) Unlink(ctx context.Context, args LinkArgs) (none, error) {
	acc, err := a.labelled(ctx, args.Account)
	if err != nil {
		return none{}, err
	}
	if err := a.Engine.Unlink(ctx, acc.ID, args.Key); err != nil {
		return none{}, missing(err, "watchkeeperctl library show WORK lists the items of a work")
	}
	a.soon()
	return none{}, nil
}

func (a *App) labelled(ctx context.Context, label string) (ledger.Account, error) {
	n, err := a.names(ctx)
	if err != nil {
		return ledger.Account{}, err
	}
	return n.account(label)
}
