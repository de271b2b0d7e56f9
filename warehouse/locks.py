"""One committer and one run at a time, by `flock` on files in the warehouse folder.

SQLite hands "database is locked" to the caller at once, and two DuckLake transactions that each pass a uniqueness
audit would both commit. So every transaction that writes is made under the commit lock, held for one transaction, and
every run holds the run lock from its start to its end. The kernel drops a lock with its process, so a killed run
leaves none behind. The holder writes who it is into the file, for the message of whoever has to wait.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from warehouse.errors import WarehouseBusy

COMMIT_WAIT_SECONDS = 60.0
_POLL_SECONDS = 0.02


@contextmanager
def commit_lock(folder: Path, *, wait_seconds: float = COMMIT_WAIT_SECONDS) -> Iterator[None]:
    """Hold the right to commit to the warehouse in ``folder``.

    Raises :class:`WarehouseBusy` where another process keeps it for longer than ``wait_seconds``.
    """
    with _held(folder / "commit.lock", "is writing to", wait_seconds):
        yield


@contextmanager
def run_lock(folder: Path, *, wait_seconds: float = 0.0) -> Iterator[None]:
    """Be the only run of the warehouse in ``folder``.

    Raises :class:`WarehouseBusy` where another run goes on for longer than ``wait_seconds``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _held(folder / "run.lock", "is running on", wait_seconds):
        yield


def run_in_progress(folder: Path) -> str | None:
    """Who holds the run lock (``process 123 since …``), or None where no run goes on."""
    path = folder / "run.lock"
    if not path.exists():
        return None
    with path.open("r") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _holder(path)
        return None


@contextmanager
def _held(path: Path, what: str, wait_seconds: float) -> Iterator[None]:
    deadline = time.monotonic() + wait_seconds
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise WarehouseBusy(
                        f"{_holder(path)} {what} the warehouse in {path.parent}; waited {wait_seconds:g} s and did "
                        "nothing. Try again when it has ended."
                    ) from None
                time.sleep(_POLL_SECONDS)
        since = datetime.now(UTC).isoformat(timespec="seconds")
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"process {os.getpid()} since {since}".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _holder(path: Path) -> str:
    try:
        return path.read_text(errors="replace").strip() or "Another process"
    except OSError:
        return "Another process"
