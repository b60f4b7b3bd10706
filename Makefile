# Each target installs what it needs; `make demo` is the place to start.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test soak lint install pins docs benchmark example clean

demo: install
	$(BIN)/complaints demo

test: install
	$(BIN)/python -m pytest -n 2 --dist loadgroup

# What takes minutes: a quarter of nights, kills at random, full disks, Prefect on PostgreSQL. The
# quarter is the longest of them and the first by name.
soak: install
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder tests/soak

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/sqlfluff lint --processes 2 dbt_project/models dbt_project/tests

install: .venv/installed

.venv/installed: requirements.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --requirement requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

# Exact pins for every platform and Python; no addresses of registries in the file.
pins:
	uv pip compile --quiet --universal --python-version 3.11 --all-extras \
		--no-emit-index-url --no-annotate --no-header \
		pyproject.toml --output-file requirements.txt

docs: install
	$(BIN)/python docs/build_docs.py

benchmark: install
	$(BIN)/python -m benchmarks.run --write

example: install
	$(BIN)/python -m examples.make_exports

clean:
	rm -rf .venv complaints-home dbt_project/target dbt_project/logs
