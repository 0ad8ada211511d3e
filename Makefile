# Every target works from a fresh clone: it makes the environment it needs first.
# Environments: .venv (serving, gateway, commands), .venv-dev (plus tests and lint), .venv-train (plus
# TensorFlow, Parquet, object stores, BigQuery, MLflow and Optuna), .venv-jax (Keras on JAX), .venv-peers
# (other servers, to compare with), .venv-engines (other inference engines), .venv-torch (torchvision, to
# compare training with), .venv-fuzz (the fuzzer), .venv-emulator (servers that tests of .venv-train talk to).
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8080
GRPC_PORT ?= 32222
SAMPLE ?= samples/coffee.jpg
DOCKER ?= docker
comma := ,
# A package index with a certificate of its own: the builder gets it as a secret, the image does not.
BUILD_FLAGS ?= --network=host $(if $(PIP_CERT),--secret id=cacert$(comma)src=$(PIP_CERT))
# What the images say of where they come from; a checkout with changes is not its commit.
IMAGE_LABELS = --label org.opencontainers.image.version=$(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml) \
	$(addprefix --label org.opencontainers.image.revision=,$(shell git describe --always --abbrev=40 --match=- --dirty 2>/dev/null))
export DCF_HOME ?= $(CURDIR)/.dcf
export DCF_ENGINE ?= $(DOCKER)

# $(call environment,FOLDER,REQUIREMENTS): made anew when its requirements change, finished last, so
# that an interrupted install is taken up again.
define environment
	@echo "Installing $(2) into $(1) ..."
	$(PYTHON) -m venv $(1)
	$(1)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/build.txt
	$(1)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $(2)
	$(1)/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(1)/bin/python -m compileall -q -j 0 $(1)/lib dcf dcf_detect handler models watcher || true
	touch $(1)/.ready
endef

.PHONY: help run deploy image train-image sbom audit submission test test-all test-marked test-kubernetes coverage wheel lint format soak fuzz bench bench-peers bench-engines bench-training bench-image bench-scale model pipeline proto \
	train-env jax-env lifecycle-env clean

help: ## List every target
	@grep -hE '^[a-z][a-z-]*:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

.venv/.ready: requirements/local.txt requirements/build.txt pyproject.toml
	$(call environment,.venv,requirements/local.txt)

.venv-dev/.ready: requirements/dev.txt requirements/build.txt pyproject.toml
	$(call environment,.venv-dev,requirements/dev.txt)

.venv-train/.ready: requirements/train.txt requirements/build.txt pyproject.toml
	$(call environment,.venv-train,requirements/train.txt)

# Servers alone: nothing of this project is in it, and they start once, so nothing is compiled ahead.
.venv-emulator/.ready: requirements/emulator.txt
	$(PYTHON) -m venv .venv-emulator
	.venv-emulator/bin/pip install --quiet --no-compile --disable-pip-version-check --require-hashes -r requirements/emulator.txt
	touch $@

.venv-jax/.ready: requirements/jax.txt requirements/build.txt pyproject.toml
	$(call environment,.venv-jax,requirements/jax.txt)

.venv-peers/.ready: requirements/peers.txt requirements/build.txt pyproject.toml
	$(call environment,.venv-peers,requirements/peers.txt)

.venv-torch/.ready: requirements/torch.in
	$(PYTHON) -m venv .venv-torch
	.venv-torch/bin/pip install --quiet --disable-pip-version-check -r requirements/torch.in
	touch $@

.venv-fuzz/.ready: requirements/fuzz.txt requirements/build.txt pyproject.toml
	$(call environment,.venv-fuzz,requirements/fuzz.txt)

