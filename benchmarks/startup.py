"""How long a command takes to begin: against the least that such a command could take.

    python -m benchmarks.startup [--repeats N] [--write]

Five figures, each side a process of its own, from start to exit: `newslake --help` against importing the two libraries
that it speaks through; `newslake sql "select 1"` against a bare script that attaches the same lake; `newslake extract`
of one page against importing trafilatura; a run over the samples against a flow that does nothing on Prefect's embedded
server plus the import of Great Expectations, and the same with a server that runs already.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import ROOT, by_turns, machine, median, publish, seconds, table

NEWSLAKE = str(Path(sys.executable).parent / "newslake")
_PORT = 42_017  # of the server that runs already

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
folder = pathlib.Path(sys.argv[1])
folder.mkdir()
settle(folder)
from prefect import flow
@flow
def nothing() -> None: ...
nothing()
"""


@dataclass(frozen=True, slots=True)
class Pair:
    """newslake's command and the least that does the same, each as an argument list."""

    newslake: list[str]
    least: list[str]


def help_command() -> Pair:
    """`newslake --help` against importing typer and rich."""
    return Pair([NEWSLAKE, "--help"], [sys.executable, "-c", "import typer, rich"])


def query_command(warehouse: Path) -> Pair:
    """`newslake sql "select 1"` against a script that attaches the same lake and asks the same."""
    return Pair(
        [NEWSLAKE, "sql", "select 1", "--warehouse", str(warehouse)],
        [sys.executable, "-c", BARE_ATTACH, str(warehouse)],
    )


def extract_command() -> Pair:
    """`newslake extract` of one of the samples against importing trafilatura."""
    page = min((ROOT / "samples" / "web").glob("*.html"))
    return Pair([NEWSLAKE, "extract", str(page), "--json"], [sys.executable, "-c", "import trafilatura"])


@contextmanager
def server(folder: Path) -> Iterator[dict[str, str]]:
    """A Prefect server that runs already; the environment that names it."""
    folder.mkdir()
    url = f"http://127.0.0.1:{_PORT}/api"
    environment = {"PREFECT_HOME": str(folder), "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "prefect", "server", "start", "--port", str(_PORT)],
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{url}/health", timeout=2).close()
                break
            except OSError:
                time.sleep(0.1)
        yield {"PREFECT_API_URL": url}
    finally:
        process.terminate()
        process.wait()


def measured(pair: Pair, repeats: int) -> dict[str, list[float]]:
    """Seconds of both sides by turns."""
    return by_turns({"newslake": lambda: seconds(pair.newslake), "least": lambda: seconds(pair.least)}, repeats)


def quickest(pair: Pair, repeats: int) -> tuple[float, float]:
    """The quickest turn of each side: what a busy machine adds is left out on both."""
    found = measured(pair, repeats)
    return min(found["newslake"]), min(found["least"])


def run_of_samples(folder: Path, repeats: int, named: dict[str, str] | None = None) -> tuple[float, float, float]:
    """Seconds of a run over the samples into a new warehouse, of an empty flow, of importing Great Expectations.

    ``named`` names a server that runs already; without it each has one of its own.
    """
    fresh = iter(range(10_000))
    folder.mkdir()

    def new_folder() -> str:
        return str(folder / f"start-{next(fresh)}")

    found = by_turns(
        {
            "run": lambda: seconds([NEWSLAKE, "run", str(ROOT / "samples"), "--warehouse", new_folder()], named),
            "flow": lambda: seconds([sys.executable, "-c", EMPTY_FLOW, new_folder()], named),
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
        pairs = {
            ("`newslake --help`", "`import typer, rich`", 1.5): help_command(),
            ('`newslake sql "select 1"`', "bare script, same lake", 1.5): query_command(folder / "lake"),
            ("`newslake extract PAGE`", "`import trafilatura`", 2): extract_command(),
        }
        found = {names: measured(pair, given.repeats) for names, pair in pairs.items()}
        fewer = max(3, given.repeats // 2)
        run, flow, imported = run_of_samples(folder / "embedded", fewer)
        with server(folder / "server") as named:
            run_there, flow_there, imported_there = run_of_samples(folder / "named", fewer, named)
    rows = []
    for (command, against, bound), turns in found.items():
        newslake, least = median(turns["newslake"]), median(turns["least"])
        rows.append(
            [command, against, f"{newslake:.2f} s", f"{least:.2f} s", f"{newslake / least:.2f} ×", f"≤ {bound} ×"]
        )
    beside = [f"{run:.1f} s", f"{flow:.1f} + {imported:.1f} s", f"{run - flow - imported:+.1f} s", "≤ +3 s"]
    rows.append(["`newslake run samples`", "empty flow + import of GX", *beside])
    least = flow_there + imported_there
    beside = [f"{run_there:.1f} s", f"{flow_there:.1f} + {imported_there:.1f} s", f"{run_there / least:.2f} ×", "≤ 2 ×"]
    rows.append(["the same, a server running", "the same", *beside])
    text = table(["command", "against", "newslake", "the least", "difference", "bound"], rows)
    turns = f"Medians of {given.repeats} turns, of runs {fewer}"
    publish("startup", f"{text}\n\n{turns}, on {machine()}.", write=given.write)


if __name__ == "__main__":
    main()
