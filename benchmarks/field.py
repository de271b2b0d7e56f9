"""The programs that newslake is measured beside, each called for a folder of pages as its own documentation has it.

Two of them bring a trafilatura of their own, so that each has an environment for itself, below `.cache/peers`;
`python -m benchmarks.install_peers` makes them. One that is not installed is left out and named.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import ROOT

HERE = Path(__file__).parent
PEERS = ROOT / ".cache" / "peers"
GROUPS = {"datatrove": "bench-datatrove", "news-please": "bench-news-please"}  # of pyproject.toml


@dataclass(frozen=True, slots=True)
class Peer:
    """A program over a folder of pages. Its last line says its seconds without start-up and how many pages gave a text;
    where ``texts`` is given it says nothing of the kind: the whole process counts, and that counts what it left."""

    name: str
    command: list[str]
    texts: Callable[[], int] | None = None


def interpreter(name: str) -> Path:
    """The Python of a peer's own environment."""
    return PEERS / name / "bin" / "python"


def missing() -> list[str]:
    """Peers with an environment of their own that have none."""
    return [name for name in GROUPS if not interpreter(name).exists()]


def plain_pool(folder: Path, room: Path, processes: int) -> Peer:
    """What every other is measured by: a pool of trafilatura with metadata that writes Parquet into ``room``."""
    out = room / "plain.parquet"
    return Peer("plain pool", [sys.executable, str(HERE / "plain_pool.py"), str(folder), str(processes), str(out)])


def peers(folder: Path, room: Path, processes: int) -> list[Peer]:
    """The others, as far as they are installed. What they write lies in ``room``."""
    count = str(processes)
    cli = room / "trafilatura"
    found = [
        Peer(
            "trafilatura, command line",
            [
                *(str(Path(sys.executable).parent / "trafilatura"), "--input-dir", str(folder)),
                *("--output-dir", str(cli), "--json", "--with-metadata", "--no-comments", "--parallel", count),
            ],
            lambda: sum(1 for file in cli.rglob("*.json") if file.is_file()),
        ),
    ]
    if interpreter("datatrove").exists():
        lines = _json_lines(folder, room / "json-lines", processes)
        command = [str(interpreter("datatrove")), str(HERE / "datatrove_pages.py"), str(lines), count]
        found.append(Peer("datatrove", [*command, str(room / "datatrove")]))
    if interpreter("news-please").exists():
        command = [str(interpreter("news-please")), str(HERE / "news_please_pages.py"), str(folder), count]
        found.append(Peer("news-please", [*command, str(room / "news-please.jsonl")]))
    return found


def install() -> None:
    """Make the environments that are missing; one that cannot be made is left out of what is measured."""
    for name in missing():
        subprocess.run([sys.executable, "-m", "venv", str(PEERS / name)], check=True)
        done = subprocess.run(
            [str(interpreter(name)), "-m", "pip", "install", "-qq", "--no-input", *wanted(GROUPS[name])], check=False
        )
        if done.returncode:
            shutil.rmtree(PEERS / name)


def wanted(group: str) -> list[str]:
    """The requirements of a dependency group of pyproject.toml."""
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]
    return [str(requirement) for requirement in groups[group]]


def _json_lines(folder: Path, out: Path, files: int) -> Path:
    """The pages as JSON Lines for datatrove, a file a process: it takes texts, not bytes."""
    out.mkdir()
    pages = sorted(path for path in folder.rglob("*") if path.is_file())
    for part in range(files):
        with (out / f"{part}.jsonl").open("w", encoding="utf-8") as lines:
            for page in pages[part::files]:
                text = page.read_bytes().decode("utf-8", "replace")
                lines.write(json.dumps({"id": page.name, "text": text}) + "\n")
    return out
