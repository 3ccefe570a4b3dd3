# Guanbiao: `make help` lists what can be done here.

PYTHON ?= $(firstword $(shell command -v python3.11 2>/dev/null) python3)
HOST ?= 127.0.0.1
PORT ?= 8000
WEB_WORKERS ?= 2
WEB_THREADS ?= 4

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes --only-binary :all:
LANGUAGE_FILES := $(wildcard translations/*/LC_MESSAGES/*.po)
PYTEST_ARGS ?=

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

.PHONY: help
help: ## print this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

# --- The product ---

.PHONY: run
run: export HOST := $(HOST)
run: export PORT := $(PORT)
run: export WEB_PORT := $(PORT)
run: export WEB_WORKERS := $(WEB_WORKERS)
run: export WEB_THREADS := $(WEB_THREADS)
run: install ## install, prepare and serve (HOST, PORT, INSTANCE_DIR are honoured); Ctrl-C stops
	@$(BIN)/python -c 'import socket, sys; socket.create_server((sys.argv[1], int(sys.argv[2]))).close()' $(HOST) $(PORT) 2>/dev/null \
	  || { echo "Port $(PORT) of $(HOST) is taken: stop what listens there, or choose another: PORT=8001 make run" >&2; exit 1; }
	@$(BIN)/flask --app wsgi prepare
	@exec $(BIN)/honcho start -e /dev/null --no-prefix --port $(PORT)

.PHONY: install
install: $(VENV)/.runtime translations ## make the runtime environment, nothing else

.PHONY: translations
translations: $(LANGUAGE_FILES:.po=.mo) ## compile the translations that changed

%.mo: %.po | $(VENV)/.runtime
	@$(BIN)/pybabel -q compile -i $< -o $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' \
	  || { echo "Guanbiao needs Python 3.11; name one with: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.txt | $(BIN)/python
	@echo "Installing what the product needs into $(VENV) (once) ..."
	@$(PIP) -r requirements.txt
	@touch $@

# --- Work on it ---

$(VENV)/.dev: requirements-dev.txt | $(VENV)/.runtime
	@echo "Installing what tests and checks need into $(VENV) (once) ..."
	@$(PIP) -r requirements-dev.txt
	@touch $@

.PHONY: dev
dev: $(VENV)/.dev translations ## make the environment for tests and checks

.PHONY: test
test: dev ## run all tests; REQUIRE_ALL=1 makes a missing server a failure
	@$(BIN)/pytest -q -n auto --dist loadgroup $(PYTEST_ARGS)

.PHONY: check
check: dev ## format, lint, types, import contracts, templates, security; no tests
	@$(BIN)/ruff format --check --quiet . || { echo "run: make fmt" >&2; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-cache > $(VENV)/lint-imports.txt || { cat $(VENV)/lint-imports.txt >&2; exit 1; }
	@$(BIN)/djlint --quiet --lint templates
	@$(BIN)/bandit --quiet --recursive --configfile pyproject.toml app config.py wsgi.py

.PHONY: sure
sure: check test ## everything that must hold before a change is handed in

.PHONY: fmt
fmt: dev ## format the code and mend what can be mended
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format --quiet .

.PHONY: bench
bench: dev ## measure; prints a table
	@$(BIN)/python -m bench

.PHONY: audit
audit: dev ## ask for known weaknesses of the locked requirements (needs the network)
	@$(BIN)/pip-audit --strict --progress-spinner off --disable-pip --require-hashes -r requirements.txt

.PHONY: lock
lock: ## resolve requirements*.in again (needs uv)
	@for name in requirements requirements-dev; do \
	  uv pip compile --quiet --no-config --python-version 3.11 --generate-hashes --no-header --no-annotate \
	    --allow-unsafe $$name.in -o $$name.txt || exit 1; \
	done

.PHONY: clean
clean: ## remove the environment and caches; data under instance/ stays
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis $(LANGUAGE_FILES:.po=.mo)
