# make run    open the window on the sample project (without a display: the same journey headless, results in out/)
# make test   linters, types, layers and all tests
# make search the tests in another order, with other examples [ARGS="-m hypothesis"]
# make lint   linters, types and layers alone
# make bench  speed against peers and limits [ONLY=name]
# make shots  pictures of every screen, both themes, three sizes, in out/shots

PY = .venv/bin/python
JOBS ?= 2
# Compiled once, not at every start: a fifth of the time until the window is usable.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test search lint bench shots clean

run:
	@packaging/prepare run
	@$(PY) packaging/run.py

test:
	@packaging/prepare test
	@echo "Set-up done."
	@$(MAKE) --no-print-directory lint
	@$(PY) packaging/on_display.py $(PY) -m pytest -n $(JOBS) --dist worksteal $(ARGS)

# A fault found by luck is worth having, but not in the run that says whether a change may land.
search:
	@$(MAKE) --no-print-directory test ARGS="--hypothesis-profile=searching --randomly-seed=$$(date +%s) $(ARGS)"

lint:
	@packaging/prepare test
	$(PY) -m ruff check .
	$(PY) -m ruff format --check --quiet .
	$(PY) -m mypy
	.venv/bin/lint-imports >.lint-imports.log || { cat .lint-imports.log; exit 1; }
	@rm -f .lint-imports.log

bench:
	@packaging/prepare test
	@$(PY) packaging/on_display.py $(PY) -m benchmarks $(ONLY)

shots:
	@packaging/prepare test
	@$(PY) packaging/on_display.py $(PY) -m tests.shots out/shots

clean:
	rm -rf .venv out build .mypy_cache .ruff_cache .hypothesis
