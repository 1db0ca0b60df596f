# Leadlight: `make demo` runs the main job on an invented company, `make test` the tests.
# Both build `.venv` first: `make demo` with what the program needs to run, `make test`
# with the tests' own needs as well. Everything comes from the two locks, by its hash.

# Another Python: make PYTHON=python3.13 demo
PYTHON ?= python3
# What installs: uv where it is present, else pip as the Python brings it. Another pip is
# put into the environment first: make INSTALLER='pip==23.2.1' demo
INSTALLER ?= $(shell command -v uv >/dev/null 2>&1 && echo uv || echo pip)
VENV   := .venv
BIN    := $(VENV)/bin
# An environment is of one Python: another one, or another version of it, makes it anew.
WHICH   = -c 'import platform; print(platform.python_version())' 2>/dev/null
VERSION := $(shell $(PYTHON) $(WHICH))
READY  := $(VENV)/.ready-$(VERSION)
TESTED := $(VENV)/.ready-for-tests-$(VERSION)

.PHONY: demo install install-tests test check bench bench-quality lock clean

demo: $(READY)
	$(BIN)/leadlight demo

install: $(READY)
install-tests: $(TESTED)

# Two files at a time, each on one thread: on two cores that takes two thirds of the time.
test: $(TESTED)
	OMP_NUM_THREADS=1 $(BIN)/pytest --numprocesses=2 --dist=loadfile

check: $(TESTED)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(TESTED)
	$(BIN)/python -m tests.benchmarks

# For development: peers in an environment of their own, minutes a set. RUNS=FOLDER keeps
# it and their answers; SETS="bpi2012 …" measures some sets only.
bench-quality: $(TESTED)
	$(BIN)/python -m tests.benchmarks.quality $(if $(RUNS),--runs $(RUNS)) $(SETS)

# A lock is complete, so nothing is looked for beyond it (--no-deps); and nothing that it
# names is built here, since what would build it is in no lock (--only-binary). The project
# itself is built by the hatchling of the lock (--no-build-isolation).
ifeq ($(INSTALLER),uv)
MAKE_VENV = UV_PYTHON_DOWNLOADS=never uv venv --quiet --allow-existing --python $(PYTHON) $(VENV)
PUT       = uv pip install --quiet --python $(BIN)/python
else
MAKE_VENV = $(PYTHON) -m venv $(VENV)
PUT       = $(BIN)/python -m pip install --quiet --disable-pip-version-check
endif
LOCKED = --no-deps --only-binary :all: --require-hashes -r

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info; (3, 11) <= v < (3, 14) or sys.exit( \
	  "Leadlight needs Python 3.11 to 3.13; $(PYTHON) is %d.%d. Name another: make PYTHON=python3.11" % v[:2])'
ifneq ($(INSTALLER),uv)
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) cannot make an \
	environment: its modules venv and ensurepip are missing. On Debian: apt-get install python3-venv" >&2; exit 1; }
endif
	@echo "Building $(VENV) from requirements.lock with $(INSTALLER); minutes, the first time."
	@test "$$($(BIN)/python $(WHICH))" = "$(VERSION)" || rm -rf $(VENV)
	@$(MAKE_VENV)
ifneq ($(filter-out uv pip,$(INSTALLER)),)
	@$(PUT) --upgrade '$(INSTALLER)'
endif
	@$(PUT) $(LOCKED) requirements.lock
	@$(PUT) --no-deps --no-build-isolation -e .
	@touch $@

$(TESTED): $(READY) tests/requirements.lock
	@echo "Adding what the tests need from tests/requirements.lock."
	@$(PUT) $(LOCKED) tests/requirements.lock
	@touch $@

# After a change of dependencies: names, versions and hashes, and no addresses. What is
# locked stays at its version where it can; `make lock UPGRADE=--upgrade` takes the newest.
COMPILE = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
  --no-emit-index-url --no-header $(UPGRADE) --group build pyproject.toml

lock:
	$(COMPILE) -o requirements.lock
	$(COMPILE) --extra dev -c requirements.lock -o tests/requirements.lock

clean:
	rm -rf $(VENV) demo runs
