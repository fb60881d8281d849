# Needs make, sh and Python 3.11, 3.12 or 3.13. Everything else is set up on the first call.

PYTHON := $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null \
	&& command -v $$p && break; done)
BIN := .venv/bin
# The checks and the tests use settings that need no secret.
DEBUG ?= 1
export DEBUG

.PHONY: run test test-slow bench check setup messages
.PHONY: check-format check-lint check-types check-imports check-templates check-migrations check-translations

run: setup ## Start everything on this machine and print the address
	@exec $(BIN)/python manage.py run

test: setup ## Run the tests that this machine can run
	@$(BIN)/pytest -n 2 -m "not bench and not slow" $(ARGS)
	@echo "Skipped here: the attacks, real workers killed and started again, the browser, a start from an empty folder: make test-slow"

test-slow: setup ## Run the tests that take long: attacks, real workers, the browser, a start from an empty folder
	@$(BIN)/pytest -n 2 -m slow $(ARGS)

bench: setup ## Measure times and sizes beside their aims
	@for file in $$(grep -l __main__ tests/benchmarks/bench_*.py); do $(BIN)/python $$file || exit 1; done
	@$(BIN)/pytest -m bench -p no:randomly -s -q $$(grep -L __main__ tests/benchmarks/bench_*.py) $(ARGS)

check: setup ## Run every static check
	@$(MAKE) --no-print-directory -k check-format check-lint check-types check-imports check-templates \
		check-migrations check-translations

setup:
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is needed: install python3."; exit 1; }
	@$(PYTHON) -I config/install.py

messages: setup ## Bring the translation catalogue in line with the sources
	@$(BIN)/python manage.py messages

check-format:
	$(BIN)/ruff format --check --quiet .

check-lint:
	$(BIN)/ruff check --quiet .

check-types:
	$(BIN)/mypy config staff training reviews rewards

check-imports:
	$(BIN)/lint-imports

check-templates:
	$(BIN)/djlint --lint --quiet config staff training reviews rewards

check-migrations:
	$(BIN)/python manage.py makemigrations --check --dry-run

check-translations:
	$(BIN)/python manage.py messages --check
