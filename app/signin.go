package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"watchkeeper/app/wire"
	"watchkeeper/engine/ledger"
	"watchkeeper/engine/media"
	"watchkeeper/engine/provider"
)

// SignInArgs begin a sign-in: of a new account at a service, or of one that
// needs it again.
type SignInArgs struct {
	Service string `json:"service,omitempty"`
	Account string `json:"account,omitempty"` // sign this one in again
	Method  string `json:"method,omitempty"`  // "": the best that the service has
	Person  string `json:"person,omitempty"`  // "": the only one; made when there is none
	// NewPerson: whoever has that name is made where nobody does.
	NewPerson bool   `json:"new_person,omitempty"`
	Name      string `json:"name,omitempty"` // label of the account; "": after the service
	Address   string `json:"address,omitempty"`
	// ClientID and ClientSecret are of the person's own application.
	ClientID     string            `json:"client_id,omitempty"`
	ClientSecret string            `json:"client_secret,omitempty"`
	Options      map[string]string `json:"options,omitempty"`
}

// SignInStep is what to show or ask next; Account is set at the end.
type SignInStep struct {
	Session string   `json:"session"`
	Fields  []Field  `json:"fields,omitempty"`
	Code    string   `json:"code,omitempty"`
	URL     string   `json:"url,omitempty"`
	Expires string   `json:"expires,omitempty"`
	Notice  string   `json:"notice,omitempty"` // catalogue key of something to read first
	Account *Account `json:"account,omitempty"`
}

// Field is one thing to ask for.
type Field struct {
	Name    string   `json:"name"`
	Secret  bool     `json:"secret,omitempty"`
	Choices []Choice `json:"choices,omitempty"` // the answers that are possible; none: any text
	Offers  []Choice `json:"offers,omitempty"`  // answers that were found; any other text is possible too
}

// Choice is one possible answer.
type Choice struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// signIns are the sign-ins under way. One that nobody goes on with is
// forgotten when the next begins.
type signIns struct {
	mu   sync.Mutex
	open map[string]*signIn
}

type signIn struct {
	login        provider.Login
	account      ledger.Account // as far as it is known
	person       string
	newPerson    bool
	clientSecret string
	again        bool
	touched      time.Time
}

const signInLife = 30 * time.Minute

func (s *signIns) put(in *signIn) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open == nil {
		s.open = map[string]*signIn{}
	}
	maps.DeleteFunc(s.open, func(_ string, old *signIn) bool { return time.Since(old.touched) > signInLife })
	in.touched = time.Now()
	id := rand.Text()
	s.open[id] = in
	return id
}

func (s *signIns) get(id string) (*signIn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	in := s.open[id]
	if in == nil {
		return nil, notFound("this sign-in is over; start again")
	}
	in.touched = time.Now()
	return in, nil
}

func (s *signIns) drop(id string) {
	s.mu.Lock()
	delete(s.open, id)
	s.mu.Unlock()
}

// StartSignIn begins a sign-in and returns its first step.
func (a *App) StartSignIn(ctx context.Context, args SignInArgs) (SignInStep, error) {
	in, err := a.begin(ctx, args)
	if err != nil {
		return SignInStep{}, err
	}
	s, _ := a.Service(in.account.Provider) // begin knows it
	if err := a.probe(ctx); err != nil {   // before the person goes through it in vain
		return SignInStep{}, err
	}
	method := provider.Method(args.Method)
	if method == "" {
		method = s.Methods[0]
	}
	if !slices.Contains(s.Methods, method) {
		return SignInStep{}, usage("%s has no sign-in by %s; it has %q", s.Title, method, s.Methods)
	}
	env, err := a.Env(ctx, in.account)
	if err != nil {
		return SignInStep{}, err
	}
	if in.clientSecret != "" {
		env.ClientSecret = in.clientSecret
		a.Vault.Hide(in.clientSecret)
	}
	if in.login, err = s.Login(env, method); err != nil {
		return SignInStep{}, usage("%s", provider.AsError(err).Detail())
	}
	id := a.signIns.put(in)
	step, err := a.next(ctx, id, in, nil)
	if err == nil {
		err = a.offer(ctx, s.Name, &step)
	}
	if err != nil {
		a.signIns.drop(id)
	}
	return step, err
}

