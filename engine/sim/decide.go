package sim

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"watchkeeper/engine/guard"
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/observe"
	"watchkeeper/engine/plan"
	"watchkeeper/engine/provider"
)

// decision is one case of tier 1: a handful of accounts with one feature, as
// the pure stages see them, and a toy in place of store, adapters and clock.
// Weather and persons act for a few runs, then everything must come to rest.
type decision struct {
	chance  *rand.Rand
	feature media.Feature
	mutual  bool // everybody keeps the same as everybody and follows
	now     media.Moment
	run     ledger.RunID
	seq     ledger.Seq
	world   ledger.World
	shelves []*toyAccount
	works   []ledger.Work
	holds   []ledger.Hold
	words   []toyWord
	wrote   int
	froze   bool                  // a list was frozen at some time
	fooled  map[media.WorkID]bool // a service lied about it everywhere alike
	removed []toyRemoval
	engaged map[ledger.Code]int // and what else happened, by name
	// Of history: what truly was watched, the plays that are believed in, how many
	// rows logs have given keys to, and whose plays this run has read afresh.
	viewings []viewing
	plays    []ledger.Play
	found    map[media.PlayID]bool // those that this run has found
	played   int
	afresh   map[media.WorkID][]ledger.AccountID
	careless bool // a log's plays count as read afresh without being read
}

// toyAccount is an account's truth and what is believed of it.
type toyAccount struct {
	id     ledger.AccountID
	caps   provider.Capabilities
	truth  map[media.WorkID]toyValue
	shows  map[media.WorkID]toyValue     // what lists show; behind the truth when frozen
	came   map[media.WorkID]media.Moment // when it came to be so
	ours   map[media.WorkID][]toyValue   // what was written, sent when
	before map[media.WorkID]toyValue     // what was true before it changed last
	fibbed map[media.WorkID]bool         // a look-up lied about it at some time
	lie    map[media.WorkID]toyValue     // that the look-up before told, and when
	frozen int
	lossy  int // percent of writes that are not stored
	lost   int // percent of answers that are lost
	fibs   int // percent of look-ups that tell what was before
	known  observe.Known
	trust  ledger.Trust
	reads  []media.Moment // at which it showed the truth
	// Of history: its truth, what lists show, what was true before it changed
	// last, and when works were un-watched and what was un-watched had come.
	log, lists, earlier map[media.WorkID][]toyPlay
	unwatched, marked   map[media.WorkID]media.Moment
	// showedOn is when its list last showed a mark that had been taken away, looks
	// are its lists so far, and back when one was again as it had been before.
	showedOn map[media.WorkID]media.Moment
	looks    []string
	back     []media.Moment
}

type toyValue struct {
	value media.Value
	at    media.Moment
}

// toyWord is what a person said.
type toyWord struct {
	who  int
	work media.WorkID
	set  bool
	v    media.Value
	at   media.Moment
	// since is when that which the person spoke about came: the word or the
	// write before.
	since media.Moment
}

// histories is which share of the cases is about plays.
const histories = 4

// mostRuns is how soon a case must come to rest.
const mostRuns = 200

// Decide lives one case of tier 1 and returns what went wrong, if anything.
func Decide(seed uint64) (engaged map[ledger.Code]int, err error) {
	d := newDecision(seed)
	if err := d.live(); err != nil {
		return d.engaged, fmt.Errorf("case %d (%s): %w", seed, d.feature, err)
	}
	return d.engaged, nil
}

// live has weather and persons act for some runs, and then waits for rest.
func (d *decision) live() error {
	runs := 1 + d.chance.IntN(4)
	if d.big() {
		runs += 4
	}
	for n := range runs {
		for range d.chance.IntN(4) {
			d.act()
		}
		if d.big() && n > 1 {
			d.clearOut()
		}
		d.weather(false)
		if _, err := d.once(); err != nil {
			return err
		}
	}
	d.weather(true)
	quiet := 0
	for n := 0; quiet < 10; n++ {
		if quiet > 2 {
			d.now = d.now.Add(13 * time.Hour) // past every window of the rules
		}
		if n == mostRuns {
			return fmt.Errorf("L2: still writing after %d runs", n)
		}
		wrote, err := d.once()
		if err != nil {
			return err
		}
		quiet++
		if wrote > 0 {
			quiet = 0
		}
	}
	return d.agree()
}

