# `make run` and `make test` are all a newcomer needs; both work from a fresh clone.
PYTHON ?= python3
PORT ?= 8501
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test check gate accept audit wheel format lock index train clean

run: $(VENV)/.installed
	@$(BIN)/bearing index
	@$(BIN)/bearing ui --port $(PORT)

# On all cores, each file of tests as a whole by one of them. TEST adds options: make test TEST="-n 0 tests/records".
test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder $(TEST)

check: $(VENV)/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/hadolint Containerfile

# Asks the questions whose answers are accepted, and fails when an answer became worse.
gate: $(VENV)/.installed
	$(BIN)/bearing eval gate

# Makes the answers of this version the ones that later versions must not fall below. Read `git diff` before committing.
accept: $(VENV)/.installed
	@for set in review dev canary retrieval; do \
	  run=$$(mktemp -d)/$$set; \
	  $(BIN)/bearing eval run $$set --out $$run && $(BIN)/bearing eval accept $$run || exit 1; \
	done

# Asks a database of known vulnerabilities about the packages of the lock files; fails when one is known.
audit: $(VENV)/bin/python
	@$(BIN)/python scripts/audit_locks.py requirements.txt requirements-serve.txt requirements-dev.txt

# Builds dist/bearing-….whl and fails when something is missing in it or too much, or when it does not work.
wheel: $(VENV)/.installed
	rm -rf dist
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index --wheel-dir dist .
	$(BIN)/python scripts/check_wheel.py dist

format: $(VENV)/.installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

index: $(VENV)/.installed
	$(BIN)/bearing index

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v < (3, 14) else "Bearing needs Python 3.11, 3.12 or 3.13; %s is %d.%d. Try: make PYTHON=python3.12 run" % (sys.executable, *v))'
	@$(PYTHON) -m venv $(VENV) || { echo "Could not make $(VENV). On Debian and Ubuntu: apt install python3-venv"; exit 1; }

# A lock is complete, so nothing is resolved: pip would look for the newest release of what a package asks for with an extra, and
# refuse that, since the lock does not hold it. The stamp is newer than the lock, so a second start installs nothing.
$(VENV)/.installed: requirements.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-dev.txt
	@$(BIN)/python -m pip check --disable-pip-version-check
	@touch $@

# Only for maintainers, after a change of dependencies. uv resolves once for Linux and macOS, Python 3.11 to 3.13.
lock:
	$(PYTHON) -m uv pip compile --quiet --universal --generate-hashes --strip-extras --python-version 3.11 --no-emit-index-url --no-annotate --no-header --extra build --extra memos pyproject.toml -o requirements.txt
	$(PYTHON) -m uv pip compile --quiet --universal --generate-hashes --strip-extras --python-version 3.11 --no-emit-index-url --no-annotate --no-header --extra build --extra memos --extra serve --extra postgres --extra telemetry --extra signin --extra feeds -c requirements.txt pyproject.toml -o requirements-serve.txt
	$(PYTHON) -m uv pip compile --quiet --universal --generate-hashes --strip-extras --python-version 3.11 --no-emit-index-url --no-annotate --no-header --extra build --extra dev -c requirements.txt pyproject.toml -o requirements-dev.txt

# Only for maintainers: trains the reader, the matcher, the chooser, the reranker and the embedder, in an environment of its own
# (training/train.py says which packages); on two cores about four hours. training/train_judge.py says how the judge follows,
# training/mine_readings.py and tune_reranker.py how the reranker goes on.
# Then read the cards, and `make accept`.
train:
	$(PYTHON) training/train.py
	$(PYTHON) training/train_matcher.py
	$(PYTHON) training/train_chooser.py
	$(PYTHON) training/train_reranker.py
	$(PYTHON) training/train_embedder.py

clean:
	rm -rf $(VENV) .bearing dist