# axe-core, which looks at the page's accessibility in tests; they are skipped where npm is missing.
.cache/axe/.ready: tests/dcf/gateway/ui/axe/package-lock.json
	mkdir -p .cache/axe && cp tests/dcf/gateway/ui/axe/*.json .cache/axe
	if command -v npm >/dev/null; then npm ci --prefix .cache/axe --ignore-scripts --no-audit --no-fund && touch $@; \
		else echo "npm is missing: the page's accessibility is not tested"; fi

.venv-sbom/.ready: requirements/sbom.txt requirements/build.txt pyproject.toml
	$(call environment,.venv-sbom,requirements/sbom.txt)

.venv-engines/.ready: requirements/engines.txt requirements/build.txt pyproject.toml
	$(call environment,.venv-engines,requirements/engines.txt)

run: .venv/.ready ## Start the gateway, deploy config.yaml, call it once, stay in the foreground
	@exec .venv/bin/dcf gateway start --host $(HOST) --port $(PORT) --grpc-port $(GRPC_PORT) \
		--deploy config.yaml --sample $(SAMPLE) --log-level warning

deploy: .venv/.ready ## Deploy config.yaml to the gateway it names
	@.venv/bin/dcf function create -f config.yaml -v

image: ## Build the images dcf/watcher (any function), dcf/gateway and dcf/ssd
	@PIP_CERT="$(PIP_CERT)" sh deploy/image/build.sh "$(DOCKER)" \
		"watcher:dcf/watcher tools:dcf/tools gateway:dcf/gateway :dcf/ssd" $(BUILD_FLAGS) $(IMAGE_LABELS)

train-image: ## Build dcf/train, where `ssd train` runs in a container [REQUIREMENTS=requirements/...: other packages]
	@PIP_CERT="$(PIP_CERT)" sh deploy/image/build.sh "$(DOCKER)" \
		"watcher:dcf/watcher tools:dcf/tools" $(BUILD_FLAGS) $(IMAGE_LABELS)
	@PIP_CERT="$(PIP_CERT)" sh deploy/image/build.sh "$(DOCKER)" ":dcf/train" --file deploy/image/Dockerfile.train \
		$(BUILD_FLAGS) $(IMAGE_LABELS) $(if $(REQUIREMENTS),--build-arg "REQUIREMENTS=$(REQUIREMENTS)")

sbom: .venv-sbom/.ready ## List what the images of `make image` are made of: dist/sbom-*.json
	@for name in watcher gateway ssd; do \
		DOCKER="$(DOCKER)" .venv-sbom/bin/python deploy/image/sbom.py dcf/$$name dist/sbom-$$name.json || exit 1; \
	done

audit: .venv-sbom/.ready ## Ask for known vulnerabilities of the images' packages; says so where nobody answers
	@.venv-sbom/bin/python deploy/image/audit.py || [ $$? -eq 3 ]

submission: $(if $(DIR),.venv/.ready) ## Make dist/ID_answer.tar for the AGC: ID=team [DIR=a function's folder]
	@BUILD_FLAGS="$(BUILD_FLAGS)" DOCKER="$(DOCKER)" $(if $(DIR),.venv/bin/python,$(PYTHON)) deploy/agc/submit.py \
		--id "$(ID)" $(if $(VERSION),--version "$(VERSION)") $(if $(DIR),--folder "$(DIR)") \
		$(if $(DATA),--data "$(DATA)") $(if $(CHECK_TIMEOUT),--seconds $(CHECK_TIMEOUT))

test: .venv-dev/.ready ## Run all tests but the marked ones
	.venv-dev/bin/python -m pytest -n 3 --dist loadfile

test-all: test test-marked ## Run all tests, the marked ones included

test-marked: .venv-dev/.ready .venv-train/.ready .venv-jax/.ready .venv-sbom/.ready .venv-emulator/.ready .cache/axe/.ready ## Run only what `make test` leaves out
	sh tests/run_marked.sh

test-kubernetes: .venv-dev/.ready ## Run the tests on a cluster: KUBECONFIG's, or one of two nodes raised here [TESTS=tests/kubernetes/...]
	sh tests/kubernetes/run.sh $(TESTS)

coverage: .venv-dev/.ready ## Print what the tests reach, room by room; fails below the floors that have landed
	rm -rf .cache/coverage && mkdir -p .cache/coverage
	.venv-dev/bin/coverage run -m pytest -n 2 --dist loadfile -q || echo "Tests failed; what they reached counts all the same."
	.venv-dev/bin/coverage combine --quiet
	.venv-dev/bin/coverage json --quiet -o .cache/coverage/report.json
	.venv-dev/bin/python tests/coverage_table.py .cache/coverage/report.json

wheel: .venv-dev/.ready ## Build dist/dcf_detect-*.whl [REPOSITORY=https://...: where its links lead]
	rm -rf build
	REPOSITORY="$(REPOSITORY)" .venv-dev/bin/pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

lint: .venv-dev/.ready ## Check style, types and the import law; changes nothing
	.venv-dev/bin/ruff format --check --quiet .
	.venv-dev/bin/ruff check .
	.venv-dev/bin/lint-imports --no-cache --config pyproject.toml
	.venv-dev/bin/mypy
	.venv-dev/bin/python tests/mirror.py
	PYTHONPATH=examples .venv-dev/bin/pylint --jobs 2 dcf dcf_detect handler models watcher examples/mnist*

format: .venv-dev/.ready ## Format the code and mend what can be mended by a tool
	.venv-dev/bin/ruff check --fix --quiet . || true
	.venv-dev/bin/ruff format .

bench: .venv-dev/.ready ## Measure speed and memory against the bars of docs/performance.md
	.venv-dev/bin/python -m benchmarks

bench-peers: .venv-dev/.ready .venv-peers/.ready ## Measure other servers with the same network
	.venv-dev/bin/python -m benchmarks.peers

bench-engines: .venv-dev/.ready .venv-train/.ready .venv-engines/.ready ## Measure SSD-300 on other engines
	.venv-dev/bin/python -m benchmarks.engines

bench-training: .venv-train/.ready .venv-torch/.ready ## Measure loader and training step beside torchvision's
	.venv-train/bin/python -m benchmarks.training

bench-image: .venv-dev/.ready ## Measure sizes, build times, starts and memory of the images
	DOCKER="$(DOCKER)" .venv-dev/bin/python -m benchmarks.image

bench-scale: .venv-dev/.ready ## Measure what many functions and replicas, and a second gateway, cost a gateway
	.venv-dev/bin/python -m benchmarks.scale

# SECONDS is bash's own: a variable of this name counts by itself there, so it is handed over by make.
soak: .venv-dev/.ready ## Keep a gateway busy and broken for SECONDS=1800; nothing may be lost or grow
	.venv-dev/bin/python -m benchmarks.soak --seconds $(or $(SECONDS),1800)

fuzz: .venv-fuzz/.ready ## Feed TARGET=payload (tests/fuzz/targets) for SECONDS=60 with what a fuzzer makes
	.venv-fuzz/bin/python tests/fuzz/fuzz.py $(or $(TARGET),payload) --seconds $(or $(SECONDS),60)

model: .venv-train/.ready ## Rebuild the embedded bundles from their source and compare
	.venv-train/bin/python -m models.commands rebuild

pipeline: .venv-train/.ready .venv-emulator/.ready ## The life of a model, small and whole: search, gate, deploy, canary, rollback [DIGITS=FOLDER]
	.venv-train/bin/python examples/pipeline/demo.py $(if $(DIGITS),--digits "$(DIGITS)")

proto: .venv-dev/.ready ## Write the gRPC code from proto/
	PYTHON="$(CURDIR)/.venv-dev/bin/python" sh proto/generate.sh

train-env: .venv-train/.ready ## Make .venv-train, where TensorFlow and the life of a model live

jax-env: .venv-jax/.ready ## Make .venv-jax, where Keras runs on JAX

lifecycle-env: .venv-train/.ready .venv-emulator/.ready ## Make .venv-train and the servers that its tests start

clean: ## Remove environments, caches and the gateway's state
	rm -rf .venv .venv-dev .venv-train .venv-jax .venv-torch .venv-peers .venv-engines .venv-sbom .venv-fuzz .venv-emulator .dcf .cache .hypothesis .mypy_cache .pytest_cache \
		.ruff_cache .import_linter_cache benchmarks/results *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
