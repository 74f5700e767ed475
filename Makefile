# One command runs the marketplace, one proves it works: `make run`, `make test`.
# NO_BROWSER=1 leaves the browser journeys out of `make test`, and says so.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
NO_BROWSER ?=
# Links in letters lead to the port in use.
HERE := $(if $(filter-out 8000,$(PORT)),BASE_URL=http://127.0.0.1:$(PORT))

.DEFAULT_GOAL := help
.PHONY: help run test check format assets screenshots clean

help: ## Say what can be done here
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: $(VENV)/.installed static/dist/.built ## Set up what is missing, load the demo place the first time, and serve it
	@$(HERE) $(BIN)/marketplace serve --demo --port $(PORT)

test: $(VENV)/.tested static/dist/.built ## Set up what is missing and run every test on both databases
	@NO_BROWSER=$(NO_BROWSER) $(BIN)/python -m tests.chromium
	NO_BROWSER=$(NO_BROWSER) $(BIN)/pytest -n auto --dist loadgroup

check: $(VENV)/.tested ## Format, lint, types and import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.tested ## Format the code and mend what can be mended
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

assets: static/dist/.built ## Build the style sheet and the script

screenshots: $(VENV)/.tested static/dist/.built ## Take the pictures of docs/screenshots anew
	$(BIN)/python -m tests.journeys.screenshots

clean: ## Remove what was installed and built; data in var/ stays
	rm -rf $(VENV) node_modules static/dist

$(VENV)/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Placeful needs Python 3.11 or newer. Set PYTHON, such as: make run PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV) \
		|| { echo "Python cannot make a virtual environment. On Debian and Ubuntu: apt install python3-venv"; exit 1; }
	$(BIN)/pip install --quiet --disable-pip-version-check "pip>=25.1"
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt --group build -e .
	@touch $@

$(VENV)/.tested: $(VENV)/.installed
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt --group dev
	@touch $@

node_modules/.installed: package.json package-lock.json | $(VENV)/.installed
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/npm ci --no-audit --no-fund --loglevel=error
	@touch $@

static/dist/.built: node_modules/.installed $(shell find assets -type f 2>/dev/null)
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/npm run --silent build
	@touch $@
