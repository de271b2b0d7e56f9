"""One committer at a time, and one run a folder: by `flock` on files, and with PostgreSQL by its advisory locks.

SQLite hands "database is locked" to the caller at once, and two DuckLake transactions that each pass a uniqueness audit
would both commit, whatever the catalog. So every transaction that writes is made under the commit lock, held for one
transaction. It is a lock of the catalog: a file beside SQLite, an advisory lock within PostgreSQL, where every host
that writes there asks for it.

Every run holds the run lock of its folder from its start to its end, since it owns what is staged there. With SQLite
that makes it the only run of the warehouse. With PostgreSQL, runs of other folders may go on at the same time; each
claims its number with an advisory lock, so that a run which died can be told from one which goes on elsewhere.

The kernel drops a file's lock with its process, and PostgreSQL an advisory lock with its session, so a killed run
leaves none behind. The holder writes who it is, for the message of whoever has to wait.
"""

from __future__ import annotations

import fcntl
import os
import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.errors import LakeError, WarehouseBroken, WarehouseBusy
from warehouse.storage import storage_of, told

if TYPE_CHECKING:
    import psycopg

COMMIT_WAIT_SECONDS = 60.0
_POLL_SECONDS = 0.02
_A_LOOK_SECONDS = 0.3
_SINCE = re.compile(r"\bsince ([\dT:+-]+)")

# The two keys of an advisory lock: a class of newslake's own ("nl", and what it is of) and, of runs, the number.
_COMMIT_CLASS = 0x6E6C01
_RUN_CLASS = 0x6E6C02

# The sessions of the run locks that this process holds, by folder: whoever begins the run claims its number there.
_RUN_SESSIONS: dict[Path, psycopg.Connection] = {}


@contextmanager
def commit_lock(folder: Path, *, wait_seconds: float = COMMIT_WAIT_SECONDS) -> Iterator[Callable[[], None]]:
    """Hold the right to commit to the warehouse in ``folder``.

    What is yielded is called just before the commit: it raises :class:`WarehouseBusy` where the lock was lost, as
    it is with a broken connection to PostgreSQL. Raises :class:`WarehouseBusy` where another process keeps the lock for
    longer than ``wait_seconds``.
    """
    if storage_of(folder).is_postgres:
        with open_session(folder) as session:
            _acquire(session, _COMMIT_CLASS, 0, folder, wait_seconds)
            yield lambda: _still_held(session, folder)
    else:
        with _held(folder / "commit.lock", "is writing to the warehouse in", wait_seconds):
            yield lambda: None


@contextmanager
def run_lock(folder: Path, *, wait_seconds: float = 0.0) -> Iterator[None]:
    """Be the only run of the warehouse in ``folder``; with PostgreSQL, others may go on beside it, in their folders.

    Raises :class:`WarehouseBusy` where another run goes on for longer than ``wait_seconds``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        stack.enter_context(_held(folder / "run.lock", "is running on the warehouse in", wait_seconds))
        if storage_of(folder).is_postgres:
            _RUN_SESSIONS[folder] = stack.enter_context(open_session(folder))
            stack.callback(_RUN_SESSIONS.pop, folder, None)
        yield


def claim_run(folder: Path, run_id: int) -> None:
    """Let the run lock of ``folder``, which the caller holds, say that it is of run ``run_id``."""
    session = _RUN_SESSIONS.get(folder)
    if session is not None:
        session.execute("select pg_advisory_lock(%s, %s)", [_RUN_CLASS, run_id])


def goes_on(folder: Path, run_id: int) -> bool:
    """Whether run ``run_id`` goes on somewhere else than under this folder's run lock, which the caller holds."""
    if not storage_of(folder).is_postgres:
        return False
    with open_session(folder) as session:
        row = session.execute("select pg_try_advisory_lock(%s, %s)", [_RUN_CLASS, run_id]).fetchone()
        return row is not None and not row[0]


def run_in_progress(folder: Path) -> str | None:
    """Who holds the run lock (``process 123 since …``), or None where no run goes on."""
    if storage_of(folder).is_postgres:
        with open_session(folder) as session:
            holders = _holders(session, _RUN_CLASS)
        return ", ".join(holders) or None
    path = folder / "run.lock"
    if not path.exists():
        return None
    with path.open("r") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _holder(path)
        return None


