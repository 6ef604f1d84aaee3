package store

import (
	"reflect"
	"testing"

	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
)

// FuzzOp: a body of the journal that is read is written back as it was meant,
// under any subject; one that is not is an error.
func FuzzOp(f *testing.F) {
	st := rating(1, 1, 70)
	f.Add(encodeOp(ledger.Op{ID: "1-0", Account: 1, Action: 1, Subject: st.Subject, Old: media.Rated(60), New: media.Rated(70), Says: st,
		Why: ledger.Reason{Code: ledger.NewerThere, Who: 2}}), int64(1), uint8(1), int64(0))
	f.Add(`{"ID":"1-1","New":{"Set":true,"N":9223372036854775807}}`, int64(7), uint8(0), int64(3))
	f.Add(`{"ID":1}`, int64(0), uint8(9), int64(-1))
	f.Add(`null`, int64(0), uint8(0), int64(0))
	f.Fuzz(func(t *testing.T, body string, work int64, feature uint8, play int64) {
		subject := ledger.Subject{Work: media.WorkID(work), Feature: media.Features[int(feature)%len(media.Features)], Play: media.PlayID(play)}
		op, err := decodeOp(body, subject)
		if err != nil {
			return
		}
		again, err := decodeOp(encodeOp(op), subject)
		if err != nil || !reflect.DeepEqual(again, op) {
			t.Fatalf("%s\nis %+v\nthen %+v (%v)", body, op, again, err)
		}
		if again.Subject != subject {
			t.Errorf("%+v", again.Subject)
		}
	})
}

// FuzzSays: the same for the statements behind pending writes.
func FuzzSays(f *testing.F) {
	st := rating(1, 1, 70)
	f.Add(encodeSays(st, st.Subject), int64(1))
	f.Add(`{"At":-1,"Value":null}`, int64(2))
	f.Fuzz(func(t *testing.T, body string, work int64) {
		subject := ledger.Subject{Work: media.WorkID(work), Feature: media.Ratings}
		says, err := decodeSays(body, subject)
		if err != nil {
			return
		}
		if again, err := decodeSays(encodeSays(says, subject), subject); err != nil || !reflect.DeepEqual(again, says) {
			t.Fatalf("%s\nis %+v\nthen %+v (%v)", body, says, again, err)
		}
	})
}
