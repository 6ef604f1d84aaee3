package scenario

import (
	"context"
	"watchkeeper/engine/sim"

	"watchkeeper/engine"
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// mirror is how simple tools sync: whatever one list shows, or does not show,
// the other one gets. It is the control that quiet scenarios must notice.
func mirror(ctx context.Context, s *stage, wish engine.Wish) (engine.Outcome, error) {
	routes, err := s.home.Store.Routes(ctx)
	if err != nil || wish.Preview {
		return engine.Outcome{}, err
	}
	for _, r := range routes {
		from, to := s.home.Room(s.nameOf(r.From)), s.home.Room(s.nameOf(r.To))
		reflect(ctx, r, from, to)
	}
	return engine.Outcome{}, nil
}

// reflection is one thing as a mirror sees it.
type reflection struct {
	item  media.Item
	value media.Value
	play  string
}

func reflect(ctx context.Context, r ledger.Route, from, to *sim.Room) {
	there, here := glimpse(ctx, r.Feature, from), glimpse(ctx, r.Feature, to)
	for name, is := range there {
		if have, ok := here[name]; !ok || have.value != is.value {
			item := is.item
			item.Key = have.item.Key
			send(ctx, to, provider.Change{Action: provider.Add, Feature: r.Feature, Item: item, Old: have.value, New: is.value})
		}
	}
	for name, is := range here {
		if _, ok := there[name]; !ok {
			send(ctx, to, provider.Change{Action: provider.Remove, Feature: r.Feature, Item: is.item, Old: is.value, PlayKey: is.play})
		}
	}
}

func send(ctx context.Context, to *sim.Room, c provider.Change) {
	_, _ = to.Memory.Provider().Write(ctx, []provider.Change{c})
}

// glimpse reads a list; an error is an empty one.
func glimpse(ctx context.Context, f media.Feature, room *sim.Room) map[string]reflection {
	out := map[string]reflection{}
	snap, err := room.Memory.Provider().Read(ctx, provider.ReadRequest{Wants: []provider.FeatureRequest{{Feature: f}}, Full: true})
	if err != nil {
		return out
	}
	items := map[string]media.Item{}
	for _, item := range snap.Items {
		items[item.Key] = item
	}
	for _, v := range snap.Views {
		for _, row := range v.Rows {
			item := items[row.Key]
			name := item.Title
			if len(item.Tokens) > 0 {
				name = item.Tokens[0].String()
			}
			if row.PlayKey != "" {
				name += row.Value.Text(f)
			}
			if row.Value.Set {
				out[name] = reflection{item, row.Value, row.PlayKey}
			}
		}
	}
	return out
}
