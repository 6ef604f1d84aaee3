package plex

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"watchkeeper/engine/provider"
	"watchkeeper/providers/internal/signin"
	"watchkeeper/providers/internal/transport"
)

var (
	errMethod   = errors.New("plex has no such way to sign in")
	errNoServer = errors.New("plex.tv lists no media server for this user")
	errNotHere  = errors.New("the server at this address is not one that this user may use")
	errNobody   = errors.New("nobody of that name is in this plex home")
	errNoSuch   = errors.New("no server of that name is listed")
	errWrongPIN = errors.New("plex.tv did not accept the pin")
	errNoToken  = errors.New("plex.tv gave no token for this member of the home")
)

// startLogin shows a page of plex.tv or a code for plex.tv/link, then asks who
// of the home and which server is meant, where there is a choice.
func startLogin(env provider.Env, method provider.Method) (provider.Login, error) {
	if method != provider.Browser && method != provider.DeviceCode {
		return nil, provider.Failed(provider.Rejected, "", errMethod)
	}
	d := &door{env: env, cloud: newCloud(env, func(context.Context) (string, error) { return "", nil })}
	return signin.Start(onward(d.pin(method == provider.Browser), d.whoever)), nil
}

// door is a sign-in under way.
type door struct {
	env   provider.Env
	cloud *cloud
	user  user // with a token for plex.tv
}

// onward goes on with then where a sign-in by turns would end. When then fails
// it alone is tried again: a PIN is given out once.
func onward(turn signin.Turn, then func(context.Context, *provider.SignedIn) (provider.Step, signin.Turn, error)) signin.Turn {
	var in *provider.SignedIn
	return func(ctx context.Context, answers map[string]string) (provider.Step, signin.Turn, error) {
		if in == nil {
			step, next, err := turn(ctx, answers)
			if err != nil || step.Done == nil {
				return step, onward(next, then), err
			}
			in = step.Done
		}
		return then(ctx, in)
	}
}

// pinReply is a PIN as plex.tv gives it out.
type pinReply struct {
	ID        text   `json:"id"`
	Code      text   `json:"code"`
	ExpiresIn number `json:"expiresIn"`
	AuthToken text   `json:"authToken"`
}

const (
	pinLife  = 15 * time.Minute // when plex.tv does not say
	pinEvery = 2 * time.Second
)

// pin asks for a PIN and waits until the person has allowed it. A strong one
// travels in the address of a page; a short one is typed at plex.tv/link.
func (d *door) pin(strong bool) signin.Turn {
	return signin.Polled{
		Begin: func(ctx context.Context) (signin.Prompt, error) {
			req := transport.Request{Method: http.MethodPost, URL: tv + "/api/v2/pins"}
			if strong {
				req.Query = url.Values{"strong": {"true"}}
			}
			var p pinReply
			_, err := d.cloud.http.JSON(ctx, req, &p)
			if err == nil && (p.ID == "" || p.Code == "") {
				err = provider.Failed(provider.Contract, "post /api/v2/pins", errors.New("a pin without code"))
			}
			life := pinLife
			if s := p.ExpiresIn.or(0); s > 0 && s < 86_400 {
				life = time.Duration(s) * time.Second
			}
			prompt := signin.Prompt{Code: string(p.Code), URL: "https://plex.tv/link", Handle: string(p.ID), Life: life, Every: pinEvery}
			if strong {
				prompt.Code, prompt.URL = "", d.page(string(p.Code))
			}
			return prompt, err
		},
		Ask: func(ctx context.Context, p signin.Prompt) (signin.Poll, *provider.SignedIn, error) {
			var got pinReply
			_, err := d.cloud.get(ctx, tv+"/api/v2/pins/"+url.PathEscape(p.Handle), nil, &got)
			e := provider.AsError(err)
			switch {
			case e != nil && e.Status == http.StatusNotFound:
				return signin.Expired, nil, nil
			case e != nil && e.Kind == provider.RateLimited:
				return signin.SlowDown, nil, nil
			case err != nil || got.AuthToken == "":
				return signin.Pending, nil, err
			}
			return signin.Granted, &provider.SignedIn{Secret: provider.Secret(got.AuthToken)}, nil
		},
	}.Turn()
}

// page is where the person allows a strong PIN. Everything after # stays in
// the browser.
func (d *door) page(code string) string {
	q := url.Values{"clientID": {clientID(d.env.Install)}, "code": {code}, "context[device][product]": {"Watchkeeper"}}
	return "https://app.plex.tv/auth#?" + strings.ReplaceAll(q.Encode(), "+", "%20")
}

// whoever asks who of the home is meant, when there is more than one.
func (d *door) whoever(ctx context.Context, in *provider.SignedIn) (provider.Step, signin.Turn, error) {
	d.cloud = d.cloud.withToken(in.Secret.Reveal())
	me, _, err := d.cloud.me(ctx)
	if err != nil {
		return provider.Step{}, nil, err
	}
	me.AuthToken = text(in.Secret.Reveal())
	d.user = me
	members, err := d.cloud.home(ctx)
	if e := provider.AsError(err); e != nil && e.Kind != provider.Rejected && e.Kind != provider.Auth {
		return provider.Step{}, nil, err
	}
	if len(members) < 2 {
		return d.whichever(ctx)
	}
	fields := []provider.Field{{Name: "home_user", Choices: choices(members)}}
	if slices.ContainsFunc(members, func(u user) bool { return bool(u.Protected) && u.ID != me.ID }) {
		fields = append(fields, provider.Field{Name: "pin", Secret: true})
	}
	return signin.Ask(fields, func(ctx context.Context, answers map[string]string) (provider.Step, signin.Turn, error) {
		return d.become(ctx, members, answers["home_user"], answers["pin"])
	})(ctx, nil)
}

