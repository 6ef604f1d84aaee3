// Command watchkeeper is the desktop program: a window and a tray icon on a
// local engine.
//
// It only joins parts: app/wire builds the engine, app has the operations,
// app/view words what they say, app/ui and app/tray draw it. Read program.go
// for who talks to whom and render.go for how news reaches the screen. The
// engine's own work never waits for the screen.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"

	"fyne.io/fyne/v2/lang"

	"watchkeeper/app"
	"watchkeeper/app/instance"
	"watchkeeper/app/view"
	"watchkeeper/app/wire"
)

// passphraseFile names the variable that names a file with the passphrase of
// the secrets file.
const passphraseFile = "WATCHKEEPER_PASSPHRASE_FILE"

// growth is how many percent of what is in use may come on top before the
// memory is swept. What the runtime notes about the largest heap that there
// ever was stays with a program that runs all day.
const growth = 40

type flags struct {
	dir         string
	services    string
	secretsFile bool
	background  bool
	wish        string
	verbose     bool
}

func main() {
	var f flags
	flag.StringVar(&f.dir, "data", "", "data folder (default "+wire.Folder(false)+")")
	flag.StringVar(&f.services, "services", "", "demo: JSON file that maps service hosts to addresses on this computer; nothing else is reachable")
	flag.BoolVar(&f.secretsFile, "secrets-file", false, "keep credentials in a file encrypted with the passphrase in "+passphraseFile+", not in the keyring")
	flag.BoolVar(&f.background, "background", false, "start in the tray, without a window")
	flag.BoolVar(&f.verbose, "verbose", false, "log every request")
	version := flag.Bool("version", false, "print the version")
	flag.Usage = usage
	flag.Parse()
	f.wish = flag.Arg(0)
	if _, known := wishes[f.wish]; !known || flag.NArg() > 1 {
		usage()
		os.Exit(2)
	}
	if *version {
		fmt.Println("watchkeeper", wire.Version)
		return
	}
	debug.SetGCPercent(growth)
	words := view.Speak(lang.SystemLocale().LanguageString(), time.Local)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, f, words)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "watchkeeper:", err)
		os.Exit(1)
	}
}

func usage() {
	words := slices.Sorted(maps.Keys(wishes))[1:] // the first is none
	fmt.Fprintf(flag.CommandLine.Output(), "usage: watchkeeper [flags] [%s]\n", strings.Join(words, "|"))
	flag.PrintDefaults()
}

// run is the program until its window and tray are gone and the engine has
// ended.
func run(ctx context.Context, f flags, words *view.Words) error {
	if !display() {
		return errors.New(words.Say("message.no_display"))
	}
	o, dir, err := f.options()
	if err != nil {
		return err
	}
	lock, peer, err := instance.Own(ctx, dir)
	if err != nil {
		return err
	}
	if peer != nil {
		return handOver(ctx, peer, f.wish, words)
	}
	p := newProgram(f, words)
	p.run(ctx, func() (*app.App, error) { return app.Open(ctx, lock, o) }, lock)
	err = p.close()
	if !p.anew || err != nil {
		return err
	}
	return startAnew(dir, p.restore)
}

// startAnew starts the program again, with its window. Before that it restores
// a backup if one is named, now that nothing has the data folder open.
func startAnew(dir, backup string) error {
	if backup != "" {
		if err := restore(dir, backup); err != nil {
			return err
		}
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	args := slices.DeleteFunc(slices.Clone(os.Args[1:]), func(arg string) bool { return strings.TrimLeft(arg, "-") == "background" })
	again := exec.Command(program, args...)
	again.Stdout, again.Stderr = os.Stdout, os.Stderr
	return again.Start()
}

func restore(dir, backup string) error {
	lock, err := instance.Acquire(dir)
	if err != nil {
		return err
	}
	_, err = app.Restore(context.Background(), dir, backup)
	return errors.Join(err, lock.Release())
}

// handOver asks the program that runs already.
func handOver(ctx context.Context, peer *instance.Peer, wish string, words *view.Words) error {
	args, err := json.Marshal(app.ShowArgs{Wish: wish})
	if err != nil {
		return err
	}
	if _, err := peer.Do(ctx, "show", args, nil); err != nil {
		return err
	}
	if wish == "" {
		fmt.Println(words.Say("message.raised"))
	}
	return nil
}

// display tells whether there is a screen to open a window on; without one
// the toolkit would crash.
func display() bool {
	return runtime.GOOS != "linux" || os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != ""
}

// options are what the command line says about the house.
func (f flags) options() (o wire.Options, dir string, err error) {
	o = wire.Options{SecretsFile: f.secretsFile, Verbose: f.verbose, Passphrase: passphrase}
	if f.services != "" {
		if o.Services, err = wire.ReadServices(f.services); err != nil {
			return o, "", err
		}
	}
	if f.dir == "" {
		return o, wire.Folder(f.services != ""), nil
	}
	dir, err = filepath.Abs(f.dir)
	return o, dir, err
}

// again is the command that starts this program with the session.
func (f flags) again() []string {
	program, err := os.Executable()
	if err != nil {
		program = os.Args[0]
	}
	command := []string{program, "--background"}
	for _, path := range [...]struct{ flag, value string }{{"--data", f.dir}, {"--services", f.services}} {
		if full, err := filepath.Abs(path.value); err == nil && path.value != "" {
			command = append(command, path.flag, full)
		}
	}
	return command
}

func passphrase() (string, error) {
	path := os.Getenv(passphraseFile)
	if path == "" {
		return "", fmt.Errorf("the secrets file needs its passphrase: name a file that holds it in %s", passphraseFile)
	}
	data, err := os.ReadFile(path)
	return strings.TrimRight(string(data), "\r\n"), err
}
