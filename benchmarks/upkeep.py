"""A year of hourly runs with upkeep once a day: how many files, how large, how fast, drawn as a chart.

    python -m benchmarks.upkeep [--days N] [--articles N] [--seed N] [--no-upkeep] [--write]

Each run is what `newslake run` commits: its start, one batch of synthetic articles (one of them the next state of an
earlier one, one file that holds no article, one file that was touched), what it learned of its sites, its end. The
batch is staged already; reading and validating cost the same in every run. Snapshots are kept for 7 simulated days,
files out of use are removed at once. Figures of a day are medians of its runs, the queries asked before and after the
upkeep; seconds are the processor's, of one thread, which a busy machine falsifies least. `--write` puts the chart into
benchmarks/upkeep.svg and the table into benchmarks/README.md. The long form, `--days 365`, is 8,760 runs and takes
hours; each day's figures are added to .cache/upkeep.jsonl as they come, and `--drawn` draws and tells what is there.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa

from benchmarks.measure import ROOT, machine, median, publish, table
from benchmarks.synthetic import ENGINE, FIRST_DAY, staged
from transforms.article import Rejection
from transforms.staged import FAULTS, REJECTED, RESULTS, SCHEMA, InputFacts, digest, rows, to_table
from warehouse import ledger
from warehouse.audit import audit
from warehouse.lake import Connection, connect
from warehouse.load import Extractor, load_batch
from warehouse.migrate import prepare
from warehouse.site_blocks import learn_blocks
from warehouse.upkeep import keep_up

HOURS = 24
KEEP_DAYS = 7
QUERIES = {
    "an article": "select title, body from article where article_id = (select max(article_id) // 2 from dim_article)",
    "by source": "select source, count(*), max(published_date) from article group by source order by 2 desc limit 10",
    "a week": "select published_date, count(*), avg(word_count) from article "
    "where loaded_at >= (select max(loaded_at) from article) - interval 7 days group by all order by all",
}


@dataclass(frozen=True, slots=True)
class Day:
    """The figures of one simulated day: processor seconds, those of runs medians; files and bytes after its upkeep."""

    day: int
    run_seconds: float
    commit_seconds: float
    query_seconds_before: float
    query_seconds_after: float
    upkeep_seconds: float
    files_before: int
    files: int
    stored_files: int
    stored_mb: float
    catalog_mb: float
    snapshots: int
    articles: int


def simulate(folder: Path, days: int, *, articles: int, seed: int, with_upkeep: bool) -> Iterator[Day]:
    """Run ``days`` days of hourly runs into a new warehouse in ``folder``; the figures of each."""
    con = prepare(folder)
    con.execute("set threads = 1")  # a batch of a dozen rows gains nothing by two
    batches = _batches(days * HOURS, articles, seed)
    marks: deque[datetime] = deque([datetime.now(UTC)], maxlen=KEEP_DAYS + 1)
    for day in range(1, days + 1):
        timed = [_run(con, *next(batches)) for _ in range(HOURS)]
        before = _ask(folder)
        began = time.process_time()
        # Snapshots and files carry the real time, so what is 7 days old is what was there before the seventh mark.
        report = keep_up(
            con,
            now=datetime.now(UTC),
            keep_since=marks[0] if len(marks) > KEEP_DAYS else datetime(1970, 1, 1, tzinfo=UTC),
            unused_since=datetime.now(UTC),
            merge_below=64 * 2**20,
            dry_run=not with_upkeep,
        )
        took = time.process_time() - began
        files_before, extent = report.before.files, report.after
        marks.append(datetime.now(UTC))
        yield Day(
            day=day,
            run_seconds=median([whole for whole, _ in timed]),
            commit_seconds=median([commit for _, commit in timed]),
            query_seconds_before=before,
            query_seconds_after=_ask(folder),
            upkeep_seconds=took,
            files_before=files_before,
            files=extent.files,
            stored_files=extent.stored_files,
            stored_mb=extent.stored_bytes / 1e6,
            catalog_mb=(extent.catalog_bytes or 0) / 1e6,
            snapshots=extent.snapshots,
            articles=day * HOURS * articles,
        )
    differences = audit(con)
    con.close()
    if differences:
        raise SystemExit(f"the audit of the simulated lake found {differences[:3]}")


def _batches(runs: int, articles: int, seed: int) -> Iterator[tuple[datetime, pa.Table]]:
    """When each run is, and its staged rows."""
    chance = random.Random(seed)
    recent: deque[pa.Table] = deque(maxlen=HOURS)
    fresh = staged(runs * articles, seed=seed, rows=articles, a_day=articles * HOURS)
    for number, new in enumerate(fresh):
        now = FIRST_DAY + timedelta(hours=number)
        parts = [new]
        if recent:
            parts.append(_edited(chance.choice(recent), chance, number))
        empty = f"Page {number} was not found".encode()
        facts = InputFacts(f"missing/{number}.html", None, len(empty), number, digest(empty))
        parts.append(to_table(rows(facts, empty, [Rejection("not_an_article", "it says so itself")], keep_raw=True)))
        recent.append(new)
        yield now, pa.concat_tables([part.select(SCHEMA.names).cast(SCHEMA) for part in parts]).combine_chunks()


def _edited(earlier: pa.Table, chance: random.Random, number: int) -> pa.Table:
    """One of the articles of an earlier batch in its next state."""
    row = earlier.slice(chance.randrange(earlier.num_rows), 1).to_pylist()[0]
    row["title"] = f"{row['title']} (update {number})"
    row["content_hash"] = digest(f"{row['content_hash']} {number}")
    row["reading_hash"] = digest(f"{row['reading_hash']} {number}")
    row["observed_at"] = row["observed_at"] + timedelta(hours=1)
    return pa.Table.from_pylist([row], schema=SCHEMA)


def _run(con: Connection, now: datetime, batch: pa.Table) -> tuple[float, float]:
    """Processor seconds of a run's commits together, and of its last one, which is as small as a commit can be."""
    began = time.process_time()
    run_id = ledger.begin_run(con, inbox="/inbox", now=now, version="0")
    ledger.touch(con, batch.slice(0, 1).select([name for name in ledger.LISTING.names if name in batch.column_names]))
    load_batch(
        con,
        batch,
        REJECTED.empty_table(),
        FAULTS.empty_table(),
        RESULTS.empty_table(),
        run_id=run_id,
        now=now,
        extractors=[Extractor(ENGINE, "1", "0")],
    )
    learn_blocks(con, run_id=run_id, now=now)
    ending = time.process_time()
    ledger.end_run(con, run_id, state="completed", now=now, listed=batch.num_rows, unchanged=0)
    ended = time.process_time()
    return ended - began, ended - ending