def held_since(holders: str) -> datetime | None:
    """Since when the first of those whom :func:`run_in_progress` names has held the lock; None where none says so."""
    found = []
    for text in _SINCE.findall(holders):
        try:
            found.append(datetime.fromisoformat(text))
        except ValueError:
            continue  # cut off, or not by newslake
    return min((time for time in found if time.tzinfo is not None), default=None)


@contextmanager
def one_at_a_time(path: Path, what: str, *, wait_seconds: float = 0.0) -> Iterator[None]:
    """Hold the lock file ``path`` of something beside a warehouse; ``what`` says what its holder does in the folder."""
    with _held(path, what, wait_seconds):
        yield


@contextmanager
def _held(path: Path, what: str, wait_seconds: float) -> Iterator[None]:
    # Who only looks whether somebody holds it has it for a moment.
    deadline = time.monotonic() + max(wait_seconds, _A_LOOK_SECONDS)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise _busy(_holder(path), what, path.parent, wait_seconds) from None
                time.sleep(_POLL_SECONDS)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, _myself().encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _busy(holder: str, what: str, folder: Path, wait_seconds: float) -> WarehouseBusy:
    return WarehouseBusy(
        f"{holder} {what} {folder}; waited {wait_seconds:g} s and did nothing. Try again when it has ended."
    )


def _myself() -> str:
    return f"process {os.getpid()} since {datetime.now(UTC).isoformat(timespec='seconds')}"


def _holder(path: Path) -> str:
    try:
        return path.read_text(errors="replace").strip() or "Another process"
    except OSError:
        return "Another process"


@contextmanager
def open_session(folder: Path) -> Iterator[psycopg.Connection]:
    """A session of its own, which holds what it locks until it ends. Its name says who it is of."""
    try:
        import psycopg
    except ImportError as error:
        raise LakeError("A catalog in PostgreSQL needs psycopg; `make environment EXTRAS=postgres` adds it.") from error
    name = f"{_myself()} on {socket.gethostname()}"[:63]  # what PostgreSQL keeps of it
    storage = storage_of(folder)
    try:
        session = psycopg.connect(storage.connection, autocommit=True, application_name=name)
    except psycopg.Error as error:
        raise WarehouseBroken(
            f"The catalog in {told(storage.catalog)} cannot be reached: {str(error).strip()}. Look whether the server "
            f"runs, and whether {folder / 'storage.json'} and PGPASSWORD are right."
        ) from error
    with session:
        yield session


def _acquire(session: psycopg.Connection, lock_class: int, number: int, folder: Path, wait_seconds: float) -> None:
    import psycopg

    row = session.execute("select pg_try_advisory_lock(%s, %s)", [lock_class, number]).fetchone()
    if row is not None and row[0]:
        return
    holder = next(iter(_holders(session, lock_class)), "Another process")
    if wait_seconds <= 0:
        raise _busy(holder, "is writing to the warehouse in", folder, wait_seconds)
    try:
        session.execute("select set_config('lock_timeout', %s, false)", [f"{max(1, round(wait_seconds * 1000))}ms"])
        session.execute("select pg_advisory_lock(%s, %s)", [lock_class, number])
    except psycopg.errors.LockNotAvailable:
        raise _busy(holder, "is writing to the warehouse in", folder, wait_seconds) from None


def _holders(session: psycopg.Connection, lock_class: int) -> list[str]:
    rows = session.execute(
        "select coalesce(nullif(activity.application_name, ''), 'Another process') "
        "from pg_locks as lock left join pg_stat_activity as activity using (pid) "
        "where lock.locktype = 'advisory' and lock.granted and lock.classid = %s "
        "and lock.database = (select oid from pg_database where datname = current_database()) order by lock.objid",
        [lock_class],
    ).fetchall()
    return [str(row[0]) for row in rows]


def _still_held(session: psycopg.Connection, folder: Path) -> None:
    import psycopg

    try:
        session.execute("select 1")
    except psycopg.Error as error:
        raise WarehouseBusy(
            f"The connection that held the right to commit to the warehouse in {folder} broke; the transaction was "
            "rolled back, nothing of it is kept. Run it again."
        ) from error
