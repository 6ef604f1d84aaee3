package providertest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

var errBody = errors.New("not a list")

// wired lets the rows of a rig's provider pass through JSON, as if they came
// from a service: a row that cannot be read is listed as not understood.
func wired(r *Rig) *Rig {
	pass := func(body []byte) []byte { return body }
	r = control(func(b *bent, in parts) {
		b.read = func(ctx context.Context, want provider.ReadRequest) (provider.Snapshot, error) {
			s, err := in.Read(ctx, want)
			for i := range s.Views {
				if s.Views[i].Err == nil {
					throughJSON(&s.Views[i], func(body []byte) []byte { return pass(body) })
				}
			}
			return s, err
		}
		b.lookUp = func(ctx context.Context, f media.Feature, items []media.Item) ([]provider.Answer, error) {
			answers, err := in.LookUp(ctx, f, items)
			for i := range answers {
				v := provider.View{Rows: answers[i].Rows}
				throughJSON(&v, func(body []byte) []byte { return pass(body) })
				if answers[i].Rows = v.Rows; v.Err != nil || len(v.Skipped) > 0 {
					answers[i] = provider.Answer{Key: answers[i].Key, Err: provider.Failed(provider.Contract, "look up", errBody)}
				}
			}
			return answers, err
		}
		b.write = func(ctx context.Context, changes []provider.Change) ([]provider.Result, error) {
			res, err := in.Write(ctx, changes)
			outcomes := make([]int, len(res))
			for i := range res {
				outcomes[i] = int(res[i].Outcome)
			}
			body, bad := json.Marshal(outcomes)
			if bad = errors.Join(bad, json.Unmarshal(pass(body), &outcomes)); bad != nil {
				for i := range res {
					res[i] = provider.Result{Outcome: provider.Unproven, Err: provider.Failed(provider.Contract, "write", errBody)}
				}
			}
			return res, err
		}
	}).apply(r)
	calm := r.Calm
	r.Answers = func(change func([]byte) []byte) { pass = change }
	r.Calm = func() {
		calm()
		pass = func(body []byte) []byte { return body }
	}
	return r
}

func throughJSON(v *provider.View, pass func([]byte) []byte) {
	body, err := json.Marshal(v.Rows)
	dec := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(pass(body), []byte("\xef\xbb\xbf"))))
	dec.UseNumber()
	var list []map[string]any
	if err = errors.Join(err, dec.Decode(&list)); err != nil {
		v.Err, v.Rows = provider.Failed(provider.Contract, "read", errBody), nil
		return
	}
	rows := v.Rows
	v.Rows = nil
	for i, fields := range list {
		if !sameFields(rows[i], fields) {
			v.Skipped = append(v.Skipped, provider.Skipped{Reason: "a row that cannot be read"})
			continue
		}
		v.Rows = append(v.Rows, rows[i])
	}
}

// sameFields tells whether a row came through as it was, but for quotes around
// its values and fields that it does not have.
func sameFields(row provider.Row, got map[string]any) bool {
	body, err := json.Marshal(row)
	var want map[string]any
	return errors.Join(err, json.Unmarshal(body, &want)) == nil && covers(want, got)
}

func covers(want, got map[string]any) bool {
	for name, w := range want {
		inner, deep := w.(map[string]any)
		if g, ok := got[name].(map[string]any); deep != ok || deep && !covers(inner, g) {
			return false
		}
		if n, ok := w.(float64); ok {
			w = strconv.FormatInt(int64(n), 10)
		}
		if !deep && fmt.Sprint(w) != fmt.Sprint(got[name]) {
			return false
		}
	}
	return true
}

// One value changes, and is found where it is said to be; numbers keep all
// their digits, and what has no value stays as it is.
func TestOdd(t *testing.T) {
	seen := map[string]bool{}
	for n := range uint64(40) {
		out, where := odd(rand.New(rand.NewPCG(n, 0)), []byte(`{"a":[{"id":12345678901234567890,"none":null,"empty":""}],"b":true}`))
		seen[where] = true
		if strings.Count(string(out), "odd") != 1 || where != ".a[0].id" && !strings.Contains(string(out), "12345678901234567890") {
			t.Errorf("%s: %s", where, out)
		}
	}
	if len(seen) != 2 {
		t.Errorf("only %v", seen)
	}
	for _, body := range []string{`<html>`, `{}`, `[]`, `null`, `"text"`, `{"a":null}`} {
		if out, where := odd(rand.New(rand.NewPCG(1, 0)), []byte(body)); string(out) != body || where != "" {
			t.Errorf("%s: %s at %q", body, out, where)
		}
	}
}
