package animemap

import (
	"fmt"
	"io"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// document is a file of AniBridge's third form: source, target, and which
// range of one is which range of the other. A missing range says that these
// are expressly not the target's.
type document map[string]map[string]map[string]*string

// rangeForm is "3", "3-7" or "3-", with a ratio behind a bar.
var rangeForm = regexp.MustCompile(`^(\d{1,7})(?:(-)(\d{0,7}))?(?:\|(-?\d{1,4}))?$`)

// parseRange reads one range with its ratio, 1 when it has none.
func parseRange(s string) (span, int, error) {
	m := rangeForm.FindStringSubmatch(s)
	if m == nil {
		return span{}, 0, fmt.Errorf("%q is no range", s)
	}
	out, ratio := span{atoi(m[1]), atoi(m[1])}, 1
	if m[2] != "" {
		out.hi = open
		if m[3] != "" {
			out.hi = atoi(m[3])
		}
	}
	if m[4] != "" {
		ratio = atoi(m[4])
	}
	if ratio == -1 {
		ratio = 1
	}
	if out.hi < out.lo || ratio == 0 {
		return span{}, 0, fmt.Errorf("%q is no range", s)
	}
	return out, ratio, nil
}

// parseParts reads a target: ranges separated by commas.
func parseParts(s string) (out []part, err error) {
	for one := range strings.SplitSeq(s, ",") {
		r, ratio, err := parseRange(strings.TrimSpace(one))
		if err != nil {
			return nil, err
		}
		out = append(out, part{r, ratio})
	}
	return out, nil
}

// parseHand reads what a person wrote: the same form, as YAML, of which JSON
// is a part.
func parseHand(r io.Reader) (document, error) {
	var all map[string]yaml.Node
	if err := yaml.NewDecoder(r).Decode(&all); err != nil && err != io.EOF {
		return nil, fmt.Errorf("mapping by hand: %w", err)
	}
	out := document{}
	for source, node := range all {
		if strings.HasPrefix(source, "$") {
			continue
		}
		var targets map[string]map[string]*string
		if err := node.Decode(&targets); err != nil {
			return nil, fmt.Errorf("mapping by hand: %s: %w", source, err)
		}
		out[source] = targets
	}
	return out, nil
}
