# Two commands do everything on a fresh Debian or Ubuntu machine with Python 3.11 or newer.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
SAMPLE ?= sample_videos/normal.mp4

.PHONY: demo test check benchmark docs pictures release desktop constraints system clean

demo: $(VENV)/base  ## analyse a sample video, show the table, write the report
	$(BIN)/easytear analyze $(SAMPLE) -o demo --overlay
	@echo "The report: demo/$(basename $(notdir $(SAMPLE)))/report.html"

test: system check  ## system libraries that Qt needs, style, types, and the whole test suite
	.ci/run-tests

check: $(VENV)/dev  ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

benchmark: $(VENV)/dev  ## accuracy and speed beside other methods
	$(BIN)/python -m benchmarks all -o benchmark-results

docs: $(VENV)/base  ## the documentation as a site that opens offline: site/index.html
	$(INSTALL) --constraint constraints.txt --editable ".[docs]"
	$(BIN)/mkdocs build --quiet

pictures: $(VENV)/dev  ## every picture of the documents anew: page, overlay, app, napari (some minutes)
	$(BIN)/python docs/img/make_pictures.py

release: $(VENV)/bin/python  ## wheel and sdist in dist/, checked and tried without the source tree; stops before upload
	.ci/release dist

desktop:  ## the desktop build in dist/EasyTear: no Python needed; made and tried
	.ci/desktop dist

constraints: $(VENV)/dev  ## constraints.txt as it is installed here, all extras
	$(INSTALL) --editable ".[dev,docs]"
	$(BIN)/python .ci/write-constraints

system:
	.ci/system-libraries

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV) || (.ci/system-libraries python3-venv && $(PYTHON) -m venv $(VENV))

$(VENV)/base: $(VENV)/bin/python pyproject.toml constraints.txt
	$(INSTALL) --constraint constraints.txt --editable .
	@touch $@

$(VENV)/dev: $(VENV)/bin/python pyproject.toml constraints.txt
	$(INSTALL) --constraint constraints.txt --editable ".[dev]"
	@touch $@ $(VENV)/base

clean:
	rm -rf $(VENV) demo benchmark-results site
