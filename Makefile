# Every command we type, with its one-line reason. `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help setup demo test test-sqlite test-postgres check format bench clean

# Where no locale is set, Python and git still speak UTF-8.
export LC_ALL ?= C.UTF-8

PYTHON_READY := .venv/.ready
VENDOR := src/schoolgate/web/static/vendor
VENDOR_READY := $(VENDOR)/.ready

help:  ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: $(VENDOR_READY)  ## install what the project needs: Python packages, browser packages

demo: setup  ## try everything: a sandbox SIS, a synced district, the desk in your browser (DEMO_PORT=...)
	@exec .venv/bin/schoolgate demo

test: test-sqlite test-postgres  ## run all tests on SQLite, then what touches a database on PostgreSQL

test-sqlite: setup browser  ## all tests on SQLite, in two processes
	env -u SCHOOLGATE_DATABASE_URL .venv/bin/pytest -n 2 --dist worksteal

test-postgres: setup browser  ## what touches a database, on a PostgreSQL server of the tests' own
	setup/postgres.sh
	.venv/bin/python tests/postgres_server.py .venv/bin/pytest -n 3 --dist worksteal

check: setup  ## format, lint, types, floors, migrations, locks: what needs no test to be wrong
	.venv/bin/ruff format --check --quiet
	.venv/bin/ruff check --quiet
	.venv/bin/mypy
	.venv/bin/lint-imports
	SCHOOLGATE_DATABASE_URL=sqlite://:memory: DJANGO_SETTINGS_MODULE=schoolgate.config.settings .venv/bin/python -m django makemigrations --check --dry-run
	.venv/bin/uv lock --check --quiet

format: setup  ## put the code into the one format and mend what the linter can
	.venv/bin/ruff format
	.venv/bin/ruff check --fix

bench: setup  ## measure against floors and peers; prints ratios of one run
	.venv/bin/python benchmarks

clean:  ## remove what set-up, tests and tools wrote; your data stays
	rm -rf .venv node_modules $(VENDOR) dist .screenshots .coverage
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find src tests benchmarks setup -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: browser
browser:
	@setup/browser.sh

# Stamps: newer than what they were made from means nothing to do.
$(PYTHON_READY): pyproject.toml uv.lock setup/python.sh
	@echo "Setting up Python in .venv ..."
	@setup/python.sh
	@touch $@

$(VENDOR_READY): $(PYTHON_READY) package.json package-lock.json setup/frontend.sh setup/vendor.py setup/vendor.txt
	@echo "Setting up the browser's packages ..."
	@setup/frontend.sh
	@touch $@
