package store

import (
	"strings"
	"testing"
)

// Questions about a few works must not walk through all that an account
// shows. The planner has no statistics and is asked what it would do.
func TestQueriesUseTheirIndex(t *testing.T) {
	s := memory(t)
	uses := func(query string) string {
		return strings.Join(got(list(ctx, s.reads, func(r scanner) (detail string, err error) {
			var id, parent, unused int
			err = r.Scan(&id, &parent, &unused, &detail)
			return detail, err
		}, "EXPLAIN QUERY PLAN "+query, []any{"[]", 1, 2, 3}[:min(strings.Count(query, "?"), 4)]...))(t), "\n")
	}
	for table, index := range map[string]string{"shown": "shown_of_work", "statements": "statements_of_work", "pending": "pending_of_work",
		"proofs": "proofs_of_work", "quarantine": "quarantine_of_work", "links": "links_of_work", "unmet": "unmet_of_work"} {
		query := "SELECT * FROM " + table + strings.ReplaceAll(ofWorks+ofProfile, "?2", "1")
		if plan := uses(query); !strings.Contains(plan, "USING INDEX "+index+" ") && !strings.Contains(plan, "COVERING INDEX "+index+" ") {
			t.Errorf("%s: %s", table, plan)
		}
	}
	for table, index := range map[string]string{"shown": "PRIMARY KEY", "statements": "PRIMARY KEY", "proofs": "PRIMARY KEY",
		"quarantine": "PRIMARY KEY", "pending": "INDEX pending_of_account", "journal": "INDEX journal_of_account"} {
		plan := uses("SELECT * FROM " + table + ofFeature)
		if !strings.Contains(plan, index) || !strings.Contains(plan, "(account=? AND feature=?)") {
			t.Errorf("%s of a feature: %s", table, plan)
		}
	}
	without := "SELECT * FROM shown" + ofWorks + strings.ReplaceAll(strings.ReplaceAll(ofProfile, "+", ""), "?2", "1")
	if plan := uses(without); strings.Contains(plan, "shown_of_work") {
		t.Error("the plus is needless now: take it out of ofProfile")
	}
	parts := "WITH w AS (SELECT value AS work FROM json_each(?)) " + partsOf
	if plan := uses(parts); strings.Count(plan, "SEARCH t USING COVERING INDEX tokens_of_work") != 2 {
		t.Errorf("parts: %s", plan)
	}
	if plan := uses(strings.ReplaceAll(parts, "CROSS JOIN", "JOIN")); strings.Contains(plan, "SEARCH t USING COVERING INDEX tokens_of_work") {
		t.Error("the order is kept without asking now: take CROSS out of partsOf")
	}
	if plan := uses(alone); !strings.Contains(plan, "plays_of_late") || !strings.Contains(plan, "SEARCH o USING INDEX statements_of_work") {
		t.Errorf("plays of one account: %s", plan)
	}
	for query, index := range map[string]string{
		"SELECT * FROM journal WHERE state IN (1, 2) ORDER BY id":                                 "journal_unfinished",
		"SELECT count(*) FROM journal WHERE action = 3 AND NOT approved AND sent >= ?":            "journal_removals",
		"SELECT * FROM holds WHERE state = 1 ORDER BY id":                                         "holds_open",
		"SELECT work FROM unmet WHERE until <> 0 AND until <= ? AND +account IN (1, 2)":           "unmet_until",
		"SELECT * FROM statement_log JOIN runs ON runs.id = gone WHERE reversed AND began >= ?":   "statement_log_reversed",
		"SELECT * FROM journal WHERE account = ? AND feature = 1 AND action = 1 AND state IN (3)": "journal_of_account",
	} {
		if plan := uses(query); !strings.Contains(plan, index) {
			t.Errorf("%s: %s", query, plan)
		}
	}
}
