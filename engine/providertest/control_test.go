package providertest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// bent breaks one promise of a provider; nil functions leave it as it is.
type bent struct {
	parts
	caps   func(provider.Capabilities) provider.Capabilities
	whoami func(context.Context) (provider.Identity, error)
	read   func(context.Context, provider.ReadRequest) (provider.Snapshot, error)
	write  func(context.Context, []provider.Change) ([]provider.Result, error)
	lookUp func(context.Context, media.Feature, []media.Item) ([]provider.Answer, error)
	find   func(context.Context, []media.Item) ([]*media.Item, error)
}

func (b *bent) Capabilities() provider.Capabilities {
	if b.caps != nil {
		return b.caps(b.parts.Capabilities())
	}
	return b.parts.Capabilities()
}

func (b *bent) Whoami(ctx context.Context) (provider.Identity, error) {
	if b.whoami != nil {
		return b.whoami(ctx)
	}
	return b.parts.Whoami(ctx)
}

func (b *bent) Read(ctx context.Context, want provider.ReadRequest) (provider.Snapshot, error) {
	if b.read != nil {
		return b.read(ctx, want)
	}
	return b.parts.Read(ctx, want)
}

func (b *bent) Write(ctx context.Context, c []provider.Change) ([]provider.Result, error) {
	if b.write != nil {
		return b.write(ctx, c)
	}
	return b.parts.Write(ctx, c)
}

func (b *bent) LookUp(ctx context.Context, f media.Feature, items []media.Item) ([]provider.Answer, error) {
	if b.lookUp != nil {
		return b.lookUp(ctx, f, items)
	}
	return b.parts.LookUp(ctx, f, items)
}

func (b *bent) Find(ctx context.Context, items []media.Item) ([]*media.Item, error) {
	if b.find != nil {
		return b.find(ctx, items)
	}
	return b.parts.Find(ctx, items)
}

// A control breaks one promise of the provider inside a rig.
type control func(b *bent, in parts)

// apply bends the provider of a rig.
func (c control) apply(r *Rig) *Rig {
	in := take(r.Provider)
	b := &bent{parts: in}
	c(b, in)
	p := parts{Provider: b, Busy: in.Busy}
	if in.Confirmer != nil {
		p.Confirmer = b
	}
	if in.Finder != nil {
		p.Finder = b
	}
	r.Provider = p.assemble()
	return r
}

// views bends every view that came without an error.
func views(change func(*provider.View, *provider.Snapshot)) control {
	return func(b *bent, in parts) {
		b.read = func(ctx context.Context, want provider.ReadRequest) (provider.Snapshot, error) {
			s, err := in.Read(ctx, want)
			for i := range s.Views {
				if s.Views[i].Err == nil {
					change(&s.Views[i], &s)
				}
			}
			return s, err
		}
	}
}

// later bends every view from the second read on.
func later(change func(*provider.View, *provider.Snapshot)) control {
	return func(b *bent, in parts) {
		views(change)(b, in)
		bentRead, reads := b.read, 0
		b.read = func(ctx context.Context, want provider.ReadRequest) (provider.Snapshot, error) {
			if reads++; reads > 1 {
				return bentRead(ctx, want)
			}
			return in.Read(ctx, want)
		}
	}
}

// rows bends every row.
func rows(change func(*provider.Row)) control {
	return views(func(v *provider.View, _ *provider.Snapshot) {
		for i := range v.Rows {
			change(&v.Rows[i])
		}
	})
}

// answering bends the results of writes.
func answering(change func([]provider.Result, error) ([]provider.Result, error)) control {
	return func(b *bent, in parts) {
		b.write = func(ctx context.Context, c []provider.Change) ([]provider.Result, error) {
			return change(in.Write(ctx, c))
		}
	}
}

func each1(o provider.Outcome, err error) control {
	return answering(func(res []provider.Result, _ error) ([]provider.Result, error) {
		for i := range res {
			res[i] = provider.Result{Outcome: o}
		}
		return res, err
	})
}

// writes bends what is written.
func writes(change func(provider.Change) (provider.Change, bool)) control {
	return func(b *bent, in parts) {
		b.write = func(ctx context.Context, list []provider.Change) ([]provider.Result, error) {
			out := make([]provider.Result, len(list))
			for i, c := range list {
				c, send := change(c)
				out[i].Outcome = provider.Accepted
				if !send {
					continue
				}
				res, err := in.Write(ctx, []provider.Change{c})
				if err != nil {
					return unsent(out, provider.AsError(err)), err
				}
				out[i] = res[0]
			}
			return out, nil
		}
	}
}

func swallow(a provider.Action) control {
	return writes(func(c provider.Change) (provider.Change, bool) { return c, c.Action != a })
}

