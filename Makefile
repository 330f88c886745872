# Every target does its own set-up: a virtual environment in .venv, made once.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# The CPU build where no GPU driver answers: a plain `torch` may bring gigabytes of CUDA packages.
TORCH_CPU ?= torch==2.13.0
TORCH_GPU ?= torch>=2.11
DATA := $(wildcard ../shared/data)

.PHONY: run test lint bench venv clean
run: venv
	$(if $(DATA),ASSAY_DATA=$${ASSAY_DATA:-$(DATA)}) $(BIN)/python -m assay.harness.tour --out results

test: venv
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -q -n $${TEST_WORKERS:-2} --dist loadfile $(TESTS)

lint: venv build/typing/assay
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy build/typing/assay/sandbox build/typing/assay/tasks build/typing/assay/harness

bench: venv
	@export ASSAY_DATA=$${ASSAY_DATA:-$(DATA)}; \
	for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

venv: $(STAMP)

build/typing/assay:
	mkdir -p build/typing && ln -sfn ../.. $@

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
	$(BIN)/python -m pip install -q -e ".[serve,trl,hub,dev]"
	touch $@

clean:
	rm -rf $(VENV) build dist *.egg-info
