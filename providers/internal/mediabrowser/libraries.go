package mediabrowser

import (
	"errors"
	"slices"
	"strings"

	"watchkeeper/engine/provider"
)

// A server that is starting may list nothing; that is never an empty catalogue.
var (
	errCutList     = errors.New("the list of libraries is not whole")
	errNoLibraries = errors.New("the server shows this user no libraries")
	errAllLeftOut  = errors.New("all libraries are left out")
)

// Libraries keeps the views that can hold films or shows. doing names the
// request in errors.
func Libraries(doing string, views Page) ([]Item, error) {
	switch {
	case views.TotalRecordCount != nil && *views.TotalRecordCount > len(views.Items):
		return nil, provider.Failed(provider.Transient, doing, errCutList)
	case len(views.Items) == 0:
		return nil, provider.Failed(provider.Transient, doing, errNoLibraries)
	case slices.ContainsFunc(views.Items, func(v Item) bool { return v.ID == "" }):
		return nil, provider.Failed(provider.Contract, doing, errNoID)
	}
	return slices.DeleteFunc(views.Items, func(v Item) bool {
		return !slices.Contains([]string{"movies", "tvshows", "mixed", ""}, strings.ToLower(v.CollectionType))
	}), nil
}

// Choices are the libraries as a person chooses among them.
func Choices(libraries []Item) []provider.Library {
	out := make([]provider.Library, len(libraries))
	for i, l := range libraries {
		out[i] = provider.Library{ID: l.ID, Name: l.Name}
	}
	return out
}

// Selected are the ids of the libraries that were not left out, in order. None
// is an error: it would look like an empty catalogue.
func Selected(libraries []Item, leftOut []string) ([]string, error) {
	var out []string
	for _, l := range libraries {
		if !slices.Contains(leftOut, l.ID) {
			out = append(out, l.ID)
		}
	}
	if len(out) == 0 {
		return nil, provider.Failed(provider.Rejected, "", errAllLeftOut)
	}
	slices.Sort(out)
	return out, nil
}
