"""Speed and quality on the public pages: `newslake run` against a plain pool of trafilatura, in the same run.

    python -m benchmarks.pipeline [--engine accurate|fast] [--repeats N] [--processes N] [--write]

The pages (the folder that NEWSLAKE_PAGES names, else ../shared/bench beside the checkout) are written out once. Then by
turns: a plain pool reads them from disk with trafilatura and its metadata, and newslake reads, validates and loads
them into a new warehouse. At the end, newslake once more with batches of a few pages while another process asks that
warehouse every 50 ms, and the bodies' F1 from the warehouse by pages.sql.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import ROOT, machine, median, pages_folder, publish, seconds, table

NEWSLAKE = str(Path(sys.executable).parent / "newslake")
HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class PlainRun:
    """Wall seconds of the whole process, and of its pool alone."""

    process: float
    pool: float


@dataclass(frozen=True, slots=True)
class LakeRun:
    """Wall seconds of the whole process and of the run inside its flow, by stage; and what the reader saw."""

    process: float
    stages: dict[str, float]
    counts: dict[str, int]
    reader: dict[str, object]


def plain_run(folder: Path, processes: int, out: Path) -> PlainRun:
    """One plain pool over the files of ``folder``, in a process of its own."""
    began = time.perf_counter()
    command = [sys.executable, str(HERE / "plain_pool.py"), str(folder), str(processes), str(out)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return PlainRun(time.perf_counter() - began, float(said.splitlines()[-1].split()[0]))


def lake_run(
    folder: Path,
    warehouse: Path,
    processes: int,
    environment: dict[str, str] | None = None,
    *,
    reader_beside: bool = False,
) -> LakeRun:
    """One `newslake run` over ``folder`` into a new warehouse, timed alone, or with a reader that takes its share."""
    settings = {"NEWSLAKE_EXTRACTION__WORKERS": str(processes), **(environment or {})}
    command = [sys.executable, "-m", "benchmarks.reader", str(warehouse)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    reader = subprocess.Popen(command, cwd=ROOT, **pipes) if reader_beside else None
    began = time.perf_counter()
    done = subprocess.run(
        [NEWSLAKE, "run", str(folder), "--warehouse", str(warehouse), "--json"],
        env={**os.environ, **settings},
        cwd=warehouse.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    took = time.perf_counter() - began
    time.sleep(0.2)  # one more look at the finished lake
    seen = reader.communicate("")[0] if reader else "{}"
    if done.returncode:
        sys.exit(f"newslake run ended with {done.returncode}:\n{done.stderr}")
    said = json.loads(done.stdout.splitlines()[-1])
    counts = {
        name: said[name] for name in ("picked_up", "loaded", "quarantined", "duplicate", "held", "failed", "batches")
    }
    return LakeRun(took, said["seconds"], counts, json.loads(seen))


def scores(pages: Path, predictions: Path) -> dict[str, dict[str, float]]:
    """What pages.py says of predictions, by set of pages."""
    command = [sys.executable, str(pages / "pages.py"), "score", str(predictions)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return {line.split(" ", 1)[0]: json.loads(line.split(" ", 1)[1]) for line in said.splitlines()}


def answers(warehouse: Path, out: Path) -> None:
    """The warehouse's answer to pages.sql as JSON lines."""
    query = (HERE / "pages.sql").read_text(encoding="utf-8")
    command = [NEWSLAKE, "sql", "--warehouse", str(warehouse), "--format", "json", "--", query]
    out.write_text(subprocess.run(command, capture_output=True, text=True, check=True).stdout, encoding="utf-8")


def speed_table(count: int, plain: list[PlainRun], lake: list[LakeRun]) -> str:
    """Pages a second of both sides and their ratio, with and without start-up."""
    whole = median([run.process for run in plain]), median([run.process for run in lake])
    aside = median([run.pool for run in plain]), median([run.stages["total"] for run in lake])
    rows = [
        [
            name,
            f"{ours:.1f} s",
            f"{theirs:.1f} s",
            f"{count / ours:.1f}",
            f"{count / theirs:.1f}",
            f"{theirs / ours:.2f} ×",
            bound,
        ]
        for name, (theirs, ours), bound in (
            ("start-up aside", aside, "≥ 0.9 ×"),
            ("whole process", whole, ""),
        )
    ]
    return table(["", "newslake", "plain pool", "pages/s", "pages/s, plain", "speed", "bound"], rows)


