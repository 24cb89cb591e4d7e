# The commands of the project. Each makes .venv itself, from the hashed locks, once per content of the locks.
# Another Python than the first one found: make test PYTHON=/usr/bin/python3.12

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help demo test servers check verify bench bench-peers fuzz golden lock clean

PYTHON ?=
WORKERS ?= 2
INPUTS ?= 1000000
FIRST ?= 0
PY := .venv/bin/python

# A stamp's name carries a sum of all it depends on: the folder (a venv does not move), the project file, the locks.
KEY := $(shell { pwd -P; cat pyproject.toml requirements.lock requirements-dev.lock; } | cksum | tr -c '0-9\n' '-')
DEV := .venv/.dev-$(KEY)
CORE := $(if $(wildcard $(DEV)),$(DEV),.venv/.core-$(KEY))

# Other people's simulators live outside the tree, so that their pins never meet ours.
PEERS_HOME ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/afterpost
PEERS_VENV := $(PEERS_HOME)/peers-$(shell cat benchmarks/peers.lock | cksum | tr -c '0-9\n' '-')
PEERS := $(PEERS_VENV)/.made
PEERS_PY := $(PEERS_VENV)/bin/python

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

demo: $(CORE) ## A small world, every strategy, a leaderboard and a report
	@$(PY) -m sim demo

test: $(DEV) ## All tests but verification and those on real servers, on WORKERS processes (2)
	$(PY) -m pytest -n $(WORKERS) --benchmark-disable -m "not verify and not servers"

servers: $(DEV) ## Install real servers (a PDS, Synapse, relays ...) in a cache, and run the tests on them
	$(PY) tests/servers/install.py
	$(PY) -m pytest --benchmark-disable -rs --durations=6 -m servers tests/servers

check: $(DEV) ## Lint, format, types and import contracts
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports

verify: $(PEERS) ## Statistical verification, with other people's simulators beside
	$(PEERS_PY) -m pytest -n $(WORKERS) --benchmark-disable -m verify tests/verify

bench: $(DEV) ## Benchmarks: events a second of each engine
	$(PY) -m pytest benchmarks --benchmark-only

bench-peers: $(PEERS) ## The same tasks beside other people's simulators: ratios as a table, as JSON and in the README
	PYTHONPATH=. $(PEERS_PY) benchmarks/ratios.py --write

fuzz: $(DEV) ## INPUTS damaged archives (1000000), from number FIRST (0) on: none crashes, hangs or fills the memory
	$(PY) -m tests.fuzz $(INPUTS) $(FIRST)

golden: $(DEV) ## Refresh the golden content hashes; review the diff
	$(PY) -m tests.golden

lock: ## Refresh the locks from pyproject.toml (needs uv)
	uv pip compile $(LOCK_STYLE) pyproject.toml --output-file requirements.lock
	uv pip compile $(LOCK_STYLE) --extra dev --constraint requirements.lock pyproject.toml \
		--output-file requirements-dev.lock
	uv pip compile $(LOCK_STYLE) --constraint requirements-dev.lock pyproject.toml benchmarks/peers.in \
		--output-file benchmarks/peers.lock
	uv pip compile $(LOCK_STYLE) tests/servers/python.in --output-file tests/servers/python.lock

clean: ## Remove caches and build leftovers (runs and .venv stay)
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks .import_linter_cache
	find . -path ./.venv -prune -o -type d -name __pycache__ -prune -exec rm -rf {} +

LOCK_STYLE := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet

.venv/.core-$(KEY):
	$(call install,requirements.lock)

$(DEV):
	$(call install,requirements-dev.lock)

$(PEERS): | $(DEV)
	@echo "Making the peers' environment in $(PEERS_VENV), once"
	@$(PY) -m venv --clear $(PEERS_VENV)
	@$(PEERS_PY) -m pip --disable-pip-version-check --no-input --quiet install --require-hashes -r benchmarks/peers.lock
	@touch $@

# Packages are compiled after installation and without their tests: the core stays well under 650 MB, and starts fast
# where Python may not write bytecode. The engine's loops are compiled then, too, so that the first run waits for none. Without a terminal pip asks nothing and shows errors only.
define install
@set -eu; \
if ! $(PY) -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
	python=; tried=; \
	for each in $(if $(PYTHON),"$(PYTHON)",python3 python3.14 python3.13 python3.12 python3.11); do \
		version=$$("$$each" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null || echo 'not there'); \
		if "$$each" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
			python=$$each; break; \
		fi; \
		tried="$$tried$${tried:+, }$$each ($$version)"; \
	done; \
	if [ -z "$$python" ]; then \
		echo "Afterpost needs Python 3.11 or newer with its venv module. Tried: $$tried. Install one (on Debian and" \
			"Ubuntu also its venv package, as python3.11-venv) or name one: make $(MAKECMDGOALS) PYTHON=/path/to/python3" >&2; \
		exit 1; \
	fi; \
	echo "Making .venv with $$python ($$version)"; \
	"$$python" -m venv --clear .venv; \
fi; \
echo "Installing $(1) into .venv, once"; \
rm -f .venv/.core-* .venv/.dev-*; \
pip="$(PY) -m pip --disable-pip-version-check --no-input --quiet install --no-compile"; \
$$pip --require-hashes -r $(1); \
$$pip --no-deps -e .; \
$(PY) -m compileall -q -j 0 -x '/tests?/' .venv/lib; \
echo "Compiling the engine, once"; \
runs=$$(mktemp -d); \
$(PY) -m sim demo world.size=60 world.owners=2 seeds=1 scenario_seeds=1 out="$$runs" output=json >/dev/null 2>&1 || true; \
rm -rf "$$runs"; \
touch $@
endef