// emptied turns every failure to read into an empty list: the oldest bug.
func emptied(b *bent, in parts) {
	b.read = func(ctx context.Context, want provider.ReadRequest) (provider.Snapshot, error) {
		s, err := in.Read(ctx, want)
		if err != nil {
			s.Views = nil
			for _, w := range want.Wants {
				s.Views = append(s.Views, provider.View{Feature: w.Feature})
			}
		}
		for i := range s.Views {
			s.Views[i].Err = nil
			s.Views[i].Coverage = in.Capabilities().Features[s.Views[i].Feature].Coverage
		}
		return s, nil
	}
}

// failing bends the errors of reads.
func failingWith(change func(*provider.Error)) control {
	return func(b *bent, in parts) {
		b.read = func(ctx context.Context, want provider.ReadRequest) (provider.Snapshot, error) {
			s, err := in.Read(ctx, want)
			if err != nil {
				e := *provider.AsError(err)
				change(&e)
				err = &e
			}
			return s, err
		}
	}
}

func dropFirst(v *provider.View, _ *provider.Snapshot) {
	if len(v.Rows) > 0 {
		v.Rows = v.Rows[1:]
	}
}

// looking bends the answers of look-ups.
func looking(change func([]provider.Answer)) control {
	return func(b *bent, in parts) {
		b.lookUp = func(ctx context.Context, f media.Feature, items []media.Item) ([]provider.Answer, error) {
			a, err := in.LookUp(ctx, f, items)
			change(a)
			return a, err
		}
	}
}

// lookFromList answers look-ups from the list.
func lookFromList(b *bent, in parts) {
	b.lookUp = func(ctx context.Context, f media.Feature, items []media.Item) ([]provider.Answer, error) {
		s, err := in.Read(ctx, provider.ReadRequest{Full: true, Wants: []provider.FeatureRequest{{Feature: f}}})
		out := make([]provider.Answer, len(items))
		for i, it := range items {
			out[i] = provider.Answer{Key: it.Key, Held: true, Rows: rowsOf(s.Views[0], s, it)}
		}
		return out, err
	}
}

// remembered answers every read of a feature as the first one.
func remembered(b *bent, in parts) {
	memo := map[media.Feature]provider.Snapshot{}
	b.read = func(ctx context.Context, want provider.ReadRequest) (provider.Snapshot, error) {
		f := want.Wants[0].Feature
		if _, ok := memo[f]; !ok {
			s, err := in.Read(ctx, want)
			if err != nil {
				return s, err
			}
			memo[f] = s
		}
		return memo[f], nil
	}
}

// slowToEnd notices the end of its context three seconds late.
func slowToEnd(b *bent, in parts) {
	b.read = func(ctx context.Context, want provider.ReadRequest) (provider.Snapshot, error) {
		s, err := in.Read(ctx, want)
		if ctx.Err() != nil {
			time.Sleep(3 * time.Second)
		}
		return s, err
	}
}

var errPlain = errors.New("plain")

