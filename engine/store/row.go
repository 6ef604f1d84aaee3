package store

import (
	"database/sql"
	"fmt"
	"reflect"
	"strconv"
)

// row reads the columns of a query's rows into our own types. database/sql
// would turn most numbers that have a type of their own into text and back.
type row struct {
	*sql.Rows
	values, into []any
}

// Scan implements scanner. It must be called with as many places every time.
func (r *row) Scan(dest ...any) error {
	if r.into == nil {
		r.values, r.into = make([]any, len(dest)), make([]any, len(dest))
		for i := range r.values {
			r.into[i] = &r.values[i]
		}
	}
	if err := r.Rows.Scan(r.into...); err != nil {
		return err
	}
	for i, v := range r.values {
		if err := assign(dest[i], v); err != nil {
			return fmt.Errorf("column %d: %w", i+1, err)
		}
	}
	return nil
}

// assign puts one column's value where a pointer points to.
func assign(dest, value any) error {
	if s, ok := dest.(sql.Scanner); ok {
		return s.Scan(value)
	}
	to := reflect.ValueOf(dest).Elem()
	switch v := value.(type) {
	case int64:
		switch {
		case to.CanInt() && !to.OverflowInt(v):
			to.SetInt(v)
			return nil
		case to.CanUint() && v >= 0 && !to.OverflowUint(uint64(v)):
			to.SetUint(uint64(v))
			return nil
		case to.Kind() == reflect.Bool:
			to.SetBool(v != 0)
			return nil
		case to.Kind() == reflect.String:
			to.SetString(strconv.FormatInt(v, 10))
			return nil
		}
	case string:
		if to.Kind() == reflect.String {
			to.SetString(v)
			return nil
		}
	case []byte:
		if bytes, ok := dest.(*[]byte); ok {
			*bytes = v
			return nil
		}
	}
	return fmt.Errorf("a %T is no %s", value, to.Type())
}
