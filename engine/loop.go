package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"syscall"
	"time"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
	"watchkeeper/engine/schedule"
	"watchkeeper/engine/store"
)

// longestWait is how long the loop sleeps at most, so that a clock that was
// set or a computer that slept is noticed.
const longestWait = time.Minute

// Run looks by schedule until ctx ends. What fails in a run is in the status;
// only an unreadable store ends the loop.
func (e *Engine) Run(ctx context.Context) error {
	if err := e.startSchedule(ctx); err != nil {
		return err
	}
	if err := e.pickUp(ctx); err != nil {
		return err
	}
	e.mu.Lock()
	e.ears = map[ledger.AccountID]context.CancelFunc{}
	e.mu.Unlock()
	var ears sync.WaitGroup
	defer ears.Wait()
	ticked := time.Now()
	for ctx.Err() == nil {
		e.listen(ctx, &ears)
		when, what := e.next(time.Since(ticked))
		ticked = time.Now()
		if when != 0 && when <= e.now() {
			e.scheduled(ctx, what)
			continue
		}
		e.sleep(ctx, when)
	}
	return nil
}

// next is when and what to look at; elapsed is the steady time since the last
// call.
func (e *Engine) next(elapsed time.Duration) (media.Moment, schedule.What) {
	e.mu.Lock()
	e.timetable = e.timetable.Tick(e.now(), elapsed)
	when, what := schedule.Next(e.timetable, e.now())
	paused := e.timetable.Halted(e.now())
	changed := e.status.NextRun != when || e.status.Paused != paused
	to := e.timetable.PausedTo
	e.mu.Unlock()
	if changed {
		e.change(func(s *ledger.Status) { s.NextRun, s.Paused, s.PausedTo = when, paused, to })
	}
	return when, what
}

func (e *Engine) sleep(ctx context.Context, when media.Moment) {
	wait := longestWait
	if when != 0 {
		wait = min(wait, max(when.Sub(e.now()), 0))
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-e.wake:
	case <-ctx.Done():
	}
}

// scheduled does one look of the schedule.
func (e *Engine) scheduled(ctx context.Context, what schedule.What) {
	e.event(func(s schedule.State) schedule.State { return s.Began(what.Accounts, e.now()) })
	if _, err := e.Once(ctx, Wish{Only: what.Accounts, Asked: what.Why == schedule.Asked}); err != nil {
		e.log.Error("the run failed", "error", err)
		e.Fail(err)
	}
	if err := e.refreshSchedule(context.WithoutCancel(ctx)); err != nil {
		e.log.Error("the schedule was not read", "error", err)
	}
}