var controls = map[string]control{
	"honesty/no error means everything": views(dropFirst),
	"honesty/counts agree":              views(func(v *provider.View, _ *provider.Snapshot) { v.Evidence.Announced = v.Evidence.Received + 1 }),
	"honesty/spelling means nothing":    later(dropFirst),
	"honesty/odd values lose nothing":   views(func(v *provider.View, _ *provider.Snapshot) { v.Skipped = nil }),
	"honesty/one view per wish": func(b *bent, in parts) {
		b.read = func(ctx context.Context, want provider.ReadRequest) (provider.Snapshot, error) {
			s, err := in.Read(ctx, want)
			s.Views = s.Views[1:]
			return s, err
		}
	},
	"honesty/coverage as declared": views(func(v *provider.View, _ *provider.Snapshot) { v.Coverage = provider.Changes }),
	"reading/values": rows(func(r *provider.Row) {
		r.Value.N, r.Value.Set = r.Value.N+hour*30, r.Value.Set && r.Value.N > 0
	}),
	"reading/nothing shows as nothing": views(func(v *provider.View, s *provider.Snapshot) {
		s.Items = append(s.Items, Film(1+int(v.Feature)*10).Item())
		s.Items[len(s.Items)-1].Key = "extra"
		v.Rows = append(v.Rows, provider.Row{Key: "extra", Value: media.Listed()})
	}),
	"reading/many pages": views(func(v *provider.View, _ *provider.Snapshot) { v.Rows = v.Rows[:min(len(v.Rows), 5)] }),
	"reading/stable keys": func(b *bent, in parts) {
		n := 0
		b.read = func(ctx context.Context, want provider.ReadRequest) (provider.Snapshot, error) {
			s, err := in.Read(ctx, want)
			n++
			for i := range s.Items {
				s.Items[i].Key += fmt.Sprint(n)
			}
			for v := range s.Views {
				for i := range s.Views[v].Rows {
					s.Views[v].Rows[i].Key += fmt.Sprint(n)
				}
			}
			return s, err
		}
	},
	"reading/items once and for every row": views(func(_ *provider.View, s *provider.Snapshot) { s.Items = append(s.Items, s.Items...) }),
	"reading/items described":              views(func(_ *provider.View, s *provider.Snapshot) { s.Items[0].Season = 4 }),
	"reading/specials": views(func(v *provider.View, s *provider.Snapshot) {
		for _, it := range s.Items {
			if it.Season == 0 {
				v.Rows = nil
			}
		}
	}),

	"writing/add":            swallow(provider.Add),
	"writing/update":         swallow(provider.Update),
	"writing/remove":         swallow(provider.Remove),
	"writing/the same again": each1(provider.Refused, nil),
	"writing/unknown works are refused alone": answering(func(res []provider.Result, _ error) ([]provider.Result, error) {
		return unsent(res, provider.Failed(provider.Rejected, "write", errNotFound)), nil
	}),
	"writing/a full batch": func(b *bent, in parts) {
		b.write = func(ctx context.Context, c []provider.Change) ([]provider.Result, error) {
			res, err := in.Write(ctx, c[:len(c)-1])
			return append(res, provider.Result{Outcome: provider.Accepted}), err
		}
	},
	"writing/no batch at all": func(b *bent, in parts) {
		b.write = func(ctx context.Context, c []provider.Change) ([]provider.Result, error) {
			return nil, provider.Failed(provider.Contract, "write", errMixed)
		}
	},
	"writing/never a whole show": writes(func(c provider.Change) (provider.Change, bool) {
		c.Item = Episode(1, 1, 1).Item()
		return c, true
	}),
	"writing/stored as the capabilities say": func(b *bent, in parts) {
		b.caps = func(c provider.Capabilities) provider.Capabilities {
			c.Features[media.Ratings].Step = 50
			return c
		}
	},
	"writing/one play of several": writes(func(c provider.Change) (provider.Change, bool) {
		return c, c.Action != provider.Remove
	}),
	"writing/results tell keys that exist": answering(func(res []provider.Result, err error) ([]provider.Result, error) {
		res[0].Key = "no such key"
		return res, err
	}),

	"look-up/there where declared": func(b *bent, in parts) {
		b.caps = func(c provider.Capabilities) provider.Capabilities {
			for f := range c.Features {
				c.Features[f].LookUp = false
			}
			return c
		}
	},
	"look-up/past frozen lists":          lookFromList,
	"look-up/an explicit no":             looking(func(a []provider.Answer) { a[0].Held = false }),
	"look-up/unknown items are not held": looking(func(a []provider.Answer) { a[0].Held = true }),
	"look-up/one answer per item in order": looking(func(a []provider.Answer) {
		a[0], a[1] = a[1], a[0]
	}),
	"writing/odd answers prove nothing": answering(func(res []provider.Result, err error) ([]provider.Result, error) {
		if len(res) == 1 && res[0].Outcome == provider.Unproven {
			res[0].Outcome = provider.NotApplied
		}
		return res, err
	}),
	"look-up/odd values prove nothing": looking(func(a []provider.Answer) {
		if a[0].Err != nil {
			a[0] = provider.Answer{Key: a[0].Key, Held: true}
		}
	}),
	"look-up/every play": looking(func(a []provider.Answer) { a[0].Rows = a[0].Rows[1:] }),
	"find/by ids only": func(b *bent, in parts) {
		b.find = func(ctx context.Context, items []media.Item) ([]*media.Item, error) {
			found, err := in.Find(ctx, items)
			found[1] = found[0]
			return found, err
		}
	},

	"faults/lost after the effect is unproven":       each1(provider.NotApplied, errPlain),
	"faults/lost before the effect is not confirmed": each1(provider.Confirmed, nil),
	"faults/not sent is not applied":                 each1(provider.Unproven, errPlain),
	"faults/rate limits say until when":              failingWith(func(e *provider.Error) { e.Until = 0 }),
	"faults/no secret in errors":                     failingWith(func(e *provider.Error) { e.Err = errors.New("token hunter2") }),
	"faults/over in the next call": func(b *bent, in parts) {
		var failed error
		b.read = func(ctx context.Context, want provider.ReadRequest) (provider.Snapshot, error) {
			if failed != nil {
				return provider.Snapshot{}, failed
			}
			s, err := in.Read(ctx, want)
			failed = err
			return s, err
		}
	},

	"manners/capabilities make sense": func(b *bent, _ parts) {
		b.caps = func(c provider.Capabilities) provider.Capabilities {
			c.Batch = 0
			return c
		}
	},
	"manners/fresh goes past caches":      remembered,
	"manners/a cursor shows what changed": remembered,
	"manners/a cache is told": views(func(v *provider.View, _ *provider.Snapshot) {
		v.Evidence.Cached, v.Evidence.Unchanged = false, false
	}),
	"manners/removals are named where declared": views(func(v *provider.View, _ *provider.Snapshot) { v.Removed = nil }),
	"manners/several calls at once": func(b *bent, in parts) {
		var busy atomic.Bool
		b.read = func(ctx context.Context, want provider.ReadRequest) (provider.Snapshot, error) {
			if !busy.CompareAndSwap(false, true) {
				return provider.Snapshot{}, errPlain
			}
			defer busy.Store(false)
			time.Sleep(time.Second) // of the bubble
			return in.Read(ctx, want)
		}
	},
	"manners/evidence names who":          views(func(v *provider.View, _ *provider.Snapshot) { v.Evidence.UserID = "stranger" }),
	"manners/ends soon after its context": slowToEnd,
	"manners/an ended context writes nothing": func(b *bent, in parts) {
		b.write = func(ctx context.Context, c []provider.Change) ([]provider.Result, error) {
			return in.Write(context.WithoutCancel(ctx), c)
		}
	},
	"manners/whoami asks": func(b *bent, in parts) {
		var known *provider.Identity
		b.whoami = func(ctx context.Context) (provider.Identity, error) {
			if known != nil {
				return *known, nil
			}
			id, err := in.Whoami(ctx)
			known = &id
			return id, err
		}
	},
	"manners/reading writes nothing": func(b *bent, in parts) {
		b.read = func(ctx context.Context, want provider.ReadRequest) (provider.Snapshot, error) {
			_, _ = in.Write(ctx, []provider.Change{{Action: provider.Add, Item: Film(1).Item()}})
			return in.Read(ctx, want)
		}
	},

	"time/the service's clock is told": func(b *bent, in parts) {
		b.read = func(ctx context.Context, want provider.ReadRequest) (provider.Snapshot, error) {
			s, err := in.Read(ctx, want)
			s.ClockMS = 0
			return s, err
		}
	},
	"time/an absent date stays absent": rows(inventDate),
	"time/a sentinel is unknown":       rows(inventDate),
	"time/dates of values":             rows(func(r *provider.Row) { r.At = noon }),
}

