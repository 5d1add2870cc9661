# One short command per intention. `make demo` and `make test` do everything on a fresh machine.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
export PYTHONUNBUFFERED = 1

.PHONY: demo serve setup setup-demo test test-spec check fix docs lock bench clean

demo: $(VENV)/.runtime
	@$(BIN)/fanlight demo $(ARGS)

setup: $(STAMP)

$(BIN)/uv: requirements/uv.txt
	@echo "==> Making $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

$(VENV)/.runtime: $(BIN)/uv requirements/runtime.txt pyproject.toml
	@echo "==> Installing the locked set (hashes checked)"
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/runtime.txt
	@$(BIN)/python scripts/link.py
	@touch $@

$(STAMP): $(VENV)/.runtime requirements/dev.txt
	@echo "==> Installing the development set (hashes checked)"
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.txt
	@touch $@

test: $(STAMP)
	@$(BIN)/python scripts/find_browser.py
	@$(BIN)/python -m pytest -n 2 --dist loadfile --cov --cov-report=term:skip-covered $(ARGS)

test-spec: $(STAMP)
	@$(BIN)/python -m pytest tests/spec $(ARGS)

check: $(STAMP)
	@$(BIN)/ruff format --check src tests benchmarks scripts docs
	@$(BIN)/ruff check src tests benchmarks scripts docs
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/fanlight manage makemigrations --check --dry-run
	@$(MAKE) --no-print-directory docs-check

docs-check: $(STAMP)
	@$(BIN)/fanlight docs --check
	@$(BIN)/sphinx-build -q -W -b html docs docs/_build/html

fix: $(STAMP)
	@$(BIN)/ruff format src tests benchmarks scripts docs
	@$(BIN)/ruff check --fix src tests benchmarks scripts docs

docs: $(STAMP)
	@$(BIN)/fanlight docs
	@$(BIN)/sphinx-build -q -b html docs docs/_build/html
	@echo "Open docs/_build/html/index.html"

bench: $(STAMP)
	@$(BIN)/python -m benchmarks

lock: $(BIN)/uv
	@$(BIN)/python scripts/lock.py

clean:
	rm -rf $(VENV) docs/_build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
