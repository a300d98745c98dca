# Everything is set up in .venv, once, and again when its sources change.

PYTHON ?= python3
VENV := .venv
ORACLES := build/oracles

# Its releases lack the source of its C extension.
CITYSCAPES_SCRIPTS ?= git+https://github.com/mcordts/cityscapesScripts@0bcc4a72549590fd80d71d8465be3a0c4b1c06e8

PLUGINS := $(patsubst %/pyproject.toml,%,$(wildcard plugins/*/pyproject.toml))
PROJECTS := pyproject.toml $(PLUGINS:=/pyproject.toml)
PACKAGES := segmetrics $(notdir $(wildcard $(PLUGINS:=/src/*)))
C_FILES = $(shell find csrc -name '*.[ch]')
SOURCES := $(PROJECTS) CMakeLists.txt $(wildcard csrc/*.[ch]) \
           $(shell find src $(PLUGINS:=/src) -not -path '*/__pycache__*')

PIP := $(VENV)/bin/python -m pip -qq --disable-pip-version-check
CONFIGURE := cmake -S . -G Ninja -DSEGMETRICS_TESTS=ON
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)

.PHONY: help demo test test-c oracles lint format bench clean

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 10

demo: $(VENV)/installed ## Score a sample of a benchmark and show what is kept of the run
	@rm -rf demo && mkdir demo
	@echo '$$ segmetrics sample coco-2017-instance demo/coco'
	@segmetrics sample coco-2017-instance demo/coco >demo/command
	@echo "$$ $$(cat demo/command) --store demo/store"
	@sh -c "$$(cat demo/command) --store demo/store"
	@echo
	@for record in demo/store/runs/*/record.json; do \
	  echo "$$ segmetrics show --json $$record"; segmetrics show --json $$record | sed '/"params"/,$$d'; done
	@echo '    ...'
	@echo
	@echo 'To go on: . $(VENV)/bin/activate && segmetrics --help'

test: $(VENV)/installed $(VENV)/test ## Pass all Python tests and the examples in docstrings
	@python -m pytest -q tests $(wildcard $(PLUGINS:=/tests)) --pyargs $(PACKAGES)

test-c: $(VENV)/build ## Pass the C tests under address and undefined-behaviour sanitizers
	@$(CONFIGURE) -B build/test-c -DSEGMETRICS_SANITIZE=ON >/dev/null
	@cmake --build build/test-c -- --quiet
	@ctest --test-dir build/test-c --output-on-failure

oracles: $(ORACLES)/installed ## Compare with official tools that need an environment of their own
	@$(ORACLES)/bin/python -m pytest -q tests/evaluators/test_*_official.py

lint: $(VENV)/installed $(VENV)/test $(VENV)/lint ## Check form, types and warnings
	@ruff check --quiet .
	@ruff format --check --quiet .
	@mypy --no-error-summary src tests benchmarks
	@for plugin in $(PLUGINS); do mypy --no-error-summary $$plugin || exit 1; done
	@python -m mypy.stubtest --concise --ignore-missing-stub --ignore-disjoint-bases segmetrics._core
	@cython-lint src
	@clang-format --dry-run -Werror $(C_FILES)
	@$(CONFIGURE) -B build/lint -DCMAKE_BUILD_TYPE=Release -DCMAKE_COMPILE_WARNING_AS_ERROR=ON >/dev/null
	@cmake --build build/lint -- --quiet
	@echo 'lint: nothing found'

format: $(VENV)/lint ## Rewrite sources in the house's form
	@ruff check --quiet --fix .
	@ruff format --quiet .
	@clang-format -i $(C_FILES)

bench: $(VENV)/installed $(VENV)/test ## Time the kernels
	@python -m pytest -q -o addopts=--import-mode=importlib --benchmark-only benchmarks

clean: ## Remove everything that was made here, .venv too
	rm -rf $(VENV) build dist demo .mypy_cache .pytest_cache .ruff_cache .hypothesis .benchmarks

# ---- the virtual environment: each file in it says that a step was done ---------------------------------------------

HAS_PYTHON = $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))'
HAS_VENV = $(PYTHON) -c 'import ensurepip, venv'
HAS_HEADERS = $(PYTHON) -c 'import os, sysconfig; os.stat(sysconfig.get_config_var("INCLUDEPY") + "/Python.h")'
HAS_COMPILER = $(CC) --version
require = $(1) >/dev/null 2>&1 || { echo 'error: $(2)' >&2; exit 1; }

$(VENV)/made:
	@$(call require,$(HAS_PYTHON),$(PYTHON) is not Python 3.11 or newer; name one: make PYTHON=python3.11)
	@$(call require,$(HAS_VENV),$(PYTHON) cannot make virtual environments: apt install python3-venv)
	@$(call require,$(HAS_HEADERS),$(PYTHON) has no Python.h: apt install python3-dev)
	@$(call require,$(HAS_COMPILER),there is no C compiler $(CC): apt install gcc libc6-dev)
	@echo 'Setting up $(VENV) ...'
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install --upgrade 'pip>=25.1'
	@touch $@

# Builds reuse these tools, which an isolated build would fetch every time.
$(VENV)/build: $(VENV)/made $(PROJECTS)
	@python -c 'import sys, tomllib; \
	  [print(*tomllib.load(open(name, "rb"))["build-system"]["requires"], sep="\n") for name in sys.argv[1:]]' \
	  $(PROJECTS) >$(VENV)/build-requirements.txt
	@$(PIP) install --group build -r $(VENV)/build-requirements.txt
	@touch $@

$(VENV)/installed: $(VENV)/build $(SOURCES)
	@echo 'Installing segmetrics and its plugins ...'
	@$(PIP) install --no-build-isolation -Cbuild-dir=build/install . $(PLUGINS:%=./%)
	@touch $@

$(VENV)/test $(VENV)/lint: $(VENV)/made pyproject.toml
	@$(PIP) install --group $(notdir $@)
	@touch $@

# ---- the official tools, in an environment that sees what .venv has -------------------------------------------------

SITE_PACKAGES = -c 'import sysconfig; print(sysconfig.get_path("purelib"))'

$(ORACLES)/installed: $(VENV)/installed $(VENV)/test
	@echo 'Setting up $(ORACLES) ...'
	@$(PYTHON) -m venv --without-pip --clear $(ORACLES)
	@$(VENV)/bin/python $(SITE_PACKAGES) >"$$($(ORACLES)/bin/python $(SITE_PACKAGES))/venv.pth"
	@$(PIP) --python $(ORACLES)/bin/python install --group oracles
	@CYTHONIZE_EVAL=1 $(PIP) --python $(ORACLES)/bin/python install --no-deps --no-build-isolation '$(CITYSCAPES_SCRIPTS)'
	@$(ORACLES)/bin/python -c 'import cityscapesscripts.evaluation.addToConfusionMatrix'
	@touch $@
