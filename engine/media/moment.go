package media

import "time"

// Moment is a point in time in milliseconds since the Unix epoch, UTC. The
// zero Moment means "unknown", which is older than any known time (R11) and
// never the same as "now" (R7).
type Moment int64

// At turns a time into a Moment; the zero time becomes the unknown Moment.
func At(t time.Time) Moment {
	if t.IsZero() {
		return 0
	}
	return Moment(t.UnixMilli())
}

// Known tells whether the moment is a real time.
func (m Moment) Known() bool { return m != 0 }

// Time returns the moment as a UTC time; the unknown Moment gives the zero time.
func (m Moment) Time() time.Time {
	if m == 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(m)).UTC()
}

// Add moves a known moment; the unknown Moment stays unknown.
func (m Moment) Add(d time.Duration) Moment {
	if m == 0 {
		return 0
	}
	return m + Moment(d.Milliseconds())
}

// Sub returns the distance m−o of two known moments.
func (m Moment) Sub(o Moment) time.Duration { return time.Duration(m-o) * time.Millisecond }

// Truncate rounds a known moment down to a multiple of grain since the epoch.
func (m Moment) Truncate(grain time.Duration) Moment {
	g := Moment(grain.Milliseconds())
	if g <= 1 || m == 0 {
		return m
	}
	r := m % g
	if r < 0 {
		r += g
	}
	return m - r
}

// String formats the moment as RFC 3339, or "unknown".
func (m Moment) String() string {
	if m == 0 {
		return "unknown"
	}
	return m.Time().Format(time.RFC3339)
}

// Plausible applies R7: times before 1990 or more than ten minutes ahead of
// now are sentinels or broken clocks, and count as missing.
func (m Moment) Plausible(now Moment) bool {
	const year1990 Moment = 631152000000
	return m >= year1990 && m <= now.Add(10*time.Minute)
}
