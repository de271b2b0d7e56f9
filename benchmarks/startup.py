"""How long a command takes to begin: against the least that such a command could take.

    python -m benchmarks.startup [--repeats N] [--write]

Three figures, each side a process of its own, from start to exit: `newslake --help` against importing the two libraries
that it speaks through; `newslake sql "select 1"` against a bare script that attaches the same lake; and a run over
the samples against a flow that does nothing on Prefect's embedded server plus the import of Great Expectations.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import ROOT, by_turns, machine, median, publish, seconds, table

NEWSLAKE = str(Path(sys.executable).parent / "newslake")

BARE_ATTACH = """
import duckdb, importlib.util, pathlib, sys
con = duckdb.connect()
for name in ("ducklake", "sqlite_scanner"):
    package = pathlib.Path(importlib.util.find_spec(f"duckdb_extension_{name}").submodule_search_locations[0])
    con.execute(f"load '{next(package.rglob('*.duckdb_extension'))}'")
con.execute(f"attach 'ducklake:sqlite:{sys.argv[1]}/catalog.sqlite' as lake (read_only)")
print(con.execute("select 1").fetchall())
"""

EMPTY_FLOW = """
import pathlib, sys
from flows.environment import settle
settle(pathlib.Path(sys.argv[1]))
from prefect import flow
@flow
def nothing() -> None: ...
nothing()
"""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two medians in seconds: newslake's and the least."""

    newslake: float
    least: float

    @property
    def ratio(self) -> float:
        return self.newslake / self.least


def help_text(repeats: int) -> Pair:
    """`newslake --help` against importing typer and rich."""
    found = by_turns(
        {
            "newslake": lambda: seconds([NEWSLAKE, "--help"]),
            "least": lambda: seconds([sys.executable, "-c", "import typer, rich"]),
        },
        repeats,
    )
    return Pair(median(found["newslake"]), median(found["least"]))


def one_query(warehouse: Path, repeats: int) -> Pair:
    """`newslake sql "select 1"` against a script that attaches the same lake and asks the same."""
    found = by_turns(
        {
            "newslake": lambda: seconds([NEWSLAKE, "sql", "select 1", "--warehouse", str(warehouse)]),
            "least": lambda: seconds([sys.executable, "-c", BARE_ATTACH, str(warehouse)]),
        },
        repeats,
    )
    return Pair(median(found["newslake"]), median(found["least"]))


def run_of_samples(folder: Path, repeats: int) -> tuple[float, float, float]:
    """Seconds of a run over the samples into a new warehouse, of an empty flow, of importing Great Expectations."""
    fresh = iter(range(10_000))

    def new_folder() -> str:
        return str(folder / f"start-{next(fresh)}")

    found = by_turns(
        {
            "run": lambda: seconds([NEWSLAKE, "run", str(ROOT / "samples"), "--warehouse", new_folder()]),
            "flow": lambda: seconds([sys.executable, "-c", EMPTY_FLOW, new_folder()]),
            "import": lambda: seconds(
                [sys.executable, "-c", "import great_expectations"], {"GX_ANALYTICS_ENABLED": "false"}
            ),
        },
        repeats,
    )
    return median(found["run"]), median(found["flow"]), median(found["import"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--write", action="store_true", help="update benchmarks/README.md")
    given = parser.parse_args()
    os.environ.pop("NEWSLAKE_WAREHOUSE", None)
    with tempfile.TemporaryDirectory(prefix="newslake-bench-") as name:
        folder = Path(name)
        seconds([NEWSLAKE, "run", str(ROOT / "samples"), "--warehouse", str(folder / "lake")])
        helping = help_text(given.repeats)
        query = one_query(folder / "lake", given.repeats)
        run, flow, imported = run_of_samples(folder, max(3, given.repeats // 2))
    rows = [
        [
            "`newslake --help`",
            "`import typer, rich`",
            f"{helping.newslake:.2f} s",
            f"{helping.least:.2f} s",
            f"{helping.ratio:.2f} ×",
            "≤ 2 ×",
        ],
        [
            '`newslake sql "select 1"`',
            "bare script, same lake",
            f"{query.newslake:.2f} s",
            f"{query.least:.2f} s",
            f"{query.ratio:.2f} ×",
            "≤ 2 ×",
        ],
        [
            "`newslake run samples`",
            "empty flow + import of GX",
            f"{run:.1f} s",
            f"{flow:.1f} + {imported:.1f} s",
            f"{run - flow - imported:+.1f} s",
            "≤ +3 s",
        ],
    ]
    text = table(["command", "against", "newslake", "the least", "difference", "bound"], rows)
    publish("startup", f"{text}\n\nMedians of {given.repeats} turns on {machine()}.", write=given.write)


if __name__ == "__main__":
    main()