def stage_line(lake: list[LakeRun]) -> str:
    """The median seconds of each stage; reading goes on while batches are validated and loaded."""
    return ", ".join(
        f"{stage} {median([run.stages.get(stage, 0.0) for run in lake]):.1f} s" for stage in lake[0].stages
    )


def quality_table(theirs: dict[str, dict[str, float]], ours: dict[str, dict[str, float]]) -> str:
    """Body F1 and fields by set, newslake's before plain trafilatura's."""
    names = ("F1", "P", "R", "title", "authors", "date", "empty")
    rows = [
        [group, int(ours[group]["pages"]), *(f"{ours[group][name]:g} ({theirs[group][name]:g})" for name in names)]
        for group in sorted(ours)
    ]
    return table(["set", "pages", *names], rows)


def reader_line(run: LakeRun) -> str:
    """What the reader beside a run saw."""
    seen = run.reader
    problem = f"; first problem: {seen['first_problem']}" if seen["first_problem"] else ""
    return (
        f"{seen['queries']} queries while {run.counts['batches']} batches were committed: {seen['failures']} failed, "
        f"{seen['torn']} saw part of a batch; median {seen['median_ms']:.0f} ms, slowest {seen['slowest_ms']:.0f} ms"
        f"{problem}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--processes", type=int, default=2, help="of the pool, and children of newslake")
    parser.add_argument("--engine", choices=("accurate", "fast"), default="accurate", help="of newslake's runs")
    parser.add_argument("--set", help="only the pages of this set")
    parser.add_argument("--write", action="store_true", help="update benchmarks/README.md")
    given = parser.parse_args()
    pages = pages_folder()
    if pages is None:
        return
    os.environ.pop("NEWSLAKE_WAREHOUSE", None)
    engine = {"NEWSLAKE_EXTRACTION__ENGINE": given.engine}
    with tempfile.TemporaryDirectory(prefix="newslake-bench-") as name:
        room = Path(name)
        files = room / "pages"
        seconds(
            [sys.executable, str(pages / "pages.py"), "write", str(files), *(["--set", given.set] if given.set else [])]
        )
        count = sum(1 for _ in files.iterdir())
        plain: list[PlainRun] = []
        lake: list[LakeRun] = []
        for turn in range(given.repeats):
            for side in ("plain", "lake") if turn % 2 == 0 else ("lake", "plain"):
                if side == "plain":
                    plain.append(plain_run(files, given.processes, room / "plain.jsonl"))
                else:
                    lake.append(lake_run(files, room / f"lake-{turn}", given.processes, engine))
                print(
                    f"turn {turn + 1} {side}: {(plain if side == 'plain' else lake)[-1]}", file=sys.stderr, flush=True
                )
        small = {**engine, "NEWSLAKE_BATCH__MAX_ROWS": "50", "NEWSLAKE_BATCH__CHUNK_FILES": "25"}
        many = lake_run(files, room / "lake-many", given.processes, small, reader_beside=True)
        answers(room / "lake-0", room / "lake.jsonl")
        ours, theirs = scores(pages, room / "lake.jsonl"), scores(pages, room / "plain.jsonl")
    if given.set:
        ours, theirs = {given.set: ours[given.set]}, {given.set: theirs[given.set]}
    accounted = lake[0].counts
    text = "\n\n".join(
        [
            speed_table(count, plain, lake),
            f"Engine {given.engine}. Medians of {given.repeats} turns, {given.processes} processes each, "
            f"{count} pages, on {machine()}. "
            f"newslake's stages (they overlap): {stage_line(lake)}.",
            f"Accounted for: {count} files = "
            + " + ".join(f"{accounted[s]} {s}" for s in ("loaded", "quarantined", "duplicate", "held", "failed"))
            + f"; picked up {accounted['picked_up']}.",
            f"Reader beside a further run, with small batches: {reader_line(many)}.",
            "newslake (plain trafilatura in brackets). The packaged models have seen these pages; what they reach on "
            "sites that they have not seen stands under extraction:",
            quality_table(theirs, ours),
        ]
    )
    publish("pipeline" if given.engine == "accurate" else f"pipeline {given.engine}", text, write=given.write)


if __name__ == "__main__":
    main()
