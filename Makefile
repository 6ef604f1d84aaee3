# Every target installs what the machine lacks (Debian) or names the command.
# One flag set everywhere, so that the build cache is shared.
SHELL := /bin/bash
export GOFLAGS := -trimpath -buildvcs=false
UNIT := CGO_ENABLED=0 go
CASES ?= 200000
SEEDS ?= 2000
CYCLES := ./engine/...
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LD := -X watchkeeper/app/wire.Version=$(VERSION)
GL_TAGS := migrated_fynedo,x11

.PHONY: run e2e demo test race bench sim lint build ctl deps-gl

run: deps-gl ## the desktop program
	go build -tags $(GL_TAGS) -ldflags "$(LD)" -o build/watchkeeper ./cmd/watchkeeper
	build/watchkeeper

demo: ctl ## imitation services on this computer, the real program, and a story; a window where there is a display
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ]; then $(MAKE) build; fi
	$(UNIT) build -ldflags "$(LD)" -o build/watchkeeper-demo ./cmd/watchkeeper-demo
	build/watchkeeper-demo --story $(STORY)

ctl: ## the command line program, no C compiler needed
	$(UNIT) build -ldflags "$(LD)" -o build/watchkeeperctl ./cmd/watchkeeperctl

build: deps-gl ctl ## both programs
	go build -tags $(GL_TAGS) -ldflags "$(LD)" -o build/watchkeeper ./cmd/watchkeeper

e2e: ## the desktop program on a virtual screen, with a tray and notifications that are pressed
	@scripts=.ci/deps-gl; bash $$scripts xvfb dbus openbox xdotool libgl1-mesa-dri
	go test -tags e2e -count=1 ./cmd/watchkeeper/e2e

test: ## vet, lint, all tests; no display, no C compiler
	$(UNIT) vet -tags ci ./...
	$(UNIT) tool staticcheck -tags ci ./...
	$(UNIT) test -tags ci ./... -cases=$(CASES) -seeds=$(SEEDS)

lint:
	$(UNIT) vet -tags ci ./...
	$(UNIT) tool staticcheck -tags ci ./...

deps-gl:
	@scripts=.ci/deps-gl; bash $$scripts