def _ask(folder: Path) -> float:
    """Processor seconds that the three queries take together on a connection of their own; the better of two."""
    con = connect(folder, read_only=True)
    con.execute("set threads = 1")
    times = []
    for _ in range(2):
        began = time.process_time()
        for query in QUERIES.values():
            con.execute(query).fetchall()
        times.append(time.process_time() - began)
    con.close()
    return min(times)


_PANELS: list[tuple[str, list[tuple[str, str]]]] = [
    ("files", [("files_before", "before upkeep"), ("files", "after"), ("stored_files", "in the data folder, after")]),
    ("MB", [("stored_mb", "data folder"), ("catalog_mb", "catalog")]),
    ("snapshots", [("snapshots", "after upkeep")]),
    ("CPU seconds of a run's commits", [("run_seconds", "all of them"), ("commit_seconds", "the smallest")]),
    ("CPU seconds of three queries", [("query_seconds_before", "before upkeep"), ("query_seconds_after", "after")]),
    ("CPU seconds of an upkeep", [("upkeep_seconds", "whole")]),
]
_COLOURS = ("#1f6f8b", "#d1495b", "#8d96a3")
_WIDTH, _HEIGHT, _LEFT = 420, 170, 60


def chart(days: Sequence[Day]) -> str:
    """The figures as an SVG of six panels, a day along each."""
    parts = []
    for number, (title, lines) in enumerate(_PANELS):
        x, y = (number % 2) * (_WIDTH + 40), (number // 2) * (_HEIGHT + 70) + 30
        parts.append(f'<g transform="translate({x},{y})">{_panel(title, lines, days)}</g>')
    width, height = 2 * (_WIDTH + 40), 3 * (_HEIGHT + 70) + 20
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif" '
        f'font-size="12"><rect width="100%" height="100%" fill="white"/>{"".join(parts)}</svg>\n'
    )


