# Beamcast's commands. Set-up happens by itself, into .venv and web/node_modules, and again when a lock
# file changes. It asks the machine for Python 3.11 or 3.12 with venv, and make.

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
LIBRARIES := web/node_modules/.package-lock.json
BENCH_LIBRARIES := bench/node_modules/.package-lock.json
# Playwright's own Node asks for a library (libatomic) that a fresh Debian lacks; ours does not.
PLAYWRIGHT_NODE := PLAYWRIGHT_NODEJS_PATH="$(CURDIR)/$(BIN)/node"
PYTEST := $(PLAYWRIGHT_NODE) $(BIN)/python -m pytest
UV_VERSION := 0.13.8
PIP_AUDIT_VERSION := 2.10.1

# `make run PORT=5001`; HOST and PORT of the environment are other programs' and are left alone.
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

run: setup ## the whole of it on this machine; SOURCE=tcp://HOST:PORT PORT= HOST= WEB= BOARD= REDIS_URL= OPEN=1
	@exec $(BIN)/python -m deploy.local

unit: setup-test ## the tests that start no process, Python and JavaScript: a minute
	@$(PYTEST) -q -n 2 -m "not stack" tests/ingest tests/shared tests/web tests/docs tests/bench tests/examples
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm --prefix web --silent test

test: setup-test browsers ## every test but those of test-deploy
	@echo "Tests in Python"
	@$(PYTEST) -n 2 --dist loadfile
	@echo "Tests of the page's modules"
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm --prefix web --silent test

test-deploy: setup-test browsers ## compose, Swarm, TLS and logins for real, a quarter of an hour (root, container engine)
	@RUNLEVEL=1 sh deploy/debian-packages.sh nginx # is not to start by itself
	@$(PYTEST) -m deploy tests/deploy

chaos: setup-test browsers ## every part killed, hung, cut off under viewers; slow lines (root, network namespaces)
	@command -v ip >/dev/null || sh deploy/debian-packages.sh iproute2
	@RUNLEVEL=1 sh deploy/debian-packages.sh nginx faketime # nginx is not to start by itself
	@$(PYTEST) -m chaos tests/chaos

fuzz: setup-test ## a million damaged inputs, half an hour; TARGET="messages sockets" COUNT=0.1 (times as many) SEED= ONLY=
	@$(BIN)/python -m tests.fuzz $(TARGET) --count $(or $(COUNT),1) \
		$(if $(SEED),--seed $(SEED)) $(if $(ONLY),--only $(ONLY))

bench: setup-bench ## the benchmarks, half an hour; CELL=delivery|ingest|latency|page|scale|memory|push|video|regions QUICK=1
	@sh deploy/debian-packages.sh chromium
	@$(PLAYWRIGHT_NODE) $(BIN)/python -m bench $(CELL) $(if $(QUICK),--quick)

soak: setup-bench ## half an hour of viewers who come and go, and whether anything grows; MINUTES=30
	@MINUTES=$(or $(MINUTES),30) $(BIN)/python -m bench soak

check: setup-test ## format, lint, types, import layers
	@$(BIN)/ruff format --check --quiet . || { echo "Not formatted; make format does it"; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@layers=$$($(BIN)/lint-imports --no-cache 2>&1) || { echo "$$layers"; exit 1; }
	@find tests -name '*.mjs' -print0 | xargs -0 -n 1 $(BIN)/node --check
	@cd web && PATH="$(CURDIR)/$(BIN):$$PATH" npm --silent run check

format: setup-test ## format the Python files, and repair what can be repaired
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format --quiet .

lock: $(VENV)/created ## resolve the dependencies anew into deploy/lock and web/package-lock.json
	@$(PIP) install uv==$(UV_VERSION)
	@sh deploy/lock.sh

audit: setup ## known vulnerabilities of the locked packages; asks the registries, so it needs the internet
	@$(PIP) install pip-audit==$(PIP_AUDIT_VERSION)
	@$(BIN)/pip-audit --disable-pip --require-hashes -r deploy/lock/runtime.txt
	@PATH="$(CURDIR)/$(BIN):$$PATH" NODE_USE_SYSTEM_CA=1 npm --prefix web audit --omit=dev --no-update-notifier

clean: ## remove what set-up and tests have made
	@rm -rf $(VENV) web/node_modules bench/node_modules tests/out \
		.pytest_cache .ruff_cache .mypy_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# ---- set-up ----

setup: $(VENV)/local $(LIBRARIES)
setup-test: $(VENV)/test $(LIBRARIES)
setup-bench: $(VENV)/bench $(LIBRARIES) $(BENCH_LIBRARIES)

$(VENV)/created: deploy/find-python.sh
	@python=$$(sh deploy/find-python.sh) && echo "Making $(VENV) with $$python" && rm -rf $(VENV) \
		&& { $$python -m venv $(VENV) || { rm -rf $(VENV); \
			echo "Its venv module is missing: apt-get install python3-venv"; exit 1; } >&2; }
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

browsers:
	@sh deploy/debian-packages.sh chromium firefox-esr curl
	@command -v nc >/dev/null || sh deploy/debian-packages.sh netcat-openbsd # for examples/tcp.sh
