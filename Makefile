# brandcube: `make` prints what there is to do. Needs make and Python 3.11 or newer; everything else is fetched by the locks.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test check faults bench airflow notebooks clean locks setup

PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
UV = .venv/bin/uv
RUN = .venv/bin/python -m
COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make locks"
# Of small worlds: what Spark would compile costs more than it gives. Benchmarks, demo and Airflow's tests run as users do.
SMALL = SPARK_CONF_DIR=$(CURDIR)/tests/spark
PORT ?= 8080
AIRFLOW_ENV = AIRFLOW_HOME=$(CURDIR)/.airflow AIRFLOW__CORE__DAGS_FOLDER=$(CURDIR)/dags AIRFLOW__CORE__LOAD_EXAMPLES=False \
	AIRFLOW__API__PORT=$(PORT) AIRFLOW__API__BASE_URL=http://localhost:$(PORT) \
	PYTHONPATH=$(CURDIR) PATH=$(CURDIR)/.venv-airflow/bin:$$PATH

# The machine's own certificate store is trusted, so that a company's registry and proxy are.
export UV_SYSTEM_CERTS = true
export PIP_DISABLE_PIP_VERSION_CHECK = 1

help: ## print this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

demo: setup ## make all that is needed and play the closed loop on a small festival world (demo/)
	@.venv/bin/brandcube demo

test: setup .venv-airflow/.made ## make both environments and run all tests
	@$(SMALL) $(RUN) pytest --ignore=tests/dags --ignore=tests/benchmarks --cov --numprocesses 2 --dist loadfile --no-loadscope-reorder
	@.venv-airflow/bin/python -m pytest --confcutdir=tests/dags tests/dags

check: .venv/.made .venv-airflow/.made ## format, lint, types, import arrows and locks, without running anything heavy
	@$(RUN) ruff format --check --quiet . || { echo "run .venv/bin/ruff format ."; exit 1; }
	@$(RUN) ruff check --quiet .
	@$(RUN) mypy --exclude '^tests/dags/'
	@$(RUN) mypy --python-executable .venv-airflow/bin/python --cache-dir .mypy_cache/airflow dags tests/dags
	@.venv/bin/lint-imports --no-logo
	@$(RUN) pytest --quiet --no-header tests/test_locks.py

faults: setup ## strike at every boundary and at random times: more of them than the tests do, and the figure
	@$(SMALL) BRANDCUBE_FAULTS=200 $(RUN) pytest --no-header --timeout 3600 --numprocesses 2 --dist load tests/faults

bench: setup ## measure: CPU seconds and bytes, beside the same work done otherwise
	@$(RUN) pytest --no-header -s tests/benchmarks
	@BRANDCUBE_NIGHTS=30 $(RUN) pytest --no-header tests/identity/test_planted.py

airflow: setup .venv-airflow/.made ## start Airflow with the DAGs of this checkout (.airflow, http://localhost:8080 or PORT=)
	@$(AIRFLOW_ENV) .venv-airflow/bin/airflow standalone

notebooks: setup ## run the notebooks on the demo's lake: notebooks and HTML in notebooks/build
	@mkdir -p notebooks/build
	@for notebook in notebooks/*.py; do \
		name=notebooks/build/$$(basename $$notebook .py); echo "== $$name.html"; \
		.venv/bin/jupytext --quiet --to ipynb --execute --run-path $(CURDIR) --output $$name.ipynb $$notebook \
		&& .venv/bin/jupyter nbconvert --log-level WARN --to html $$name.ipynb || exit 1; \
	done

clean: ## remove all that the other targets made, but no lake of yours
	@rm -rf .venv .venv-airflow .jars .java .airflow .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache \
		.coverage build demo notebooks/build spark-warehouse brandcube.egg-info

locks: .venv/bin/uv ## resolve conf/locks/*.in again, after a change there
	@$(COMPILE) conf/locks/jobs.in conf/locks/dev.in --output-file conf/locks/jobs.txt
	@for name in airflow java uv; do $(COMPILE) conf/locks/$$name.in --output-file conf/locks/$$name.txt || exit 1; done

setup: .venv/.made
	@$(RUN) jobs.setup

.venv/bin/uv: conf/locks/uv.txt
	@test -n "$(PYTHON)" || { echo "brandcube needs Python 3.11 or newer: install one, or name it: make PYTHON=/path/to/python3"; exit 1; }
	@echo "== .venv ($(PYTHON))"
	@$(PYTHON) -m venv .venv
	@$(RUN) pip install --quiet --require-hashes -r conf/locks/uv.txt
	@touch $@

.venv/.made: .venv/bin/uv conf/locks/jobs.txt setup.cfg pyproject.toml
	@echo "== the jobs environment (.venv, some 190 packages: a minute or two)"
	@$(UV) pip sync --quiet --python .venv/bin/python --require-hashes conf/locks/jobs.txt
	@$(UV) pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation --editable .
	@touch $@

.venv-airflow/.made: .venv/bin/uv conf/locks/airflow.txt
	@echo "== the Airflow environment (.venv-airflow)"
	@test -d .venv-airflow || $(UV) venv --quiet --python .venv/bin/python .venv-airflow
	@$(UV) pip sync --quiet --python .venv-airflow/bin/python --require-hashes conf/locks/airflow.txt
	@touch $@
