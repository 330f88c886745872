# Every target does its own set-up: a virtual environment in .venv, made once.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PEERS := .venv-peers
BENCH ?= $(wildcard benchmarks/*.py)
# The CPU build where no GPU driver answers: a plain `torch` may bring gigabytes of CUDA packages.
TORCH_CPU ?= torch==2.13.0
TORCH_GPU ?= torch>=2.6
DATA := $(wildcard ../shared/data)
# Where this is set, as in many containers, each of the hundreds of processes that the tests start
# would compile every module again: a third of their processor time.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: run test lint docs bench bench-peers venv clean
run: venv
	$(if $(DATA),ASSAY_DATA=$${ASSAY_DATA:-$(DATA)}) $(BIN)/python -m assay.harness.tour --out results

# One worker more than two cores: tests that wait for a limit or a container leave them idle.
test: venv
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -n $${TEST_WORKERS:-3} --dist loadfile $(TESTS)

lint: venv
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	.ci/types

docs: venv
	@mkdir -p build/api/assay && for top in harness tasks sandbox; do \
	  ln -sfn ../../../$$top build/api/assay/$$top; done
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet --config-file docs/mkdocs.yml --site-dir ../build/site
	@echo "the guides and the API reference are in build/site/index.html"

bench: venv
	@export ASSAY_DATA=$${ASSAY_DATA:-$(DATA)}; \
	for script in $(BENCH); do echo "== $$script"; $(BIN)/python $$script || exit 1; done

# The same with every grader, sandbox and harness that a benchmark compares with. Their packages
# may clash with those of the tests, so they have an environment of their own.
bench-peers: $(PEERS)/.installed
	@export ASSAY_DATA=$${ASSAY_DATA:-$(DATA)} PEERS_PYTHON=$(abspath $(PEERS))/bin/python; \
	for script in $(BENCH); do \
	  echo "== $$script"; $(PEERS)/bin/python $$script || exit 1; \
	done

$(PEERS)/.installed: benchmarks/peers.txt benchmarks/peers_alone.txt pyproject.toml
	$(MAKE) venv VENV=$(PEERS) STAMP=$(PEERS)/.assay
	$(PEERS)/bin/python -m pip install -q -r benchmarks/peers.txt
	$(PEERS)/bin/python -m pip install -q --no-deps -r benchmarks/peers_alone.txt
	touch $@

venv: $(STAMP)

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "assay needs Python 3.11 or later: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
	  { echo "the venv module is missing: apt-get install python3-venv"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --upgrade pip "setuptools>=77" wheel
	@# torch first: what depends on it then keeps this build.
	@if command -v nvidia-smi >/dev/null 2>&1 && nvidia-smi >/dev/null 2>&1; then \
	  $(BIN)/python -m pip install -q "$(TORCH_GPU)"; \
	else \
	  $(BIN)/python -m pip install -q "$(TORCH_CPU)"; \
	fi
	$(BIN)/python -m pip install -q -e ".[all,dev]"
	touch $@

clean:
	rm -rf $(VENV) $(PEERS) build dist *.egg-info
