# discord_airflow: `make help` lists what can be made. Needs GNU make, git and Python 3.11, 3.12 or 3.13; nothing else.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# The Python that .venv is made with; empty: python3, else python3.13, python3.12 or python3.11.
PYTHON ?=

VENV := .venv
BIN := $(VENV)/bin
CODE := $(wildcard discord_airflow collectors dags plugins bench tests)

LOCAL_AIRFLOW := $(BIN)/python -m discord_airflow.local_airflow

# How long `make fuzz` takes.
SECONDS ?= 60

# What the environment of every command needs; `make report` and `make up` stay usable without the tools for developers.
READY := $(VENV)/ready
READY_DEV := $(VENV)/ready-dev

# The packages of the container image, for what stands in for containers.
IMAGE_VENV := .data/image-venv
READY_IMAGE := $(IMAGE_VENV)/ready

## help: list the targets
help:
	@sed -n 's/^## //p' Makefile | awk -F': ' '{ printf "  make %-12s %s\n", $$1, $$2 }'

## setup: make .venv with everything in the lock files (again only when they change)
setup: $(READY_DEV)

## report: import the sample, or EXPORTS=folder, and run discord_weekly once [DAYS=14] [UNTIL=2026-11-22]
report: $(READY)
	@$(LOCAL_AIRFLOW) report $${EXPORTS:+--exports "$$EXPORTS"} $${DAYS:+--days "$$DAYS"} $${UNTIL:+--until "$$UNTIL"}

## up: Airflow at http://localhost:8080 (airflow / airflow) until Ctrl-C or `make down` [PORT=8081]
up: $(READY)
	@$(LOCAL_AIRFLOW) up $${PORT:+--port "$$PORT"}

## down: stop what `make up` has started
down: $(READY)
	@$(LOCAL_AIRFLOW) down

## test: lint, format, types, then every test [JOBS=2 processes at once]
test: $(READY_DEV)
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/basedpyright --warnings
	$(BIN)/python -m pytest $${JOBS:+--numprocesses "$$JOBS" --dist loadfile}

## setup-image: install what the container image has into .data/image-venv
setup-image: $(READY_IMAGE)

## setup-engine: add a real llama.cpp engine to .venv, for the tests in tests/engine
setup-engine: $(READY_DEV)
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-engine.lock

## test-native: docker-compose.yml and CeleryExecutor without containers, processes killed in the middle; 7 minutes
test-native: $(READY_DEV) $(READY_IMAGE)
	NATIVE=1 $(BIN)/python -m pytest tests/acceptance/test_native_compose.py

## scale-out: show the report on CeleryExecutor with two workers, one of which is killed; needs redis-server [SHORT=1]
scale-out: $(READY_DEV) $(READY_IMAGE)
	@PYTHONPATH=tests $(BIN)/python -m native.scale_out $${SHORT:+--short}

## survive: 1,000 kills, 100 crashes, 500 faults of the network, 1,000 changed cells; under an hour [SEED=number to repeat]
survive: $(READY_DEV)
	SURVIVE=280 $(BIN)/python -m pytest tests/survival -s -v
	HOSTILE=1000 $(BIN)/python -m pytest tests/integration/test_check_corruptions.py -s -k single --timeout 3000
	GIANTS=1000 $(BIN)/python -m pytest tests/hostile/test_giants.py --timeout 1200

## hostile: ten thousand hostile values through every parameter of every query, five minutes
hostile: $(READY_DEV)
	HOSTILE=10000 $(BIN)/python -m pytest tests/integration/test_query_values.py

## bench: measure everything against something else in the same run, about ten minutes
bench: $(READY_DEV)
	$(BIN)/python -m bench.suite

## bench-full: the same at the sizes of docs/benchmarks.md, an hour and more, 40 GB of disk
bench-full: $(READY_DEV)
	$(BIN)/python -m bench.suite --full

## setup-fuzz: add a fuzzer to .venv (Linux on x86-64 only), for `make fuzz`
setup-fuzz: $(READY_DEV)
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements-fuzz.lock

## fuzz: damage exports, guided by coverage, and import them up to their rows [SECONDS=60]; what is new is kept
fuzz: setup-fuzz
	mkdir -p .data/fuzz
	PYTHONPATH=tests $(BIN)/python tests/fuzz/run.py -max_total_time=$(SECONDS) -max_len=2000 -mutate_depth=1 \
	    -artifact_prefix=.data/fuzz-failed- .data/fuzz tests/fuzz/corpus
	cd tests && ../$(BIN)/python -m fuzz.keep ../.data/fuzz

## format: put the code into the form that `make test` asks for
format: $(READY_DEV)
	$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)

## lock: write the lock files anew from pyproject.toml
lock: $(READY)
	scripts/lock

## clean: remove .venv and what the tools left; exports, reports and the database stay
clean:
	rm -rf $(VENV) $(IMAGE_VENV) .pytest_cache .ruff_cache .hypothesis build dist

$(READY): requirements.lock requirements-uv.lock pyproject.toml scripts/setup
	PYTHON='$(PYTHON)' scripts/setup requirements.lock
	@touch $@

$(READY_DEV): requirements-dev.lock requirements.lock requirements-uv.lock pyproject.toml scripts/setup
	PYTHON='$(PYTHON)' scripts/setup requirements-dev.lock
	@touch $(READY) $@

$(READY_IMAGE): requirements-image.lock requirements-uv.lock pyproject.toml scripts/setup
	PYTHON='$(PYTHON)' VENV=$(IMAGE_VENV) scripts/setup requirements-image.lock
	@touch $@

.PHONY: help setup report up down test setup-image setup-engine test-native scale-out survive hostile bench bench-full setup-fuzz fuzz format lock clean
