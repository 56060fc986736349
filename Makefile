# Every command of the project; `make` alone lists them. Python 3.11+ and make are all it needs.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

VENV := .venv
PYTHON := $(VENV)/bin/python
DBT := $(VENV)/bin/dbt
SQLFLUFF := $(VENV)/bin/sqlfluff
SQLFLUFF_FLAGS := --disable-progress-bar
STAMP := $(VENV)/.installed
LOCK_VENV := .venv-lock
COMPILE := $(LOCK_VENV)/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header \
	--no-strip-extras --no-emit-index-url --no-emit-find-links --quiet
MAISON := target/maison/customers.parquet

# The interpreter that the environment is made from; the connector to build and its day (empty: the project's own).
BASE_PYTHON ?= python3
CONNECTOR ?=
AS_OF ?=
COMMA := ,
VAR_LIST := $(if $(CONNECTOR),"connector": "$(CONNECTOR)"$(if $(AS_OF),$(COMMA) ))$(if $(AS_OF),"as_of": "$(AS_OF)")
DBT_VARS := $(if $(VAR_LIST),--vars '{$(VAR_LIST)}')

# Checks compile the models against an empty database of their own, never the warehouse.
CHECK_ENV := VITRINE_WAREHOUSE=target/check/warehouse DBT_TARGET_PATH=target/check DBT_LOG_PATH=target/check/logs

