package providertest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

func faultChecks() []check {
	out := []check{
		{"faults/lost after the effect is unproven", lostAfter},
		{"faults/lost before the effect is not confirmed", lostBefore},
		{"faults/not sent is not applied", notSent},
		{"faults/rate limits say until when", rateLimited},
		{"faults/no secret in errors", noSecrets},
		{"faults/over in the next call", overNext},
	}
	for f, kind := range map[Fault]provider.ErrorKind{Unauthorised: provider.Auth, TooMany: provider.RateLimited,
		ServerError: provider.Transient, LoginPage: provider.Transient, NotSent: provider.Transient} {
		out = append(out, check{"faults/kind of " + f.String(), func(ctx context.Context, r *Rig) error {
			return rightKind(ctx, r, f, kind)
		}})
	}
	for _, f := range []Fault{Unauthorised, TooMany, ServerError, LoginPage, CutBody} {
		out = append(out, check{"faults/results of a write after " + f.String(), func(ctx context.Context, r *Rig) error {
			return resultsAfter(ctx, r, f)
		}})
	}
	slices.SortFunc(out, func(a, b check) int { return strings.Compare(a.name, b.name) })
	return out
}

// additions are two or fewer adds of the first feature that takes any.
func (r *Rig) additions() ([]provider.Change, error) {
	for _, f := range []media.Feature{media.Watchlist, media.Ratings, media.History} {
		for _, k := range r.kinds(f, provider.AddIt) {
			if list := r.adds(f, k, min(2, r.Provider.Capabilities().Batch)); len(list) > 0 {
				return list, nil
			}
		}
	}
	return nil, notHere("nothing can be written")
}

// batchWorks is the room for one feature's works of a batch.
const batchWorks = 150

// adds are n adds of works of one kind, fewer where the service knows fewer.
// Every feature has works of its own: where a title has one status, one that
// was watched cannot be planned as well.
func (r *Rig) adds(f media.Feature, k media.Kind, n int) (list []provider.Change) {
	for i := range n {
		if it, _, ok := r.work(k, 300+int(f)*batchWorks+i); ok {
			list = append(list, change(provider.Add, f, it, r.first(f, it), r.longAgo()))
		}
	}
	return list
}

// during writes under a fault and returns what was written and answered.
func (r *Rig) during(ctx context.Context, f Fault) ([]provider.Change, []provider.Result, error, error) {
	list, err := r.additions()
	if err != nil {
		return nil, nil, nil, err
	}
	if !r.Fault(f) {
		return nil, nil, nil, notHere("the service cannot have it")
	}
	defer r.Calm()
	res, failure := r.Provider.Write(ctx, list)
	if len(res) != len(list) {
		return nil, nil, nil, fmt.Errorf("%d results for %d changes", len(res), len(list))
	}
	return list, res, failure, nil
}

// lostAfter: the answer of a write was lost; the engine must not send it again.
func lostAfter(ctx context.Context, r *Rig) error {
	list, res, failure, err := r.during(ctx, LostAfter)
	if err != nil {
		return err
	}
	if len(r.Truth(list[0].Feature, list[0].Item)) == 0 {
		return fmt.Errorf("the imitation stored nothing")
	}
	if res[0].Outcome != provider.Unproven {
		return fmt.Errorf("the first is %s, error %v", res[0].Outcome, failure)
	}
	for i, x := range res {
		held := len(r.Truth(list[i].Feature, list[i].Item)) > 0
		if held && x.Outcome == provider.NotApplied || !held && taken(x) == nil {
			return fmt.Errorf("change %d is %s, held: %v", i+1, x.Outcome, held)
		}
	}
	return nil
}

func lostBefore(ctx context.Context, r *Rig) error {
	_, res, failure, err := r.during(ctx, LostBefore)
	if err != nil {
		return err
	}
	for i, x := range res {
		if x.Outcome != provider.Unproven && x.Outcome != provider.NotApplied {
			return fmt.Errorf("change %d is %s, error %v", i+1, x.Outcome, failure)
		}
	}
	if failure == nil && res[0].Err == nil {
		return fmt.Errorf("no error anywhere")
	}
	return nil
}

// notSent: what certainly never left may be sent again.
func notSent(ctx context.Context, r *Rig) error {
	_, res, failure, err := r.during(ctx, NotSent)
	if err != nil {
		return err
	}
	for i, x := range res {
		if x.Outcome != provider.NotApplied {
			return fmt.Errorf("change %d is %s, error %v", i+1, x.Outcome, failure)
		}
	}
	return nil
}

// resultsAfter: one result per change even with an error, none of them proven.
func resultsAfter(ctx context.Context, r *Rig, f Fault) error {
	list, res, failure, err := r.during(ctx, f)
	if err != nil {
		return err
	}
	for i, x := range res {
		if taken(x) == nil {
			return fmt.Errorf("change %d is %s after an error", i+1, x.Outcome)
		}
		if held := len(r.Truth(list[i].Feature, list[i].Item)) > 0; held && x.Outcome != provider.Unproven {
			return fmt.Errorf("change %d is %s and yet had its effect", i+1, x.Outcome)
		}
		if x.Err == nil && failure == nil {
			return fmt.Errorf("change %d is %s without an error", i+1, x.Outcome)
		}
	}
	return nil
}

// failure reads under a fault and returns the error that came of it.
func (r *Rig) failure(ctx context.Context, f Fault) (*provider.Error, error) {
	if !r.Fault(f) {
		return nil, notHere("the service cannot have it")
	}
	defer r.Calm()
	for _, x := range media.Features {
		if !r.caps(x).Offered() {
			continue
		}
		_, _, err := r.read(ctx, x, provider.ReadRequest{Fresh: true}, "")
		var e *provider.Error
		switch {
		case err == nil:
			return nil, fmt.Errorf("no error")
		case !errors.As(err, &e):
			return nil, fmt.Errorf("not an *Error: %w", err)
		}
		return e, nil
	}
	return nil, notHere("nothing can be read")
}

// rightKind: the error says who must act next.
func rightKind(ctx context.Context, r *Rig, f Fault, want provider.ErrorKind) error {
	e, err := r.failure(ctx, f)
	if err != nil {
		return err
	}
	if e.Kind != want {
		return fmt.Errorf("%s, want %s: %w", e.Kind, want, e)
	}
	return nil
}

func rateLimited(ctx context.Context, r *Rig) error {
	e, err := r.failure(ctx, TooMany)
	if err != nil {
		return err
	}
	if e.Until <= r.Now() {
		return fmt.Errorf("come back at %s, now it is %s", e.Until, r.Now())
	}
	return nil
}

func noSecrets(ctx context.Context, r *Rig) error {
	if len(r.Secrets) == 0 {
		return notHere("no secrets")
	}
	for _, f := range []Fault{Unauthorised, ServerError, LoginPage, NotSent} {
		e, err := r.failure(ctx, f)
		if err != nil {
			continue
		}
		for _, s := range r.Secrets {
			if strings.Contains(e.Error(), s) {
				return fmt.Errorf("an error after %s holds a secret", f)
			}
		}
	}
	return nil
}

// overNext: when the fault is over, so is the failure.
func overNext(ctx context.Context, r *Rig) error {
	if _, err := r.failure(ctx, ServerError); err != nil {
		return err
	}
	for _, f := range media.Features {
		if !r.caps(f).Offered() {
			continue
		}
		if _, _, err := r.read(ctx, f, provider.ReadRequest{Full: true}, ""); err != nil {
			return fmt.Errorf("%s: %w", f, err)
		}
	}
	return nil
}
