"""An analyst's process beside a load: asks the warehouse every 50 ms and checks that no batch is seen in part.

    python -m benchmarks.reader WAREHOUSE [SECONDS]

Runs until its standard input closes, then prints what it saw as JSON. SECONDS are from one question to the next, where
not 0.05. Before the warehouse is there it waits, which is no failure; from the first answer on each refused or failed
query is one.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.errors import NoWarehouse
from warehouse.lake import connect

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

INTERVAL_SECONDS = 0.05
NEW_CONNECTION_EVERY = 20  # an analyst's tool opens connections too, not only the one that it keeps

SEEN = (Path(__file__).parent / "whole_batches.sql").read_text(encoding="utf-8")


@dataclass(slots=True)
class Seen:
    """What the reader saw; times in ms."""

    queries: int = 0
    failures: int = 0
    torn: int = 0
    batches: int = 0
    median_ms: float = 0.0
    slowest_ms: float = 0.0
    first_problem: str | None = None


def watch(folder: Path, stop: threading.Event, interval: float = INTERVAL_SECONDS) -> Seen:
    """Ask until ``stop`` is set."""
    seen = Seen()
    took: list[float] = []
    con: DuckDBPyConnection | None = None
    while not stop.is_set():
        began = time.perf_counter()
        try:
            if con is None or seen.queries % NEW_CONNECTION_EVERY == 0:
                con = connect(folder, read_only=True)
                con.execute("set threads = 1")  # it shares the cores with what is measured
            batches, torn = con.execute(SEEN).fetchall()[0]
        except NoWarehouse:
            if seen.queries:
                _note(seen, "the warehouse was gone")
        except Exception as error:
            _note(seen, f"{type(error).__name__}: {error}")
            con = None
        else:
            seen.queries += 1
            seen.batches = batches
            seen.torn += torn
            took.append((time.perf_counter() - began) * 1000)
        stop.wait(max(0.0, interval - (time.perf_counter() - began)))
    took.sort()
    seen.median_ms, seen.slowest_ms = (took[len(took) // 2], took[-1]) if took else (0.0, 0.0)
    return seen


def _note(seen: Seen, problem: str) -> None:
    seen.failures += 1
    seen.first_problem = seen.first_problem or problem


def _stop_at_end_of_input(stop: threading.Event) -> None:
    sys.stdin.read()
    stop.set()


def main() -> None:
    stop = threading.Event()
    threading.Thread(target=_stop_at_end_of_input, args=(stop,), daemon=True).start()
    interval = float(sys.argv[2]) if len(sys.argv) > 2 else INTERVAL_SECONDS
    print(json.dumps(asdict(watch(Path(sys.argv[1]), stop, interval))))


if __name__ == "__main__":
    main()
