# The commands a person types. Everything they need is installed into .venv from requirements.lock.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help
.PHONY: help demo docs test lint bench audit report psql stop lock

PYTHON ?= python3
RUN := .venv/bin/python -m
DBT := .venv/bin/dbt --quiet
ROWS ?= 1000000
SERVER ?= embedded

# dbt reads the project's own profile.
export DBT_PROFILES_DIR := $(CURDIR)

help: ## this list
	@grep -hE '^[a-z]+:.*##' Makefile | sed -E 's/:.*## /|/' | column -t -s '|' 2>/dev/null || grep -hE '^[a-z]+:.*##' Makefile

.venv/installed: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name one: make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --requirement requirements.lock
	touch $@

profiles.yml: | profiles.example.yml
	@cp profiles.example.yml $@

demo: .venv/installed profiles.yml ## a PostgreSQL with the documented tables, made-up members and published benchmarks
	@$(RUN) scripts.embedded start
	eval "$$($(RUN) scripts.embedded env)"
	$(RUN) scripts.bootstrap || test $$? -eq 3 # 3: rows of an earlier demo keep a rule waiting
	$(RUN) scripts.demo build/demo
	echo "dbt build: the catalogue of metrics, industries and GRI standards"
	$(DBT) build --select +path:models/catalogue
	$(RUN) scripts.load build/demo || test $$? -eq 3 # 3: some lines rejected, which the demo means to show
	echo "dbt build: staging, contributions, disclosure, benchmarks and every test"
	$(DBT) build
	$(RUN) scripts.summary
	$(RUN) scripts.embedded status
	echo 'look next: make report; or make psql, then  select * from marts.benchmarks order by contributors desc limit 20;'

docs: .venv/installed profiles.yml ## what the demo's tables and columns mean, one page to open from disk: build/docs.html
	@eval "$$($(RUN) scripts.embedded env)"
	$(DBT) docs generate --static --no-compile
	mkdir -p build
	cp target/static_index.html build/docs.html
	echo 'build/docs.html: open it in a browser'

audit: .venv/installed ## play the attacker on what the demo has published
	@eval "$$($(RUN) scripts.embedded env)"
	$(RUN) scripts.audit

report: .venv/installed ## what the demo has published, as one page to open in a browser
	@eval "$$($(RUN) scripts.embedded env)"
	$(RUN) scripts.report

psql: .venv/installed ## a prompt in the demo's database
	@eval "$$($(RUN) scripts.embedded env)"
	"$$(.venv/bin/python -c 'from scripts.shared.embedded_server import shipped_binaries; print(shipped_binaries() / "psql")')"

stop: .venv/installed ## stop the demo's PostgreSQL; the data stays
	@$(RUN) scripts.embedded stop

lint: .venv/installed ## everything that needs no database
	@.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/sqlfluff lint --disable-progress-bar models tests scripts/ddl
	$(RUN) pytest tests/python/test_descriptions.py -m "not database"

test: .venv/installed ## every test, on a throwaway PostgreSQL; SERVER=external: on the one that PGHOST … name
	@BLIPEE_TEST_SERVER=$(SERVER) $(RUN) pytest --numprocesses 2 --dist loadfile $(if $(filter external,$(SERVER)),--ignore tests/python/test_embedded.py --ignore tests/python/test_bench.py)

bench: .venv/installed ## speed as ratios to plain SQL on the same rows; ROWS=10000000 is the reference
	@$(RUN) scripts.bench --rows $(ROWS)

lock: ## write requirements.lock anew from pyproject.toml
	@rm -rf build/lock
	$(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip install --quiet --disable-pip-version-check ".[dev]"
	build/lock/bin/python -m pip freeze --exclude blipee-benchmarks > requirements.lock
	rm -rf build/lock build/lib build/bdist.*
