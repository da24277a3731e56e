# Everything lives in .venv of this checkout. `make run` is all that a first start needs.
PYTHON ?= python3
# More to install, such as EXTRAS=models for the full networks.
EXTRAS ?=
# uv looks where pip was told to look.
export UV_FIND_LINKS ?= $(PIP_FIND_LINKS)
# Where this is set, every process compiles the source of all that it imports: two seconds for each `bernie`.
unexport PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
SOURCES := pyproject.toml constraints.txt

.PHONY: install install-dev run test test-fast lint format bench clean

install: .venv/installed$(EXTRAS)
install-dev: .venv/installed-dev

run: install
	$(BIN)/bernie serve

# One thread per test process: two that fight over the cores with torch's own threads take half as long again. A file's
# tests run in one process, in their order: what a module starts is started once, and a journey goes from step to step.
test: install-dev
	OMP_NUM_THREADS=1 $(BIN)/pytest -n auto --dist loadfile

test-fast: install-dev
	$(BIN)/pytest -n auto --dist loadfile -m "not slow"

lint: install-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: install-dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: install
	$(BIN)/bernie bench queue
	$(BIN)/bernie bench say

clean:
	rm -rf .venv build dist *.egg-info

$(BIN)/uv:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Bernie needs Python 3.11 or newer: make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet uv

.venv/installed$(EXTRAS): $(SOURCES) | $(BIN)/uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python -c constraints.txt -e ".$(if $(EXTRAS),[$(EXTRAS)])"
	touch $@

.venv/installed-dev: $(SOURCES) | $(BIN)/uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python -c constraints.txt -e ".[dev]"
	touch .venv/installed $@