func newDecision(seed uint64) *decision {
	chance := rand.New(rand.NewPCG(seed, 77))
	features := [...]media.Feature{media.Watchlist, media.Ratings, media.Progress}
	d := &decision{chance: chance, feature: features[chance.IntN(3)], mutual: chance.IntN(3) > 0, now: media.At(Start), run: 1,
		fooled: map[media.WorkID]bool{}, engaged: map[ledger.Code]int{}}
	if seed%histories == 0 {
		d.feature = media.History
	}
	works := 1 + chance.IntN(3)
	if d.feature != media.History && chance.IntN(40) == 0 {
		works = 24 // enough for guards that count
	}
	for n := range works {
		d.works = append(d.works, ledger.Work{ID: media.WorkID(n + 1), Kind: media.Film, Title: "Film", RuntimeMS: 100 * 60_000, Season: -1, Number: -1})
	}
	d.world = ledger.World{Profile: 1, Settings: ledger.Settings{IntervalMS: (30 * time.Minute).Milliseconds()}}
	for range 2 + chance.IntN(3) {
		d.addAccount()
	}
	d.addRoutes()
	for range chance.IntN(3 * works) {
		d.act()
	}
	for _, w := range d.works {
		if a := d.shelves[0]; d.big() && !a.truth[w.ID].value.Set {
			d.now = d.now.Add(time.Second)
			d.speak(a, w.ID, d.value(a))
		}
	}
	return d
}

func (d *decision) addAccount() {
	a := &toyAccount{id: ledger.AccountID(len(d.shelves) + 1), truth: map[media.WorkID]toyValue{},
		before: map[media.WorkID]toyValue{}, fibbed: map[media.WorkID]bool{}, lie: map[media.WorkID]toyValue{}, came: map[media.WorkID]media.Moment{},
		ours: map[media.WorkID][]toyValue{}, shows: map[media.WorkID]toyValue{}, log: map[media.WorkID][]toyPlay{},
		earlier: map[media.WorkID][]toyPlay{}, unwatched: map[media.WorkID]media.Moment{}, marked: map[media.WorkID]media.Moment{},
		showedOn: map[media.WorkID]media.Moment{}}
	c := provider.FeatureCaps{Coverage: provider.Whole, Step: [...]int{1, 10, 20}[d.chance.IntN(3)], PastDates: d.chance.IntN(2) == 0,
		Times: d.chance.IntN(2) == 0, LookUp: d.chance.IntN(2) == 0}
	if d.chance.IntN(3) == 0 {
		c.Coverage = provider.Catalogue
	}
	for k := range c.Access {
		c.Access[k] = provider.FullUse
	}
	if d.feature == media.History {
		d.historyCaps(&c)
	}
	a.caps = provider.Capabilities{Class: provider.MediaServer, OnwardToTrackers: true, Batch: 10}
	a.caps.Features[d.feature] = c
	a.known = observe.Known{Shown: map[ledger.RowKey]ledger.Shown{}, Statements: map[ledger.Subject]ledger.Statement{},
		Pending: map[ledger.Subject][]ledger.Pending{}, Proofs: map[ledger.RowKey]ledger.Proof{}, Quarantine: map[ledger.Subject][]ledger.Quarantine{}}
	a.trust = ledger.Trust{Account: a.id, Feature: d.feature}
	d.shelves = append(d.shelves, a)
	d.world.Parties = append(d.world.Parties, ledger.Party{Caps: a.caps, Account: ledger.Account{ID: a.id, Profile: 1,
		Features: media.Features[:], Accepted: true}})
}

func (d *decision) addRoutes() {
	for x := range d.shelves {
		for y := range d.shelves {
			if x == y || !d.mutual && d.chance.IntN(2) == 0 {
				continue
			}
			r := ledger.Route{ID: int64(len(d.world.Routes) + 1), Profile: 1, From: ledger.AccountID(x + 1), To: ledger.AccountID(y + 1),
				Feature: d.feature, Mode: ledger.KeepSame, Removals: ledger.Follow, Accepted: true}
			if !d.mutual {
				r.Mode, r.Removals = ledger.Mode(1+d.chance.IntN(2)), ledger.Removals(d.chance.IntN(3))
			}
			d.world.Routes = append(d.world.Routes, r)
		}
	}
}

