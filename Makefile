# Targets for everything that development needs.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SNAPSHOTS := $(BIN)/pytest tests/snapshots/test_snapshots.py --quiet --numprocesses auto
READY := $(VENV)/ready
SITE_READY := $(VENV)/ready-for-site
# Live tests wait more than they compute: two processes for each core; an idle one takes over tests of another.
WORKERS ?= $(shell echo $$((2 * $$(getconf _NPROCESSORS_ONLN))))
PYTEST := $(BIN)/pytest --quiet --numprocesses $(WORKERS) --dist worksteal
# The web address of the repository. Without it, the metadata has no project URLs.
ADDRESS ?= $(SIDEKIQ_GEN_ADDRESS)
MINIMUM ?= $(addprefix tests/unit/test_,app.py bad_input.py contract.py install.py lockfile.py rendering.py settings.py)
OF_DOCS := $(addprefix tests/unit/test_,answers.py blocks.py capabilities.py ci_page.py codes.py common_advice.py docs.py examples.py \
  json_page.py pages.py readme.py settings.py site.py stability.py template_contract.py)
JOB := job ChargeCustomer --model Order --advisory-lock --check-then-act charged_at --idempotency-key \
       --calls PaymentGateway.charge --discard-on PaymentGateway::CardDeclined --queue payments --retry 5 --no-input

.DEFAULT_GOAL := help
.PHONY: help install try test minimum dist release lint pairs words snapshots docs site facts houses mutants fuzz bench live-setup live-report clean
.SILENT:

help: ## list the targets
	awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(READY) ## create .venv, with the package and the development tools

# pip comes first: --group needs 25.1.
$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 10) else "make PYTHON=... with 3.10 or later")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt pip
	$(BIN)/python -m pip install --quiet -c constraints.txt --group dev -e .
	touch $@

try: $(READY) ## write a job and its spec into a fresh copy of examples/storefront
	command="$(CURDIR)/$(BIN)/sidekiq-gen"; folder="$$(mktemp -d)/storefront"; \
	cp -R examples/storefront "$$folder" && cd "$$folder" && \
	echo '$$ sidekiq-gen $(JOB)' && "$$command" $(JOB) && \
	for file in app/jobs/charge_customer_job.rb spec/jobs/charge_customer_job_spec.rb; do \
	  printf '\n%s\n\n' "--- $$file"; cat "$$file"; \
	done && printf '\n%s\n' "Try more in $$folder"

test: $(READY) ## run all tests
	$(PYTEST)

# Tests of what the package does, without those that look at the checkout.
minimum: $(READY) ## run the tests of the commands with the lowest versions of all dependencies; PYTHON= chooses the Python
	$(PYTHON) -m venv --clear $(VENV)/minimum
	$(BIN)/python release/lowest.py >$(VENV)/minimum/lowest.txt
	$(BIN)/python -m pip --python $(VENV)/minimum/bin/python install --quiet -c $(VENV)/minimum/lowest.txt \
	  -e . pytest pytest-xdist
	$(VENV)/minimum/bin/python -m pytest --quiet --numprocesses auto -p no:cacheprovider $(MINIMUM)

dist: export SIDEKIQ_GEN_ADDRESS := $(ADDRESS)
dist: $(READY) ## build the release twice, compare, and write its bill of materials and checksums to dist/
	$(BIN)/python -m pip install --quiet -c constraints.txt --group release
	$(BIN)/python release/dist.py

release: dist ## make dist, and test its wheel with every supported Python on this machine; ADDRESS= is the URL of the repository
	$(BIN)/python release/metadata.py
	$(BIN)/python release/trial.py

lint: $(READY) ## check style, types and layers
	$(BIN)/ruff check --quiet
	$(BIN)/ruff format --check --quiet
	$(BIN)/mypy
	$(BIN)/lint-imports

pairs: $(READY) ## add the covering pairs that are missing
	PYTHONPATH=tests $(BIN)/python -m support.pairs

# Writing snapshots makes pytest-snapshot fail each test that wrote one (status 1), so a second run has the last word.
words: $(READY) ## write the table that completion reads
	PYTHONPATH=tests $(BIN)/python -m support.words

snapshots: $(READY) ## rewrite all snapshots
	rm -rf tests/snapshots/rendered
	PYTHONPATH=tests $(BIN)/python -m support.shown
	$(SNAPSHOTS) --snapshot-update >/dev/null || [ $$? = 1 ]
	$(SNAPSHOTS)
	$(BIN)/sidekiq-gen templates check examples/pack-forge --update --no-rubocop

docs: $(READY) ## write the pages that come from the code, build the site, and run the tests of the docs
	PYTHONPATH=tests $(BIN)/python -m pages
	$(MAKE) --no-print-directory site
	$(PYTEST) $(OF_DOCS)

# The tools are installed once; the build needs no network. With --quiet, mkdocs would count no warnings.
$(SITE_READY): $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt --group docs
	touch $@

site: $(SITE_READY) ## build the site in build/site; fails on a broken link or a page outside the navigation
	mkdir -p build
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build $(SITE) >build/site.log 2>&1 || { cat build/site.log; exit 1; }
	echo $(CURDIR)/build/site/index.html

facts: $(READY) ## check the sources of the tables against git tags; FACTS="--repo sidekiq=DIR ..." gives the repositories
	PYTHONPATH=tests $(BIN)/python -m facts $(FACTS)

houses: $(READY) ## measure generated jobs in public repos; HOUSES="--at DIR --gems DIR ..." gives their folders
	PYTHONPATH=tests $(BIN)/python -m houses $(HOUSES)

mutants: $(READY) ## make small wrong changes to the package, and check that a test fails; MUTANTS="WORD ..." chooses some
	PYTHONPATH=tests $(BIN)/python -m mutants $(MUTANTS)

fuzz: $(READY) ## fuzz the readers, guided by coverage; FUZZ="TARGET ... --seconds N" chooses targets and time
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt --group fuzz
	PYTHONPATH=tests $(BIN)/python -m fuzz $(FUZZ)

bench: $(READY) ## compare start-up times with other tools, and measure the cost of a larger repo and of one more job
	$(BIN)/python bench/startup.py
	printf '\n'
	$(BIN)/python bench/growth.py
	printf '\n'
	$(BIN)/python bench/many.py

live-setup: ## install what the live tests need (Debian 12, as root)
	tests/live/setup

live-report: $(READY) ## run the live tests and write docs/live.md from their results; LIVE= takes options
	$(PYTEST) tests/live --live-report docs $(LIVE)

clean: ## remove everything that these targets create
	rm -rf $(VENV) build dist .coverage .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find bench generator tests -name __pycache__ -prune -exec rm -rf {} +