// begin is a sign-in before its first step.
func (a *App) begin(ctx context.Context, args SignInArgs) (*signIn, error) {
	n, err := a.names(ctx)
	if err != nil {
		return nil, err
	}
	in := &signIn{person: args.Person, newPerson: args.NewPerson, clientSecret: args.ClientSecret}
	if args.Account != "" {
		in.again = true
		if in.account, err = n.account(args.Account); err != nil {
			return nil, err
		}
	} else {
		in.account = ledger.Account{Provider: args.Service, Name: args.Name}
	}
	if args.Address != "" {
		in.account.Address = args.Address
	}
	s, ok := a.Service(in.account.Provider)
	if !ok {
		return nil, unknown("service", args.Service, a.serviceNames())
	}
	changes := map[string]string{}
	maps.Copy(changes, args.Options)
	if args.ClientID != "" {
		changes[wire.OptionClientID] = args.ClientID
	}
	if in.account.Options, err = choose(s, in.account.Options, changes); err != nil {
		return nil, err
	}
	for _, acc := range n.accounts {
		if !acc.Removed && acc.Name == args.Name && args.Name != "" && !in.again {
			return nil, usage("there is an account %q already", args.Name)
		}
	}
	return in, nil
}

// NextArgs go on with a sign-in.
type NextArgs struct {
	Session string            `json:"session"`
	Answers map[string]string `json:"answers,omitempty"`
}

// NextSignIn goes on with a sign-in: with the answers to the fields of the step
// before, or, after a code or a page, by waiting until the person has acted.
func (a *App) NextSignIn(ctx context.Context, args NextArgs) (SignInStep, error) {
	in, err := a.signIns.get(args.Session)
	if err != nil {
		return SignInStep{}, err
	}
	if password := args.Answers["password"]; password != "" {
		a.Vault.Hide(password)
	}
	return a.next(ctx, args.Session, in, args.Answers)
}

// CancelSignIn forgets a sign-in.
func (a *App) CancelSignIn(_ context.Context, args NextArgs) (none, error) {
	a.signIns.drop(args.Session)
	return none{}, nil
}

func (a *App) next(ctx context.Context, id string, in *signIn, answers map[string]string) (SignInStep, error) {
	step, err := in.login.Next(ctx, answers)
	if err != nil {
		return SignInStep{}, &serviceError{"sign in at " + in.account.Provider, err}
	}
	v := SignInStep{Session: id, Code: step.Code, URL: step.URL, Expires: when(step.Expires), Notice: step.Notice}
	for _, f := range step.Fields {
		field := Field{Name: f.Name, Secret: f.Secret}
		for _, c := range f.Choices {
			field.Choices = append(field.Choices, Choice(c))
		}
		v.Fields = append(v.Fields, field)
	}
	if step.Done == nil {
		return v, nil
	}
	a.signIns.drop(id)
	a.Vault.Hide(step.Done.Secret.Reveal())
	acc, err := a.signedIn(ctx, in, *step.Done)
	if err != nil {
		return v, err
	}
	v.Account, err = a.accountView(ctx, acc)
	return v, err
}

// signedIn keeps what a sign-in gave: the account first, so that it has a
// number, then its secret. An account whose secret is not durable is no
// account.
func (a *App) signedIn(ctx context.Context, in *signIn, done provider.SignedIn) (ledger.AccountID, error) {
	acc, fresh, err := a.place(ctx, in, done)
	if err != nil {
		return 0, errors.Join(err, a.renew(ctx, in, done))
	}
	if acc.ID, err = a.Store.PutAccount(ctx, acc); err != nil {
		return 0, err
	}
	if err := a.keepSecrets(ctx, in, acc, done.Secret); err != nil {
		if fresh {
			acc.Removed = true
			_, undone := a.Store.PutAccount(ctx, acc)
			err = errors.Join(err, undone)
		}
		return 0, err
	}
	if err := a.Store.DropWait(ctx, acc.ID); err != nil {
		return 0, err
	}
	if fresh {
		if err := a.defaultRoutes(ctx, acc); err != nil {
			return 0, err
		}
	}
	return acc.ID, a.reconnect(ctx, acc.ID)
}

// reconnect lets the engine go on with a new secret.
func (a *App) reconnect(ctx context.Context, id ledger.AccountID) error {
	a.Engine.Disconnect(id)
	if err := a.Engine.Changed(ctx); err != nil {
		return err
	}
	a.soon()
	return nil
}

