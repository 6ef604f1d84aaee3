package engine

import (
	"fmt"

	"watchkeeper/engine/provider"
)

// careful asks an adapter and survives its panic: a broken promise stops that
// account, never the program (R29).
func careful[T any](doing string, ask func() (T, error)) (answer T, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = provider.Failed(provider.Contract, doing, fmt.Errorf("adapter panicked: %v", v))
		}
	}()
	return ask()
}
