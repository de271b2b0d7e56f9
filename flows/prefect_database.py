"""The database of newslake's own Prefect servers: made once for each user and version of Prefect, then copied.

An empty database costs Prefect six seconds of a processor (some hundred migrations), a copy of one costs none. What is
copied is kept below `$XDG_CACHE_HOME/newslake`, else `~/.cache/newslake`, for its user alone; without either, or where
it can't be written, every warehouse's first run makes its own. It holds tables and no row of anybody's.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from importlib.metadata import version
from pathlib import Path

_NAME = "prefect.db"  # that Prefect gives it in its home


def place(home: Path) -> None:
    """Put a copy into ``home``, Prefect's, where a database is wanted and a made one is kept."""
    kept = _kept()
    if not _is_wanted(home) or kept is None or not _is_there(kept):
        return
    try:
        with suppress(OSError), _copied(kept, home / _NAME) as copy:
            os.link(copy, home / _NAME)  # never over one that another run has put there meanwhile, and opened
    except sqlite3.Error:
        with suppress(OSError):
            kept.unlink()  # it is no database any more: Prefect makes one, which is kept in its place


def make(home: Path) -> None:
    """Have Prefect make the database in ``home`` where there is none, and keep a copy for the next warehouse.

    In the process of the server, before it answers: nothing of this host or user is in the database yet.
    """
    if not _is_wanted(home):
        return
    from prefect.server.database import provide_database_interface

    asyncio.run(provide_database_interface().create_db())
    kept = _kept()
    if kept is not None and (home / _NAME).is_file():
        with suppress(sqlite3.Error, OSError):
            kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _copied(home / _NAME, kept) as copy:
                copy.replace(kept)


def clear(home: Path, *, above: int) -> None:
    """Have Prefect take flow runs of more than three months ago out of the database in ``home``, with their logs and
    artifacts, where it has more than ``above`` bytes: the server of a single run does not by itself.

    In the process of the server, before it answers.
    """
    if not (home / _NAME).is_file() or (home / _NAME).stat().st_size <= above:
        return
    from prefect.server.database import provide_database_interface
    from prefect.server.services.db_vacuum import vacuum_old_flow_runs

    asyncio.run(vacuum_old_flow_runs(db=provide_database_interface()))


def _is_wanted(home: Path) -> bool:
    """Whether Prefect would make a database there: none lies there, and the environment names no other."""
    names = ("PREFECT_API_DATABASE_CONNECTION_URL", "PREFECT_SERVER_DATABASE_CONNECTION_URL")
    return home.is_dir() and not (home / _NAME).exists() and not any(os.environ.get(name) for name in names)


def _is_there(kept: Path) -> bool:
    try:
        return kept.is_file()
    except OSError:
        return False  # below a home that its account may not enter, as a service's often is


def _kept() -> Path | None:
    home = os.environ.get("HOME")
    folder = os.environ.get("XDG_CACHE_HOME") or (home and f"{home}/.cache")
    return Path(folder, "newslake", f"prefect-{version('prefect')}.db") if folder else None


@contextmanager
def _copied(source: Path, target: Path) -> Iterator[Path]:
    """A whole copy of a database, beside ``target``, under a name of its own until it has that.

    Raises sqlite3.Error where the source is none.
    """
    handle, name = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
    os.close(handle)
    try:
        with closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as have:
            if have.execute("pragma quick_check").fetchone() != ("ok",):
                raise sqlite3.DatabaseError(f"{source} is damaged")
            have.execute("select version_num from alembic_version").fetchall()
            with closing(sqlite3.connect(name)) as made:
                have.backup(made)
                made.execute("pragma journal_mode = delete")  # or whoever reads it leaves files beside it
        yield Path(name)
    finally:
        for left in (name, f"{name}-wal", f"{name}-shm", f"{name}-journal"):
            Path(left).unlink(missing_ok=True)
