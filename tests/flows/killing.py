"""newslake's commands, killed (-9) at moments of choice: a process that has everything imported and forks for each.

As a module for tests, :class:`Killer` talks to such a process; run as a script, it is one. A command costs what it does
and not its imports, and a moment can be the n-th SQL statement, so that a seed gives the same moments on any machine.
The forking process never opens a database, starts no thread and talks to no server.
"""

from __future__ import annotations

import datetime
import importlib
import json
import os
import random
import select
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from heartbeats import without_heartbeats

ROOT = Path(__file__).parents[2]
PATIENCE = 240.0  # seconds after which a command that is not killed counts as hung


@dataclass(frozen=True, slots=True)
class Moment:
    """``delay`` seconds after the ``statement``-th SQL statement began (of 0: after the start)."""

    statement: int
    delay: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended: killed (or ``hung``, and killed for that) or with a status; after how many statements and
    seconds; what it said on both of its outputs."""

    killed: bool
    hung: bool
    status: int
    statements: int
    seconds: float
    said: str


def moments(count: int, statements: int, seconds: float, seed: int) -> Iterator[Moment]:
    """Moments over a command that makes ``statements`` SQL statements in ``seconds``: most within a statement or
    right after it, each fifth at any time, as reading and validating make none."""
    chance = random.Random(seed)
    for number in range(count):
        if number % 5 == 4:
            yield Moment(0, chance.uniform(0.0, seconds))
        else:
            yield Moment(chance.randint(1, statements), chance.choice([0.0, 0.0, 0.002, 0.01, 0.05]))


class Killer:
    """The forking process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._asked = 0

    def run(
        self, *words: str | Path, at: Moment | None = None, ahead_by: float = 0.0, patience: float = PATIENCE
    ) -> Outcome:
        """One command of newslake, killed with its children at the moment ``at``, else left to its end, or for so many
        seconds of ``patience``.

        With ``ahead_by`` the clock that Python's datetime reads is so many seconds ahead.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        moment = asdict(at) if at else None
        asked = {"words": [*map(str, words)], "at": moment, "ahead_by": ahead_by, "patience": patience}
        self._asked += 1
        self._process.stdin.write(json.dumps(asked | {"number": self._asked}) + "\n")
        self._process.stdin.flush()
        while True:  # a test that was given up has left an answer behind
            answer = json.loads(self._process.stdout.readline())
            if answer.pop("number") == self._asked:
                return Outcome(**answer)


@contextmanager
def killer(environ: dict[str, str], log: Path) -> Iterator[Killer]:
    """A forking process with ``environ`` added to the environment; what it says itself goes to ``log``."""
    with log.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            cwd=ROOT,
            env=os.environ | environ,
        )
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n", log.read_text()
            yield Killer(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(timeout=30)


def _serve() -> None:
    sys.path.insert(0, str(ROOT))
    importlib.import_module("flows.environment").settle(Path(os.environ["PREFECT_HOME"]))
    with importlib.import_module("flows.imported").set_aside():  # or each fork would go through all of it for cycles
        for name in ("great_expectations", "prefect", "flows.cli", "flows.ingest", "warehouse.upkeep"):
            importlib.import_module(name)  # what a command imports is there before it is forked
        without_heartbeats()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        asked = json.loads(line)
        outcome = _fork(asked["words"], asked["at"], asked["ahead_by"], asked["patience"])
        sys.stdout.write(json.dumps(asdict(outcome) | {"number": asked["number"]}) + "\n")
        sys.stdout.flush()


def _fork(words: list[str], at: dict[str, float] | None, ahead_by: float, patience: float) -> Outcome:
    steps, counts = os.pipe()  # a byte a statement
    said = tempfile.TemporaryFile()  # noqa: SIM115 - the child writes to it
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        os.close(steps)
        os.setsid()
        os.dup2(said.fileno(), 1)
        os.dup2(said.fileno(), 2)
        if ahead_by:
            _set_ahead(ahead_by)
        os._exit(_command(words, counts))
    os.close(counts)
    statement, delay = (at["statement"], at["delay"]) if at else (sys.maxsize, 0.0)
    made, due, killed = 0, began + delay if statement == 0 else None, False
    while True:
        wait = patience - (time.monotonic() - began) if due is None else due - time.monotonic()
        if wait <= 0 or not select.select([steps], [], [], wait)[0]:
            killed = True
            break
        # With one byte at a time the statement in question is the one that is killed.
        if not os.read(steps, 1):
            break
        made += 1
        if made == statement:
            due = time.monotonic() + delay
    if killed:
        os.killpg(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    os.close(steps)
    if not killed:
        # Children that outlive their parent would go on in a lake that is compared.
        with suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
    with said:
        said.seek(0)
        text = said.read().decode(errors="replace")
    took = time.monotonic() - began
    return Outcome(killed, killed and due is None, os.waitstatus_to_exitcode(status), made, took, text)


def _set_ahead(seconds: float) -> None:
    """Set the clock of newslake's own modules ahead: the system's is not ours to change."""
    true = datetime.datetime

    class Ahead(true):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:
            return true.now(tz) + datetime.timedelta(seconds=seconds)

    for name, module in list(sys.modules.items()):
        if (
            name.startswith(("flows.", "warehouse."))
            and not name.startswith("flows.cli")
            and getattr(module, "datetime", None) is true
        ):
            module.datetime = Ahead  # type: ignore[attr-defined]


def _command(words: list[str], counts: int) -> int:
    import duckdb

    plain = duckdb.DuckDBPyConnection.execute

    def counted(con: duckdb.DuckDBPyConnection, *arguments: object, **named: object) -> object:
        os.write(counts, b".")
        return plain(con, *arguments, **named)  # type: ignore[arg-type]

    duckdb.DuckDBPyConnection.execute = counted  # type: ignore[method-assign, assignment]
    sys.argv = ["newslake", *words]
    from flows.cli import main

    try:
        main()
    except SystemExit as leaving:
        return int(leaving.code or 0)
    except BaseException:
        traceback.print_exc()
        return 99
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


if __name__ == "__main__":
    _serve()