func inventDate(r *provider.Row) {
	if r.Value.Set && r.Value.N == 0 {
		r.Value.N = int64(noon)
	}
}

// controlOf gives the negative control of a check.
func controlOf(name string) control {
	switch {
	case strings.HasPrefix(name, "honesty/no view after"):
		return emptied
	case strings.HasPrefix(name, "faults/kind of"):
		return failingWith(func(e *provider.Error) { e.Kind = provider.Locked })
	case strings.HasPrefix(name, "faults/results of a write"):
		return each1(provider.Confirmed, nil)
	}
	return controls[name]
}

// TestEveryCheckFailsWhenItsPromiseIsBroken runs each check twice: over a
// provider that keeps the contract and over one that breaks just this promise.
func TestEveryCheckFailsWhenItsPromiseIsBroken(t *testing.T) {
	for _, c := range checks() {
		t.Run(c.name, func(t *testing.T) {
			bend := controlOf(c.name)
			if bend == nil {
				t.Fatal("no negative control")
			}
			synctest.Test(t, func(t *testing.T) {
				profile := Tracker()
				if strings.Contains(c.name, "removals are named") {
					profile = Journal()
				}
				good := wired(rig(profile))
				good.Secrets = []string{"hunter2"}
				var away notHere
				if err := attempt(t.Context(), c, good); err != nil {
					t.Errorf("over a faithful provider: %v", err)
				}
				bad := wired(rig(profile))
				bad.Secrets = []string{"hunter2"}
				err := attempt(t.Context(), c, bend.apply(bad))
				if err == nil || errors.As(err, &away) || strings.HasPrefix(err.Error(), "panic") {
					t.Errorf("over a broken one: %v", err)
				}
				t.Logf("broken: %v", err)
				time.Sleep(time.Minute) // of the bubble: lets late calls end
			})
		})
	}
}

func TestAPanicFailsACheck(t *testing.T) {
	r := rig(Tracker())
	bad := control(func(b *bent, _ parts) {
		b.read = func(context.Context, provider.ReadRequest) (provider.Snapshot, error) { panic("boom") }
	})
	if err := attempt(t.Context(), check{run: countsAgree}, bad.apply(r)); err == nil {
		t.Error("a panic should fail")
	}
}
