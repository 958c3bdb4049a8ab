# The two commands of the README are `make demo` and `make test`; `make check` is the gate.
# Each sets up what it needs by itself: see scripts/setup.

SHELL := bash
BIN := .venv/bin
TYPED := eschool_core eschool_sync clients tests scripts/sbom $(wildcard benchmarks examples)
PYTEST := $(BIN)/python -m pytest -n auto --dist loadfile

.PHONY: demo test check format docs lock help

help:
	@echo "make demo    a school day offline and back, shown and checked"
	@echo "make test    every test"
	@echo "make check   the gate: format, lint, types, imports, tests, generated pages"
	@echo "make format  put the code into the agreed format"
	@echo "make docs    write the generated pages anew"
	@echo "make lock    write requirements.lock anew (UPGRADE=1: newest versions)"

demo:
	@scripts/setup
	$(BIN)/eschool demo

test:
	@scripts/setup test
	$(PYTEST)

check:
	@scripts/setup test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy --strict $(TYPED)
	$(BIN)/lint-imports
	$(PYTEST)
	scripts/docs --check

format:
	@scripts/setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs:
	@scripts/setup
	scripts/docs

# Universal: one lock for every platform and every Python from 3.11 on. Neither the address nor
# the options of the index it was made from are written into it.
lock:
	@scripts/setup
	$(BIN)/uv pip compile pyproject.toml --group dev --all-extras \
		--universal --python-version 3.11 --generate-hashes \
		--no-config --no-emit-index-url --no-emit-find-links \
		--custom-compile-command 'make lock' $(if $(UPGRADE),--upgrade) \
		--quiet --output-file requirements.lock
