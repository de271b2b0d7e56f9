"""How the cost of a page grows: with the pages of a run, with the records of a file, with the articles in the lake.

    python -m benchmarks.growth [--pages N …] [--records N …] [--lakes N …] [--turns N] [--write]

Each run is a `newslake run` of its own. Pages are the public ones as often as needed, each copy with addresses of its
own; records are JSON Lines with a body of 2 KB; lakes hold synthetic articles before, and the same batch of pages is
read into each, as often as there are turns, the order reversed at each. Told are wall milliseconds of a page (start-up
aside), CPU milliseconds and memory of all processes; the chart is benchmarks/growth.svg.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.long_run import NEWSLAKE, write_copies
from benchmarks.measure import machine, median, pages_folder, publish, seconds, table
from benchmarks.process_tree import measured
from benchmarks.queries import load
from warehouse.migrate import prepare
from warehouse.site_blocks import learn_blocks

_WORDS = 4_000  # of the invented vocabulary of records
_PANEL, _HIGH = 280, 150  # pixels


@dataclass(frozen=True, slots=True)
class Point:
    """A size, and what one page or record cost there: wall and CPU milliseconds; MB at most of all processes."""

    size: int
    wall: float
    cpu: float
    megabytes: float


def run(inbox: Path, warehouse: Path, size: int, count: int) -> Point:
    """One run over ``inbox``, which holds ``count`` pages or records."""
    # A dozen copies of a site's pages are what a gate is there to hold.
    no_gates = {"NEWSLAKE_GATES__ENABLED": "false"}
    cost, said = measured([NEWSLAKE, "run", str(inbox), "--warehouse", str(warehouse), "--json"], no_gates)
    summary = json.loads(said.splitlines()[-1])
    done = sum(summary[state] for state in ("loaded", "quarantined", "duplicate"))
    if done != count:
        sys.exit(f"{count:,} were to be read, but {summary}")
    point = Point(size, summary["seconds"]["total"] / count * 1e3, cost.cpu / count * 1e3, cost.megabytes)
    print(point, file=sys.stderr, flush=True)
    return point


def by_pages(pages: Path, room: Path, sizes: Sequence[int]) -> Iterator[Point]:
    """Runs of more and more pages, each into a new warehouse."""
    each = sum(1 for _ in pages.iterdir())
    for size in sizes:
        inbox = room / f"pages-{size}"
        count, _ = write_copies(pages, inbox, math.ceil(size / each))
        for extra in sorted(inbox.rglob("*.html"))[size:]:
            extra.unlink()
        yield run(inbox, room / "lake", size, min(size, count))
        shutil.rmtree(room / "lake")
        shutil.rmtree(inbox)


def by_records(room: Path, sizes: Sequence[int]) -> Iterator[Point]:
    """Runs over one file of more and more records, each into a new warehouse."""
    for size in sizes:
        inbox = room / f"records-{size}"
        inbox.mkdir()
        with (inbox / "records.jsonl").open("w", encoding="utf-8") as lines:
            lines.writelines(_records(size))
        yield run(inbox, room / "lake", size, size)
        shutil.rmtree(room / "lake")
        shutil.rmtree(inbox)


def by_lakes(pages: Path, room: Path, sizes: Sequence[int], turns: int) -> Iterator[Point]:
    """The same pages into lakes of more and more articles: the median of ``turns``, each with addresses of its own."""
    lakes = {size: room / f"lake-{size}" for size in sizes}
    for size, lake in lakes.items():
        load(lake, size)
        _learn(lake)
    found: dict[int, list[Point]] = {size: [] for size in sizes}
    write_copies(pages, room / "copies", 3 * turns)
    for turn in range(turns):
        inbox = room / f"turn-{turn}"
        inbox.mkdir()
        for part in range(3 * turn, 3 * turn + 3):
            (room / "copies" / f"copy-{part:03}").rename(inbox / f"copy-{part:03}")
        count = sum(1 for _ in inbox.rglob("*.html"))
        for size in sizes if turn % 2 == 0 else reversed(sizes):
            found[size].append(run(inbox, lakes[size], size, count))
    for size, points in found.items():
        middle = (median([getattr(point, name) for point in points]) for name in ("wall", "cpu", "megabytes"))
        yield Point(size, *middle)


def _learn(lake: Path) -> None:
    """Learn from what was loaded, as each run does: else the first run into the lake would learn for all before it."""
    con = prepare(lake)
    try:
        learn_blocks(con, run_id=1, now=datetime.now(UTC))
    finally:
        con.close()


def _records(count: int) -> Iterator[str]:
    """Records as collectors dump them, of invented words; no two alike."""
    chance = random.Random(7)
    words = ["".join(chance.choices("aeioulnrst", k=chance.randint(2, 9))) for _ in range(_WORDS)]
    for number in range(count):
        lines = [" ".join(chance.choices(words, k=55)).capitalize() + "." for _ in range(6)]
        record = {
            "url": f"https://site{number % 500}.example/{number}/{words[number % _WORDS]}",
            "title": " ".join(chance.choices(words, k=8)).capitalize(),
            "authors": [f"{words[number % 97].title()} {words[number % 89].title()}"],
            "date_publish": f"2025-{number % 12 + 1:02}-{number % 28 + 1:02} 08:00:00",
            "language": "en",
            "maintext": "\n".join(lines),
        }
        yield json.dumps(record) + "\n"


def chart(panels: dict[str, list[Point]]) -> str:
    """Costs over sizes, a panel each: milliseconds from zero upwards, sizes by powers of ten."""
    parts = [
        f'<g transform="translate({number * _PANEL + 50},40)">{_panel(title, points)}</g>'
        for number, (title, points) in enumerate(panels.items())
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_PANEL * len(panels) + 30}" height="230" font-size="11" '
        f'font-family="sans-serif"><rect width="100%" height="100%" fill="white"/>{"".join(parts)}</svg>\n'
    )


def _panel(title: str, points: list[Point]) -> str:
    most = max(max(point.wall, point.cpu) for point in points) * 1.15
    across = (_PANEL - 90) / (math.log10(points[-1].size / points[0].size) or 1)
    places = [math.log10(point.size / points[0].size) * across for point in points]
    found = [
        f'<text y="-20" font-weight="bold">{title}</text>',
        f'<path d="M0,0V{_HIGH}H{_PANEL - 90}" fill="none" stroke="#888"/>',
    ]
    for name, colour in (("cpu", "#c0504d"), ("wall", "#1f6fb2")):
        costs = [float(getattr(point, name)) for point in points]
        heights = [_HIGH * (1 - cost / most) for cost in costs]
        line = " ".join(f"{x:.0f},{y:.0f}" for x, y in zip(places, heights, strict=True))
        found.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        found += [
            f'<text x="{x:.0f}" y="{y - 6:.0f}" fill="{colour}" text-anchor="middle">{cost:.1f}</text>'
            for x, y, cost in zip(places, heights, costs, strict=True)
        ]
        label = "CPU ms" if name == "cpu" else "wall ms"
        found.append(f'<text x="{80 if name == "cpu" else 0}" y="-6" fill="{colour}">{label}</text>')
    found += [
        f'<text x="{x:.0f}" y="{_HIGH + 18}" text-anchor="middle">{point.size:,}</text>'
        for x, point in zip(places, points, strict=True)
    ]
    return "".join(found)


def result(panels: dict[str, list[Point]]) -> str:
    """A table of all points, and what the largest of a kind costs beside the smallest."""
    rows = [
        [title, f"{point.size:,}", f"{point.wall:.2f}", f"{point.cpu:.2f}", f"{point.megabytes:,.0f}"]
        for title, points in panels.items()
        for point in points
    ]
    spreads = [
        f"{title}: the last costs {points[-1].wall / points[0].wall:.2f} × the first by the wall, "
        f"{points[-1].cpu / points[0].cpu:.2f} × by the processor"
        for title, points in panels.items()
    ]
    return "\n\n".join(
        [
            table(["by", "how many", "ms", "CPU ms", "MB at most"], rows),
            f"{'; '.join(spreads)}. CPU holds the start of newslake, which a run has once. On {machine()}.",
        ]
    )


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, nargs="*", default=[1_000, 10_000, 100_000], metavar="N")
    parser.add_argument("--records", type=int, nargs="*", default=[10_000, 100_000, 1_000_000], metavar="N")
    parser.add_argument("--lakes", type=int, nargs="*", default=[10_000, 100_000, 1_000_000], metavar="N")
    parser.add_argument("--turns", type=int, default=3, help="of the batch into the lakes")
    parser.add_argument("--write", action="store_true", help="update benchmarks/README.md and growth.svg")
    given = parser.parse_args()
    pages = pages_folder()
    if pages is None:
        return
    os.environ.pop("NEWSLAKE_WAREHOUSE", None)
    panels: dict[str, list[Point]] = {}
    with tempfile.TemporaryDirectory(prefix="newslake-growth-") as name:
        room = Path(name)
        seconds([sys.executable, str(pages / "pages.py"), "write", str(room / "pages")])
        if given.lakes:
            panels["articles in the lake"] = list(by_lakes(room / "pages", room, given.lakes, given.turns))
        if given.pages:
            panels["pages of a run"] = list(by_pages(room / "pages", room, given.pages))
        if given.records:
            panels["records of a file"] = list(by_records(room, given.records))
    if given.write:
        (Path(__file__).parent / "growth.svg").write_text(chart(panels), encoding="utf-8")
    publish("growth", result(panels), write=given.write)


if __name__ == "__main__":
    main()
