# Two commands for a newcomer: `make run` and `make test`. Everything else is in `make help`.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/installed
# Tests wait for servers much of the time: more workers than cores finish sooner. Each has servers of its own.
WORKERS ?= 3
SUITES := $(wildcard tests/unit tests/contract tests/architecture tests/integration tests/acceptance tests/chaos)

.PHONY: help
help: ## Show what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: install ## Start everything with demo data, in the foreground (Ctrl-C stops it)
	@deploy/install-rabbitmq.sh PARLEY_AMQP_URL
	@$(BIN)/parley up --demo

.PHONY: down
down: ## Stop the stack and everything it started
	@test ! -x $(BIN)/parley || $(BIN)/parley down

.PHONY: test
test: install ## Run every suite that takes its minutes, on servers of its own
	@deploy/install-rabbitmq.sh PARLEY_TEST_AMQP_URL
	$(BIN)/pytest -n $(WORKERS) --dist worksteal -m "not slow" $(SUITES)

.PHONY: test-all
test-all: install ## Run every suite, the slow tests included
	@deploy/install-rabbitmq.sh PARLEY_TEST_AMQP_URL
	$(BIN)/pytest -n $(WORKERS) --dist worksteal $(SUITES)

.PHONY: check
check: install ## Lint, check format, types and who may import whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: format
format: install ## Format the code and mend what the linter can mend
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

.PHONY: bench
bench: install ## Measure throughput and latency beside their floors
	@deploy/install-rabbitmq.sh PARLEY_TEST_AMQP_URL
	$(BIN)/python -m tests.bench

.PHONY: docs
docs: install ## Write the reference pages that come from the code
	$(BIN)/python -m shared.settings_page docs/reference/settings.md

.PHONY: install
install: $(INSTALLED) ## Make the virtual environment from the locked packages

$(INSTALLED): requirements-dev.lock pyproject.toml deploy/install-python.sh
	@deploy/install-python.sh "$(PYTHON)" $(VENV)
	@touch $@

.PHONY: lock
lock: ## Choose the newest packages again and pin them with their hashes
	@deploy/lock.sh "$(PYTHON)"

.PHONY: clean
clean: down ## Stop the stack and remove its data, the virtual environment and all caches
	rm -rf .parley $(VENV) dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
