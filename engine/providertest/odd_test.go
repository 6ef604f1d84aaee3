package providertest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
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
	var list []json.RawMessage
	if err = errors.Join(err, json.Unmarshal(bytes.TrimPrefix(pass(body), []byte("\xef\xbb\xbf")), &list)); err != nil {
		v.Err, v.Rows = provider.Failed(provider.Contract, "read", errBody), nil
		return
	}
	v.Rows = nil
	for _, raw := range list {
		var row provider.Row
		if json.Unmarshal(raw, &row) != nil || row.Key == "" {
			v.Skipped = append(v.Skipped, provider.Skipped{Reason: "a row that cannot be read"})
			continue
		}
		v.Rows = append(v.Rows, row)
	}
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
