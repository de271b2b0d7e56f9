"""What analysts wait for: ten typical queries of the views, beside the same ones over plain sorted Parquet.

    python -m benchmarks.queries [FOLDER] [--articles 100000] [--rounds 5] [--write]

Synthetic articles are loaded into a lake in FOLDER (kept, and used again by the next call), and the rows of the view
`article` are written as one plain Parquet table, sorted by source and day, which bare DuckDB reads. Each query is a
file of benchmarks/queries/, asked of both in turns; what counts is the median. Then a point query is timed in a process
of its own while another loads batches into the lake. Before it all, the lake is kept up in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from benchmarks.measure import machine, publish, table
from benchmarks.synthetic import ENGINE, MAX_ROWS, staged
from transforms.staged import FAULTS, REJECTED, RESULTS
from warehouse.lake import Connection, connect
from warehouse.ledger import begin_run
from warehouse.load import Extractor, load_batch
from warehouse.migrate import prepare
from warehouse.upkeep import keep_up

FOLDER = Path(__file__).parent / "queries"
BOUND = 3.0  # times the plain query
MERGE_BELOW = 100_000_000
BOUND_WHILE_LOADING = 5.0  # times the point query on a quiet lake
POINT = "select title, source, published_date, word_count from article where article_id = {}"


def load(folder: Path, articles: int, *, first: int = 0) -> None:
    """Load synthetic articles from number ``first`` on, in batches."""
    con = prepare(folder)
    run_id = begin_run(con, inbox="/synthetic", now=datetime.now(UTC), version="benchmark")
    for batch in staged(articles, first=first, rows=min(articles, MAX_ROWS)):
        load_batch(
            con,
            batch,
            REJECTED.empty_table(),
            FAULTS.empty_table(),
            RESULTS.empty_table(),
            run_id=run_id,
            now=datetime.now(UTC),
            extractors=[Extractor(ENGINE, "1", "")],
        )
    con.close()


def upkeep(folder: Path) -> dict[str, float]:
    """Keep the lake up as its operator does; CPU seconds, the process's peak memory in MB, files before and after.

    Raises SystemExit where a table could not be compacted.
    """
    con = prepare(folder)  # a lake of an earlier call has the views of today
    now, began = datetime.now(UTC), time.process_time()
    report = keep_up(con, now=now, keep_since=now, unused_since=now, merge_below=MERGE_BELOW)
    con.close()
    if report.problems:
        raise SystemExit("\n".join(report.problems))
    return {
        "seconds": time.process_time() - began,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "before": report.before.files,
        "after": report.after.files,
    }


def questions() -> dict[str, str]:
    """Name to text of the ten queries."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.sql"))}


def plain_parquet(lake: Connection, file: Path) -> None:
    """The rows of the view `article` as sorted Parquet."""
    lake.execute("set preserve_insertion_order = true")
    lake.execute(f"copy (from article order by source, published_date) to '{file}' (format parquet, compression zstd)")


def compare(lake: Connection, plain: Connection, rounds: int) -> list[tuple[str, float, float]]:
    """Name, seconds of the lake, seconds of the plain Parquet of each query: medians of ``rounds`` after one warm-up.

    Raises ValueError where the two do not answer alike.
    """
    rows = []
    for name, sql in questions().items():
        if lake.execute(sql).fetchall() != plain.execute(sql).fetchall():
            raise ValueError(f"{name}: the lake and the plain Parquet do not answer alike")
        times: dict[str, list[float]] = {"lake": [], "plain": []}
        for _ in range(rounds):
            for side, con in (("lake", lake), ("plain", plain)):
                times[side].append(_seconds(con, sql))
        rows.append((name, statistics.median(times["lake"]), statistics.median(times["plain"])))
    return rows


def _seconds(con: Connection, sql: str) -> float:
    begun = time.perf_counter()
    con.execute(sql).fetchall()
    return time.perf_counter() - begun


def point_times(folder: Path, articles: int, seconds: float) -> list[float]:
    """Times of point queries of spread articles, for so many seconds; an exception where one fails."""
    con = connect(folder, read_only=True)
    times: list[float] = []
    begun = time.perf_counter()
    while time.perf_counter() - begun < seconds:
        article_id = 1 + (len(times) * 7919) % articles
        times.append(_seconds(con, POINT.format(article_id)))
    return times


def while_loading(folder: Path, articles: int, batches: int) -> tuple[list[float], list[float]]:
    """Times of point queries on the quiet lake, and while another process loads ``batches`` of 5,000 articles."""
    quiet = point_times(folder, articles, 10)
    loader = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.queries", str(folder), "--load", str(batches), "--articles", str(articles)]
    )
    times: list[float] = []
    while loader.poll() is None:
        times += point_times(folder, articles, 1)
    if loader.returncode:
        raise SystemExit("the load beside the readers failed")
    return quiet, times


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", help="of the lake; without it one is made and removed")
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--load", type=int, metavar="BATCHES", help="load so many batches of 5,000 more, and no more")
    parser.add_argument("--upkeep", action="store_true", help="keep the lake up, and no more")
    parser.add_argument("--write", action="store_true", help="put the result into benchmarks/README.md")
    given = parser.parse_args()
    if given.load:
        for n in range(given.load):
            load(given.folder, 5_000, first=10_000_000 + int(time.time()) * 10_000 + n * 5_000)
        return
    if given.upkeep:
        print(json.dumps(upkeep(given.folder)))
        return
    with tempfile.TemporaryDirectory() as made:
        text = _measured(given.folder or Path(made) / "lake", given.articles, given.rounds)
    publish("queries", text, write=given.write)


def _measured(folder: Path, articles: int, rounds: int) -> str:
    if not (folder / "catalog.sqlite").exists():
        load(folder, articles)
    command = [sys.executable, "-m", "benchmarks.queries", str(folder), "--upkeep"]
    kept = json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)
    lake = connect(folder, read_only=True)
    plain_file = folder / "staging" / "plain.parquet"
    plain_parquet(lake, plain_file)  # anew: the last call loaded more at its end
    plain = duckdb.connect(config={"threads": lake.execute("select current_setting('threads')").fetchall()[0][0]})
    plain.execute("set timezone = 'UTC'")
    plain.execute(f"create view article as from '{plain_file}'")
    (count,) = lake.execute("select count(*) from article").fetchall()[0]
    rows = [
        (
            name,
            f"{mine * 1e3:.1f}",
            f"{theirs * 1e3:.1f}",
            f"{mine / theirs:.2f} ×{'' if mine <= BOUND * theirs else ' (over)'}",
        )
        for name, mine, theirs in compare(lake, plain, rounds)
    ]
    lake.close()
    alone, beside = while_loading(folder, count, 3)  # a query that fails ends this
    quiet, loading = statistics.median(alone) * 1e3, statistics.median(beside) * 1e3
    return "\n".join(
        [
            table(["query", "lake, ms", "plain Parquet, ms", f"bound {BOUND:g} ×"], rows),
            "",
            f"{count:,} articles, medians of {rounds}. A point query took {quiet:.1f} ms on the quiet lake and "
            f"{loading:.1f} ms beside a process that loads: {loading / quiet:.2f} × (bound {BOUND_WHILE_LOADING:g} ×), "
            f"medians; none of {len(beside):,} failed. The upkeep before took {kept['seconds']:.1f} CPU s and "
            f"{kept['peak_mb']:,} MB at most, and made {kept['after']} files of {kept['before']}. On {machine()}.",
        ]
    )


if __name__ == "__main__":
    main()
