package view

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden texts anew")

// golden compares a model, written as text, with testdata/<name>.txt.
func golden(t *testing.T, name string, model any) {
	t.Helper()
	var b strings.Builder
	write(&b, reflect.ValueOf(model), 0)
	got, path := b.String(), filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is\n%s\nwant\n%s", name, got, want)
	}
}

// goldens compares a model in both languages.
func goldens(t *testing.T, name string, model func(*Words) any) {
	t.Helper()
	golden(t, name+".en", model(english))
	golden(t, name+".de", model(german))
}

// write puts a model down: fields by name, what is empty left out.
func write(b *strings.Builder, v reflect.Value, depth int) {
	indent := strings.Repeat("  ", depth)
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		write(b, v.Elem(), depth)
	case reflect.Struct:
		for i := range v.NumField() {
			field, name := v.Field(i), v.Type().Field(i).Name
			if field.IsZero() {
				continue
			}
			if flat(field) {
				fmt.Fprintf(b, "%s%s: %v\n", indent, name, line(field))
				continue
			}
			fmt.Fprintf(b, "%s%s:\n", indent, name)
			write(b, field, depth+1)
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			if flat(v.Index(i)) {
				fmt.Fprintf(b, "%s- %v\n", indent, line(v.Index(i)))
				continue
			}
			fmt.Fprintf(b, "%s-\n", indent)
			write(b, v.Index(i), depth+1)
		}
	default:
		fmt.Fprintf(b, "%s%v\n", indent, v)
	}
}

// flat tells whether a value fits on one line: plain ones, and small structs of
// plain ones.
func flat(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return flat(v.Elem())
	case reflect.Slice, reflect.Array:
		return v.Len() > 0 && v.Index(0).Kind() != reflect.Struct && v.Index(0).Kind() != reflect.String && v.Index(0).Kind() != reflect.Slice
	case reflect.Struct:
		if v.Type() != reflect.TypeFor[Command]() && v.NumField() > 5 {
			return false
		}
		for i := range v.NumField() {
			if f := v.Field(i); !f.IsZero() && !flat(f) {
				return false
			}
		}
	}
	return true
}

// line writes a flat value.
func line(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return line(v.Elem())
	case reflect.Struct:
		var parts []string
		for i := range v.NumField() {
			if f := v.Field(i); !f.IsZero() {
				parts = append(parts, v.Type().Field(i).Name+"="+line(f))
			}
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return fmt.Sprint(v)
}
