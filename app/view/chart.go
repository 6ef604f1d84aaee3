package view

import (
	"time"

	"watchkeeper/engine/ledger"
)

// Chart is numbers that people would rather look at than read. Line says in
// words what it shows.
type Chart struct {
	Title, Line string
	Bars        []Bar
	Points      []float64 // 0..1, left to right; a line instead of bars
}

// Bar is one bar; Share is its length, 0..1.
type Bar struct {
	Label, Value string
	Share        float64
}

// chartDays is how far back charts look.
const chartDays = 14

// ChartsOf draws what runs did, newest first, and how the accounts behave.
func ChartsOf(runs []ledger.RunSummary, s ledger.Status, services []Service, w *Words) []Chart {
	p := painter{Words: w, s: s, now: s.Now, services: services}
	var out []Chart
	for _, c := range []Chart{p.inSync(runs), p.perDay(runs), p.lags(), p.allowances()} {
		if len(c.Bars)+len(c.Points) > 0 {
			out = append(out, c)
		}
	}
	return out
}

// inSync is the share of titles without an open difference after each run.
func (p *painter) inSync(runs []ledger.RunSummary) Chart {
	out := Chart{Title: p.Say("chart.in_sync")}
	for i := len(runs) - 1; i >= 0; i-- {
		if r := runs[i]; r.Works > 0 && p.now.Sub(r.Began) <= chartDays*24*time.Hour {
			out.Points = append(out.Points, float64(r.Works-min(r.Open, r.Works))/float64(r.Works))
			out.Line = p.Say("chart.in_sync_line", "n", r.Works-min(r.Open, r.Works), "of", r.Works)
		}
	}
	if len(out.Points) < 2 {
		return Chart{}
	}
	return out
}

// perDay is how many changes each of the last days saw.
func (p *painter) perDay(runs []ledger.RunSummary) Chart {
	out := Chart{Title: p.Say("chart.per_day")}
	today := p.now.Time().In(p.zone)
	counts := make([]int, chartDays)
	most, all := 0, 0
	for _, r := range runs {
		day := r.Began.Time().In(p.zone)
		back := int(midnight(today).Sub(midnight(day)).Round(time.Hour).Hours()+1) / 24
		if back < 0 || back >= chartDays || r.Preview {
			continue
		}
		counts[back] += r.Added + r.Updated + r.Removed
		all += r.Added + r.Updated + r.Removed
		most = max(most, counts[back])
	}
	if all == 0 {
		return Chart{}
	}
	for back := chartDays - 1; back >= 0; back-- {
		out.Bars = append(out.Bars, Bar{today.AddDate(0, 0, -back).Format(p.Say("time.day")), p.Number(counts[back]), float64(counts[back]) / float64(most)})
	}
	out.Line = p.Say("chart.per_day_line", "n", all, "days", chartDays)
	return out
}

func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

// lags is how long each account takes to show what we write.
func (p *painter) lags() Chart {
	out := Chart{Title: p.Say("chart.lag"), Line: p.Say("chart.lag_line")}
	var most int64
	for _, a := range p.s.Accounts {
		for _, f := range a.Features {
			most = max(most, f.LagMS)
		}
	}
	for _, a := range p.s.Accounts {
		var lag int64
		for _, f := range a.Features {
			lag = max(lag, f.LagMS)
		}
		if lag > 0 {
			out.Bars = append(out.Bars, Bar{p.accountName(a), p.Lasting(time.Duration(lag) * time.Millisecond), float64(lag) / float64(most)})
		}
	}
	return out
}

// allowances is how much of today's requests each account has used.
func (p *painter) allowances() Chart {
	out := Chart{Title: p.Say("chart.allowance"), Line: p.Say("chart.allowance_line")}
	for _, a := range p.s.Accounts {
		if a.Allowance >= 0 && a.AllowanceOf > 0 {
			used := max(a.AllowanceOf-a.Allowance, 0)
			out.Bars = append(out.Bars, Bar{p.accountName(a), p.Say("chart.used", "n", used, "of", a.AllowanceOf), float64(used) / float64(a.AllowanceOf)})
		}
	}
	return out
}
