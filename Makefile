# Two commands: `make demo` runs the main job, `make test` runs every test. Both need only Python 3.11.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INDEX := demo-index

.PHONY: demo demo-index test check clean

# Half the time of an installation would be the compiling of files most of which are never imported.
$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	@echo 'Installing into $(VENV): 2 to 6 GB, a few minutes …'
	$(BIN)/pip install --quiet --no-compile --constraint constraints.txt --editable '.[all]'
	touch $@

demo-index: $(VENV)/installed
	$(BIN)/kb-search index corpus --index $(INDEX)
	@echo; echo '> I forgot my password and cannot sign in (en)'
	$(BIN)/kb-search search 'I forgot my password and cannot sign in' --index $(INDEX) --locale en -n 1
	@echo; echo '> le site dit que c’est livré mais je n’ai rien dans la boîte aux lettres (fr)'
	$(BIN)/kb-search search 'le site dit que c’est livré mais je n’ai rien dans la boîte aux lettres' --index $(INDEX) --locale fr -n 1
	@echo; echo '> kartım reddedildi ne yapmalıyım (tr)'
	$(BIN)/kb-search search 'kartım reddedildi ne yapmalıyım' --index $(INDEX) --locale tr -n 1

demo: demo-index
	@echo; $(BIN)/kb-search serve --index $(INDEX)

# A browser takes the cores that it gets, so its tests come last and alone. The others run one process a core, each with
# one thread of arithmetic; four of them, at up to 3 GB each, are enough.
test: $(VENV)/installed check
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses logical --maxprocesses 4 --dist worksteal --durations 15 --ignore tests/browser
	$(BIN)/python -m pytest --durations 15 tests/browser

check: $(VENV)/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

clean:
	rm -rf $(VENV) $(INDEX) build *.egg-info
