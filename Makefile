# Every target installs what the machine lacks (Debian) or names the command.
# One flag set everywhere, so that the build cache is shared.
SHELL := /bin/bash
export GOFLAGS := -trimpath -buildvcs=false
UNIT := CGO_ENABLED=0 go
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LD := -X watchkeeper/app/wire.Version=$(VERSION)
GL_TAGS := migrated_fynedo,x11
# Budgets: cases of random beliefs, simulated lives, and where they begin.
CASES ?= 200000
SEEDS ?= 200
FROM ?= 0
WEEKS ?= 1

.PHONY: run build ctl demo e2e test race lint sim world bench help

help: ## this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

run: build ## the desktop program
	build/watchkeeper

build: ctl ## both programs
	@bash .ci/install gcc pkg-config libgl1-mesa-dev xorg-dev libwayland-dev libxkbcommon-dev
	go build -tags $(GL_TAGS) -ldflags "$(LD)" -o build/watchkeeper ./cmd/watchkeeper

ctl: ## the command line program; no C compiler needed
	$(UNIT) build -ldflags "$(LD)" -o build/watchkeeperctl ./cmd/watchkeeperctl

demo: ctl ## imitation services on this computer, the real program, and a story; a window where there is a display
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ]; then $(MAKE) build; fi
	$(UNIT) build -ldflags "$(LD)" -o build/watchkeeper-demo ./cmd/watchkeeper-demo
	build/watchkeeper-demo --story $(STORY)

e2e: ## the desktop program on a virtual screen, with a tray and notifications that are pressed
	@bash .ci/install gcc pkg-config libgl1-mesa-dev xorg-dev libwayland-dev libxkbcommon-dev xvfb dbus openbox xdotool libgl1-mesa-dri
	go test -tags e2e -count=1 ./cmd/watchkeeper/e2e

test: lint ## vet, lint, all tests, 200,000 cases of random beliefs; no display, no C compiler
	$(UNIT) test -tags ci ./...
	$(UNIT) test -tags ci ./engine/sim -run 'TestDecide$$' -cases=$(CASES)

lint: ## vet and staticcheck
	$(UNIT) vet -tags ci ./...
	$(UNIT) tool staticcheck -tags ci ./...

race: ## all tests under the race detector
	@bash .ci/install gcc libc6-dev
	CGO_ENABLED=1 go test -race -timeout 60m -tags ci ./...

sim: ## simulated lives: make sim SEEDS=20000 FROM=0
	$(UNIT) test -tags ci ./engine/sim -run 'TestLives$$' -seeds=$(SEEDS) -seed=$(FROM) -timeout 0

world: ## simulated weeks at all services: make world SEEDS=20 FROM=0 WEEKS=2
	$(UNIT) test -tags ci ./providers/world -v -seeds=$(SEEDS) -seed=$(FROM) -weeks=$(WEEKS) -timeout 0

bench: ## what a round costs
	$(UNIT) test -tags ci ./engine -run XXX -bench . -benchtime 3x -timeout 0
