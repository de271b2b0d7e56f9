"""A run over an inbox of very many known files with a few new ones, against a run over the new ones alone.

    python -m benchmarks.inbox [--files N] [--new N] [--repeats N] [--folder FOLDER] [--write]

The known files lie a thousand to a folder, and the lake holds a synthetic article for each. The bare listing is a loop
over `os.scandir` that asks for size and time and keeps nothing. The aim: wall time of the large run at most 1.5 times
that of the small one (into a lake of its own, of nothing) plus the bare listing, under 1.5 GB for all processes of the
run together (their proportional set sizes, looked at four times a second). CPU seconds, of all those processes too, say
more than wall time where the machine is busy. A FOLDER is kept, and used again where it is there.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from benchmarks.measure import machine, publish, table
from benchmarks.process_tree import measured
from benchmarks.synthetic import ENGINE, MAX_ROWS, staged
from flows.pickup import list_inbox
from transforms.staged import FAULTS, REJECTED, RESULTS, SCHEMA
from warehouse import ledger
from warehouse.load import Extractor, load_batch
from warehouse.migrate import prepare
from warehouse.site_blocks import learn_blocks

NEWSLAKE = str(Path(sys.executable).parent / "newslake")
A_FOLDER = 1_000
_LISTING = """
import os, sys
pending, count = [sys.argv[1]], 0
while pending:
    with os.scandir(pending.pop()) as found:
        for entry in found:
            if entry.is_dir(follow_symlinks=False):
                pending.append(entry.path)
            else:
                facts = entry.stat(follow_symlinks=False)
                count += (facts.st_size, facts.st_mtime_ns) != (0, 0)
print(count)
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """Wall seconds, CPU seconds and the most MB at a time of a process and all below it; seconds by stage of a run."""

    seconds: float
    cpu: float
    megabytes: float
    stages: dict[str, float]


def make_known(folder: Path, count: int) -> None:
    """An inbox of ``count`` files in ``folder``/inbox, and a lake that knows them in ``folder``/lake."""
    inbox = folder / "inbox"
    for number in range(count):
        if number % A_FOLDER == 0:
            part = inbox / f"{number // (A_FOLDER * 100):03}" / f"{number // A_FOLDER:05}"
            part.mkdir(parents=True)
        with (part / f"article-{number:08}.html").open("w", encoding="ascii") as file:
            file.write(str(number))
    _told(f"{count:,} files written")
    _load_known(folder, count)


def _load_known(folder: Path, count: int) -> None:
    inbox = folder / "inbox"
    listing = list_inbox(inbox).entries.sort_by("file_key")
    con = prepare(folder / "lake")
    try:
        run_id = ledger.begin_run(con, inbox=str(inbox), now=_now(), version="0")
        done = 0
        for articles in staged(count, rows=MAX_ROWS):
            files = listing.slice(done, articles.num_rows).combine_chunks()
            columns = {name: files[name] for name in ("file_key", "size", "mtime_ns")} | {
                "input_key": files["file_key"]
            }
            batch = pa.table([columns.get(name, articles[name]) for name in SCHEMA.names], SCHEMA)
            load_batch(
                con,
                batch,
                REJECTED.empty_table(),
                FAULTS.empty_table(),
                RESULTS.empty_table(),
                run_id=run_id,
                now=_now(),
                extractors=[Extractor(ENGINE, "1", "synthetic")],
            )
            done += batch.num_rows
            _told(f"{done:,} articles loaded")
        learn_blocks(con, run_id=run_id, now=_now())
        _told("blocks learned")
        ledger.end_run(con, run_id, state="completed", now=_now(), listed=count, unchanged=0)
    finally:
        con.close()


