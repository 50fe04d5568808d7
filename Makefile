# Everything a person types. `make` alone lists it.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)

# The vendors' contracts are data for tests and not part of this project.
ifneq ($(wildcard ../shared/contracts),)
export LAUNCHBOOK_CONTRACTS ?= $(abspath ../shared/contracts)
endif

.PHONY: help setup rehearse test check prove bench lock reference clean

help: ## List these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

# Two stamps: rehearsing needs the core and the sandbox, working on it needs all.
$(VENV)/rehearse.stamp: requirements/rehearse.txt pyproject.toml
	@$(PYTHON) scripts/check_python.py
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing the pinned dependencies (core, sandbox)"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements/rehearse.txt
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/test.stamp: requirements/test.txt $(VENV)/rehearse.stamp
	@echo "installing the pinned dependencies (test)"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements/test.txt
	@touch $@

setup: $(VENV)/test.stamp ## Install everything into .venv

rehearse: $(VENV)/rehearse.stamp ## Take Vocilia from nothing through staging to production, releases and a rollback
	@invoke sandbox.up
	@invoke provision.staging
	@python scripts/rehearse.py

test: $(VENV)/test.stamp ## Run the tests (under 6 minutes)
	@pytest -n 3 --dist loadgroup tests

check: $(VENV)/test.stamp ## Format, lint, types, imports, docs, licences
	@ruff format --check .
	@ruff check .
	@mypy
	@lint-imports
	@python scripts/reference.py --check
	@python scripts/traceability.py
	@python scripts/licences.py

prove: $(VENV)/test.stamp ## Everything heavy: coverage, more kills; writes docs/guarantees.md
	@python scripts/prove.py

bench: $(VENV)/test.stamp ## Measure against peers and baselines in one run
	@python bench/start_up.py
	@python bench/converge.py
	@python bench/restart.py
	@python bench/ledger.py
	@python bench/load.py

lock: $(VENV)/test.stamp ## Resolve the pinned dependencies again
	@python scripts/lock.py

reference: $(VENV)/test.stamp ## Write docs/reference from the schemas
	@python scripts/reference.py

clean: ## Stop the sandbox; remove its state and the virtual environment
	@if [ -x $(BIN)/invoke ]; then $(BIN)/invoke sandbox.down; fi
	@rm -rf .launchbook $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
