# `make demo` and `make test` set up everything they need below this folder.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip --disable-pip-version-check --quiet
PROJECTS := producer/pyproject.toml worker/pyproject.toml simulator/pyproject.toml

# Tests start many processes: each would compile all modules again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test test-slow test-all chaos bench bench-small bench-peers lineage-score truth fuzz audit image-requirements lint format docs docs-generated clean

demo: $(VENV)/.demo  ## Extract a sample lakehouse from a simulated AWS.
	@$(BIN)/glueline demo

test: $(VENV)/.dev  ## Run all tests.
	$(BIN)/python -m pytest --numprocesses 2 --dist worksteal $(ARGS)

test-slow: $(VENV)/.dev  ## Run the tests, and the examples of random ones, that `make test` leaves out.
	TRY_ALL_EXAMPLES=1 $(BIN)/python -m pytest --numprocesses 2 --dist worksteal -m 'slow or hypothesis' $(ARGS)

test-all:  ## Run all tests on each supported Python that is installed.
	@for version in 3.11 3.12 3.13; do \
	  if python$$version -c '' 2>/dev/null; then \
	    $(MAKE) test PYTHON=python$$version VENV=.venv-$$version || exit 1; \
	  else echo "python$$version is not installed"; fi; \
	done

chaos: $(VENV)/.dev  ## Break the world around real runs; ARGS='--list' names the cases.
	@PYTHONPATH=. $(BIN)/python -m tests.chaos $(ARGS)

bench: $(VENV)/.dev  ## Measure; ARGS='--against COMMIT' compares with another build.
	@$(PIP) install matplotlib
	@PYTHONPATH=. $(BIN)/python -m benchmarks $(ARGS)

bench-small: $(VENV)/.dev  ## Measure a little, as a report without a verdict.
	@PYTHONPATH=. $(BIN)/python -m benchmarks --quick --rounds 1 one_table small_units

bench-peers: $(VENV)/.dev  ## Measure DataHub's crawler beside us, in an environment of its own.
	@test -x .venv-peers/bin/datahub || { $(PYTHON) -m venv .venv-peers && \
	  .venv-peers/bin/pip --disable-pip-version-check --quiet install 'acryl-datahub[glue]'; }
	@PYTHONPATH=. $(BIN)/python -m benchmarks peers $(ARGS)

lineage-score: $(VENV)/.dev  ## Precision and recall of the script reader over its corpus.
	PYTHONPATH=. $(BIN)/python tests/unit/lineage/score.py tests/unit/lineage/script/cases

truth: $(VENV)/.dev .truth/.ready  ## Column edges against Spark's analyser; ARGS=--quick takes less time.
	PYTHONPATH=. .truth/env/bin/python -m truth $(ARGS)
	PYTHONPATH=. .truth/env/bin/python -m truth.peers
	PYTHONPATH=. $(BIN)/python truth/score.py --differences .truth/differences.txt
	PYTHONPATH=. .truth/env/bin/python -m truth.catalog_truth .truth/catalog
	PYTHONPATH=. $(BIN)/python -m truth.catalog_score .truth/catalog/catalog_truth.jsonl

SECONDS ?= 60
fuzz: $(VENV)/.dev  ## Fuzz the readers for SECONDS (60).
	@$(PIP) install atheris
	mkdir -p .fuzz && cd .fuzz && ../$(BIN)/python ../tests/fuzz/readers.py -max_total_time=$(SECONDS) -timeout=20 -rss_limit_mb=4096 -max_len=20000

audit: $(VENV)/.dev  ## Look the pinned packages up among known weaknesses; needs network.
	@$(PIP) install pip-audit
	$(BIN)/pip-audit --strict --no-deps --disable-pip --progress-spinner off --requirement constraints.txt

image-requirements: $(VENV)/.dev  ## Write requirements-image.txt anew; needs network.
	$(BIN)/python deploy/image_requirements.py

lint: $(VENV)/.dev  ## Check style, types and the direction of imports.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.dev  ## Format the code.
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

docs: docs-generated  ## Build the pages into site/; open site/index.html.
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

docs-generated: $(VENV)/.dev  ## Write into the pages what they take from the code.
	PYTHONPATH=. $(BIN)/python docs/generate.py

clean:  ## Remove what the other targets made.
	rm -rf .venv .venv-3.* .venv-peers .bench-builds .truth demo-output site .pytest_cache .mypy_cache .ruff_cache

# Spark, with the Java of a wheel, and the queries of TPC from the source package of sqlglot.
.truth/.ready: truth/requirements.txt
	$(PYTHON) -m venv .truth/env
	.truth/env/bin/python -m pip --disable-pip-version-check --quiet install -r truth/requirements.txt
	.truth/env/bin/python -m pip --disable-pip-version-check --quiet download --no-deps \
	  --no-binary sqlglot --dest .truth/packages "$$(grep ^sqlglot truth/requirements.txt)"
	@touch $@

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: $(VENV)/bin/python constraints.txt $(PROJECTS)
	@echo "setting up $(VENV) (once)"
	@$(PIP) install -e ./producer -e ./worker -e ./simulator
	@touch $@

$(VENV)/.dev: $(VENV)/bin/python constraints.txt requirements-dev.txt $(PROJECTS)
	@echo "setting up $(VENV) for development (once)"
	@$(PIP) install -e './producer[api,otel]' -e './worker[postgres,parquet,zstd,openlineage,flower,otel]' -e ./simulator -r requirements-dev.txt
	@touch $@ $(VENV)/.demo
