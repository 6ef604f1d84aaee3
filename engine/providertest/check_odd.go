package providertest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// oddReads is how many reads meet an odd value.
const oddReads = 100

func oddChecks() []check {
	return []check{
		{"honesty/odd values lose nothing", oddValues},
		{"honesty/spelling means nothing", spellingMeansNothing},
		{"look-up/odd values prove nothing", oddAnswers},
		{"writing/odd answers prove nothing", oddReplies},
	}
}

// oddValues: whatever one value of one answer becomes, what the account shows
// is shown, or listed as not understood, or there is no view. It never looks
// as if the person had taken it away.
func oddValues(ctx context.Context, r *Rig) error {
	want, before, answers, err := r.clean(ctx)
	if err != nil {
		return err
	}
	for i, v := range before.Views {
		want.Wants[i].Cursor = v.Cursor
	}
	return r.meet(ctx, want, before, answers)
}

// spellingMeansNothing: a byte order mark, white space, fields that nobody
// knows and quotes around numbers change nothing that is shown.
func spellingMeansNothing(ctx context.Context, r *Rig) error {
	want, before, _, err := r.clean(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for name, spell := range spellings {
		r.Answers(spell)
		after, err := r.Provider.Read(ctx, want)
		r.Calm()
		if err == nil {
			err = sameShown(before, after)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", name, err))
		}
	}
	return errors.Join(errs...)
}

// sameShown compares what two reads of the same state show.
func sameShown(a, b provider.Snapshot) error {
	for i, v := range a.Views {
		w := b.Views[i]
		if w.Err != nil {
			return w.Err
		}
		if len(v.Skipped) != len(w.Skipped) || !slices.Equal(byKey(v.Rows), byKey(w.Rows)) {
			return fmt.Errorf("%s: %d rows and %d not understood, then %d and %d", v.Feature, len(v.Rows), len(v.Skipped), len(w.Rows), len(w.Skipped))
		}
	}
	return nil
}

func byKey(rows []provider.Row) []provider.Row {
	return slices.SortedFunc(slices.Values(rows), func(x, y provider.Row) int {
		return cmp.Or(strings.Compare(x.Key, y.Key), strings.Compare(x.PlayKey, y.PlayKey))
	})
}

// clean gives the person something of everything and reads it all: the wish,
// what it found, and how many answers that took.
func (r *Rig) clean(ctx context.Context) (want provider.ReadRequest, s provider.Snapshot, answers int, err error) {
	if r.Answers == nil {
		return want, s, 0, notHere("answers are not JSON")
	}
	want.Full = true
	for _, f := range media.Features {
		if !r.caps(f).Offered() {
			continue
		}
		want.Wants = append(want.Wants, provider.FeatureRequest{Feature: f})
		for i, k := range r.kinds(f, provider.ReadIt) {
			r.seedSome(f, k, 600+int(f)*10+i*3)
		}
	}
	answers, err = r.counted(func() (err error) {
		s, err = r.Provider.Read(ctx, want)
		return err
	})
	return want, s, answers, err
}

// counted tells how many answers a call takes that goes well.
func (r *Rig) counted(do func() error) (answers int, err error) {
	r.Answers(func(body []byte) []byte { answers++; return body })
	defer r.Calm()
	if err = do(); err == nil && answers == 0 {
		err = errors.New("no answer passed by")
	}
	return answers, err
}

// seedSome gives three works a value, as far as the service takes it.
func (r *Rig) seedSome(f media.Feature, k media.Kind, from int) {
	for n := range 3 {
		if it, _, ok := r.work(k, from+n); ok {
			r.seed(f, it)
		}
	}
}

// meet reads again and again, each time with another odd value in another
// answer.
func (r *Rig) meet(ctx context.Context, want provider.ReadRequest, before provider.Snapshot, answers int) error {
	var errs []error
	views := 0
	for n := range uint64(oddReads) {
		var after provider.Snapshot
		where, err := r.spoilt(n, answers, func() (err error) {
			after, err = r.Provider.Read(ctx, want)
			return err
		})
		if err != nil {
			continue // no view is no loss (R1)
		}
		views++
		if what := lost(before, after); what != "" {
			errs = append(errs, fmt.Errorf("a structure at %s: %s is gone, and nothing says so", where, what))
		}
	}
	if views == 0 {
		return errors.New("one odd value in a hundred reads leaves nothing to see")
	}
	return errors.Join(errs...)
}

// spoilt calls do while one of its answers has an odd value, and tells where;
// seed and count choose the answer and the value.
func (r *Rig) spoilt(seed uint64, count int, do func() error) (where string, err error) {
	chance := rand.New(rand.NewPCG(seed, 0))
	turn := chance.IntN(count)
	r.Answers(func(body []byte) []byte {
		if turn--; turn == -1 {
			body, where = odd(chance, body)
		}
		return body
	})
	defer r.Calm()
	err = do()
	return where, err
}

// oddLookUps is how many look-ups of each kind of title meet an odd value.
const oddLookUps = 25

// oddAnswers: whatever one value of one answer becomes, a look-up does not say
// that a value is gone which is there (R6).
func oddAnswers(ctx context.Context, r *Rig) error {
	if r.Answers == nil {
		return notHere("answers are not JSON")
	}
	return r.lookUps(func(c provider.Confirmer, f media.Feature, it media.Item) error {
		if _, ok := r.seed(f, it); !ok {
			return unseeded
		}
		it, err := r.keyed(ctx, f, it)
		if err != nil {
			return err
		}
		answers, err := r.counted(func() error {
			_, err := ask(ctx, c, f, it)
			return err
		})
		if err != nil {
			return err
		}
		for n := range uint64(oddLookUps) {
			var got []provider.Answer
			where, err := r.spoilt(n, answers, func() (err error) {
				got, err = ask(ctx, c, f, it)
				return err
			})
			if err == nil && got[0].Held && len(set(got[0].Rows)) == 0 {
				return fmt.Errorf("a structure at %s: an explicit no to a value that is there", where)
			}
		}
		return nil
	})
}

// oddWrites is how many writes of each kind of title meet an odd value.
const oddWrites = 12

// oddReplies: whatever one value of an answer becomes, a write that had its
// effect does not count as one that had none, nor the other way round.
func oddReplies(ctx context.Context, r *Rig) error {
	if r.Answers == nil {
		return notHere("answers are not JSON")
	}
	return r.each(provider.AddIt, func(f media.Feature, it media.Item) error {
		var list []provider.Change
		for n := range oddWrites {
			if more, _, ok := r.work(it.Kind, 800+int(f)*100+n); ok {
				list = append(list, change(provider.Add, f, more, r.first(f, more), r.longAgo()))
			}
		}
		if len(list) < 2 {
			return notHere("too few works are known")
		}
		answers, err := r.counted(func() error {
			_, err := r.one(ctx, list[0])
			return err
		})
		if err != nil {
			return err
		}
		for n, c := range list[1:] {
			if err := r.replied(ctx, uint64(n), answers, c); err != nil {
				return err
			}
		}
		return nil
	})
}

// replied writes one change while an answer has an odd value.
func (r *Rig) replied(ctx context.Context, seed uint64, answers int, c provider.Change) error {
	var res []provider.Result
	where, err := r.spoilt(seed, answers, func() (err error) {
		res, err = r.Provider.Write(ctx, []provider.Change{c})
		return err
	})
	if len(res) != 1 {
		return fmt.Errorf("a structure at %s: %d results", where, len(res))
	}
	out, held := res[0].Outcome, len(r.Truth(c.Feature, c.Item)) > 0
	switch {
	case held && (out == provider.NotApplied || out == provider.Refused), !held && (out == provider.Confirmed || out == provider.Already):
		return fmt.Errorf("a structure at %s: the write is %s, held: %v, error %v %v", where, out, held, res[0].Err, err)
	}
	return nil
}