// event changes the schedule and wakes the loop.
func (e *Engine) event(change func(schedule.State) schedule.State) {
	e.mu.Lock()
	e.timetable = change(e.timetable)
	e.mu.Unlock()
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

// SyncNow asks the loop for a look at everything, past back-offs.
func (e *Engine) SyncNow() { e.event(schedule.State.Ask) }

// ReadNow asks for a look at one account past every cache.
func (e *Engine) ReadNow(id ledger.AccountID) {
	e.wantFull(id)
	e.SyncNow()
}

// Woke tells the schedule that the computer woke up.
func (e *Engine) Woke() {
	e.event(func(s schedule.State) schedule.State { return s.Woke(e.now()) })
}

// Network tells what the system says of the network; nothing is looked at by
// schedule while there is none, or while it is paid by volume.
func (e *Engine) Network(offline, metered bool) {
	n := schedule.Online
	switch {
	case offline:
		n = schedule.Offline
	case metered:
		n = schedule.Metered
	}
	e.event(func(s schedule.State) schedule.State { return s.Reach(n, e.now()) })
	e.change(func(s *ledger.Status) { s.Offline, s.Metered = offline, metered && !offline })
}

// Stop ends the run under way after the batch in flight, which is booked.
func (e *Engine) Stop() {
	e.mu.Lock()
	stop := e.stop
	e.mu.Unlock()
	if stop != nil {
		stop()
	}
}

const pauseSetting = "engine.pause"

// Pause stops looking until a moment; 0 means until Resume. It survives a
// restart.
func (e *Engine) Pause(ctx context.Context, until media.Moment) error {
	value := json.RawMessage(fmt.Sprint(int64(until)))
	if err := e.cfg.Store.PutSettings(ctx, map[string]json.RawMessage{pauseSetting: value}); err != nil {
		return err
	}
	e.event(func(s schedule.State) schedule.State { return s.Pause(until) })
	return e.publish(ctx, nil)
}

// Resume ends a pause.
func (e *Engine) Resume(ctx context.Context) error {
	if err := e.cfg.Store.PutSettings(ctx, map[string]json.RawMessage{pauseSetting: json.RawMessage("null")}); err != nil {
		return err
	}
	e.event(schedule.State.Resume)
	return e.publish(ctx, nil)
}

// Changed takes in that accounts, routes or settings were changed: schedule,
// push channels and status follow. It asks no service.
func (e *Engine) Changed(ctx context.Context) error {
	if err := e.startSchedule(ctx); err != nil {
		return err
	}
	e.event(func(s schedule.State) schedule.State { return s })
	return nil
}

// startSchedule builds the schedule from what is stored, so that no restart
// asks a service sooner than it allowed (R28).
func (e *Engine) startSchedule(ctx context.Context) error {
	if err := e.refreshSchedule(ctx); err != nil {
		return err
	}
	return e.publish(ctx, nil)
}

// pickUp brings the first look forward where the run before was cut short.
func (e *Engine) pickUp(ctx context.Context) error {
	latest, err := e.cfg.Store.Runs(ctx, 0, 1)
	if err == nil && cutShort(latest) {
		e.event(func(s schedule.State) schedule.State { return s.PickUp(e.now()) })
	}
	return err
}

// refreshSchedule brings the schedule up to date with accounts, settings and
// the waits that the last run left.
func (e *Engine) refreshSchedule(ctx context.Context) error {
	f, err := e.facts(ctx)
	if err != nil {
		return err
	}
	stored, err := e.cfg.Store.Settings(ctx)
	if err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	var until media.Moment
	if value, ok := stored[pauseSetting]; ok && json.Unmarshal(value, &until) == nil {
		e.timetable = e.timetable.Pause(until)
	}
	for _, a := range f.accounts {
		caps, _ := e.cfg.Capabilities(a.Provider)
		e.timetable = e.timetable.Set(a.ID, schedule.Every(caps, f.settings), !a.Paused && !a.Removed)
		for i := range e.timetable.Accounts {
			if e.timetable.Accounts[i].ID == a.ID {
				e.timetable.Accounts[i] = waiting(e.timetable.Accounts[i], f)
			}
		}
	}
	return nil
}

// waiting is an account in the schedule with the waits that are stored.
func waiting(a schedule.Account, f facts) schedule.Account {
	a.SignIn, a.Failures, a.Retry, a.Limit = false, 0, 0, 0
	for _, t := range f.trust {
		if t.Account == a.ID {
			a.Looked = max(a.Looked, t.LastTried)
		}
	}
	for _, w := range f.waits {
		if w.Account != a.ID {
			continue
		}
		a.SignIn, a.Failures, a.Retry = w.Until == 0, w.Failures, w.Until
		if w.Why == ledger.RateBudget {
			a.Limit = w.Until
		}
	}
	return a
}

// Fail publishes what stops the engine as a whole.
func (e *Engine) Fail(err error) {
	e.change(func(s *ledger.Status) { s.Problem, s.Running = ProblemOf(err), nil })
}

// problems are the codes of what can be wrong with the state.
var problems = map[store.Kind]string{
	store.ErrDamaged: "database_damaged", store.ErrNewer: "database_newer", store.ErrForeign: "database_foreign",
	store.ErrReadOnly: "read_only", store.ErrDiskFull: "disk_full", store.ErrBusy: "database_busy",
}

// ProblemOf says what an error of opening a store, of a run or of the status
// means for the person.
func ProblemOf(err error) *ledger.Problem {
	p := &ledger.Problem{Code: "store", Detail: err.Error()}
	var bad *SettingError
	var broken *store.Error
	switch {
	case errors.As(err, &bad):
		p.Code, p.Setting = "settings_invalid", bad.Name
	case !errors.As(err, &broken) && (errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS)):
		p.Code, p.Detail = problems[store.ErrReadOnly], store.ErrReadOnly.Error()+": "+p.Detail
	case !errors.As(err, &broken) && errors.Is(err, syscall.ENOSPC):
		p.Code, p.Detail = problems[store.ErrDiskFull], store.ErrDiskFull.Error()+": "+p.Detail
	case errors.As(err, &broken):
		p.Backup = broken.Backup
		if code, known := problems[broken.Kind]; known {
			p.Code = code
		}
	}
	return p
}

// kindOf is the error kind that a stop stands for.
func kindOf(why ledger.Code) provider.ErrorKind {
	switch why {
	case ledger.AuthNeeded:
		return provider.Auth
	case ledger.AccountLocked:
		return provider.Locked
	case ledger.WrongUser:
		return provider.WrongUser
	case ledger.RateBudget:
		return provider.RateLimited
	case ledger.QuotaFull:
		return provider.PlanLimit
	}
	return provider.Transient
}
