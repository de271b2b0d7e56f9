"""Reads that the merging of files does not come between.

With a catalog in SQLite, duckdb looks up the extent of a catalog table when a statement first needs it and reads within
that extent later, each time through a connection of its own. What other transactions add meanwhile is meant for later
snapshots anyway. Merging alone takes files of the present out and puts others in their place: a statement that is being
planned in that very moment may find neither, and answer as if a table were empty (seen: 1 of 1,700 small queries beside
60 merges). So a read of newslake's own is made again where files were merged in between. A load needs none of this: its
transaction and each merge hold the commit lock.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import duckdb
from duckdb import DuckDBPyConnection

from warehouse.errors import WarehouseBusy
from warehouse.statements import one_row, statement

_MOST_TIMES = 20  # an upkeep makes about as many merges, and each read meets one of them at most

Answer = TypeVar("Answer")


def undisturbed(con: DuckDBPyConnection, read: Callable[[], Answer]) -> Answer:
    """What ``read`` gives with ``con``, as of a moment when no files were being merged.

    ``read`` is called again where files were merged while it went on. Its result may still be a stream: what is to be
    read is settled when the statement begins. Raises what ``read`` raises, and :class:`WarehouseBusy` where merging
    came between every time.
    """
    looking = con.cursor()  # a look at the catalog over con itself would end a stream
    try:
        for _ in range(_MOST_TIMES):
            before = _last_merge(looking)
            try:
                answer = read()
            except duckdb.Error:
                if _last_merge(looking) == before:
                    raise
                continue
            if _last_merge(looking) == before:
                return answer
    finally:
        looking.close()
    raise WarehouseBusy("Upkeep was merging files all the while, and nothing was read. Try again in a minute.")


def _last_merge(con: DuckDBPyConnection) -> int | None:
    (snapshot_id,) = one_row(con, statement("upkeep/last_merge"))
    return None if snapshot_id is None else int(snapshot_id)
