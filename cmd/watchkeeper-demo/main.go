// Watchkeeper-demo shows Watchkeeper at work without any account of yours: it
// imitates a Jellyfin server and Trakt on this computer, connects the real
// program to them with a fresh profile, and tells a story: first look, Start,
// sync, a service that goes away, a list that comes back empty, deletions on
// hold, undo. After each step it compares what the services really hold with
// what they should, and it ends with an error when they differ.
//
// It links no window. With a display it starts watchkeeper, so that the story
// happens in front of you; without one watchkeeperctl does the work and the
// story is told on the terminal. With --story=false it imitates all services,
// prints how to go one's own way among them, and stays. Read story.go for the
// story, stage.go for who lives in it, serve.go for the other way, program.go for
// how the real program is driven.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/term"
)

func main() {
	story := flag.Bool("story", true, "tell the story; =false imitates all services, says how to follow by hand, and stays until interrupted")
	headless := flag.Bool("headless", os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "", "no window, also where there is a display")
	pause := flag.Duration("pause", 0, "between steps (default 3s with a window)")
	// Without a terminal nobody is there to close the window.
	stay := flag.Bool("stay", term.IsTerminal(int(os.Stdin.Fd())), "keep the window after the story until it is closed; default: on a terminal")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if *pause == 0 && !*headless {
		*pause = 3 * time.Second
	}
	if err := run(ctx, *story, *headless, *pause, *stay); err != nil {
		fmt.Fprintln(os.Stderr, "watchkeeper-demo:", err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context, story, headless bool, pause time.Duration, stay bool) (err error) {
	dir, err := os.MkdirTemp("", "watchkeeper-demo-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if !story {
		return serve(ctx, dir, headless, os.Stdin)
	}
	t, err := newStage()
	if err != nil {
		return err
	}
	defer t.close()
	p, err := newProgram(ctx, dir, t.addresses(), headless)
	if err != nil {
		return err
	}
	defer p.quit()
	if headless {
		say("There is no display (or --headless was given): the story is told here, and watchkeeperctl does the work.")
	} else {
		say("The window is the real program. Everything you see in it comes from two imitated services on this computer.")
	}
	teller := &teller{ctx: ctx, stage: t, program: p, pause: pause}
	if err := teller.tell(); err != nil {
		return err
	}
	if !headless && stay {
		say("\nThe window stays until you close it.")
		p.wait(ctx)
	}
	return nil
}

func say(format string, args ...any) { fmt.Printf(format+"\n", args...) }