// renew keeps the secret of a sign-in that was refused because that person is
// connected already: a server may have ended the sign-in before it, as
// Jellyfin does for one device.
func (a *App) renew(ctx context.Context, in *signIn, done provider.SignedIn) error {
	n, err := a.names(ctx)
	if err != nil {
		return err
	}
	for _, acc := range n.accounts {
		same := acc.Provider == in.account.Provider && acc.ServerID == done.Identity.ServerID && acc.UserID == done.Identity.UserID
		if same && !acc.Removed && in.clientSecret == "" && acc.Options[wire.OptionClientID] == in.account.Options[wire.OptionClientID] {
			err := errors.Join(a.Secrets(acc.ID).Save(ctx, done.Secret), a.Store.DropWait(ctx, acc.ID))
			return errors.Join(err, a.reconnect(ctx, acc.ID))
		}
	}
	return nil
}

func (a *App) keepSecrets(ctx context.Context, in *signIn, acc ledger.Account, secret provider.Secret) error {
	if in.clientSecret != "" {
		if err := a.ClientSecret(acc.Provider).Save(ctx, provider.Secret(in.clientSecret)); err != nil {
			return err
		}
	}
	return a.Secrets(acc.ID).Save(ctx, secret)
}

// place is the account that a sign-in is for: the one that was named, one that
// was signed out before, or a new one (fresh).
func (a *App) place(ctx context.Context, in *signIn, done provider.SignedIn) (acc ledger.Account, fresh bool, err error) {
	n, err := a.names(ctx)
	if err != nil {
		return acc, false, err
	}
	who := done.Identity
	acc = in.account
	if in.again && (acc.ServerID != who.ServerID || acc.UserID != who.UserID) {
		return acc, false, usage("this sign-in is %s on %s, but %s is %s on %s; add it as an account of its own",
			who.UserName, who.ServerName, acc.Name, acc.UserName, acc.Server)
	}
	if !in.again {
		if acc, err = a.newAccount(ctx, n, in, who); err != nil {
			return acc, false, err
		}
	}
	acc.ServerID, acc.UserID, acc.UserName, acc.Server = who.ServerID, who.UserID, who.UserName, who.ServerName
	if done.Address != "" {
		acc.Address = done.Address
	}
	return acc, !in.again, nil
}

// newAccount is a row for a sign-in that is not known yet, or was signed out:
// that one keeps its number, and its next view is a first look.
func (a *App) newAccount(ctx context.Context, n names, in *signIn, who provider.Identity) (ledger.Account, error) {
	acc := in.account
	for _, old := range n.accounts {
		if old.Provider != acc.Provider || old.ServerID != who.ServerID || old.UserID != who.UserID {
			continue
		}
		if !old.Removed {
			return acc, usage("%s on %s is connected already, as %s; that goes on", who.UserName, who.ServerName, old.Name)
		}
		acc.ID, acc.Profile = old.ID, old.Profile
	}
	last, err := a.Store.LastRun(ctx)
	if err != nil {
		return acc, err
	}
	acc.Connected = last + 1
	s, _ := a.Service(acc.Provider) // it just signed in
	for _, f := range media.Features {
		if s.Capabilities.Feature(f).Offered() {
			acc.Features = append(acc.Features, f)
		}
	}
	if acc.Name == "" {
		acc.Name = n.freeLabel(acc.Provider)
	}
	if acc.ID == 0 || in.person != "" {
		acc.Profile, err = a.personFor(ctx, n, strings.TrimSpace(in.person), in.newPerson)
	}
	return acc, err
}

// personFor finds the person of a new account; the first one is made, and who
// is not known yet where that was asked for.
func (a *App) personFor(ctx context.Context, n names, name string, unknown bool) (ledger.ProfileID, error) {
	p, err := n.person(name)
	switch {
	case err == nil:
		return p.ID, nil
	case name == "" && len(n.people) == 0:
		return a.Store.PutProfile(ctx, ledger.Profile{Name: ledger.FirstPerson})
	case name != "" && (unknown || len(n.people) == 0):
		return a.Store.PutProfile(ctx, ledger.Profile{Name: name})
	}
	return 0, err
}

// freeLabel is the service's name, with a number when it is taken.
func (n names) freeLabel(service string) string {
	label := service
	for i := 2; ; i++ {
		if !slices.ContainsFunc(n.accounts, func(acc ledger.Account) bool { return acc.Name == label }) {
			return label
		}
		label = fmt.Sprintf("%s-%d", service, i)
	}
}
