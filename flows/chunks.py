"""Chunks and batches: what is read is cut by bytes, in order, and the rows that come of it make batches.

Batches end where chunks end, so the same files give the same cuts whoever was killed before.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

import pyarrow as pa

from flows.places import Access
from flows.settings import Batch
from flows.staging import opened
from transforms.staged import in_one_piece

# Two chunks at a time: while the first one's last pages are read, the second one's keep the other children busy.
CHUNKS_AT_ONCE = 2
# So many wait, read, while a batch is loaded, which takes about as long as reading them does: 512 MB of files, whose
# rows take a third of it in staging.
CHUNKS_AHEAD = 8
_PIECE_BYTES = 32 * 2**20


class Sized(Protocol):
    """Anything that is read: its bytes are what chunks are cut by."""

    @property
    def size(self) -> int:
        """Bytes."""


_Sized = TypeVar("_Sized", bound=Sized)
_Begun = TypeVar("_Begun")


def cut(files: Iterable[_Sized], bounds: Batch) -> Iterator[tuple[_Sized, ...]]:
    """Cut ``files``, in order, into chunks of at most ``chunk_mb`` and ``chunk_files`` (or one larger file)."""
    members: list[_Sized] = []
    size = 0
    for file in files:
        if members and (size + file.size > bounds.chunk_mb * 2**20 or len(members) == bounds.chunk_files):
            yield tuple(members)
            members, size = [], 0
        members.append(file)
        size += file.size
    if members:
        yield tuple(members)


def under_way(begun: Iterable[_Begun], ahead_by: int = CHUNKS_AHEAD) -> Iterator[_Begun]:
    """The chunks in order, ``ahead_by`` begun ahead of the one that is waited for, not all: a first run over a million
    files would hold each of them as an object, and its rows in staging, until its turn comes."""
    ahead: deque[_Begun] = deque()
    for chunk in begun:
        ahead.append(chunk)
        if len(ahead) > ahead_by:
            yield ahead.popleft()
    yield from ahead


def staged_rows(path: str, access: Access | None = None) -> pa.Table:
    """The rows of a chunk, whose file goes. Raises OSError."""
    with opened(path, access or Access(), mapped=True) as file:
        return pa.ipc.open_stream(file).read_all()


def staged_pieces(path: str, size: int, bounds: Batch, access: Access | None = None) -> Iterator[pa.Table]:
    """The rows of a chunk of ``size`` bytes, whose file goes: at once, or where they pass a batch's bounds, because a
    container was in it, in pieces of 32 MB, so that what does not fit into a batch and waits for it is not much. Raises
    OSError."""
    if size <= bounds.max_mb * 2**20:
        yield staged_rows(path, access)
        return
    with opened(path, access or Access()) as file, pa.ipc.open_stream(file) as stream:
        held: list[pa.RecordBatch] = []
        held_bytes = 0
        for found in stream:
            if held and held_bytes + found.nbytes > _PIECE_BYTES:
                yield _of_batches(held)
                held_bytes = 0
            held.append(found)
            held_bytes += found.nbytes
        if held:
            yield _of_batches(held)


def batches(tables: Iterable[pa.Table], bounds: Batch) -> Iterator[pa.Table]:
    """The rows in order, as tables that end where one of ``tables`` ends and keep to the bounds of a batch."""
    waiting: list[pa.Table] = []
    held_rows = held_bytes = 0
    for table in tables:
        for piece in _pieces(table, bounds.max_rows):
            piece_bytes = piece.nbytes
            if waiting and (
                held_rows + piece.num_rows > bounds.max_rows or held_bytes + piece_bytes > bounds.max_mb * 2**20
            ):
                yield _joined(waiting)
                held_rows = held_bytes = 0
            waiting.append(piece)
            held_rows += piece.num_rows
            held_bytes += piece_bytes
    if waiting:
        yield _joined(waiting)


def _of_batches(held: list[pa.RecordBatch]) -> pa.Table:
    """The batches as a table, and the list empty, or the reader of the chunk would keep them as long as it waits.

    The bytes of the inputs are copied out of what was read with them: nobody else puts them in one piece, and who holds
    a column of a batch that was read holds all of it.
    """
    table = pa.Table.from_batches(held)
    held.clear()
    raw = pa.concat_arrays([*table["raw"].chunks, pa.array([], pa.binary())])
    return table.set_column(table.column_names.index("raw"), "raw", raw)


def _joined(waiting: list[pa.Table]) -> pa.Table:
    """The tables as one, and the list empty, or what they hold would stand beside the batch while it is judged."""
    whole = pa.concat_tables(waiting)
    waiting.clear()
    return in_one_piece(whole)


def _pieces(table: pa.Table, rows: int) -> Iterator[pa.Table]:
    for start in range(0, table.num_rows, rows):
        yield table.slice(start, rows)
