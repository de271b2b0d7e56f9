"""A run of many pages: the public pages several times over, each copy with addresses of its own, beside a plain pool.

    python -m benchmarks.long_run [--copies N] [--engines accurate fast …] [--processes N] [--field] [--write]

Of a run over 858 pages a good part are costs that it has however many they are: the tables of a new lake, one verdict,
one commit. Here are enough for what a page costs. A copy is the page with a label before the host of every address in
it, so that it is another file, of another address, whose text is the same; the plain pool reads the same files, and so
do the other programs (``--field``). Told are pages and MB a second, CPU a page, memory, and where the cores' time went.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.field import Peer, peers, plain_pool
from benchmarks.measure import ROOT, machine, pages_folder, publish, seconds, table
from benchmarks.process_tree import TreeCost, measured

NEWSLAKE = str(Path(sys.executable).parent / "newslake")
# How the processes of a run are told apart: readers are forked from a server process, whose command line they show.
_READERS, _SERVER = "multiprocessing.forkserver", "flows.prefect_server"
_HOST = re.compile(rb"(https?:)?//(?=[\w-]+\.)")


@dataclass(frozen=True, slots=True)
class LongRun:
    """What a side took: seconds without its start-up, the cost of its processes, seconds by stage of a run, texts."""

    name: str
    seconds: float
    cost: TreeCost
    stages: dict[str, float]
    texts: int


def write_copies(pages: Path, folder: Path, copies: int) -> tuple[int, int]:
    """Every page ``copies`` times, a folder a copy; how many files and bytes there are."""
    count = size = 0
    for copy in range(copies):
        part = folder / f"copy-{copy:03}"
        part.mkdir(parents=True)
        for page in sorted(pages.iterdir()):
            data = _HOST.sub(rb"\g<0>copy%d." % copy, page.read_bytes())
            (part / page.name).write_bytes(data)
            count, size = count + 1, size + len(data)
    return count, size


def peer_run(peer: Peer) -> LongRun:
    """One of the others over all of the folder that its command names."""
    cost, said = measured(peer.command)
    if peer.texts is not None:
        return LongRun(peer.name, cost.seconds, cost, {}, peer.texts())
    took, texts = said.splitlines()[-1].split()
    return LongRun(peer.name, float(took), cost, {}, int(texts))


def lake_run(folder: Path, warehouse: Path, processes: int, engine: str, count: int) -> LongRun:
    """`newslake run` over all of ``folder`` into a new warehouse."""
    settings = {
        "NEWSLAKE_EXTRACTION__WORKERS": str(processes),
        "NEWSLAKE_EXTRACTION__ENGINE": engine,
        "NEWSLAKE_GATES__ENABLED": "false",  # a dozen copies of a site's pages are what a gate is there to hold
    }
    command = [NEWSLAKE, "run", str(folder), "--warehouse", str(warehouse), "--json"]
    cost, said = measured(command, settings, (_READERS, _SERVER))
    summary = json.loads(said.splitlines()[-1])
    if summary["loaded"] + summary["quarantined"] != count:
        sys.exit(f"{count:,} pages, but {summary}")
    subprocess.run([NEWSLAKE, "audit", "--warehouse", str(warehouse)], cwd=ROOT, check=True, capture_output=True)
    return LongRun(f"newslake {engine}", summary["seconds"]["total"], cost, summary["seconds"], summary["loaded"])


def result(runs: list[LongRun], count: int, size: int, processes: int) -> str:
    """The table of all sides, and of each run of newslake where the time went."""
    plain = runs[0]
    rows = [
        [
            run.name,
            f"{run.seconds:.1f}",
            f"{count / run.seconds:.0f}",
            f"{size / 1e6 / run.seconds:.1f}",
            f"{plain.seconds / run.seconds:.2f} ×",
            f"{run.cost.cpu / count * 1000:.1f}",
            f"{run.cost.megabytes:,.0f}",
            f"{run.texts:,}",
        ]
        for run in runs
    ]
    parts = [
        table(["", "s", "pages/s", "MB/s", "speed", "CPU ms a page", "peak MB", "texts"], rows),
        f"{count:,} pages, {size / 1e6:,.0f} MB, {processes} processes each, one turn, start-up aside in seconds and "
        f"speed (but of trafilatura's command line), though not in CPU; on {machine()}.",
    ]
    for run in runs:
        if not run.stages:
            continue
        whole = run.seconds * len(os.sched_getaffinity(0)) - run.cost.measuring
        readers, server = run.cost.cpu_of[_READERS], run.cost.cpu_of[_SERVER]
        stages = ", ".join(f"{name} {took:.1f}" for name, took in run.stages.items())
        parts.append(
            f"{run.name}: of its {whole:.0f} core seconds ({run.cost.measuring:.1f} more went into measuring) the "
            f"readers worked {readers:.0f} ({readers / whole:.0%}); "
            f"the flow's process took {run.cost.cpu - readers - server:.0f} CPU s, start-up included, Prefect's server "
            f"{server:.0f}. Wall seconds by stage, which overlap: {stages}."
        )
    return "\n\n".join(parts)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--copies", type=int, default=12, help="of each page; 12 make 10,296")
    parser.add_argument("--engines", nargs="+", default=["accurate", "fast"], choices=("accurate", "fast"))
    parser.add_argument("--processes", type=int, default=2, help="of the pool, and children of newslake")
    parser.add_argument("--field", action="store_true", help="beside every other program that is installed")
    parser.add_argument("--write", action="store_true", help="update benchmarks/README.md")
    given = parser.parse_args()
    pages = pages_folder()
    if pages is None:
        return
    os.environ.pop("NEWSLAKE_WAREHOUSE", None)
    with tempfile.TemporaryDirectory(prefix="newslake-long-run-") as name:
        room = Path(name)
        seconds([sys.executable, str(pages / "pages.py"), "write", str(room / "pages")])
        count, size = write_copies(room / "pages", room / "inbox", given.copies)
        given_to_all = room / "inbox", room, given.processes
        runs = []
        for peer in [plain_pool(*given_to_all), *(peers(*given_to_all) if given.field else [])]:
            runs.append(peer_run(peer))
            print(runs[-1], file=sys.stderr, flush=True)
        for engine in given.engines:
            runs.append(lake_run(room / "inbox", room / f"lake-{engine}", given.processes, engine, count))
            print(runs[-1], file=sys.stderr, flush=True)
            shutil.rmtree(room / f"lake-{engine}")
        block = "field" if given.field else "long run"
        publish(block, result(runs, count, size, given.processes), write=given.write)


if __name__ == "__main__":
    main()
