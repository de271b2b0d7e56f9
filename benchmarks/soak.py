"""A long run: schedules every few minutes, files that come, change, repeat and attack, readers always on.

    python -m benchmarks.soak [--minutes 60] [--write]

`newslake serve` with the project's deployments, a run every minute, a watch every five and an upkeep every ten; beside
it files are written three times a minute, and a reader asks the warehouse every 50 ms. Told are how long runs and
queries took, what the processes that stay (serve and its server) weigh, and how many files the lake has. Flat is what
is no higher in the last third than in the first. Gates are off: what comes is there to be loaded, attacks too. At the
end one more run takes what is left, and `newslake audit` must find nothing. It exits with 1 where a read or a run
failed, a file of the inbox is not in the books, or the audit found a difference.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import ROOT, machine, median, publish, table
from benchmarks.process_tree import megabytes, tree
from benchmarks.reader import INTERVAL_SECONDS
from warehouse.lake import connect
from warehouse.statements import one_row

NEWSLAKE = str(Path(sys.executable).parent / "newslake")
_EVERY = {'"7 * * * *"': '"* * * * *"', '"37 3 * * *"': '"*/10 * * * *"', '"22 * * * *"': '"*/5 * * * *"'}
_A_ROUND = 20.0  # seconds
# What is out of use may go at the next upkeep.
_SETTINGS = """inbox = "inbox"
[batch]
chunk_files = 50
[upkeep]
keep_snapshots_days = 0.005
keep_unused_hours = 0.1
[gates]
enabled = false
"""
# Reading costs what it costs and no more: a bomb, a broken archive, no text, nesting without end, a page cut in two.
_HOSTILE = (
    ("bomb.html.gz", gzip.compress(b"<p>" + b"a" * 30_000_000)),
    ("broken.zip", b"PK\x03\x04" + b"\x00" * 60),
    ("binary.html", bytes(range(256)) * 40),
    ("deep.html", b"<div>" * 20_000),
    ("cut.html", b"<html><head><title>Cut off</title><body><p>The rest of this pa"),
)


@dataclass(frozen=True, slots=True)
class Minute:
    """One minute: MB of what stays, median ms of a query and how many failed, files of the lake's data."""

    steady_mb: float
    query_ms: float
    failures: int
    files: int


@dataclass(frozen=True, slots=True)
class Soak:
    """All minutes; seconds of each run in their order, and how many failed; how often upkeep and watch ran; what was
    picked up, and how many files of the inbox were not; differences that the audit found."""

    minutes: list[Minute]
    runs: list[float]
    failed: int
    upkeeps: int
    watches: int
    inputs: int
    articles: int
    unseen: int
    differences: int

    @property
    def failures(self) -> int:
        """How many reads failed."""
        return sum(minute.failures for minute in self.minutes)

    @property
    def is_sound(self) -> bool:
        """Whether no read and no run failed, nothing was left out and the audit found nothing."""
        return not (self.failures or self.failed or self.unseen or self.differences)


def soak(room: Path, minutes: int, ask_every: float = INTERVAL_SECONDS) -> Soak:
    """Run it in the empty folder ``room``, with a reader that asks every so many seconds."""
    (room / "inbox").mkdir()
    (room / "newslake.toml").write_text(_SETTINGS, encoding="utf-8")
    deployments = (ROOT / "prefect.yaml").read_text(encoding="utf-8")
    for cron, often in _EVERY.items():
        assert cron in deployments
        deployments = deployments.replace(cron, often)
    (room / "prefect.yaml").write_text(deployments, encoding="utf-8")
    chance, found = random.Random(7), list[Minute]()
    lake = room / "lake"
    with _serving(room) as serve:
        _churn(room / "inbox", 0, chance)
        _wait_for(lake, serve)
        for minute in range(minutes):
            found.append(_minute(room, lake, serve, minute, chance, ask_every))
            print(f"  minute {minute + 1}: {found[-1]}", file=sys.stderr, flush=True)
    _ask(room, "run", "--warehouse", str(lake))  # what the last schedule left; that it failed would stand in the books
    audited = json.loads(_ask(room, "audit", "--warehouse", str(lake), "--json"))
    con = connect(lake, read_only=True)
    query = (ROOT / "benchmarks/soak.sql").read_text(encoding="utf-8")
    runs, failed, upkeeps, watches, inputs, files, articles = one_row(con, query)
    con.close()
    unseen = sum(1 for file in (room / "inbox").iterdir() if not file.name.startswith(".")) - files
    return Soak(found, runs, failed, upkeeps, watches, inputs, articles, unseen, len(audited["differences"]))


