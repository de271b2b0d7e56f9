"""Loading at scale: staged Parquet, validated and loaded, against a bare `insert … select` of the same rows.

    python -m benchmarks.warehouse [--articles N] [--write] [--keep FOLDER]

Synthetic articles (benchmarks/synthetic.py), 100,000 unless told otherwise (the aims are for --articles 1000000), wait
as Parquet files of a batch each. By turns, each in a process of its own that gives its peak memory: newslake judges and
loads them as a run does, and a plain connection inserts the same rows into the same table, `fact_article`, of a new
lake of the same make, a transaction a file. Both read the Parquet. What grows with the lake shows in the time of each
batch: the line through them says what a batch costs at the first article and at the last. CPU seconds are given beside
the wall's, since on a busy machine they tell more.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.measure import ROOT, machine, publish, table
from benchmarks.synthetic import ENGINE, staged
from flows.environment import DEFAULTS

AIM = 0.3
NOW = datetime(2026, 3, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Batch:
    """What one batch cost: seconds of the wall and of the processor, all threads; of the first, validating."""

    rows: int
    seconds: float
    cpu: float
    validating: float = 0.0


@dataclass(frozen=True, slots=True)
class Side:
    """One side's batches in order, its peak memory in MB, and that before the first batch."""

    batches: tuple[Batch, ...]
    peak_mb: int
    idle_mb: int

    @property
    def rows(self) -> int:
        return sum(batch.rows for batch in self.batches)

    @property
    def seconds(self) -> float:
        return sum(batch.seconds for batch in self.batches)

    @property
    def cpu(self) -> float:
        return sum(batch.cpu for batch in self.batches)

    def line(self) -> tuple[float, float] | None:
        """CPU seconds of a whole batch at an empty lake and at the full one, by the line through all but the first."""
        whole = [b for b in self.batches[1:] if b.rows == max(batch.rows for batch in self.batches)]
        if len(whole) < 5:
            return None
        fitted = statistics.linear_regression(range(1, len(whole) + 1), [b.cpu for b in whole])
        return fitted.intercept, fitted.intercept + fitted.slope * len(whole)


def newslake_side(folder: Path, files: list[Path]) -> Side:
    """Judge and load the files as the ingest flow does, from Parquet."""
    from expectations import verdict
    from expectations.rules import Bounds
    from warehouse.ledger import begin_run
    from warehouse.load import Extractor, load_batch
    from warehouse.migrate import prepare

    verdict.warm_up()
    con = prepare(folder)
    run_id = begin_run(con, inbox="synthetic", now=NOW, version="benchmark")

    def load(file: Path) -> tuple[int, float]:
        # A run reads Arrow streams, which cost less yet.
        batch = pq.read_table(file, use_threads=False, memory_map=True, pre_buffer=False)
        began = time.process_time()
        judged = verdict.judge(batch, as_of=NOW, bounds=Bounds())
        batch = verdict.apply_nulls(batch, judged.faults)
        validating = time.process_time() - began
        extractors = [Extractor(ENGINE, "1", "synthetic")]
        counts = load_batch(
            con, batch, judged.rejected, judged.faults, judged.results, run_id=run_id, now=NOW, extractors=extractors
        )
        if counts.articles_new != batch.num_rows:
            sys.exit(f"{file}: {batch.num_rows} articles, and {counts} came of them")
        return batch.num_rows, validating

    return _timed(files, load)


def bare_side(folder: Path, files: list[Path]) -> Side:
    """Insert the same rows into the same table with nothing else done to them."""
    from warehouse.lake import quoted
    from warehouse.migrate import prepare

    con = prepare(folder)
    insert = (ROOT / "benchmarks" / "bare_insert.sql").read_text(encoding="utf-8")
    con.execute(f"set variable now = {quoted(NOW.isoformat())}::timestamptz")

    def load(file: Path) -> tuple[int, float]:
        con.execute("begin")
        con.execute(f"create or replace temp view staged as from read_parquet({quoted(file)})")
        row = con.execute(insert).fetchone()
        con.execute("commit")
        return (row[0] if row else 0), 0.0

    return _timed(files, load)


SIDES: dict[str, Callable[[Path, list[Path]], Side]] = {"newslake": newslake_side, "bare": bare_side}


def _timed(files: list[Path], load: Callable[[Path], tuple[int, float]]) -> Side:
    idle, batches = _peak_mb(), []
    for file in files:
        wall, cpu = time.perf_counter(), time.process_time()
        rows, validating = load(file)
        batches.append(Batch(rows, time.perf_counter() - wall, time.process_time() - cpu, validating))
        pa.default_memory_pool().release_unused()
    return Side(tuple(batches), _peak_mb(), idle)


def _peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def measured(name: str, folder: Path, parquet: Path) -> Side:
    """One side in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.warehouse", "--side", name, "--into", str(folder), str(parquet)]
    environment = os.environ | (DEFAULTS if name == "newslake" else {})
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"the side {name} ended with {done.returncode}:\n{done.stderr[-3000:]}")
    said = json.loads(done.stdout.splitlines()[-1])
    return Side(tuple(Batch(**batch) for batch in said["batches"]), said["peak_mb"], said["idle_mb"])


def told(sides: dict[str, Side]) -> str:
    """The result as Markdown."""
    lake, bare = sides["newslake"], sides["bare"]
    rows = [
        [
            name,
            f"{side.seconds:.1f} s",
            f"{side.rows / side.seconds:,.0f}",
            f"{side.cpu:.1f} s",
            f"{side.rows / side.cpu:,.0f}",
            f"{side.peak_mb:,} MB",
        ]
        for name, side in sides.items()
    ]
    columns = ["", "wall", "articles/s", "CPU", "articles/CPU s", "peak memory"]
    validating = sum(batch.validating for batch in lake.batches)
    text = [
        table(columns, rows),
        "",
        f"Rate of newslake to the bare insert: {bare.seconds / lake.seconds:.2f} by the wall, "
        f"{bare.cpu / lake.cpu:.2f} by the processor (aim: at least {AIM}). {lake.rows:,} articles in "
        f"{len(lake.batches)} batches; {validating:.1f} of newslake's CPU seconds went into validating.",
    ]
    if line := lake.line():
        text += ["", f"A batch cost {line[0]:.1f} CPU s at an empty lake and {line[1]:.1f} s at the full one."]
    return "\n".join([*text, "", f"On {machine()}."])


def main() -> None:
    """Make the articles, run both sides, tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--write", action="store_true", help="put the result into benchmarks/README.md")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep articles and lakes here, and use them again")
    parser.add_argument("--side", choices=list(SIDES), help=argparse.SUPPRESS)
    parser.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("parquet", type=Path, nargs="?", help=argparse.SUPPRESS)
    said = parser.parse_args()
    if said.side:
        print(json.dumps(asdict(SIDES[said.side](said.into, sorted(said.parquet.glob("*.parquet"))))))
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = said.keep or Path(temporary)
        parquet = folder / f"staged-{said.articles}"
        if not parquet.exists():
            parquet.mkdir(parents=True)
            for number, batch in enumerate(staged(said.articles)):
                pq.write_table(batch, parquet / f"{number:06d}.parquet", compression="zstd")
        sides = {}
        for name in SIDES:
            with tempfile.TemporaryDirectory(dir=folder) as lake:
                sides[name] = measured(name, Path(lake) / "lake", parquet)
        publish("warehouse", told(sides), write=said.write)


if __name__ == "__main__":
    main()