def write_new(folder: Path, count: int, first: int) -> None:
    """Pages of ``count`` further articles, from number ``first`` on."""
    folder.mkdir(parents=True)
    number = first
    for batch in staged(count, first=first, a_day=MAX_ROWS):
        for row in batch.select(["title", "body", "url", "language"]).to_pylist():
            body = "".join(f"<p>{part}</p>\n" for part in row["body"].split("\n\n"))
            page = (
                f"<!doctype html><html lang='{row['language']}'><head><title>{row['title']}</title>"
                f"<link rel='canonical' href='{row['url']}'></head><body><nav><a href='/'>Home</a></nav>"
                f"<article><h1>{row['title']}</h1>\n{body}</article></body></html>"
            )
            (folder / f"new-{number:08}.html").write_text(page, encoding="utf-8")
            number += 1


def run(inbox: Path, lake: Path, expected: int) -> Cost:
    """`newslake run`, which must pick up ``expected`` inputs."""
    cost, said = measured([NEWSLAKE, "run", str(inbox), "--warehouse", str(lake), "--json"])
    summary = json.loads(said)
    if summary["picked_up"] != expected:
        sys.exit(f"{summary['picked_up']:,} picked up instead of {expected:,}: {summary}")
    return Cost(cost.seconds, cost.cpu, cost.megabytes, summary["seconds"])


def bare_listing(inbox: Path) -> Cost:
    """A process that lists ``inbox`` and does nothing else."""
    cost, _ = measured([sys.executable, "-c", _LISTING, str(inbox)])
    return Cost(cost.seconds, cost.cpu, cost.megabytes, {})


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=100_000, help="known files; the aim is about 1,000,000")
    parser.add_argument("--new", type=int, default=1_000)
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where inbox and lake are made and kept; else a temporary folder")
    parser.add_argument("--write", action="store_true", help="put the result into benchmarks/README.md")
    said = parser.parse_args()
    with _place(said.folder) as folder:
        if not (folder / "made").exists():
            make_known(folder, said.files)
            (folder / "made").write_text(str(said.files))
        first = int((folder / "made").read_text())
        found: dict[str, list[Cost]] = {"listing": [], "small": [], "large": []}
        for _ in range(said.repeats):
            few, lake = folder / "few", folder / "few-lake"
            for left in (few, lake):
                shutil.rmtree(left, ignore_errors=True)
            write_new(few, said.new, first)
            shutil.copytree(few, folder / "inbox" / f"new-{first:08}")
            found["listing"].append(bare_listing(folder / "inbox"))
            found["small"].append(run(few, lake, said.new))
            found["large"].append(run(folder / "inbox", folder / "lake", said.new))
            first += said.new
            (folder / "made").write_text(str(first))
            _told(str(found["large"][-1]))
            _told(str(found["small"][-1]))
        publish("inbox", _result(found, said.files, said.new), write=said.write)


def _result(found: dict[str, list[Cost]], files: int, new: int) -> str:
    listing, small, large = (min(found[name], key=lambda cost: cost.cpu) for name in ("listing", "small", "large"))
    rows = [
        (name, f"{cost.seconds:.1f}", f"{cost.cpu:.1f}", f"{cost.megabytes:,.0f}" if cost.stages else "")
        for name, cost in (
            (f"bare listing of {files + new:,} files", listing),
            (f"run over {new:,} new files alone", small),
            (f"run over {files:,} known and {new:,} new files", large),
        )
    ]
    wall = large.seconds / (small.seconds * 1.5 + listing.seconds)
    cpu = large.cpu / (small.cpu * 1.5 + listing.cpu)
    stages = ", ".join(f"{name} {took:.1f}" for name, took in large.stages.items())
    return "\n".join(
        [
            table(["what", "s", "CPU s", "MB"], rows),
            "",
            f"Of what is allowed (1.5 times the small run and the bare listing) the large run takes {wall:.0%} in wall "
            f"time and {cpu:.0%} in CPU time. Its stages in seconds: {stages}. The quickest of {len(found['large'])}; "
            f"{machine()}; load {os.getloadavg()[0]:.1f}.",
        ]
    )


@contextmanager
def _place(folder: Path | None) -> Iterator[Path]:
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="newslake-inbox-") as made:
        yield Path(made)


def _told(text: str) -> None:
    print(f"  {time.strftime('%X')} {text}", file=sys.stderr, flush=True)


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    main()
