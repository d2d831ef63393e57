# Every target does its own set-up on a fresh Debian or Ubuntu; nothing needs an activated environment.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo test check unit wheel bench docs format clean
unexport PYTHONPATH PYTHONHOME PYTHONOPTIMIZE PYTHONWARNINGS PYTHONDONTWRITEBYTECODE MYPYPATH PYTEST_ADDOPTS VIRTUAL_ENV

BIN := .venv/bin
TYPED := build/types
WORKERS ?= 2
define REMOVE
import sys
from pathlib import Path
from featuretrail.infrastructure import embedded
for folder in sys.argv[1:]: embedded.remove(Path(folder))
endef
export REMOVE

help: ## show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

demo: ## the tour on real flights and weather data, with the embedded server
	@tools/environment.sh run
	@tools/brokers/install.sh || echo "December will be streamed without a broker" >&2
	@$(BIN)/python examples/demo.py

test: check unit wheel ## everything: check, the tests on all engine tiers, the wheel
	@echo "all tests passed"

check: ## format, lint, types, layers
	@tools/environment.sh test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	@# type checkers cannot follow the package mapping: they see what users install
	@rm -rf build/lib build/bdist* $(TYPED)
	@$(BIN)/python -m pip install -qq --no-deps --no-build-isolation --disable-pip-version-check --target $(TYPED) .
	$(BIN)/mypy $(TYPED)/featuretrail tests examples benchmarks tools
	cd $(TYPED) && PYTHONPATH=. ../../$(BIN)/lint-imports --config ../../pyproject.toml

unit: ## the tests on all engine tiers (ARGS="-k name --tiers embedded")
	@tools/environment.sh test
	@tools/engines/install.sh
	@tools/brokers/install.sh
	@tools/browser/install.sh
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

wheel: ## sdist and wheel in build/dist, tested from another folder
	@tools/environment.sh test
	tools/wheel.sh

bench: ## speeds against peers and floors, each peer in its own environment (ARGS="online")
	@tools/environment.sh test
	$(BIN)/python -m benchmarks.run $(ARGS)

docs: ## the handbook in build/handbook: docs/ as a site, with a Python reference
	@tools/environment.sh docs
	@$(BIN)/python -m tools.handbook

format: ## format the code and mend what the linter can
	@tools/environment.sh test
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean: ## remove the environment, builds, caches, and data of embedded servers in this clone
	@[ ! -e .venv/stamp-run ] || find . -name .featuretrail -prune -exec $(BIN)/python -c "$$REMOVE" {} +
	rm -rf .venv build .bench *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
