"""How things are measured here: processes in turn, medians, and the table that tells the result.

Two machines, or the same one an hour later, differ by more than what is measured. So both sides always run in the same
run and by turns, the order reversed each time, and what counts is the ratio of their medians.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from transforms.compiled import loops

ROOT = Path(__file__).parents[1]
README = Path(__file__).parent / "README.md"


def pages_folder() -> Path | None:
    """The folder of the public pages; where it is not there, says so and gives none."""
    folder = Path(os.environ.get("NEWSLAKE_PAGES") or ROOT.parent / "shared" / "bench")
    if (folder / "pages-dev.parquet").is_file():
        return folder
    print(f"{folder / 'pages-dev.parquet'} is not there, so nothing was measured; NEWSLAKE_PAGES names its folder.")
    return None


def seconds(command: Sequence[str], environment: Mapping[str, str] | None = None) -> float:
    """Wall seconds of a command from start to exit; :class:`SystemExit` with what it said where it fails."""
    began = time.perf_counter()
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **(environment or {})}, capture_output=True, text=True, check=False
    )
    took = time.perf_counter() - began
    if done.returncode:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{(done.stdout + done.stderr)[-2000:]}")
    return took


def by_turns(sides: Mapping[str, Callable[[], float]], repeats: int) -> dict[str, list[float]]:
    """Seconds of each side, ``repeats`` times, the order reversed at each turn."""
    found: dict[str, list[float]] = {name: [] for name in sides}
    for turn in range(repeats):
        for name in list(sides) if turn % 2 == 0 else reversed(list(sides)):
            found[name].append(sides[name]())
    return found


def median(values: Sequence[float]) -> float:
    """The middle value."""
    return statistics.median(values)


def table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Rows as a Markdown table, readable as it stands."""
    cells = [[str(cell) for cell in row] for row in (columns, *rows)]
    widths = [max(len(row[n]) for row in cells) for n in range(len(columns))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in cells
    ]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]])


def machine() -> str:
    """What it was measured on, without naming the machine."""
    versions = subprocess.run(
        [sys.executable, "-c", _VERSIONS], capture_output=True, text=True, check=True
    ).stdout.strip()
    return f"{len(os.sched_getaffinity(0))} cores, Python {sys.version.split()[0]}, {versions}, loops {loops()}"


_VERSIONS = (
    "from importlib.metadata import version as v;"
    "print(', '.join(f'{n} {v(n)}' for n in ('newslake', 'trafilatura', 'duckdb', 'prefect', 'great-expectations')))"
)


def publish(name: str, text: str, *, write: bool) -> None:
    """Print a result; with ``write`` also put it between the README's markers of that name."""
    print(text)
    if not write:
        return
    begin, end = f"<!-- {name} -->", f"<!-- end {name} -->"
    page = README.read_text(encoding="utf-8")
    head, found, rest = page.partition(begin)
    tail = rest.partition(end)[2]
    if not found or not tail:
        sys.exit(f"{README} lacks the markers {begin} and {end}; nothing was written")
    README.write_text(f"{head}{begin}\n{text}\n{end}{tail}", encoding="utf-8")