def result(found: Soak) -> str:
    """The table: first third against last third."""
    third = max(1, len(found.minutes) // 3)
    first, last = found.minutes[:third], found.minutes[-third:]
    runs = max(1, len(found.runs) // 3)

    def row(name: str, early: Sequence[float], late: Sequence[float], form: str) -> list[str]:
        before, after = median(early), median(late)
        return [name, format(before, form), format(after, form), f"{after / before:.2f} ×" if before else ""]

    rows = [
        row("a run, s", found.runs[:runs], found.runs[-runs:], ".1f"),
        row("a query, ms", [m.query_ms for m in first], [m.query_ms for m in last], ".0f"),
        row("serve and server, MB", [m.steady_mb for m in first], [m.steady_mb for m in last], ".0f"),
        row("files of data", [m.files for m in first], [m.files for m in last], ".0f"),
    ]
    return (
        table(["median", "first third", "last third", ""], rows)
        + f"\n\n{len(found.minutes)} minutes, {len(found.runs)} runs, {found.upkeeps} upkeeps, {found.watches} "
        f"watches, {found.inputs:,} inputs, {found.articles:,} articles; {found.failures} reads and "
        f"{found.failed} runs failed, {found.unseen} files were left out, the audit found "
        f"{found.differences} differences. On {machine()}."
    )


def _minute(
    room: Path, lake: Path, serve: subprocess.Popen[bytes], minute: int, chance: random.Random, ask_every: float
) -> Minute:
    reader = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.reader", str(lake), str(ask_every)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    ends, turn, steady = time.monotonic() + 60, 0, list[float]()
    while time.monotonic() < ends:
        turn += 1
        _churn(room / "inbox", minute * 10 + turn, chance)
        steady.append(sum(map(megabytes, _staying(serve.pid))))
        time.sleep(max(0.0, min(_A_ROUND, ends - time.monotonic())))
    said = json.loads(reader.communicate("")[0])
    if said["failures"] or said["torn"]:
        print(f"  a read failed: {said}", file=sys.stderr, flush=True)
    files = sum(1 for _ in (lake / "data").rglob("*.parquet"))
    return Minute(median(steady), said["median_ms"], said["failures"] + said["torn"], files)


def _staying(root: int) -> list[int]:
    """The processes that stay: serve and the server, not the runs, which are named by what they execute."""
    found = []
    for pid in tree(root):
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ")
        except OSError:
            continue
        if pid == root or b"prefect server" in command:
            found.append(pid)
    return found


def _churn(inbox: Path, turn: int, chance: random.Random) -> None:
    """New articles, a changed one, a copy, a line of records, something hostile."""
    for number in range(6):
        _write(inbox / f"{turn:05}-{number}.html", _page(turn, number, 0))
    earlier = sorted(inbox.glob("*-0.html"))
    if len(earlier) > 1:
        changed = chance.choice(earlier[:-1])
        _write(changed, _page(int(changed.name[:5]), 0, turn))
        shutil.copyfile(chance.choice(earlier), inbox / f"{turn:05}-copy.html")
    records = [{"title": f"Short note {turn}-{n}", "text": _sentences(turn, n, 0)} for n in range(3)]
    _write(inbox / f"{turn:05}-notes.jsonl", "".join(json.dumps(record) + "\n" for record in records))
    name, data = chance.choice(_HOSTILE)
    (inbox / f"{turn:05}-{name}").write_bytes(data + (str(turn).encode() if name.endswith("html") else b""))


def _write(path: Path, text: str) -> None:
    """Whole or not at all, as a careful writer does."""
    part = path.with_name(f".{path.name}")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


def _page(turn: int, number: int, edition: int) -> str:
    title = f"Council of district {turn}-{number} votes on its harbour"
    return (
        f"<!doctype html><html lang='en'><head><title>{title}</title><link rel='canonical' "
        f"href='https://paper-{number}.example/news/{turn}'><meta property='article:published_time' "
        f"content='2026-03-{turn % 27 + 1:02}T08:15:00+01:00'></head><body><nav><a href='/'>Home</a></nav><article>"
        f"<h1>{title}</h1>{_sentences(turn, number, edition)}</article></body></html>"
    )


def _sentences(turn: int, number: int, edition: int) -> str:
    return "".join(
        f"<p>Paragraph {n} of report {turn}-{number} says that the council met on quay {turn}-{n} and that "
        f"{turn * 7 + n} members voted for the plan while {turn + n + edition} voted against it on that day.</p>\n"
        for n in range(6)
    )


@contextmanager
def _serving(room: Path) -> Iterator[subprocess.Popen[bytes]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "NEWSLAKE_"))}
    command = [NEWSLAKE, "serve", "--warehouse", "lake", "--settings", "newslake.toml", "--port", str(port)]
    with (room / "serve.log").open("wb") as log:
        serve = subprocess.Popen(command, cwd=room, env=environ, stdout=log, stderr=subprocess.STDOUT)
    try:
        yield serve
    finally:
        serve.terminate()
        try:
            serve.wait(timeout=120)
        except subprocess.TimeoutExpired:
            serve.kill()
            serve.wait()


def _wait_for(lake: Path, serve: subprocess.Popen[bytes]) -> None:
    """Until the first scheduled run has made the warehouse."""
    for _ in range(300):
        if (lake / "catalog.sqlite").exists():
            return
        if serve.poll() is not None:
            sys.exit(f"newslake serve ended with {serve.returncode}; see {lake.parent / 'serve.log'}")
        time.sleep(1)
    sys.exit(f"no run began within five minutes; see {lake.parent / 'serve.log'}")


def _ask(room: Path, *words: str) -> str:
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "NEWSLAKE_"))}
    command = [NEWSLAKE, *words]  # a status says what was found, which is read from the output
    return subprocess.run(command, cwd=room, env=environ, capture_output=True, text=True, check=False).stdout


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--write", action="store_true", help="put the result into benchmarks/README.md")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="newslake-soak-", ignore_cleanup_errors=True) as name:
        found = soak(Path(name), given.minutes)
    publish("soak", result(found), write=given.write)
    sys.exit(0 if found.is_sound else 1)


if __name__ == "__main__":
    main()
