package mediabrowser

import (
	"errors"
	"net"
	"net/url"
	"strings"
)

var errAddress = errors.New("this is not the address of a server")

// Addresses returns what a person's input may mean, best first: as given when
// it names a scheme, else https, http, and http on the servers' own port. A
// base path is kept; user names in addresses are refused.
func Addresses(input string) ([]string, error) {
	input = strings.TrimSpace(input)
	if strings.Contains(input, "://") {
		clean, err := address(input)
		return []string{clean}, err
	}
	secure, err := address("https://" + input)
	if err != nil {
		return nil, err
	}
	plain, _ := address("http://" + input) // of the same form as the one above
	out := []string{secure, plain}
	if u, _ := url.Parse(plain); u.Port() == "" {
		u.Host = net.JoinHostPort(u.Hostname(), "8096")
		out = append(out, u.String())
	}
	return out, nil
}

func address(s string) (string, error) {
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" || u.User != nil || u.Scheme != "http" && u.Scheme != "https" {
		return "", errAddress
	}
	// What a browser shows after the base path is the web client's, not ours.
	path, _, _ := strings.Cut(u.Path, "/web")
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: strings.TrimRight(path, "/")}).String(), nil
}

// Host returns the host name of an address, for transport.Options.
func Host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Hostname()
}
