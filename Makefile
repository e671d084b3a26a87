# Everything starts from a bare Debian machine with Python 3.11, Git and make: the first run sets the
# machine up and says what it does (dev/setup.py), the next ones find it done.

PYTHON ?= python3
BIN := .venv/bin
# The pinned Helm 4 and kubectl come first for whatever the targets run.
export PATH := $(CURDIR)/.venv/tools:$(CURDIR)/$(BIN):$(PATH)
# Also where the environment forbids it: each start of helmforge would compile all that it imports.
export PYTHONDONTWRITEBYTECODE :=
# Helm, kubectl and buildah run thousands of times, for less than a second each: Go's collector may wait.
GOGC ?= 400
# More arguments for the command behind a target: make test ARGS="-k registry".
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup demo test e2e controlplane buildkit baseimage cosign sigstore kill lint format bench lock clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## /{printf "make %-13s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

setup:  ## .venv, Helm 3 and 4, kubectl, buildah, checkov, act and more: what the other targets need
	@$(PYTHON) -m dev.setup python tools packages checkers jenkins registry

demo: setup  ## the whole road of a service in a scratch monorepo, narrated
	@$(BIN)/helmforge demo $(ARGS)

test: setup cosign  ## every test but e2e; a missing tool is a failure
	@HELMFORGE_REQUIRE_TOOLS=1 GOGC=$(GOGC) $(BIN)/pytest -n auto --dist worksteal -m "not e2e" $(ARGS)

ifeq ($(origin KUBECONFIG),command line)
# Only when asked for by name: a KUBECONFIG in the environment may lead to production.
e2e: setup buildkit baseimage sigstore
	@HELMFORGE_REQUIRE_TOOLS=1 HELMFORGE_E2E_KUBECONFIG="$(abspath $(KUBECONFIG))" $(BIN)/pytest -n auto --dist worksteal -m e2e $(ARGS)
else
# With KUBECONFIG=FILE: against a cluster of yours.
e2e: setup controlplane buildkit baseimage sigstore  ## the tests that need a real Kubernetes API, BuildKit, a base image or Sigstore
	@HELMFORGE_REQUIRE_TOOLS=1 $(BIN)/pytest -n auto --dist worksteal -m e2e $(ARGS)
endif

kill: setup controlplane  ## the kill test at every point, with Helm 3 and Helm 4 (takes long)
	@HELMFORGE_KILL_EVERY=1 HELMFORGE_REQUIRE_TOOLS=1 $(BIN)/pytest -n auto -m e2e tests/kill $(ARGS)

controlplane:  ## build the Kubernetes control plane into the cache, once per machine
	@$(PYTHON) -m dev.setup python controlplane

buildkit:  ## build BuildKit's daemon, its client and Docker's buildx into the cache, once per machine
	@$(PYTHON) -m dev.setup python runtime buildkit

cosign:  ## build the newest cosign into the cache, once per machine
	@$(PYTHON) -m dev.setup python cosign

sigstore:  ## build both cosigns and the services of keyless signatures into the cache, once per machine
	@$(PYTHON) -m dev.setup python sigstore

baseimage:  ## make a Debian to build helmforge's image from, once per machine
	@$(PYTHON) -m dev.setup python baseimage

lint:  ## ruff, mypy, import contracts
	@$(PYTHON) -m dev.setup python
	@status=0; for check in "ruff check" "ruff format --check" mypy lint-imports; do \
	  echo "--- $$check"; $(BIN)/$$check || status=1; \
	done; exit $$status

format:  ## let ruff mend what it can
	@$(PYTHON) -m dev.setup python
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

bench: setup  ## the benchmarks, as a Markdown table
	@$(PYTHON) -m dev.setup bench
	@$(BIN)/python -m bench $(ARGS)

lock:  ## write the lock files of dev/ anew from pyproject.toml (ARGS=FILE: only this one)
	@$(PYTHON) -m dev.lock $(ARGS)

clean:  ## remove .venv and what tools left in the clone; the cache of the machine stays
	@rm -rf .venv build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find . -type d -name __pycache__ -prune -exec rm -rf {} +
