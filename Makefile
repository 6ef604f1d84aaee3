# Every target installs what the machine lacks (Debian) or names the command.
# One flag set everywhere, so that the build cache is shared.
SHELL := /bin/bash
export GOFLAGS := -trimpath -buildvcs=false
UNIT := CGO_ENABLED=0 go
COMMIT := $(shell git describe --always --exclude '*' --dirty=.changed 2>/dev/null)
VERSION := $(shell sed -n 's/^Version = "\(.*\)"/\1/p' FyneApp.toml)$(if $(COMMIT),+$(COMMIT))
LD := -X watchkeeper/app/wire.Version=$(VERSION)
# Without the emoji font of the toolkit, which is 4 MB in every process: the
# system has one, or there are no emoji.
GL_TAGS := migrated_fynedo,no_emoji,x11
GL_PACKAGES := gcc pkg-config libgl1-mesa-dev xorg-dev libwayland-dev libxkbcommon-dev
# Budgets: cases of random beliefs, simulated lives, and where they begin.
CASES ?= 80000
SEEDS ?= 200
FROM ?= 0
WEEKS ?= 1
# Lives ended by a kill (0: at every moment of every scenario) and by a power
# cut, kills of the real program, and how long each decoder is fuzzed.
KILLS ?= 2000
CUTS ?= 5000
PROCESSES ?= 20
TIME ?= 30s
# How often each benchmark runs.
TIMES ?= 3
# The soak: works at each account, days, and runs a day.
WORKS ?= 100000
DAYS ?= 182
RUNS ?= 4

.PHONY: screenshots run build ctl demo e2e desktop-ready cross figures release package windows test race lint sim world crash fuzz bench soak help

help: ## this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

run: build ## the desktop program
	build/watchkeeper

build: ctl ## both programs
	@bash .ci/install $(GL_PACKAGES)
	CGO_ENABLED=1 go build -tags $(GL_TAGS) -ldflags "$(LD)" -o build/watchkeeper ./cmd/watchkeeper

ctl: ## the command line program; no C compiler needed
	$(UNIT) build -ldflags "$(LD)" -o build/watchkeeperctl ./cmd/watchkeeperctl

demo: ctl ## imitation services on this computer, the real program, and a story; a window where there is a display
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ]; then $(MAKE) build; fi
	$(UNIT) build -ldflags "$(LD)" -o build/watchkeeper-demo ./cmd/watchkeeper-demo
	build/watchkeeper-demo --story $(STORY)

e2e: desktop-ready ## the desktop program on a virtual screen, with a tray and notifications that are pressed
	CGO_ENABLED=1 go test -tags e2e -count=1 -timeout 30m ./cmd/watchkeeper/e2e

desktop-ready:
	@bash .ci/install $(GL_PACKAGES) xvfb dbus openbox xdotool libgl1-mesa-dri gnome-keyring libsecret-tools

figures: desktop-ready ## start, memory and idle load of the desktop program with 50,000 titles
	CGO_ENABLED=1 go test -tags e2e -count=1 -timeout 60m -run XXX -bench . -benchtime 1x ./cmd/watchkeeper/e2e

release: ## both programs as they are given away: small, and the same bytes every time
	@bash .ci/install $(GL_PACKAGES)
	CGO_ENABLED=1 go build -tags $(GL_TAGS) -ldflags "-s -w $(LD)" -o build/release/watchkeeper ./cmd/watchkeeper
	$(UNIT) build -ldflags "-s -w $(LD)" -o build/release/watchkeeperctl ./cmd/watchkeeperctl

package: release ## dist/: an archive with install and uninstall, and a .deb
	@bash .ci/install xz-utils
	@bash .ci/package $(VERSION)

windows: ## build/windows: both programs for Windows, built here
	@bash .ci/install gcc-mingw-w64-x86-64
	CGO_ENABLED=1 GOOS=windows CC=x86_64-w64-mingw32-gcc go build -tags migrated_fynedo,no_emoji -ldflags "-s -w -H=windowsgui $(LD)" -o build/windows/watchkeeper.exe ./cmd/watchkeeper
	GOOS=windows $(UNIT) build -ldflags "-s -w $(LD)" -o build/windows/watchkeeperctl.exe ./cmd/watchkeeperctl

