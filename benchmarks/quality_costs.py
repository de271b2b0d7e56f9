"""What looking after the data costs: the rules as a share of a run, and a watch over half a year of 500 sources.

    python -m benchmarks.quality_costs [--articles N] [--sources N] [--days N] [--a-day N] [--write]

The public pages (the folder that NEWSLAKE_PAGES names, else ../shared/bench beside the checkout) are copied, each copy
with addresses of its own, until there are as many as articles are asked for, and loaded by one `newslake run`, whose
gate is told not to mind that texts recur. Beside it stands what Great Expectations takes for one batch of as many
synthetic articles. Then a lake is filled with rows of what a watch looks at, and watched in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.long_run import NEWSLAKE, write_copies
from benchmarks.measure import ROOT, machine, publish, seconds, table
from benchmarks.process_tree import measured

NOW = datetime(2026, 7, 1, 6, tzinfo=UTC)
_EVERY = 6  # hours between the runs of the watched lake


def judged(articles: int) -> tuple[float, float]:
    """Wall and processor seconds of the rules for one batch, once the suites are built."""
    from benchmarks.synthetic import staged
    from expectations.verdict import judge, warm_up

    [batch] = staged(articles, rows=max(articles, 1))
    warm_up()
    began, used = time.perf_counter(), time.process_time()
    judge(batch, as_of=NOW)
    return time.perf_counter() - began, time.process_time() - used


def filled(folder: Path, sources: int, days: int, a_day: int) -> int:
    """A lake with so many sources that each brought so many sound articles a day; the number of articles."""
    from warehouse.lake import Connection, transaction
    from warehouse.migrate import prepare

    con = prepare(folder)
    first = NOW - timedelta(days=days)
    runs = days * 24 // _EVERY
    articles = sources * days * a_day

    def fill(con: Connection, name: str, rows: int, values: Mapping[str, str]) -> None:
        """Rows of a table whose column n of `range(rows)` gives the values; others are null, or empty of their type."""
        columns = con.execute(f"describe {name}").fetchall()
        said = [f"{values.get(column) or _empty(kind, nullable)} as {column}" for column, kind, nullable, *_ in columns]
        con.execute(f"insert into {name} select {', '.join(said)} from range({rows}) as numbers(n)")

    begun = f"timestamptz '{first.isoformat()}'"
    # Every source's articles of a day come by the day's runs in turn.
    run = f"(n // {sources}) * {runs} // {days * a_day}"
    at = f"{begun} + to_hours(({run} + 1) * {_EVERY})"
    with transaction(con, "half a year"):
        fill(con, "dim_feed", 1, {"feed_id": "1", "name": "'wire'", "pattern": "'*'"})
        fill(con, "dim_source", sources, {"source_id": "n + 1", "domain": "'s' || n || '.example'"})
        ended = f"{begun} + to_hours((n + 1) * {_EVERY})"
        fill(con, "ops.run", runs, {
            "run_id": "n + 1", "state": "'completed'", "kind": "'ingest'", "inbox": "'in'",
            "started_at": ended, "ended_at": ended, "batches": "1",
        })  # fmt: skip
        fill(con, "ops.input", articles, {
            "input_id": "n + 1", "run_id": f"{run} + 1", "source_id": f"n % {sources} + 1", "feed_id": "1",
            "state": "'loaded'", "revision": "1", "recorded_at": at, "input_key": "'k' || n",
        })  # fmt: skip
        fill(con, "fact_article", articles, {
            "input_id": "n + 1", "article_id": "n + 1", "revision": "1", "extraction": "1",
            "source_id": f"n % {sources} + 1", "cause": "'new'", "title": "'A title'", "loaded_at": at,
            "observed_at": at, "observed_origin": "'run'", "published_precision": "'minute'",
            "published_at": f"{at} - to_minutes(n % 300)", "published_date": f"({at})::date",
            "char_count": "2000 + n % 900", "body_hash": "'h' || n", "authors": "[{'name': 'Ada', 'kind': 'person'}]",
        })  # fmt: skip
    con.close()
    return articles


def _empty(kind: str, nullable: str) -> str:
    return f"null::{kind}" if nullable == "YES" else "[]" if kind.endswith("[]") else _EMPTY.get(kind, "0")


_EMPTY = {
    "VARCHAR": "''", "BOOLEAN": "false", "DATE": "date '1970-01-01'",
    "TIMESTAMP WITH TIME ZONE": "timestamptz '1970-01-01 00:00:00+00'",
}  # fmt: skip


def watched(folder: Path) -> dict[str, float]:
    """Seconds, subjects and memory (MB) of one watch; of this process, which should do nothing else."""
    from flows.settings import load
    from flows.watching import watch_warehouse

    used = time.process_time()
    report = watch_warehouse(load(None, {}), folder, as_of=NOW + timedelta(minutes=22))
    return {
        "seconds": report.seconds,
        "processor": time.process_time() - used,
        "subjects": report.subjects,
        "findings": len(report.findings),
        "open": len(report.open_now),
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _rules(given: argparse.Namespace, room: Path) -> str:
    pages = Path(os.environ.get("NEWSLAKE_PAGES") or ROOT.parent / "shared" / "bench")
    wall, used = judged(given.articles)
    said = (
        f"The rules of one batch of {given.articles:,} synthetic articles: {wall:.1f} s, {used:.1f} s of the processor."
    )
    if not (pages / "pages-dev.parquet").is_file():
        return f"{said} {pages} is not there, so no run stands beside it."
    seconds([sys.executable, str(pages / "pages.py"), "write", str(room / "pages")])
    copies = -(-given.articles // sum(1 for _ in (room / "pages").iterdir()))
    count, _ = write_copies(room / "pages", room / "inbox", copies)
    command = [NEWSLAKE, "run", str(room / "inbox"), "--warehouse", str(room / "lake"), "--json", "--profile"]
    cost, told = measured(command, {"NEWSLAKE_GATES__MAX_DUPLICATE_SHARE": "1"}, ())
    stages = {stage["stage"]: stage for stage in json.loads(told.splitlines()[-1])["profile"]}
    took, worked = stages["validating"]["seconds"], stages["validating"]["processor"]
    rows = [
        [name, f"{stage['seconds']:.1f} s", "" if stage["processor"] is None else f"{stage['processor']:.1f} s"]
        for name, stage in stages.items()
    ]
    return "\n\n".join([
        said,
        f"A run over {count:,} pages, {copies} copies of the public ones, took {stages['total']['seconds']:.0f} s and "
        f"{cost.cpu:.0f} s of the processors, all processes together, and {cost.megabytes:,.0f} MB at most. Validating "
        f"had {worked:.1f} s of a processor, **{worked / cost.cpu:.1%}** of the run's; it took {took:.1f} s, for the "
        "readers wanted the same cores meanwhile:",
        table(["stage", "took (stages overlap)", "of a processor, the flow's thread"], rows),
    ])  # fmt: skip


def _watch(given: argparse.Namespace, room: Path) -> str:
    folder = room / "watched"
    articles = filled(folder, given.sources, given.days, given.a_day)
    command = [sys.executable, "-m", "benchmarks.quality_costs", "--watch", str(folder)]
    environment = {**os.environ, "NEWSLAKE_WAREHOUSE": str(folder)}
    rows = []
    for turn in ("first watch", "second"):  # the first one keeps what it expects of the day
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
        found = json.loads(done.stdout.splitlines()[-1])
        rows.append([
            turn, f"{found['seconds']:.1f} s", f"{found['processor']:.1f} s", f"{found['megabytes']:,.0f} MB",
            found["subjects"], f"{found['findings']:,}", found["open"],
        ])  # fmt: skip
    head = ["", "took", "of the processor", "memory at most", "subjects", "findings", "incidents"]
    said = f"{given.sources} sources and their feed, {given.days} days, {articles:,} articles:"
    return f"{said}\n\n{table(head, rows)}"


def main() -> None:
    """Measure both and print or write it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=50_000, help="of the batch that the rules judge")
    parser.add_argument("--sources", type=int, default=500, help="that are watched")
    parser.add_argument("--days", type=int, default=190)
    parser.add_argument("--a-day", type=int, default=10, help="articles of each source")
    parser.add_argument("--only", choices=("rules", "watch"))
    parser.add_argument("--watch", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--write", action="store_true", help="update benchmarks/README.md")
    given = parser.parse_args()
    if given.watch:
        print(json.dumps(watched(given.watch)))
        return
    parts = []
    with tempfile.TemporaryDirectory(prefix="newslake-costs-") as name:
        for part, measured in (("rules", _rules), ("watch", _watch)):
            if given.only in (None, part):
                parts.append(measured(given, Path(name)))
    publish("quality costs", "\n\n".join([*parts, f"On {machine()}."]), write=given.write)


if __name__ == "__main__":
    main()
