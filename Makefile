# The commands of Beamcast. They set up .venv, web/node_modules and web/bundle when needed, and again when a
# lock file or a source of the page changes. The machine must have make and Python 3.11 or 3.12 with venv.

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
LIBRARIES := web/node_modules/.package-lock.json
BUNDLE := web/bundle/manifest.json
# Folders too: they change when a file is deleted.
PAGE_SOURCES := $(shell find web/static 2>/dev/null) web/bundle.mjs
BENCH_LIBRARIES := bench/node_modules/.package-lock.json
# Playwright's own Node needs a library (libatomic) that a fresh Debian lacks.
PLAYWRIGHT_NODE := PLAYWRIGHT_NODEJS_PATH="$(CURDIR)/$(BIN)/node"
PYTEST := $(PLAYWRIGHT_NODE) $(BIN)/python -m pytest
UV_VERSION := 0.13.8
PIP_AUDIT_VERSION := 2.10.1

# Only variables of the command line (`make run PORT=5001`) count: HOST and PORT of the environment may
# belong to other programs.
RUN_OPTIONS := SOURCE HOST PORT WEB BOARD OPEN
$(foreach name,$(RUN_OPTIONS),$(if $(filter command,$(origin $(name))),\
	$(eval export BEAMCAST_$(name) := $($(name)))))
ifeq ($(firstword $(origin REDIS_URL)),command)
export BEAMCAST_REDIS := $(REDIS_URL)
endif

.DEFAULT_GOAL := help
.PHONY: help run unit test test-deploy chaos fuzz bench soak check format lock audit clean setup setup-test setup-bench browsers
.DELETE_ON_ERROR:

help:
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|' 2>/dev/null \
		|| sed -nE 's/^([a-z-]+):.*## (.*)/  make \1: \2/p' $(MAKEFILE_LIST)

run: setup ## run everything on this machine; SOURCE=tcp://HOST:PORT PORT= HOST= WEB= BOARD= REDIS_URL= OPEN=1
	@exec $(BIN)/python -m deploy.local

unit: setup-test ## run the tests that start no process, Python and JavaScript: one minute
	@$(PYTEST) -q -n 4 -m "not stack" tests/ingest tests/shared tests/web tests/docs tests/bench tests/examples
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm --prefix web --silent test

test: setup-test browsers ## run all tests except those of test-deploy, chaos and fuzz
	@echo "Python tests"
	@$(PYTEST) -n 3 --dist loadfile
	@echo "JavaScript tests"
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm --prefix web --silent test

test-deploy: setup-test browsers ## test compose, Swarm, TLS and logins with real containers: 15 minutes (root, container engine)
	@RUNLEVEL=1 sh deploy/debian-packages.sh nginx # RUNLEVEL: it must not start as a service
	@$(PYTEST) -m deploy tests/deploy

chaos: setup-test browsers ## test with parts that are killed, hung or disconnected, and with slow networks (root, network namespaces)
	@command -v ip >/dev/null || sh deploy/debian-packages.sh iproute2
	@RUNLEVEL=1 sh deploy/debian-packages.sh nginx faketime
	@$(PYTEST) -m chaos tests/chaos

fuzz: setup-test ## test with a million damaged inputs: half an hour; TARGET="messages sockets" COUNT=0.1 (factor) SEED= ONLY=
	@$(BIN)/python -m tests.fuzz $(TARGET) --count $(or $(COUNT),1) \
		$(if $(SEED),--seed $(SEED)) $(if $(ONLY),--only $(ONLY))

bench: setup-bench ## run the benchmarks: half an hour; QUICK=1 CELL=delivery, ingest, latency, page, scale, memory, push, video, regions, loading or wall
	@sh deploy/debian-packages.sh chromium
	@$(PLAYWRIGHT_NODE) $(BIN)/python -m bench $(CELL) $(if $(QUICK),--quick)

soak: setup-bench ## check for leaks while viewers connect and disconnect; MINUTES=30
	@MINUTES=$(or $(MINUTES),30) $(BIN)/python -m bench soak

check: setup-test ## check format, lint, types and import layers
	@$(BIN)/ruff format --check --quiet . || { echo "Not formatted: run make format"; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@layers=$$($(BIN)/lint-imports --no-cache 2>&1) || { echo "$$layers"; exit 1; }
	@find tests -name '*.mjs' -print0 | xargs -0 -n 1 $(BIN)/node --check
	@cd web && PATH="$(CURDIR)/$(BIN):$$PATH" npm --silent run check

format: setup-test ## format the Python files and fix what ruff can fix
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format --quiet .

lock: $(VENV)/created ## resolve the dependencies again into deploy/lock and web/package-lock.json
	@$(PIP) install uv==$(UV_VERSION)
	@sh deploy/lock.sh

audit: setup ## list known vulnerabilities of the locked packages (needs the internet)
	@$(PIP) install pip-audit==$(PIP_AUDIT_VERSION)
	@$(BIN)/pip-audit --disable-pip --require-hashes -r deploy/lock/runtime.txt
	@PATH="$(CURDIR)/$(BIN):$$PATH" NODE_USE_SYSTEM_CA=1 npm --prefix web audit --omit=dev --no-update-notifier

clean: ## remove the files that set-up and tests have created
	@rm -rf $(VENV) web/node_modules web/bundle bench/node_modules tests/out \
		.pytest_cache .ruff_cache .mypy_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# ---- set-up ----

setup: $(VENV)/local $(LIBRARIES) $(BUNDLE)
setup-test: $(VENV)/test $(LIBRARIES) $(BUNDLE)
setup-bench: $(VENV)/bench $(LIBRARIES) $(BUNDLE) $(BENCH_LIBRARIES)

$(VENV)/created: deploy/find-python.sh
	@python=$$(sh deploy/find-python.sh) && echo "Creating $(VENV) with $$python" && rm -rf $(VENV) \
		&& { $$python -m venv $(VENV) || { rm -rf $(VENV); \
			echo "The venv module is missing: apt-get install python3-venv"; exit 1; } >&2; }
	@touch $@

$(VENV)/test: $(VENV)/local
$(VENV)/bench: $(VENV)/test
$(VENV)/local $(VENV)/test $(VENV)/bench: $(VENV)/%: deploy/lock/%.txt $(VENV)/created
	@echo "Installing the Python packages of $<"
	@$(PIP) install --require-hashes -r $<
	@touch $@

$(LIBRARIES) $(BENCH_LIBRARIES): %/node_modules/.package-lock.json: %/package.json %/package-lock.json \
		| $(VENV)/local
	@echo "Installing the JavaScript packages of $*/package-lock.json"
	@PATH="$(CURDIR)/$(BIN):$$PATH" NODE_USE_SYSTEM_CA=1 npm --prefix $* ci --loglevel=error \
		--ignore-scripts --no-audit --no-fund --no-update-notifier >/dev/null
	@touch $@

$(BUNDLE): $(PAGE_SOURCES) $(LIBRARIES)
	@$(BIN)/node web/bundle.mjs
	@touch $@ # it is the same file if no content has changed

browsers:
	@sh deploy/debian-packages.sh chromium firefox-esr curl
	@command -v nc >/dev/null || sh deploy/debian-packages.sh netcat-openbsd # for examples/tcp.sh
