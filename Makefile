# Every target sets itself up: .venv follows uv.lock, and keeps what was added to it by hand.
.DEFAULT_GOAL := help
.PHONY: help setup demo demo-hard test test-all chaos mutants check docs bench bench-scripts \
	calibrate calibrate-gates calibrate-coverage miscodings packages
SHELL := /bin/sh
PY := .venv/bin/python
# One process of tests a core; a test that waits leaves its core to the other's.
# Of `make bench`; peers that are not installed (pip install jax numpyro blackjax) are said to be absent.
BENCH := one sweep growth
PYTEST := $(PY) -m pytest -n auto --dist worksteal

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-20s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Make .venv from uv.lock; what was added by hand stays
	@scripts/setup

demo: setup ## Fit 200 simulated brand-tracking models and open the report's path
	@$(PY) -P -m sweep.simulate.demo --directory demo

demo-hard: setup ## The same with a population the model does not describe
	@$(PY) -P -m sweep.simulate.demo --directory demo-hard --hard

test: setup ## Everything that needs no system package, under 6 minutes on 2 cores
	$(PYTEST) -m "not slow and not browser and not chaos"

test-all: packages ## Everything, under 40 minutes; installs Debian packages when missing
	@scripts/setup --all-groups --all-extras
	$(PYTEST) -m "not chaos and not alone"
	$(PY) -m pytest -m "alone and not chaos"

chaos: packages ## Break sweeps at every fault point, moment and system call, under 25 minutes
	@scripts/setup --all-groups --all-extras
	$(PY) -m pytest tests/chaos

mutants: setup ## Plant 200 small bugs, each to be killed by a quick test; under 60 minutes on 2 cores
	@$(PY) -W ignore -m benchmarks.mutants

miscodings: setup ## Plant 1,000 slips in sound studies: each refused, told by name, or harmless
	@$(PY) -W ignore -m benchmarks.miscodings

packages: # Chromium for the report's tests, strace to break system calls, PostgreSQL to read from
	@command -v chromium >/dev/null 2>&1 && command -v strace >/dev/null 2>&1 && \
	    ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || scripts/packages

check: ## Lint, format and types
	@scripts/setup --all-groups --all-extras
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

docs: ## Build the documentation into site/
	@scripts/setup --group docs
	$(PY) docs/generate.py
	$(PY) -m mkdocs build --strict --quiet

bench: setup ## Speed of engines, a sweep and its growth into docs/benchmarks.md; under 30 minutes
	@for what in $(BENCH); do $(PY) -P -m sweep bench $$what --markdown docs/benchmarks.md \
	    --json docs/benchmarks-$$what.json || exit 1; done

bench-scripts: ## Run every script of benchmarks/, as JSON; takes some hours
	@scripts/setup --all-groups --all-extras
	@for script in benchmarks/*.py; do echo "# $$script"; \
	    $(PY) -m benchmarks.$$(basename $$script .py) || exit 1; done

calibrate: setup ## Ranks of 1,000 simulated truths, rare outcomes; makes docs/calibration.md
	@$(PY) -m benchmarks.calibration

calibrate-gates: setup ## Plant ten bugs and show what catches each, under 30 minutes
	@$(PY) -m benchmarks.calibration.gates

calibrate-coverage: setup ## Coverage of the demo's intervals over five simulator seeds
	@$(PY) -m benchmarks.coverage
