# `make` sets up the environment and draws the atlas; `make help` lists the rest.

PYTHON ?= python3
CORES  ?= all
# Empty: the scale that params.yaml names.
SCALE  ?=

SHELL       := bash
.SHELLFLAGS := -o pipefail -c

# A folder of wheels to install from in place of the package index, as archives for machines without internet have it.
WHEELS  ?= $(wildcard wheels)
OFFLINE := $(if $(WHEELS),--no-index --find-links "$(WHEELS)")

# What Snakemake says beside the progress of the steps.
CHATTER := ^$$|^\[|^(Assuming|Building|Complete log|Execute|Finished jobid|Provided|Rules claiming|Select|Using|host)

# Slow tests that measure time or end processes at chosen moments.
ALONE := $(patsubst %,tests/core/test_%.py,benchmarks kills two_runs)

VENV := .venv
BIN  := $(CURDIR)/$(VENV)/bin
export PATH := $(BIN):$(PATH)

.PHONY: all env test test-marked lint format schema lock verify bench sync archive clean help
.DEFAULT_GOAL := all

# Ctrl-C reaches grep too, which must live to show what the steps then say.
all: env  ## run every experiment and write the report (CORES=1 limits the cores, SCALE=laptop changes the scale)
	@python scripts/sync.py --idle $(if $(SCALE),--scale $(SCALE)) 2>/dev/null || { \
	  snakemake --cores $(CORES) $(if $(SCALE),--config scale=$(SCALE)) 2>&1 | (trap '' INT; grep --line-buffered -vE '$(CHATTER)') && \
	  python scripts/sync.py --from snakemake $(if $(SCALE),--scale $(SCALE)); }

env: $(VENV)/env  ## make the pinned environment in .venv

test: $(VENV)/dev  ## run the tests that need minutes at most
	pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not slow and not cluster and not browser and not remote"

test-marked: $(VENV)/dev  ## run the others: slow ones, and those that need sshd, Chromium or Slurm and skip without (LATENT_ATLAS_WHOLE=1: all)
	pytest -n 2 --dist loadfile --no-loadscope-reorder -m "slow or browser or remote or cluster" $(addprefix --ignore=,$(ALONE))
	pytest -m slow $(ALONE)

lint: $(VENV)/dev  ## style, types, and Snakemake's own advice
	ruff format --check .
	ruff check .
	snakefmt --check --line-length 120 Snakefile
	mypy
	snakemake --lint

format: $(VENV)/dev  ## lay out the code
	ruff format .
	ruff check --fix .
	snakefmt --line-length 120 Snakefile

schema: env  ## write params.schema.json anew, after a change of settings or options
	python scripts/check.py --schema

lock: $(VENV)/dev  ## pin the newest versions that envs/*.in allow
	cd envs && for name in uv cpu gpu dev slurm; do \
	  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --upgrade $$name.in -o $$name.txt; done

verify: all  ## run what is missing or out of date, then compare every byte with the maintainers' reference
	@python scripts/verify.py $(if $(SCALE),--scale $(SCALE))

bench: env  ## race train steps against keras.io's and PyTorch's way, and animations against matplotlib's
	PYTHONPATH=scripts python benchmarks/run.py $(if $(SCALE),--scale $(SCALE))
	PYTHONPATH=scripts python benchmarks/animation.py $(if $(SCALE),--scale $(SCALE))

sync: env  ## let Snakemake and DVC know what the other has done
	@python scripts/sync.py $(if $(SCALE),--scale $(SCALE))

archive: env  ## pack the repository, wheels and raw data into latent-atlas.tar, for a machine without internet
	@python scripts/pack.py $(if $(SCALE),--scale $(SCALE)) latent-atlas.tar

clean:  ## remove data, results, logs and work in progress, but not .venv or the DVC cache
	rm -rf data results logs .atlas .snakemake

help:
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

# Each mark says that the lock file beside it is installed. The mark is written last.
# Bytecode is compiled once, here: each job is a process of its own, and where bytecode may not be written
# (PYTHONDONTWRITEBYTECODE, a read-only installation) each would spend seconds on compiling TensorFlow.
$(VENV)/env: envs/uv.txt envs/cpu.txt
	@$(call install,cpu)

$(VENV)/dev: envs/uv.txt envs/dev.txt
	@$(call install,dev)
	@touch $(VENV)/env

define install
echo "installing envs/$(1).txt into $(VENV)" && \
$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14) and "Python 3.11, 3.12 or 3.13 is needed, for TensorFlow has no wheels for others: make PYTHON=python3.13")' && \
$(PYTHON) -m venv $(VENV) && \
"$(BIN)/python" -m pip install --quiet --disable-pip-version-check $(OFFLINE) --require-hashes -r envs/uv.txt && \
"$(BIN)/uv" pip install --quiet --compile-bytecode --python "$(BIN)/python" $(OFFLINE) --require-hashes -r envs/$(1).txt && \
touch $@
endef
