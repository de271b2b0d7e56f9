"""Staging: rows on their way from whoever read them to the batch, as Arrow streams at a path or a URL."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow as pa

from flows.places import Access, file_system, is_url, refusal, shown
from transforms.staged import SCHEMA

_OWNER = "staging.name"
# Across a network texts are worth compressing; on a disk of this machine they are read again at once.
_TO_A_STORE = pa.ipc.IpcWriteOptions(compression="zstd")


def written(path: str, tables: Iterable[pa.Table], access: Access) -> tuple[int, int]:
    """Write tables of the staged schema to ``path`` as one stream; how many rows and bytes in memory they are.

    What was at ``path`` is replaced. A stream that was broken off is nobody's: its task gives no place back. Raises
    OSError.
    """
    count = size = 0
    with _writing(path, access) as file:
        options = _TO_A_STORE if is_url(path) else None
        with pa.ipc.new_stream(file, SCHEMA, options=options) as writer:
            for table in tables:
                writer.write_table(table)
                count += table.num_rows
                size += table.nbytes
    return count, size


@contextmanager
def opened(path: str, access: Access, *, mapped: bool = False) -> Iterator[Any]:
    """What waits at ``path``, to be read from its beginning; it is gone afterwards. Raises OSError.

    A file of this machine may be ``mapped``: what is read of it stays on disk until it is looked at, and all that was
    looked at stays in memory until the last of its rows goes.
    """
    if not is_url(path):
        with pa.memory_map(path, "r") if mapped else pa.OSFile(path, "r") as file:
            yield file
        Path(path).unlink()
        return
    system, place = file_system(path, access)
    file = _in_our_words(lambda: system.open(place, "rb"))
    with file:
        yield file
    _in_our_words(lambda: system.rm_file(place))


def remove(path: str, access: Access) -> None:
    """Take away all below ``path``; nothing may be there. Raises OSError."""
    if not is_url(path):
        shutil.rmtree(path, ignore_errors=True)
        return
    system, place = file_system(path, access)
    if _in_our_words(lambda: system.exists(place)):
        _in_our_words(lambda: system.rm(place, recursive=True))


def owner_of(folder: Path) -> str:
    """The name under which the warehouse in ``folder`` stages at a place that others use too; the run lock is held.

    Made up once and kept in the folder: a host's name and a path would be those of every copy of a machine, and a
    container has another name each time. Raises OSError.
    """
    file = folder / _OWNER
    with suppress(FileNotFoundError):
        if known := file.read_text(encoding="ascii").strip():
            return known
    made_up = uuid4().hex[:12]
    part = file.with_name(f"{_OWNER}.part")
    part.write_text(made_up, encoding="ascii")
    part.replace(file)
    return made_up


def sweep(staging: Path) -> None:
    """Clear what killed runs left in staging; the run lock is held, so nobody else's rows wait there."""
    for left in staging.glob("run-*"):
        shutil.rmtree(left, ignore_errors=True)


@contextmanager
def _writing(path: str, access: Access) -> Iterator[Any]:
    if not is_url(path):
        with pa.OSFile(path, "wb") as file:
            yield file
        return
    system, place = file_system(path, access)
    with _staging_told(path):
        file = system.open(place, "wb")
    try:
        yield file
    except BaseException:
        with suppress(Exception):
            file.close()
        raise
    with _staging_told(path):  # a store takes what was written, or refuses it, when the file is closed
        file.close()


@contextmanager
def _staging_told(path: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        said = refusal(error)
        raise OSError(
            said.errno,
            f"{shown(path)}: nothing can be staged here ({said.strerror}). Look at runner.staging, and at the rights "
            "of the workers' keys",
        ) from None


def _in_our_words(ask: Callable[[], Any]) -> Any:
    """What a store's library gives; what it raises may hold an address with its credentials."""
    try:
        return ask()
    except Exception as error:
        raise refusal(error) from None
