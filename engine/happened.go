package engine

import (
	"context"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// past is what happened at an account, read once for all features whose effects
// follow from it.
type past struct {
	watched                    map[media.WorkID]media.Moment
	rated, ratedAt, ratingSent map[media.WorkID]media.Moment
	ratingsSaid                map[media.WorkID][]media.Moment
}

// effects gives every view of an account what it may show because of another
// feature (R9). Nothing follows from a view that says nothing new.
func (r *round) effects(ctx context.Context, s *sight) error {
	var before past
	for _, g := range s.views {
		if g == nil || !g.trusted || g.verdict.Unchanged {
			continue
		}
		if err := r.happened(ctx, s, g, &before); err != nil {
			return err
		}
	}
	return nil
}

// happened fills in what a service's own effects follow from (R9): plays and
// ratings at this account, also those that this very read shows first.
func (r *round) happened(ctx context.Context, s *sight, g *glance, p *past) (err error) {
	f, effects := g.reading.Feature, s.caps.Effects
	for f, other := range s.views {
		g.known.Unread[f] = other != nil && !other.trusted
	}
	if f == media.Ratings || f == media.History && effects&provider.RatingWatches == 0 || effects == 0 {
		return nil
	}
	if f != media.History {
		if err := r.watched(ctx, s, p); err != nil {
			return err
		}
		g.known.Watched = p.watched
	}
	if effects&(provider.RatingLists|provider.RatingWatches) != 0 {
		if err := r.rated(ctx, s, p); err != nil {
			return err
		}
		g.known.Rated, g.known.RatedAt, g.known.RatingSent = p.rated, p.ratedAt, p.ratingSent
		g.known.RatingsSaid = p.ratingsSaid
	}
	if f == media.Progress && effects&provider.UnwatchEndsProgress != 0 {
		if g.known.Unwatched, err = r.unwatched(ctx, s); err != nil {
			return err
		}
	}
	if f == media.Progress && effects&provider.ProgressPerShow != 0 {
		g.known.Shows, err = r.shows(ctx, s, g)
	}
	return err
}

// watched reads when works were watched at the account.
func (r *round) watched(ctx context.Context, s *sight, p *past) (err error) {
	if p.watched == nil {
		p.watched, err = r.newest(ctx, s, media.History)
	}
	return err
}

// rated reads when works were rated at the account: by what we know, by the
// service's own time, by us, and by ratings that are gone since.
func (r *round) rated(ctx context.Context, s *sight, p *past) (err error) {
	if p.rated != nil {
		return nil
	}
	if p.ratingSent, err = r.e.cfg.Store.Sent(ctx, s.account.ID, media.Ratings); err != nil {
		return err
	}
	if p.ratingsSaid, err = r.e.cfg.Store.Said(ctx, s.account.ID, media.Ratings); err != nil {
		return err
	}
	if p.ratedAt, err = r.e.cfg.Store.Dated(ctx, s.account.ID, media.Ratings); err != nil {
		return err
	}
	if g := s.views[media.Ratings]; g != nil && g.trusted {
		for _, row := range g.rows {
			p.ratedAt[row.Work] = max(p.ratedAt[row.Work], row.At)
		}
	}
	p.rated, err = r.newest(ctx, s, media.Ratings)
	return err
}

// newest is when a feature's values last happened at the account, per work.
func (r *round) newest(ctx context.Context, s *sight, f media.Feature) (map[media.WorkID]media.Moment, error) {
	at, err := r.e.cfg.Store.Happened(ctx, s.account.ID, f)
	g := s.views[f]
	if err != nil || g == nil || !g.trusted || g.still {
		return at, err // nothing is new in a list that says nothing new
	}
	var appeared []media.WorkID
	for _, row := range g.rows {
		shown := g.known.Shown[ledger.RowKey{Key: row.Key, PlayKey: row.PlayKey}]
		again := row.At > shown.At // given once more, as it was
		if row.Value.Set && row.Work != 0 && (shown.State != ledger.ShownValue || shown.Value != row.Value || again) {
			appeared = append(appeared, row.Work)
		}
	}
	for _, w := range appeared {
		at[w] = r.now
	}
	if f != media.History {
		return at, nil
	}
	wholes, err := r.e.cfg.Store.Wholes(ctx, appeared)
	for _, of := range wholes {
		for _, w := range of {
			at[w] = r.now
		}
	}
	return at, err
}

// shows group what the account shows now or before, or will, by its show.
func (r *round) shows(ctx context.Context, s *sight, g *glance) (map[media.WorkID]media.WorkID, error) {
	var ids []media.WorkID
	for _, row := range g.rows {
		ids = append(ids, row.Work)
	}
	for _, row := range g.known.Shown {
		ids = append(ids, row.Work)
	}
	for subject := range g.known.Pending {
		ids = append(ids, subject.Work)
	}
	return r.e.cfg.Store.SameShow(ctx, ids)
}

// unwatched is when a watched mark went, per work: as said here, as written by
// us, or as this very read shows first.
func (r *round) unwatched(ctx context.Context, s *sight) (map[media.WorkID]media.Moment, error) {
	at, err := r.e.cfg.Store.Unwatched(ctx, s.account.ID)
	g := s.views[media.History]
	if err != nil || g == nil || !g.trusted || g.still {
		return at, err // nothing is new in a list that says nothing new
	}
	for _, row := range g.rows {
		shown := g.known.Shown[ledger.RowKey{Key: row.Key, PlayKey: row.PlayKey}]
		if !row.Value.Set && row.Work != 0 && shown.State == ledger.ShownValue {
			at[row.Work] = r.now
		}
	}
	return at, nil
}
