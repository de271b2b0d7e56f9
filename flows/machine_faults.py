"""What the machine has against a command, in words: a full or read-only disk, a catalog that another program locks, a
server that went away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from warehouse.errors import LakeError

_STAYS = "What was in hand was dropped, what was committed before stays."

# What the operating system, SQLite and DuckDB say, and what to say to the user of the warehouse in {folder}.
_FAULTS = [
    (
        ("no space left on device", "database or disk is full", "disk quota exceeded", "enospc"),
        "The disk of the warehouse in {folder} is full. {stays} Make room (`newslake upkeep` gives back what nobody "
        "needs), then run it again.",
    ),
    (
        ("read-only file system", "readonly database", "read-only database"),
        "The warehouse in {folder} is on a disk, or has a catalog, that is read-only; nothing was changed. Make it "
        "writable, then run it again.",
    ),
    (
        ("database is locked", "database table is locked"),
        "Another program keeps the catalog of the warehouse in {folder} locked (an SQLite shell, or a copy that writes "
        "to it?). {stays} End it, then run it again.",
    ),
    (
        (
            "server closed the connection",
            "unable to connect to postgres",
            "terminating connection due to administrator command",
            "no connection to the server",
            'failed to execute query "rollback"',  # all that DuckDB says where a read found it gone
        ),
        "PostgreSQL, which has the catalog of the warehouse in {folder}, went away. {stays} Look whether it runs, then "
        "run it again.",
    ),
    (
        ("could not connect to server error for http", "could not establish connection error for http"),
        "The store that has the data of the warehouse in {folder} does not answer. {stays} Look whether it runs and "
        "whether storage.s3_endpoint names it, then run it again.",
    ),
]


@contextmanager
def machine_faults_told(folder: Path) -> Iterator[None]:
    """Let a fault of the machine come as a :class:`LakeError` that says what it means for a warehouse."""
    try:
        yield
    except Exception as error:
        if words := in_words(error, folder):
            raise LakeError(words) from error
        raise


def in_words(error: BaseException, folder: Path) -> str | None:
    """What an error of the machine means for the warehouse in ``folder``, and what to do; None for any other error."""
    from flows.alerts import redact_text  # it brings what sends messages, which a command without faults has no use for

    said = redact_text(str(error))
    for signs, words in _FAULTS:
        if any(sign in said.lower() for sign in signs):
            return f"{words.format(folder=folder, stays=_STAYS)} ({said.splitlines()[0]})"
    return None
