# Each target installs what it needs; `make demo` is the place to start.
PYTHON ?= python3
BIN := .venv/bin
# The scripts that move rows are written more briefly than models.
NOT_FOR_SCRIPTS := references,structure,ambiguous.set_columns,ambiguous.column_count,aliasing.expression,layout.select_targets
ON_SPARK := SPARK_CONF_DIR=$(CURDIR)/tests/spark/conf COMPLAINTS_SPARK_PARTITIONS=1
SPARK :=
SPARK_BIN := .venv/spark$(SPARK)/bin
TYPED := warehouse flows expectations pages
PINS := uv pip compile --quiet --universal --python-version 3.11 \
	--no-emit-index-url --no-annotate --no-header

.PHONY: demo test soak spark scale lint install develop pins docs benchmark example clean

demo: install
	$(BIN)/complaints demo

test: develop
	$(BIN)/python -m pytest -n 2 --dist loadgroup --no-loadscope-reorder

# What is random or takes minutes: a quarter of nights, kills between all steps, full disks, attacks
# on a year's report, Prefect on PostgreSQL.
soak: develop
	$(BIN)/python -m pytest -n 2 --dist loadgroup --no-loadscope-reorder -m soak

# The same night on both engines; needs Java 17. Spark is the one that is pinned, unless another is
# named: make spark SPARK=4.3.0
spark: .venv/spark$(SPARK)/installed
	$(ON_SPARK) $(SPARK_BIN)/python -m pytest -m spark tests/spark

lint: develop
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m dbt_project.lint.portable
	$(BIN)/sqlfluff lint --processes 2 dbt_project/models dbt_project/tests dbt_project/macros
	$(BIN)/sqlfluff lint --exclude-rules $(NOT_FOR_SCRIPTS) warehouse/sql notices/sql
	mkdir -p .venv/mypy && ln -sfn ../.. .venv/mypy/complaints
	MYPYPATH=.venv/mypy $(BIN)/mypy $(TYPED:%=--package complaints.%)

install: .venv/installed
develop: .venv/developing

# setuptools is among the pins: the project installs itself without downloading a builder.
.venv/installed: requirements.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --requirement requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

.venv/developing: .venv/installed requirements-dev.txt
	$(BIN)/python -m pip install --quiet --requirement requirements-dev.txt
	touch $@

# Spark has an environment of its own, which sees what is in the one beside it.
.venv/spark$(SPARK)/installed: .venv/developing requirements-spark.txt
	$(PYTHON) -m venv --without-pip --clear $(@D)
	$(BIN)/python -c "import sysconfig; print(sysconfig.get_path('purelib'))" \
		> "$$($(SPARK_BIN)/python -c "import sysconfig; print(sysconfig.get_path('purelib'))")/beside.pth"
	$(SPARK_BIN)/python -m pip install --quiet --no-deps --requirement requirements-spark.txt
	$(if $(SPARK),$(SPARK_BIN)/python -m pip install --quiet pyspark==$(SPARK))
	$(SPARK_BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

# Exact pins for every platform and Python, those for developing on top of those for running; no
# addresses of registries in the files.
pins:
	$(PINS) pyproject.toml --output-file requirements.txt
	$(PINS) pyproject.toml --extra dev --constraint requirements.txt --output-file requirements-dev.txt
	$(PINS) pyproject.toml --extra spark --constraint requirements.txt \
		| grep -vxFf requirements.txt > requirements-spark.txt

docs: develop
	$(BIN)/python -m docs.build_docs

benchmark: develop
	$(BIN)/python -m benchmarks.run --write

scale: .venv/spark$(SPARK)/installed
	$(SPARK_BIN)/python -m benchmarks.scale --write

example: develop
	$(BIN)/python -m examples.make_exports

clean:
	rm -rf .venv complaints-home dbt_project/target dbt_project/logs
