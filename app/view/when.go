package view

import (
	"fmt"
	"strconv"
	"time"

	"watchkeeper/engine/media"
)

// Ago says how long before now a moment was.
func (w *Words) Ago(m, now media.Moment) string {
	if !m.Known() {
		return w.Say("time.never")
	}
	d := now.Sub(m)
	switch {
	case d < time.Minute:
		return w.Say("time.just_now")
	case d < time.Hour:
		return w.Say("time.minutes_ago", "n", int(d.Minutes()))
	case d < 48*time.Hour:
		return w.Say("time.hours_ago", "n", int(d.Hours()))
	}
	return w.Say("time.days_ago", "n", int(d.Hours()/24))
}

// In says how long after now a moment is.
func (w *Words) In(m, now media.Moment) string {
	d := m.Sub(now)
	switch {
	case d < time.Minute:
		return w.Say("time.soon")
	case d < time.Hour:
		return w.Say("time.in_minutes", "n", int(d.Round(time.Minute).Minutes()))
	case d < 48*time.Hour:
		return w.Say("time.in_hours", "n", int(d.Round(time.Hour).Hours()))
	}
	return w.Say("time.in_days", "n", int(d.Hours()/24))
}

// Clock tells the time of a moment, with the day unless it is today's, and
// with the year unless it is this one's.
func (w *Words) Clock(m, now media.Moment) string {
	if !m.Known() {
		return w.Say("time.never")
	}
	if !now.Known() { // nobody to tell it to: unmistakable, and UTC
		return m.Time().UTC().Format(time.RFC3339)
	}
	at, today := m.Time().In(w.zone), now.Time().In(w.zone)
	if at.YearDay() == today.YearDay() && at.Year() == today.Year() {
		return at.Format(w.Say("time.clock"))
	}
	if at.Year() != today.Year() {
		return at.Format(w.Say("time.year_clock"))
	}
	return at.Format(w.Say("time.day_clock"))
}

// Lasting says how long something takes.
func (w *Words) Lasting(d time.Duration) string {
	switch {
	case d < time.Second:
		return w.Say("time.under_second")
	case d < 2*time.Minute:
		return w.Say("time.seconds", "n", int(d.Round(time.Second).Seconds()))
	}
	return w.Say("time.minutes", "n", int(d.Round(time.Minute).Minutes()))
}

// Date tells the day of a moment.
func (w *Words) Date(m media.Moment) string {
	if !m.Known() {
		return w.Say("time.never")
	}
	return m.Time().In(w.zone).Format(w.Say("time.date"))
}

// year is a year without a separator of thousands.
func year(y int) string { return strconv.Itoa(y) }

// numbers are an episode's season and number: "1x03".
func numbers(season, number int) string { return fmt.Sprintf("%dx%02d", season, number) }