def _panel(title: str, lines: list[tuple[str, str]], days: Sequence[Day]) -> str:
    values = {name: [float(asdict(day)[name]) for day in days] for name, _ in lines}
    top = max(max(series) for series in values.values()) or 1.0
    across = (_WIDTH - _LEFT) / max(1, days[-1].day - 1)
    found = [
        f'<text x="{_LEFT}" y="-8" font-weight="bold">{title}</text>',
        f'<path d="M{_LEFT} 0V{_HEIGHT}H{_WIDTH}" fill="none" stroke="#444"/>',
        f'<text x="{_LEFT - 6}" y="10" text-anchor="end">{top:.3g}</text>',
        f'<text x="{_LEFT - 6}" y="{_HEIGHT}" text-anchor="end">0</text>',
        f'<text x="{_WIDTH}" y="{_HEIGHT + 16}" text-anchor="end">day {days[-1].day}</text>',
    ]
    for number, (name, label) in enumerate(lines):
        points = " ".join(
            f"{_LEFT + (day.day - 1) * across:.1f},{_HEIGHT * (1 - value / top):.1f}"
            for day, value in zip(days, values[name], strict=True)
        )
        colour = _COLOURS[number]
        found.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        found.append(f'<text x="{_LEFT + number * 120}" y="{_HEIGHT + 32}" fill="{colour}">{label}</text>')
    return "".join(found)


def summary(days: Sequence[Day]) -> str:
    """The figures of the first day, some between and the last as a table."""
    shown = sorted({0, len(days) // 4, len(days) // 2, 3 * len(days) // 4, len(days) - 1})
    return table(
        [
            "day",
            "runs",
            "articles",
            "files",
            "of the folder",
            "MB",
            "catalog MB",
            "snapshots",
            "run's commits",
            "queries",
            "upkeep",
        ],
        [
            (
                day.day,
                day.day * HOURS,
                day.articles,
                f"{day.files_before} → {day.files}",
                day.stored_files,
                f"{day.stored_mb:.1f}",
                f"{day.catalog_mb:.1f}",
                day.snapshots,
                f"{day.run_seconds:.2f} s",
                f"{day.query_seconds_before:.2f} → {day.query_seconds_after:.2f} s",
                f"{day.upkeep_seconds:.1f} s",
            )
            for day in (days[number] for number in shown)
        ],
    )


def main() -> None:
    """Simulate, print, draw."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--days", type=int, default=7)
    options.add_argument("--articles", type=int, default=10, help="new articles a run")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--no-upkeep", action="store_true", help="for comparison: how it goes without")
    options.add_argument("--drawn", action="store_true", help="tell what .cache/upkeep.jsonl holds, without running")
    options.add_argument("--write", action="store_true")
    said = options.parse_args()
    figures = ROOT / ".cache" / "upkeep.jsonl"
    figures.parent.mkdir(exist_ok=True)
    if said.drawn:
        _publish([Day(**json.loads(line)) for line in figures.read_text(encoding="utf-8").splitlines()], said.write)
        return
    days: list[Day] = []
    with tempfile.TemporaryDirectory() as folder, figures.open("w", encoding="utf-8") as log:
        for day in simulate(
            Path(folder) / "lake", said.days, articles=said.articles, seed=said.seed, with_upkeep=not said.no_upkeep
        ):
            days.append(day)
            log.write(json.dumps(asdict(day)) + "\n")
            log.flush()
    _publish(days, said.write)


def _publish(days: Sequence[Day], write: bool) -> None:
    if write:
        (Path(__file__).parent / "upkeep.svg").write_text(chart(days), encoding="utf-8")
    told = f"{len(days)} days, {len(days) * HOURS:,} runs, seconds of one thread's processor time, on {machine()}."
    publish("upkeep", f"{summary(days)}\n\n{told}", write=write)


if __name__ == "__main__":
    main()