// once is one run: look, observe, plan, guard, write.
func (d *decision) once() (wrote int, err error) {
	d.run++
	d.now = d.now.Add(31 * time.Minute)
	d.world.Now, d.world.Run = d.now, d.run
	d.look()
	files := d.files()
	d.chance.Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })
	p := plan.Make(&d.world, files)
	if d.feature == media.History {
		p, files = d.reread(p, files)
	}
	if err := d.pure(p, files); err != nil {
		return 0, err
	}
	for i := range p.Ops {
		p.Ops[i].ID = ledger.OpID(fmt.Sprintf("%d-%d", d.run, i))
	}
	d.withdraw(p.Withdrawn)
	d.world.Caused = guard.Caused(d.holds)
	allowed, changed := guard.Ops(&d.world, p, d.budget(), d.holds)
	d.keepHolds(changed)
	if err := d.bounded(allowed); err != nil {
		return 0, err
	}
	d.chance.Shuffle(len(allowed), func(i, j int) { allowed[i], allowed[j] = allowed[j], allowed[i] })
	for _, op := range allowed {
		if err := d.judge(op); err != nil {
			return 0, err
		}
		d.write(op)
	}
	d.lookAfter(allowed)
	return len(allowed), nil
}

// look has every account looked at once.
func (d *decision) look() {
	order := d.chance.Perm(len(d.shelves))
	if d.feature == media.History {
		d.observePlays(order)
		return
	}
	for _, i := range order {
		d.observe(d.shelves[i])
	}
}

// withdraw forgets what a first look no longer shows (R13).
func (d *decision) withdraw(refs []ledger.StatementRef) {
	for _, ref := range refs {
		delete(d.shelves[ref.Account-1].known.Statements, ref.Subject)
	}
}

// files gathers what is believed about each work.
func (d *decision) files() []ledger.Dossier {
	out := make([]ledger.Dossier, len(d.works))
	for i, w := range d.works {
		n := len(d.shelves)
		f := ledger.Dossier{Work: w, Links: make([]ledger.Link, 0, n), Shown: make([]ledger.Shown, 0, n), Statements: make([]ledger.Statement, 0, n)}
		if d.feature == media.History {
			d.playFile(&f)
			out[i] = f
			continue
		}
		s := ledger.Subject{Work: w.ID, Feature: d.feature}
		for _, a := range d.shelves {
			key := keyOf(w.ID)
			f.Links = append(f.Links, ledger.Link{Account: a.id, Key: key.Key, Work: w.ID, By: ledger.ByToken})
			if row, ok := a.known.Shown[key]; ok {
				f.Shown = append(f.Shown, row)
			}
			if st, ok := a.known.Statements[s]; ok {
				f.Statements = append(f.Statements, st)
			}
			if proof, ok := a.known.Proofs[key]; ok {
				f.Proofs = append(f.Proofs, proof)
			}
			f.Pending = append(f.Pending, a.known.Pending[s]...)
			f.Quarantine = append(f.Quarantine, a.known.Quarantine[s]...)
		}
		out[i] = f
	}
	return out
}

func keyOf(w media.WorkID) ledger.RowKey {
	return ledger.RowKey{Key: "k" + strconv.FormatInt(int64(w), 10)}
}

// write lets the service take an op, or not, and books it as apply does.
func (d *decision) write(op ledger.Op) {
	d.wrote++
	a := d.shelves[op.Account-1]
	key := keyOf(op.Work)
	if stored := d.chance.IntN(100) >= a.lossy; stored && d.feature == media.History {
		key.PlayKey = d.writePlay(a, op)
	} else if stored {
		at := d.now
		if a.caps.Features[d.feature].PastDates && op.At.Known() {
			at = op.At
		}
		a.put(op.Work, toyValue{op.New, at}, d.now)
	}
	if op.Action == provider.Remove {
		d.removed = append(d.removed, toyRemoval{d.flow(op), op.Work, d.now})
	}
	a.ours[op.Work] = append(a.ours[op.Work], toyValue{op.New, d.now})
	says := op.Says
	says.Account = a.id
	a.known.Pending[op.Subject] = append(a.known.Pending[op.Subject], ledger.Pending{Op: op.ID, Account: a.id, Subject: op.Subject,
		RowKey: key, Old: op.Old, New: op.New, Cause: op.Cause, Says: says, Sent: d.now, Run: d.run, State: ledger.Expected})
}

// sortedWorks are the works that an account shows, in order.
func (a *toyAccount) sortedWorks() []media.WorkID { return slices.Sorted(maps.Keys(a.shows)) }
