# Two commands matter: `make run` and `make test`. Both set up what they need, and are safe to repeat.
PYTHON ?= python3
VENV := .venv
# Tests run beside each other; WORKERS=0 runs them one after the other, in one process.
WORKERS ?= logical
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --disable-pip-version-check --quiet

.PHONY: run setup test check format screenshots clean

run: $(VENV)/.run-ready
	@$(BIN)/python -m ftcore run

setup: $(VENV)/.dev-ready

test: setup
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

check: setup
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python scripts/audit.py

format: setup
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

screenshots: setup
	@mkdir -p docs/images
	@ENTREMISE_PICTURES=docs/images $(BIN)/python -m pytest tests/e2e

$(BIN)/python:
	@echo "Création de l'environnement Python dans $(VENV)…"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run-ready: requirements.txt constraints.txt | $(BIN)/python
	@echo "Installation des dépendances (une seule fois, environ une minute)…"
	@$(PIP) -r requirements.txt -c constraints.txt
	@touch $@

$(VENV)/.dev-ready: requirements-dev.txt $(VENV)/.run-ready
	@echo "Installation des outils de développement…"
	@$(PIP) -r requirements-dev.txt -c constraints.txt
	@touch $@

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
