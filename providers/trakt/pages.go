package trakt

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"watchkeeper/engine/provider"
)

// pageLimit is the most rows the service puts on one page; it clamps larger
// wishes.
const pageLimit = 250

var (
	errNoPaging   = errors.New("the answer does not say how many rows there are")
	errMoved      = errors.New("the list changed while it was read")
	errEmptyPage  = errors.New("a page before the last is empty")
	errWrongPage  = errors.New("the answer is another page than asked for")
	errNoActivity = errors.New("the answer names no activity")
)

// list is one complete list of the service.
type list struct {
	rows      []row
	skipped   []provider.Skipped
	announced int // by the service
	pages     int
	received  int // rows, before folding doubles
}

// paging is what the headers of one page announce.
type paging struct{ page, limit, pages, items int }

// pull reads a whole list, page by page, and proves that it is whole: the
// pages of one unchanged count add up to it. Otherwise it is read once more,
// and then given up (R1). Rows that moved between pages show as doubles: they
// are believed only when a second pull finds the very same.
func (a *account) pull(ctx context.Context, path string, fresh bool) (*list, error) {
	first, err := a.pullOnce(ctx, path, fresh)
	if err != nil && !errors.Is(err, errMoved) && !errors.As(err, new(shortfall)) {
		return nil, err
	}
	if err == nil && (first.single() || !first.doubled()) {
		return first, nil
	}
	second, again := a.pullOnce(ctx, path, fresh)
	if again != nil {
		return nil, again
	}
	if !second.single() && second.doubled() && !(err == nil && second.equal(first)) {
		return nil, listError(path, provider.Transient, errMoved)
	}
	return second, nil
}

// shortfall is a list whose pages do not add up.
type shortfall struct{ announced, received int }

func (s shortfall) Error() string {
	return fmt.Sprintf("%d rows announced, %d received", s.announced, s.received)
}

func listError(path string, kind provider.ErrorKind, cause error) *provider.Error {
	return provider.Failed(kind, "get "+path, cause)
}

func (a *account) pullOnce(ctx context.Context, path string, fresh bool) (*list, error) {
	out := &list{}
	var first paging
	for n := 1; ; n++ {
		got, p, err := a.page(ctx, path, n, fresh, out)
		if err != nil {
			return nil, err
		}
		if n == 1 {
			first, out.announced, out.pages = p, p.items, p.pages
		}
		if p != (paging{n, first.limit, first.pages, first.items}) {
			return nil, listError(path, provider.Transient, errMoved)
		}
		if n >= p.pages {
			break
		}
		if got == 0 {
			return nil, listError(path, provider.Contract, errEmptyPage)
		}
	}
	if out.received != out.announced {
		return nil, listError(path, provider.Contract, shortfall{out.announced, out.received})
	}
	return out, nil
}

// page adds one page to the list and returns how many rows it had.
func (a *account) page(ctx context.Context, path string, n int, fresh bool, into *list) (int, paging, error) {
	q := url.Values{"page": {strconv.Itoa(n)}, "limit": {strconv.Itoa(pageLimit)}}
	got := 0
	resp, err := a.api.Decode(ctx, a.get(path, q, fresh), func(dec *json.Decoder) (err error) {
		got, err = eachRow(dec, into.add, into.skip)
		return asContract(err)
	})
	if err != nil {
		return 0, paging{}, err
	}
	into.received += got
	p, err := readPaging(resp.Header)
	if err == nil && p.page != n {
		err = errWrongPage
	}
	if err != nil {
		return 0, p, listError(path, provider.Contract, err)
	}
	return got, p, nil
}

// asContract marks a body that is no list as a broken promise; what the
// decoder itself says is for the transport to judge.
func asContract(err error) error {
	if errors.Is(err, errNoList) {
		return provider.Failed(provider.Contract, "", err)
	}
	return err
}

// readPaging wants all four headers: a list without them may be cut anywhere.
func readPaging(h http.Header) (p paging, err error) {
	for name, into := range map[string]*int{
		"X-Pagination-Page": &p.page, "X-Pagination-Limit": &p.limit,
		"X-Pagination-Page-Count": &p.pages, "X-Pagination-Item-Count": &p.items,
	} {
		n, bad := strconv.Atoi(h.Get(name))
		if bad != nil || n < 0 {
			return p, errNoPaging
		}
		*into = n
	}
	return p, nil
}

func (l *list) add(r row) { l.rows = append(l.rows, r) }

func (l *list) skip(raw []byte, why error) {
	const most = 80
	l.skipped = append(l.skipped, provider.Skipped{Key: string(raw[:min(len(raw), most)]), Reason: why.Error()})
}

// single tells whether nothing could move while the list was read.
func (l *list) single() bool { return l.pages <= 1 }

// doubled tells whether a row occurs twice.
func (l *list) doubled() bool {
	seen := make(map[string]bool, len(l.rows))
	for _, r := range l.rows {
		if k := r.identity(); seen[k] {
			return true
		} else {
			seen[k] = true
		}
	}
	return false
}

func (l *list) equal(o *list) bool {
	return slices.EqualFunc(l.rows, o.rows, func(a, b row) bool { return a.identity() == b.identity() })
}

// identity is what makes a row of a list the same row: the list's own id, or
// the title's where a list has none.
func (r row) identity() string {
	o, kind := r.object()
	if r.ID.Whole() > 0 || o == nil {
		return string(r.ID)
	}
	return key(kind, string(o.IDs.Trakt))
}
