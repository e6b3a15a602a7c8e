# What people and CI call. Needs make, Python 3.11 or newer and a package registry; the rest sets itself up.
#
#   make demo    the wine example from text to prediction
#   make test    everything, on real engines where this machine can have them
#   make check   what to run before a commit: linters, types, fast tests; under a minute
#   make bench   what users wait for, measured from the wheel
#   make setup   only .venv
#   make clean   delete what the others made here (the engines' cache stays: see `status`)

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PYTEST_ARGS ?=
TYPED_TESTS := -p tests.engines -p tests.engines_test -p benchmarks -m tests.conftest

.DEFAULT_GOAL := check
.PHONY: demo test check bench setup clean engines status

demo: setup
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh examples/demo.sh

test: setup engines
	@sh tests/engines/with-engines $(BIN)/python -m pytest -n auto --dist worksteal $(PYTEST_ARGS)

check: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/mypy --strict $(TYPED_TESTS)
	ENVSPEC_QUICK_TESTS=1 $(BIN)/python -m pytest -q -n auto -m "not docker and not conda and not registry and not index and not slow" $(PYTEST_ARGS)

bench: setup
	@$(BIN)/python -m benchmarks

setup: $(STAMP)

$(STAMP): pyproject.toml tests/engines/make-venv
	@PYTHON="$(PYTHON)" sh tests/engines/make-venv "$(VENV)"
	@touch $@

engines:
	@sh tests/engines/install-debian

status: setup
	@$(BIN)/python -m tests.engines status

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +
