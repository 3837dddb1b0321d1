# make run     the bot: on Telegram if TELEGRAM_TOKEN is set (here or in .env), else in this terminal
# make test    the tests
# make check   lint, format, types, architecture and tests: what must be green before every commit
# make lock    the exact versions in requirements/, after a change in pyproject.toml

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test check format lock clean

run: $(VENV)/.run
	@$(BIN)/python -m bot run

test: $(VENV)/.dev
	@echo "== tests"
	@$(BIN)/python -m pytest -q -n auto --dist worksteal

check: $(VENV)/.dev
	@echo "== lint"
	@$(BIN)/ruff check .
	@echo "== format"
	@$(BIN)/ruff format --check .
	@echo "== types"
	@$(BIN)/mypy
	@echo "== architecture"
	@$(BIN)/lint-imports
	@echo "== tests"
	@$(BIN)/python -m pytest -q -n auto --dist worksteal

format: $(VENV)/.dev
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

lock:
	@echo "== choosing exact versions"
	@$(PYTHON) -m venv $(VENV)/lock
	@$(VENV)/lock/bin/python -m pip install --quiet uv
	@$(VENV)/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --upgrade \
	    --generate-hashes --no-header --no-annotate --no-emit-index-url \
	    pyproject.toml --output-file requirements/run.txt
	@$(VENV)/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --upgrade \
	    --generate-hashes --no-header --no-annotate --no-emit-index-url --extra dev \
	    --constraint requirements/run.txt pyproject.toml --output-file requirements/dev.txt

clean:
	rm -rf $(VENV)

$(VENV)/.python:
	@echo "== making $(VENV)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	    || { echo "Kawaraban needs Python 3.11 or newer: make PYTHON=python3.11"; exit 2; }
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.run: requirements/run.txt $(VENV)/.python
	@echo "== installing what the bot needs (requirements/run.txt)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $<
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.python
	@echo "== installing what the tests need (requirements/dev.txt)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $<
	@touch $@ $(VENV)/.run
