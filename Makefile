# newslake from a fresh clone: `make demo`, `make test`. They need git, make and Python >= 3.11 with pip and venv;
# uv is used where it is on the PATH. `make help` lists the rest. PYTHON=… names another interpreter.
MAKEFLAGS += --no-print-directory
BIN := .venv/bin
DEMO := .cache/demo
NEWSLAKE := $(BIN)/newslake
export PYTHON
# Text comes out as UTF-8 also where the machine has no locale set.
export PYTHONUTF8 := 1

.PHONY: help demo questions test lint types tests test-kill test-migrations test-hostile test-setup test-training test-properties dictionary lock bench bench-warehouse bench-queries bench-inbox soak clean environment dev-environment

help:
	@echo "make demo        set up, load samples/ into a warehouse of its own, load again, answer five questions"
	@echo "make test        set up, lint, check types, run all tests (what continuous integration runs)"
	@echo "make lint        ruff: rules and format          make types   mypy --strict"
	@echo "make tests       the tests alone                 make test-setup   the long form of the set-up tests"
	@echo "make test-kill   kill -9 at 200 moments          make dictionary   the data dictionary of the README"
	@echo "make test-migrations   lakes of every schema there was come up to date and go on"
	@echo "make test-training   train both classifiers again and compare them with the files"
	@echo "make test-hostile   10,000 hostile records      make test-properties   other examples than every run has"
	@echo "make bench       speed, start-up and quality against others; BENCH='--write' updates benchmarks/README.md"
	@echo "make bench-inbox a run over a million known files; FILES=100000 for a look"
	@echo "make bench-warehouse   a million articles loaded; ARTICLES=100000 for a look"
	@echo "make bench-queries     ten typical queries over a million articles, beside plain Parquet; ARTICLES=100000 for a look"
	@echo "make soak        an hour of schedules, churn and readers; MINUTES=5 for a look"
	@echo "make environment EXTRAS=ray,s3,postgres   set up for many machines, without the tools of the tests"
	@echo "make lock        resolve the two locks anew      make clean   remove everything that make has made"

environment:
	@sh environment.sh requirements.lock $(EXTRAS)

dev-environment:
	@sh environment.sh requirements-dev.lock

# The demo has a warehouse of its own and starts it anew, so that it shows the same each time and touches nobody's data.
demo: environment
	@rm -rf $(DEMO) && mkdir -p $(DEMO)
	@echo && echo '$$ newslake run samples' && $(NEWSLAKE) run samples --warehouse $(DEMO)/warehouse
	@echo && echo '$$ newslake run samples      # again: nothing is new' && $(NEWSLAKE) run samples --warehouse $(DEMO)/warehouse
	@$(MAKE) questions
	@echo && echo "Ask more: $(NEWSLAKE) sql --warehouse $(DEMO)/warehouse"

# Each question is a file: comment lines say it, the rest asks it.
questions:
	@set -e; for file in warehouse/questions/*.sql; do \
	    echo; echo "$$ newslake sql -- \"\$$(cat $$file)\""; sed -n 's/^-- //p' "$$file"; \
	    $(NEWSLAKE) sql --warehouse $(DEMO)/warehouse --format table -- "$$(cat "$$file")"; \
	done

# mypy keeps one core busy for half a minute: the tests begin on the other.
test: dev-environment
	@$(MAKE) lint
	@$(MAKE) -j 2 types tests

lint: dev-environment
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: dev-environment
	$(BIN)/mypy

tests: dev-environment
	$(BIN)/python -m pytest --numprocesses 4 --dist loadfile --no-loadscope-reorder --durations=15 $(PYTEST)

test-kill: dev-environment
	KILL_MOMENTS=200 $(BIN)/python -m pytest tests/flows/test_kill.py tests/flows/test_replay.py -v --numprocesses 2 $(PYTEST)

test-migrations: dev-environment
	MIGRATIONS=all $(BIN)/python -m pytest tests/warehouse/test_migrations.py -v --numprocesses 2 $(PYTEST)

test-hostile: dev-environment
	HOSTILE_RECORDS=10000 $(BIN)/python -m pytest tests/flows/test_hostile_records.py -v $(PYTEST)

test-setup: dev-environment
	$(BIN)/python -m pytest tests/test_setup.py -v --set-up=all $(PYTEST)

test-training: dev-environment
	$(BIN)/python -m training.page --check
	$(BIN)/python -m training.lines --check

# Hypothesis draws anew, and keeps what fails in .hypothesis.
test-properties: dev-environment
	FRESH_EXAMPLES=1 $(BIN)/python -m pytest --numprocesses 2 $$(grep -rl "from hypothesis" tests --include="test_*.py") $(PYTEST)

dictionary: dev-environment
	$(BIN)/python -m warehouse.dictionary README.md

lock:
	uv pip compile --universal --no-emit-index-url --generate-hashes --no-header -q --group build -o requirements.lock pyproject.toml
	uv pip compile --universal --no-emit-index-url --generate-hashes --no-header -q --group build --group dev --extra s3 --extra gcs --extra postgres --extra ray -c requirements.lock -o requirements-dev.lock pyproject.toml

bench: dev-environment
	@$(BIN)/python -m benchmarks.install_peers
	$(BIN)/python -m benchmarks.startup $(BENCH)
	$(BIN)/python -m benchmarks.pipeline $(BENCH)
	$(BIN)/python -m benchmarks.pipeline --engine fast $(BENCH)
	$(BIN)/python -m benchmarks.extraction $(BENCH)
	$(BIN)/python -m benchmarks.texts $(BENCH)
	$(BIN)/python -m benchmarks.false_cuts $(BENCH)
	$(BIN)/python -m benchmarks.monitors $(BENCH)

bench-inbox: dev-environment
	$(BIN)/python -m benchmarks.inbox --files $(or $(FILES),1000000) $(BENCH)

bench-warehouse: dev-environment
	$(BIN)/python -m benchmarks.warehouse --articles $(or $(ARTICLES),1000000) $(BENCH)

bench-queries: dev-environment
	$(BIN)/python -m benchmarks.queries $(LAKE) --articles $(or $(ARTICLES),1000000) $(BENCH)

soak: dev-environment
	$(BIN)/python -m benchmarks.soak --minutes $(or $(MINUTES),60) $(BENCH)

clean:
	rm -rf .venv .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis *.egg-info
	rm -f transforms/compiled/*.so
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
