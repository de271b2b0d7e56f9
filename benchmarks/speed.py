"""Pages a second of each extractor: a pool of processes over the same files, in turns, every side a process of its own.

    python -m benchmarks.speed SIDE DIR PROCESSES      one side once; prints JSON: seconds, of CPUs too, and peak MB

The clock runs from the pool's start to the last page. Before it starts, every side has read twenty of the files, so
that nobody pays for imports and models. newslake gives whole rows for the warehouse: fields, language, dates, every cut
accounted for.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.known_pages import KnownPage
from benchmarks.measure import ROOT, by_turns, machine, median, table
from benchmarks.peers import TRAFILATURA, peer_versions, peers, silence
from transforms.article import RawFile
from transforms.extract import extract_group
from transforms.read.page_body import Engine
from transforms.staged import InputFacts, digest, rows

NEWSLAKE: Mapping[str, Engine] = {"newslake accurate": "accurate", "newslake fast": "fast"}
_AT_ONCE = 8  # files that a process is given at a time
_WARM_UP = 20  # files; some libraries load a second's worth of data at the first page that needs it


def side(name: str) -> Callable[[Sequence[Path]], int]:
    """What one side does with some files: reads them and extracts; the number of characters found."""
    if name in NEWSLAKE:
        engine, as_of = NEWSLAKE[name], datetime(2026, 1, 1, tzinfo=UTC)

        def of_newslake(paths: Sequence[Path]) -> int:
            files = [RawFile(path.name, path.read_bytes()) for path in paths]
            count = 0
            for path, file, found in zip(paths, files, extract_group(files, as_of=as_of, engine=engine), strict=True):
                content = file.content
                inputs = InputFacts(path.name, None, len(content), path.stat().st_mtime_ns, digest(content))
                count += sum(len(str(row.get("body") or "")) for row in rows(inputs, content, found, keep_raw=False))
            return count

        return of_newslake
    peer = peers()[name]
    return lambda paths: sum(len(peer(path.read_bytes()).body) for path in paths)


class _Work:
    """What a pool's children inherit."""

    side: Callable[[Sequence[Path]], int]


def _some(paths: Sequence[Path]) -> int:
    return _Work.side(paths)


def run(name: str, folder: Path, processes: int) -> dict[str, float]:
    """One side over the files of ``folder`` once: its wall seconds, and the largest child's peak in MB."""
    _Work.side = staticmethod(side(name))  # type: ignore[assignment]
    files = sorted(folder.iterdir())
    _some(files[:_WARM_UP])
    began = time.perf_counter()
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        groups = [files[at : at + _AT_ONCE] for at in range(0, len(files), _AT_ONCE)]
        found = sum(pool.imap_unordered(_some, groups))
        took = time.perf_counter() - began
        pool.close()
        pool.join()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    peak = used.ru_maxrss / 1024  # KB on Linux
    return {"seconds": took, "cpu": used.ru_utime + used.ru_stime, "peak_mb": peak, "characters": found}


def section(pages: Sequence[KnownPage], turns: int, processes: int) -> str:
    """The table of all sides, with the ratio to trafilatura with metadata."""
    sides = [*NEWSLAKE, *peers()]
    load = os.getloadavg()[1]
    peaks: dict[str, float] = {}
    cpu: dict[str, list[float]] = {name: [] for name in sides}
    with tempfile.TemporaryDirectory(prefix="newslake-bench-") as room:
        folder = Path(room)
        for page in pages:
            (folder / f"{page.page_id}.html").write_bytes(page.html)

        def one(name: str) -> float:
            command = [sys.executable, "-m", "benchmarks.speed", name, room, str(processes)]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
            said = json.loads(done.stdout.splitlines()[-1])
            peaks[name] = max(peaks.get(name, 0.0), said["peak_mb"])
            cpu[name].append(said["cpu"])
            print(f"{name}: {said['seconds']:.1f} s, {said['cpu']:.1f} s of CPUs", file=sys.stderr, flush=True)
            return float(said["seconds"])

        found = by_turns({name: lambda name=name: one(name) for name in sides}, turns)
    seconds = {name: median(values) for name, values in found.items()}
    lines = [
        [
            name,
            f"{len(pages) / took:.1f}",
            f"{seconds[TRAFILATURA] / took:.2f} ×",
            f"{len(pages) / max(found[name]):.1f} – {len(pages) / min(found[name]):.1f}",
            f"{1000 * median(cpu[name]) / len(pages):.1f} ms",
            f"{median(cpu[TRAFILATURA]) / median(cpu[name]):.2f} ×",
            f"{peaks[name]:.0f} MB",
        ]
        for name, took in seconds.items()
    ]
    size = sum(len(page.html) for page in pages) / 1e6
    columns = ["", "pages/s", "speed", "of single turns", "CPU a page", "of CPU", "peak of a process"]
    return (
        f"{table(columns, lines)}\n\nMedians of {turns} turns, beside a load of {load:.1f} from before, "
        f"{processes} processes each, {len(pages)} pages, {size:.0f} MB, on {machine()}, {peer_versions()}."
    )


def main() -> None:
    name, folder, processes = sys.argv[1:]
    silence()
    print(json.dumps(run(name, Path(folder), int(processes))))


if __name__ == "__main__":
    main()