# A connector compiles only while the var picks it, so each of the others is linted with the var set to it.
OTHER_CONNECTORS := $(filter-out complete_journey,$(notdir $(wildcard models/connectors/*)))

export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help setup build check preview email-preview test lint contracts format test-portable test-spark benchmark-peers benchmark-speed tune frontier closed-loop export releases kill revive rollback hold promote withdraw forget forgotten explain metrics docs lock clean maison

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(STAMP) ## Make .venv from the lock file; does nothing when it is up to date

$(STAMP): requirements/dev.lock pyproject.toml
	@$(BASE_PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Vitrine needs Python 3.11 or newer, and '$(BASE_PYTHON)' is not. Name one: make setup BASE_PYTHON=python3.12" >&2; \
		exit 1; }
	test -x $(PYTHON) || $(BASE_PYTHON) -m venv $(VENV)
	$(PYTHON) -m pip install --quiet --no-deps --require-hashes -r requirements/dev.lock
	$(PYTHON) -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

build: setup $(if $(filter maison,$(CONNECTOR)),$(MAISON)) ## Build the warehouse and test its data; CONNECTOR=online_retail or maison for other data, AS_OF=2011-09-06 for another day
	$(if $(filter maison,$(CONNECTOR)),VITRINE_MEMORY_LIMIT=$${VITRINE_MEMORY_LIMIT:-3GB}) $(DBT) build --exclude-resource-type unit_test $(DBT_VARS)

check: setup $(if $(filter maison,$(CONNECTOR)),$(MAISON)) ## Say what is wrong with seeds and rules, with file and line, before anything runs; CONNECTOR and AS_OF as for build
	@$(PYTHON) -m vitrine.engines.check $(CONNECTOR) $(if $(AS_OF),--as-of '$(AS_OF)')

preview: setup ## Show what the edited rules and seeds would do to the live slates; CONNECTOR and AS_OF as of the last build
	$(PYTHON) -m vitrine.engines.preview $(CONNECTOR) $(if $(AS_OF),--as-of '$(AS_OF)')

email-preview: setup ## Write a sample of the live e-mail slates as HTML mails to look at; CUSTOMER=1000 for one customer's, PER_SEGMENT=3
	@$(PYTHON) -m vitrine.engines.email_preview $(CONNECTOR) $(if $(CUSTOMER),--customer '$(CUSTOMER)') $(if $(PER_SEGMENT),--per-segment $(PER_SEGMENT))

maison: setup ## Simulate the luxury house and write its tables to target/maison; SEED=2 for another
	$(PYTHON) -m vitrine.simulation target/maison $(if $(SEED),--seed $(SEED))

$(MAISON): $(wildcard src/vitrine/simulation/*.py)
	@$(MAKE) --no-print-directory maison

test: lint ## Every check, cheapest first, then the tests
	$(PYTHON) -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

lint: setup $(OTHER_CONNECTORS:%=target/check/%.sqlfluff) ## Format, lint, types, dbt parse, SQL style and project conventions
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/mypy
	$(CHECK_ENV) $(DBT) parse --quiet
	$(CHECK_ENV) $(SQLFLUFF) lint $(SQLFLUFF_FLAGS) --processes 2 models
	@for connector in $(OTHER_CONNECTORS); do $(CHECK_ENV) $(SQLFLUFF) lint $(SQLFLUFF_FLAGS) \
		--config target/check/$$connector.sqlfluff models/connectors/$$connector || exit 1; done
	$(VENV)/bin/dbt-bouncer run --show-all-failures
	$(PYTHON) -m vitrine.engines.contracts target/check/manifest.json

contracts: setup ## Record new public tables and columns as promised to readers; refused where a change would break them
	$(CHECK_ENV) $(DBT) parse --quiet
	$(PYTHON) -m vitrine.engines.contracts target/check/manifest.json --write

target/check/%.sqlfluff:
	@mkdir -p $(@D)
	@printf '[sqlfluff:templater:dbt:context]\nconnector = %s\n' $* > $@

format: setup $(OTHER_CONNECTORS:%=target/check/%.sqlfluff) ## Rewrite Python and SQL to the house style
	$(VENV)/bin/ruff check --fix --exit-zero
	$(VENV)/bin/ruff format
	$(CHECK_ENV) $(SQLFLUFF) fix $(SQLFLUFF_FLAGS) models
	@for connector in $(OTHER_CONNECTORS); do $(CHECK_ENV) $(SQLFLUFF) fix $(SQLFLUFF_FLAGS) \
		--config target/check/$$connector.sqlfluff models/connectors/$$connector || exit 1; done

test-portable: setup ## Run the compiled SQL on the second engine
	$(PYTHON) tests/portable/run_portable.py

test-spark: setup ## Build on Apache Spark as well and compare; HOUSEHOLDS=300 of Complete Journey, CLUSTER=1 for two workers
	$(PYTHON) tests/spark/run_spark.py $(if $(HOUSEHOLDS),--households $(HOUSEHOLDS)) $(if $(CLUSTER),--cluster)

benchmark-peers: setup ## Compare with other libraries' single models; CONNECTOR=online_retail for the other data set
	$(PYTHON) benchmarks/peers/run.py $(or $(CONNECTOR),complete_journey)

benchmark-speed: setup ## Time the build and its rivals on the same data; FACTORS='1 3 10', REPEATS=3
	$(PYTHON) benchmarks/speed/run.py warehouse $(if $(FACTORS),--factors $(FACTORS)) $(if $(REPEATS),--repeats $(REPEATS))

tune: setup ## Search parameters on the validate cutoff of the build and write the seeds; DRAWS=8, MAX_LOSS_SHARE=0.03
	$(PYTHON) -m vitrine.engines.tuning $(or $(CONNECTOR),complete_journey) $(if $(DRAWS),--draws $(DRAWS))$(if $(MAX_LOSS_SHARE), --max-loss-share $(MAX_LOSS_SHARE))

frontier: setup ## Draw evaluation_frontier of the build into docs/frontier/
	$(PYTHON) benchmarks/frontier/chart.py $(or $(CONNECTOR),complete_journey)

closed-loop: setup ## Simulate rounds of mails under several policies and draw docs/closed_loop/; SEEDS='1 2', ROUNDS=20; hours, and goes on where it was
	$(PYTHON) benchmarks/closed_loop/run.py $(if $(SEEDS),--seeds $(SEEDS)) $(if $(ROUNDS),--rounds $(ROUNDS))

export: setup ## Write the live audience and its recommendations to export/
	$(DBT) run-operation export_audience $(DBT_VARS)

releases: setup ## Show what was published, and which products are killed
	$(DBT) show --quiet --limit 20 $(DBT_VARS) --inline "select * from {{ ref('recommendation_releases') }}"
	$(DBT) show --quiet --limit 20 $(DBT_VARS) --inline "select * from {{ ref('killed_products') }}"

kill: setup ## Take one product out of everything readers see, at once: PRODUCT=p1 OWNER=ada REASON='recall'
	@$(call decide,kill_product,product_id=PRODUCT)

revive: setup ## End a kill: PRODUCT=p1 OWNER=ada REASON='mended'
	@$(call decide,revive_product,product_id=PRODUCT)

rollback: setup ## Give a channel's readers an earlier release and hold it: CHANNEL=email OWNER=ada REASON='wrong prices'; RELEASE=… DAYS=7
	@$(call decide,rollback,channel=CHANNEL release_id=RELEASE hold_days=DAYS)

hold: setup ## Keep what a channel's readers see against the next builds: CHANNEL=email OWNER=ada REASON='press week' DAYS=5
	@$(call decide,hold,channel=CHANNEL hold_days=DAYS)

promote: setup ## Give a channel's readers the newest release and end any hold: CHANNEL=email OWNER=ada REASON='looked at'; RELEASE=…
	@$(call decide,promote,channel=CHANNEL release_id=RELEASE)

withdraw: setup ## Take a release out for good: CHANNEL=email OWNER=ada REASON='wrong country'; RELEASE=… for another than the live one
	@$(call decide,withdraw,channel=CHANNEL release_id=RELEASE)

forget: setup ## Let go at once of customers who asked to be erased or took back a consent, without a build of recommendations
	$(DBT) run --select +hidden_customers $(DBT_VARS)

forgotten: setup ## Look for customers in every table and in the bytes of the files: CUSTOMER='c017 c018'
	@$(PYTHON) -m vitrine.engines.erasure $(foreach one,$(CUSTOMER),'$(one)')

explain: setup ## Tell why a product is in a customer's slate, or why not: CUSTOMER=c1 PRODUCT=p1, and CHANNEL=email for one channel
	@$(DBT) run-operation explain $(DBT_VARS) --args "$$($(PYTHON) -c 'import json, os; \
		print(json.dumps({n: os.environ[v] for n, v in [("customer_id", "CUSTOMER"), ("product_id", "PRODUCT"), ("channel", "CHANNEL")]}))')"

# The arguments as JSON, so that an id keeps its leading zeros and a reason may hold any sign.
export PRODUCT OWNER REASON CUSTOMER CHANNEL RELEASE DAYS
define decide
$(DBT) run-operation $(1) $(DBT_VARS) --args "$$($(PYTHON) -c 'import json, os, sys; \
	given = [pair.split("=") for pair in sys.argv[1:]]; \
	print(json.dumps({name: os.environ[variable] for name, variable in given if os.environ.get(variable)}))' $(2) owner=OWNER reason=REASON)"
endef

metrics: setup ## Ask for governed figures, on what the last build left: METRICS=revenue_per_mail BY=metric_time__month; without, list them
	@$(if $(METRICS),$(VENV)/bin/mf query --metrics '$(subst $() ,,$(METRICS))' $(if $(BY),--group-by '$(subst $() ,,$(BY))' \
		--order '$(firstword $(subst $(COMMA), ,$(BY)))'),$(if $(BY),echo "Say which: make metrics METRICS=mails BY=$(BY)" >&2; exit 1,\
		$(VENV)/bin/mf list metrics --show-all-dimensions))

docs: setup ## Write the documentation site, and where each column comes from, to target/ (needs a build: columns are read from it)
	$(DBT) docs generate $(DBT_VARS)
	$(VENV)/bin/colibri generate --light --disable-telemetry --output-dir target/lineage
	@echo "Models: .venv/bin/dbt docs serve. Columns: open target/lineage/index.html."

lock: ## Resolve pyproject.toml again into requirements/dev.lock
	test -x $(LOCK_VENV)/bin/uv || { $(BASE_PYTHON) -m venv $(LOCK_VENV) && $(LOCK_VENV)/bin/pip install --quiet uv; }
	$(COMPILE) --extra demo --extra dev pyproject.toml -o requirements/dev.lock
	$(COMPILE) --extra demo --extra spark pyproject.toml requirements/spark.in -o requirements/spark.lock

clean: ## Remove what the commands wrote, except .venv and the warehouse with its release history
	rm -rf target logs export $(LOCK_VENV) .mypy_cache .ruff_cache .pytest_cache