screenshots: ## every place of the window, light and dark, in both languages, with usual and large letters
	$(UNIT) test -tags ci ./app/ui -run 'TestScreenshots$$' -count=1 -screens=$(CURDIR)/build/screenshots -timeout 20m

test: lint ## vet, lint, all tests, 80,000 cases of random beliefs; no display, no C compiler
	$(UNIT) test -tags ci ./...
	$(UNIT) test -tags ci ./engine/sim -run 'TestDecide$$' -cases=$(CASES)

cross: ## vet for Windows and macOS; needs neither
	GOOS=windows GOARCH=amd64 $(UNIT) vet -tags ci ./...
	GOOS=darwin GOARCH=arm64 $(UNIT) vet -tags ci,mobile ./...

lint: ## vet and staticcheck
	$(UNIT) vet -tags ci ./...
	$(UNIT) tool staticcheck -tags ci ./...

race: ## all tests under the race detector
	@bash .ci/install gcc libc6-dev
	CGO_ENABLED=1 go test -race -timeout 60m -tags ci ./...

sim: ## the small world as a whole, simulated lives, and bugs that they must catch: make sim SEEDS=20000 FROM=0
	$(UNIT) test -tags ci ./engine/sim/small -v -run 'TestSmallWorld$$' -whole -timeout 0
	$(UNIT) test -tags ci ./engine/sim -v -run 'TestLives$$' -seeds=$(SEEDS) -seed=$(FROM) -timeout 0
	$(UNIT) test -tags ci ./engine/sim/planted -run TestBugsAreCaught -v -planted=-1 -from=0 -timeout 0

world: ## simulated weeks at all services: make world SEEDS=20 FROM=0 WEEKS=2
	$(UNIT) test -tags ci ./providers/world -run TestLives -seeds=$(SEEDS) -seed=$(FROM) -weeks=$(WEEKS) -pace=2h -timeout 0

crash: ## the program dies everywhere: make crash KILLS=0 CUTS=5000 FROM=0 PROCESSES=100
	$(UNIT) test -tags ci ./engine/sim/crash -v -kills=$(KILLS) -cuts=$(CUTS) -seed=$(FROM) -timeout 0
	$(UNIT) test -tags ci ./cmd/watchkeeperctl -run TestKilled -v -kills=$(PROCESSES) -timeout 0

fuzz: ## what services and files may say, one decoder after the other: make fuzz TIME=10m
	@$(UNIT) list -tags ci ./... | while read pkg; do \
		for target in $$($(UNIT) test -tags ci -list '^Fuzz' $$pkg | grep ^Fuzz); do \
			echo "$$pkg $$target"; \
			$(UNIT) test -tags ci $$pkg -run XXX -fuzz "^$$target$$" -fuzztime $(TIME) -parallel 2 </dev/null || exit 1; \
		done; \
	done

bench: ## what a round costs: the median of TIMES=3 runs; fails when a median takes 1.3 times its committed figure
	@mkdir -p build
	$(UNIT) test -tags ci ./engine -run XXX -bench . -benchtime 1x -count $(TIMES) -timeout 0 | tee build/bench.txt
	$(UNIT) test -tags ci ./cmd/watchkeeperctl -run XXX -bench . -benchtime 1x -timeout 0 | tee -a build/bench.txt
	$(UNIT) test -tags ci ./engine -count=1 -run 'TestFigures$$' -measured=$(CURDIR)/build/bench.txt

soak: ## half a year with 100,000 works: make soak WORKS=100000 DAYS=182 RUNS=4
	$(UNIT) test -tags ci ./engine -count=1 -run 'TestSoak$$' -v -timed -works=$(WORKS) -days=$(DAYS) -runs=$(RUNS) -timeout 0
