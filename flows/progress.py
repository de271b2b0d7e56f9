"""What a run tells while it goes on: the flow reports here, and who started it decides how it looks.

A reporter reaches the flow and its tasks by a context variable, because Prefect takes a flow's parameters apart and
stores them. Without one (a worker, a schedule) the run's log lines and its artifact tell the same.
"""

from __future__ import annotations

import sys
import time
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar
from types import TracebackType
from typing import Protocol

from flows.log import AS_JSON, write

PLAIN_INTERVAL_SECONDS = 10.0


class Reporter(Protocol):
    """Receives the run's progress; called from several threads."""

    def begin(self, files: int, size: int) -> None:
        """``files`` of ``size`` bytes together are going to be read."""

    def advance(self, files: int, size: int) -> None:
        """So many more files and bytes were read."""

    def stage(self, name: str) -> None:
        """What the run does now, in two or three words."""


class Silent:
    """Tells nothing."""

    def begin(self, files: int, size: int) -> None: ...

    def advance(self, files: int, size: int) -> None: ...

    def stage(self, name: str) -> None: ...


class PlainLines:
    """A line on standard error every ten seconds, for pipes and log files."""

    def __init__(self) -> None:
        self._files = self._size = self._done_files = self._done_size = 0
        self._said = time.monotonic()

    def begin(self, files: int, size: int) -> None:
        self._files, self._size = files, size

    def advance(self, files: int, size: int) -> None:
        self._done_files += files
        self._done_size += size
        if time.monotonic() - self._said >= PLAIN_INTERVAL_SECONDS:
            self._said = time.monotonic()
            self._tell()

    def stage(self, name: str) -> None: ...

    def _tell(self) -> None:
        done = f"{self._done_files:,} of {self._files:,} files"
        sys.stderr.write(f"read {done}, {self._done_size / 1e6:,.0f} MB\n")
        sys.stderr.flush()


class JsonLines(PlainLines):
    """The same as objects, and one for each stage that begins."""

    def __init__(self) -> None:
        super().__init__()
        self._stage = ""

    def begin(self, files: int, size: int) -> None:
        super().begin(files, size)
        write("info", "reading begins", files=files, bytes=size)

    def stage(self, name: str) -> None:
        if name != self._stage:
            self._stage = name
            write("info", "stage", stage=name)

    def _tell(self) -> None:
        said = {"files": self._done_files, "of_files": self._files, "bytes": self._done_size, "of_bytes": self._size}
        write("info", "reading", **said)


class Bar:
    """A progress bar on the terminal. A context manager: it shows from its start to its end."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description:<24}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("files"),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._progress.add_task("starting", total=None)

    def __enter__(self) -> Bar:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def begin(self, files: int, size: int) -> None:
        self._progress.update(self._task, total=files, description=f"reading {size / 1e6:,.0f} MB")

    def advance(self, files: int, size: int) -> None:  # noqa: ARG002 - the bar counts files
        self._progress.advance(self._task, files)

    def stage(self, name: str) -> None:
        self._progress.update(self._task, description=name)


def reporter_for(*, as_json: bool) -> AbstractContextManager[Reporter]:
    """The reporter of a command: objects or lines, or a bar on a terminal from which nobody reads JSON."""
    if AS_JSON.get():
        return nullcontext(JsonLines())
    return Bar() if sys.stderr.isatty() and not as_json else nullcontext(PlainLines())


REPORTER: ContextVar[Reporter] = ContextVar("REPORTER", default=Silent())  # noqa: B039 - it holds no state
