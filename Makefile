# Everything from nothing: python3, pip and make are all that is assumed.
PYTHON ?= python3
WORK_YEAR ?= 2021
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.stamp
DEV := $(VENV)/.stamp-dev
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

# Where this is set, every process parses its libraries anew and a run takes twice as long.
unexport PYTHONDONTWRITEBYTECODE
export PYTHONUTF8 = 1

.PHONY: setup reports test test-all lint validate docs pictures lab golden sample lock fonts clean

reports: $(STAMP)  ## the main job: every report of the sample district
	$(BIN)/perfanalysis run --work-year $(WORK_YEAR)

setup: $(DEV)

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(PIP) --require-hashes -r requirements.lock
	$(PIP) --no-deps --no-build-isolation -e .
	touch $@

$(DEV): $(STAMP) requirements-dev.lock
	$(PIP) --require-hashes -r requirements-dev.lock
	touch $@

test: $(DEV)  ## what a contributor runs: within ten minutes
	$(BIN)/python -m pytest -m "not slow and not browser" -n 2 --dist loadfile

test-all: $(DEV)  ## what `make test` leaves out: kernels, browser; a skip fails in CI
	$(BIN)/python -m pytest -m "slow or browser" -n 2 --dist loadfile $(if $(CI),--fail-on-skip)
	$(BIN)/python -m pytest --nbval --nbval-current-env --nbval-sanitize-with tests/golden/sanitize.cfg \
		-p no:python -n 2 --dist loadfile tests/golden

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

validate: $(DEV)  ## what the program was held against: writes docs/validation.md
	$(BIN)/python -m validation

pictures: $(DEV) reports  ## the pictures of the README and the guide: needs Chromium
	$(BIN)/python tools/make_pictures.py reports docs/pictures

docs: $(DEV)  ## the guide as HTML: build/docs/index.html
	$(BIN)/python -m sphinx -W --keep-going -q docs build/docs

lab: $(STAMP)
	$(BIN)/jupyter lab notebooks

golden: $(DEV)  ## rewrite the executed notebooks that nbval compares with
	$(BIN)/python tests/golden/regenerate.py

sample: $(STAMP)  ## rewrite the made-up district under data/
	$(BIN)/perfanalysis sample --out data

COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-header --no-annotate pyproject.toml --extra build

lock:  ## maintainers: needs uv
	$(COMPILE) --output-file requirements.lock
	sed -n 's/^\([A-Za-z0-9].*[^ ]\) \\$$/\1/p' requirements.lock > build/main-pins.txt
	$(COMPILE) --extra cluster --extra dev --constraint build/main-pins.txt --output-file requirements-dev.lock

clean:
	rm -rf build .pytest_cache .mypy_cache .ruff_cache
	find reports -mindepth 1 -maxdepth 1 ! -name README.md -exec rm -rf {} +

fonts:  ## maintainers: REGULAR and BOLD are Noto Sans CJK collections
	$(BIN)/python tools/make_fonts.py $(REGULAR) $(BOLD) src/perfanalysis/report/fonts
