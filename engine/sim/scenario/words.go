package scenario

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"watchkeeper/engine/media"
	"watchkeeper/engine/providertest"
)

// thing is a work with the value that a line gives it; "" is any.
type thing struct {
	work  providertest.Work
	value string
}

func (t thing) String() string {
	name := strings.Replace(t.work.String(), " ", ":", 1)
	if t.value == "" {
		return name
	}
	return name + "=" + t.value
}

// mostWorks bounds a range, so that a slip of the pen is an error.
const mostWorks = 1000

// things reads works with their values.
func things(words []string) (out []thing, err error) {
	for _, word := range words {
		name, value, _ := strings.Cut(word, "=")
		works, err := worksOf(name)
		if err != nil {
			return nil, err
		}
		for _, w := range works {
			out = append(out, thing{w, value})
		}
	}
	return out, nil
}

// worksOf reads film:1 or film:1..40.
func worksOf(word string) ([]providertest.Work, error) {
	first, last, ranged := strings.Cut(word, "..")
	w, ok := providertest.ParseWork(strings.Replace(first, ":", " ", 1))
	if !ok {
		return nil, fmt.Errorf("%q is no work", word)
	}
	if !ranged {
		return []providertest.Work{w}, nil
	}
	to, err := strconv.Atoi(last)
	from := &w.N
	if w.Kind == media.Episode {
		from = &w.Number
	}
	if err != nil || to < *from || to-*from >= mostWorks {
		return nil, fmt.Errorf("%q is no range of works", word)
	}
	var out []providertest.Work
	for ; *from <= to; *from++ {
		out = append(out, w)
	}
	return out, nil
}

func oneWork(word string) (providertest.Work, error) {
	works, err := worksOf(word)
	if err == nil && len(works) != 1 {
		err = fmt.Errorf("%q is more than one work", word)
	}
	if err != nil {
		return providertest.Work{}, err
	}
	return works[0], nil
}

// longest bounds spans of time to what a moment can bear.
const longest = 100 * 365 * 24 * time.Hour

// span reads a duration; days are allowed.
func span(word string) (time.Duration, error) {
	d, err := time.ParseDuration(word)
	if days, ok := strings.CutSuffix(word, "d"); ok {
		var n int
		n, err = strconv.Atoi(days)
		if n > 36_500 || n < -36_500 {
			err = errors.New("too long")
		}
		d = time.Duration(n) * 24 * time.Hour
	}
	if err != nil || d > longest || d < -longest {
		return 0, fmt.Errorf("%q is no span of time", word)
	}
	return d, nil
}

const timeForm, shortTimeForm = "2006-01-02T15:04:05", "2006-01-02T15:04"

func moment(word string) (media.Moment, error) {
	for _, form := range []string{timeForm, shortTimeForm, time.DateOnly} {
		if t, err := time.Parse(form, word); err == nil && t.Year() > 1900 {
			return media.At(t), nil
		}
	}
	return 0, fmt.Errorf("%q is no time such as 2026-01-01T20:00", word)
}

func count(word string) (int, error) {
	n, err := strconv.Atoi(word)
	if err != nil || n < -1 || n > anyNumber {
		return 0, fmt.Errorf("%q is no number", word)
	}
	return n, nil
}

// when is the time that an act is given: fixed, or some time ago.
type when struct {
	at  media.Moment
	ago time.Duration
}

func (w when) moment(now media.Moment) media.Moment {
	if w.at.Known() {
		return w.at
	}
	return now.Add(-w.ago)
}

// dated cuts "at T" or "ago D" off the end of a line.
func dated(words []string) (rest []string, w when, err error) {
	n := len(words)
	if n < 2 {
		return words, w, nil
	}
	switch words[n-2] {
	case "at":
		w.at, err = moment(words[n-1])
	case "ago":
		w.ago, err = span(words[n-1])
	default:
		return words, w, nil
	}
	return words[:n-2], w, err
}

// verbs are acts as a sentence says them.
var verbs = map[string]providertest.Verb{
	"lists": providertest.List, "unlists": providertest.Unlist, "rates": providertest.Rate, "unrates": providertest.Unrate,
	"watches": providertest.Watch, "marks": providertest.Mark, "unwatches": providertest.Unwatch,
	"deletes-play": providertest.DeletePlay, "pauses": providertest.Pause, "clears": providertest.ClearProgress,
	"looks-in": providertest.LookIn, "plays": providertest.Play, "stops": providertest.Stop, "holds": providertest.Hold,
	"copies": providertest.Copy, "deletes": providertest.Delete, "replaces": providertest.Replace,
}

// number is the value of an act as the account takes it.
func number(v providertest.Verb, value string) (int64, error) {
	switch v {
	case providertest.Rate:
		n, err := strconv.Atoi(value)
		if err != nil || n < 1 || n > 100 {
			return 0, fmt.Errorf("%q is no rating in 1..100", value)
		}
		return int64(n), nil
	case providertest.Pause:
		d, err := span(value)
		return d.Milliseconds(), err
	case providertest.DeletePlay:
		if value == "" {
			return 0, nil
		}
		at, err := moment(value)
		return int64(at), err
	}
	if value != "" {
		return 0, fmt.Errorf("%q is one word too many here", value)
	}
	return 0, nil
}