func choices(members []user) (out []provider.Choice) {
	for _, u := range members {
		out = append(out, provider.Choice{ID: string(u.ID), Name: u.name()})
	}
	return out
}

// become switches to a member of the home; no answer means the one who
// signed in.
func (d *door) become(ctx context.Context, members []user, who, pin string) (provider.Step, signin.Turn, error) {
	who = strings.TrimSpace(who)
	i := slices.IndexFunc(members, func(u user) bool {
		return string(u.ID) == who || strings.EqualFold(u.name(), who) || strings.EqualFold(string(u.Username), who)
	})
	switch {
	case who == "" || i >= 0 && members[i].ID == d.user.ID:
		return d.whichever(ctx)
	case i < 0:
		return provider.Step{}, nil, provider.Failed(provider.Rejected, "", errNobody)
	}
	got, err := d.cloud.enter(ctx, members[i], pin)
	e := provider.AsError(err)
	switch {
	case e != nil && (e.Kind == provider.Auth || e.Kind == provider.Rejected):
		return provider.Step{}, nil, provider.Failed(provider.Rejected, e.Doing, errWrongPIN)
	case err != nil:
		return provider.Step{}, nil, err
	case got.AuthToken == "":
		return provider.Step{}, nil, provider.Failed(provider.Rejected, "", errNoToken)
	}
	d.cloud = d.cloud.withToken(string(got.AuthToken))
	me, _, err := d.cloud.me(ctx)
	if err != nil {
		return provider.Step{}, nil, err
	}
	if members[i].ID != "" && me.ID != members[i].ID {
		return provider.Step{}, nil, provider.Failed(provider.WrongUser, "", errNobody)
	}
	me.AuthToken = got.AuthToken
	d.user = me
	return d.whichever(ctx)
}

// whichever asks which server is meant, when there is more than one. Each
// user has tokens of his own for the servers.
func (d *door) whichever(ctx context.Context) (provider.Step, signin.Turn, error) {
	servers, err := d.cloud.servers(ctx)
	switch {
	case err != nil:
		return provider.Step{}, nil, err
	case len(servers) == 0:
		return provider.Step{}, nil, provider.Failed(provider.Rejected, "", errNoServer)
	case d.env.Address != "":
		return d.given(ctx, servers)
	case len(servers) == 1:
		return d.enter(ctx, servers[0])
	}
	var list []provider.Choice
	for _, s := range servers {
		list = append(list, provider.Choice{ID: string(s.ClientIdentifier), Name: string(s.Name)})
	}
	return signin.Ask([]provider.Field{{Name: "server", Choices: list}}, func(ctx context.Context, answers map[string]string) (provider.Step, signin.Turn, error) {
		which := strings.TrimSpace(answers["server"])
		i := slices.IndexFunc(servers, func(s device) bool {
			return string(s.ClientIdentifier) == which || strings.EqualFold(string(s.Name), which)
		})
		if i < 0 {
			return provider.Step{}, nil, provider.Failed(provider.Rejected, "", errNoSuch)
		}
		return d.enter(ctx, servers[i])
	})(ctx, nil)
}

// given is the server at the address that the person gave.
func (d *door) given(ctx context.Context, servers []device) (provider.Step, signin.Turn, error) {
	address := strings.TrimRight(d.env.Address, "/")
	id, _, err := identity(ctx, probe(d.env, address), address)
	if err != nil {
		return provider.Step{}, nil, err
	}
	i := slices.IndexFunc(servers, func(s device) bool { return s.ClientIdentifier == id.MachineIdentifier })
	if i < 0 {
		return provider.Step{}, nil, provider.Failed(provider.Rejected, "get /identity", errNotHere)
	}
	return d.done(servers[i], address, id)
}

// enter finds the best way to a server.
func (d *door) enter(ctx context.Context, s device) (provider.Step, signin.Turn, error) {
	address, err := reachable(ctx, d.env, s)
	if err != nil {
		return provider.Step{}, nil, err
	}
	id, _, err := identity(ctx, probe(d.env, address), address)
	if err != nil {
		return provider.Step{}, nil, err
	}
	return d.done(s, address, id)
}

// done ends the sign-in.
func (d *door) done(s device, address string, id *container) (provider.Step, signin.Turn, error) {
	k := kept{Account: string(d.user.AuthToken), Server: string(s.AccessToken), Machine: string(s.ClientIdentifier),
		User: string(d.user.ID), Owned: bool(s.Owned)}
	if len(k.secret()) > provider.SecretLimit {
		return provider.Step{}, nil, provider.Failed(provider.Contract, "", errors.New("the tokens are longer than a keyring takes"))
	}
	return signin.Done(&provider.SignedIn{
		Identity: provider.Identity{ServerID: k.Machine, UserID: k.User, UserName: d.user.name(), ServerName: string(s.Name), Version: string(id.Version)},
		Address:  address,
		Secret:   k.secret(),
	})
}
