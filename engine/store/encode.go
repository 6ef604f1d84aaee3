package store

import (
	"encoding/json"
	"fmt"

	"watchkeeper/engine/ledger"
)

// encodeOp writes an op for a body column, without what other columns tell: its
// subject, so that joining works re-keys one place only.
func encodeOp(op ledger.Op) string {
	if op.Says.Subject == op.Subject {
		op.Says.Subject = ledger.Subject{}
	}
	op.Subject = ledger.Subject{}
	return text(op)
}

func decodeOp(body string, subject ledger.Subject) (op ledger.Op, err error) {
	if err := json.Unmarshal([]byte(body), &op); err != nil {
		return op, fmt.Errorf("stored op: %w", err)
	}
	op.Subject = subject
	if op.Says.Subject == (ledger.Subject{}) {
		op.Says.Subject = subject
	}
	return op, nil
}

// sight reads evidence from its column.
type sight struct{ into *ledger.Evidence }

// Scan implements sql.Scanner.
func (s sight) Scan(column any) error {
	words, ok := column.(string)
	if !ok {
		return fmt.Errorf("stored evidence is a %T", column)
	}
	if words == "{}" { // mostly
		return nil
	}
	if err := json.Unmarshal([]byte(words), s.into); err != nil {
		return fmt.Errorf("stored evidence: %w", err)
	}
	return nil
}
