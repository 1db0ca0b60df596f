# Leadlight: `make demo` runs the main job on an invented company, `make test` the tests.
# Both build `.venv` first, from the lock, with uv where it is present and pip where not.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

.PHONY: demo test check bench bench-quality lock clean

demo: $(STAMP)
	$(BIN)/leadlight demo

# Two files at a time, each on one thread: on two cores that takes two thirds of the time.
test: $(STAMP)
	OMP_NUM_THREADS=1 $(BIN)/pytest --numprocesses=2 --dist=loadfile

check: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(STAMP)
	$(BIN)/python -m tests.benchmarks

# For development: peers in an environment of their own, minutes a set. RUNS=FOLDER keeps
# it and their answers; SETS="bpi2012 …" measures some sets only.
bench-quality: $(STAMP)
	$(BIN)/python -m tests.benchmarks.quality $(if $(RUNS),--runs $(RUNS)) $(SETS)

$(STAMP): requirements.lock pyproject.toml
	@if command -v uv >/dev/null 2>&1; then \
	  UV_PYTHON_DOWNLOADS=never uv venv --quiet --allow-existing --python $(PYTHON) $(VENV) && \
	  uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock && \
	  uv pip install --quiet --python $(BIN)/python --no-deps -e . ; \
	else \
	  $(PYTHON) -m venv $(VENV) && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e . ; \
	fi
	@touch $(STAMP)

# After a change of dependencies: names, versions and hashes, and no addresses.
lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --upgrade --extra dev pyproject.toml -o requirements.lock

clean:
	rm -rf $(VENV) demo runs
