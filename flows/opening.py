"""Opening a listed input: its entry in the listing goes in, a stream of its bytes comes out.

This is the one place where newslake reads what lies in an inbox. What can't be opened is an OSError, whatever the
inbox lies on: FileNotFoundError where it is gone since the listing, :class:`StillWritten` where it is another than was
listed or becomes one while it is read, any other where it could not be read.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from flows.listing import Listed
from flows.pickup import SIDECAR_SUFFIX

SIDECAR_BYTES = 2**20


class StillWritten(OSError):
    """The input changed between its listing and the end of its reading: what was read of it may be half of it."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An input that is open for reading, and its modification time in ns as it was when it was opened."""

    stream: BinaryIO
    mtime_ns: int | None


@contextmanager
def open_input(file: Listed) -> Iterator[Opened]:
    """The bytes of a listed input as a stream from their beginning.

    Raises OSError at the beginning, and :class:`StillWritten` at the end of the block too.
    """
    with _open_file(file.path) as opened:
        _refuse_changed(file, opened)
        yield opened
        _refuse_changed(file, opened)


def read_sidecar_of(file: Listed) -> bytes | None:
    """The bytes of the sidecar beside a listed input, up to SIDECAR_BYTES; None where there is none to be read."""
    try:
        with _open_file(file.path + SIDECAR_SUFFIX) as opened:
            return opened.stream.read(SIDECAR_BYTES + 1)
    except OSError:
        return None


def _refuse_changed(file: Listed, opened: Opened) -> None:
    facts = os.fstat(opened.stream.fileno())
    if file.mtime_ns is not None and (facts.st_size, facts.st_mtime_ns) != (file.size, file.mtime_ns):
        raise StillWritten(errno.EBUSY, "it changed since it was listed")


@contextmanager
def _open_file(path: str) -> Iterator[Opened]:
    # Not blocking: a pipe that took a file's place would be waited for until somebody wrote to it.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as stream:
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode):
            raise OSError(errno.EINVAL, "is no longer a regular file")
        yield Opened(stream, facts.st_mtime_ns)
