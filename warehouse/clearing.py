"""The second step of forgetting: no file of the warehouse holds what its tables have no more.

Parquet files with deleted rows are written anew, every snapshot but the present one is let go (an earlier one has the
rows by its nature), and the files that only those had are deleted, with whatever failed commits left beside them. The
catalog itself holds text as well: the least and greatest value of each column of each file; SQLite keeps deleted
pages until it is written anew. Kept bytes, staged rows and the search index go last. Each part can be done again, so a
clearing that was killed is done again from its beginning.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from duckdb import DuckDBPyConnection

from warehouse.errors import ForgetRefused
from warehouse.lake import Layout, folder_of, transaction
from warehouse.locks import commit_lock, open_session
from warehouse.search_index import discard
from warehouse.statements import one_row, statement

_CATALOG_WAIT_SECONDS = 20.0
_TEXT_STATISTICS = ("ducklake_file_column_stats", "ducklake_file_variant_stats", "ducklake_table_column_stats")


@dataclass(frozen=True, slots=True)
class Cleared:
    """What went: snapshots let go, Parquet files and kept blobs deleted."""

    snapshots: int
    files: int
    blobs: int


def to_clear(con: DuckDBPyConnection) -> bool:
    """Whether something was forgotten whose files are still there."""
    (waiting,) = one_row(con, "select count(*) from ops.forgotten where cleared_at is null")
    return bool(waiting)


def clear(con: DuckDBPyConnection, *, now: datetime) -> Cleared:
    """Clear every file of what was forgotten, and record that it is done.

    The caller holds the run lock. Raises :class:`ForgetRefused` where readers keep the catalog's old pages in use, and
    :class:`warehouse.errors.WarehouseBusy` where the commit lock is not free; both leave it to be finished.
    """
    layout = Layout(folder_of(con))
    with commit_lock(layout.folder) as still_held:
        # Nobody else writes now, so whatever the catalog does not name is nobody's.
        con.execute("call ducklake_rewrite_data_files('lake', delete_threshold => 0)")
        (newest,) = one_row(con, "select max(snapshot_id) from ducklake_snapshots('lake')")
        old = [n for (n,) in con.execute("select snapshot_id from ducklake_snapshots('lake')").fetchall() if n < newest]
        still_held()
        if old:
            con.execute(f"call ducklake_expire_snapshots('lake', versions => {old})")
        gone = con.execute("call ducklake_cleanup_old_files('lake', cleanup_all => true)").fetchall()
        gone += con.execute("call ducklake_delete_orphaned_files('lake', cleanup_all => true)").fetchall()
        _clear_statistics(layout)
    blobs = _clear_blobs(con, layout)
    for left in (*layout.staging.glob("run-*"), layout.staging / "spill"):
        shutil.rmtree(left, ignore_errors=True)
    discard(layout.folder)
    if not layout.storage.is_postgres:
        _rewrite_sqlite(layout)
    with transaction(con, "what was forgotten is cleared"):
        con.execute("update ops.forgotten set cleared_at = ? where cleared_at is null", [now])
    return Cleared(len(old), len(gone), blobs)


def _clear_blobs(con: DuckDBPyConnection, layout: Layout) -> int:
    """Delete the kept bytes of forgotten inputs and of the files that held them as records."""
    gone = 0
    for (content_hash,) in con.execute(statement("forget/blobs")).fetchall():
        blob = layout.raw / content_hash[:2] / f"{content_hash}.zst"
        gone += blob.exists()
        blob.unlink(missing_ok=True)
    for partial in layout.raw.glob("??/.*"):
        partial.unlink(missing_ok=True)
    return gone


def _clear_statistics(layout: Layout) -> None:
    if layout.storage.is_postgres:
        with open_session(layout.folder) as session:
            with session.transaction():
                session.execute(_statements('collate "C"').encode())
            for table in _TEXT_STATISTICS:
                session.execute(f"vacuum full {table}".encode())
        return
    with closing(sqlite3.connect(layout.catalog, timeout=_CATALOG_WAIT_SECONDS)) as catalog:
        catalog.executescript(f"begin immediate;\n{_statements('')}\ncommit;")


def _statements(collation: str) -> str:
    return statement("forget/statistics").replace("/* collation */", collation)


def _rewrite_sqlite(layout: Layout) -> None:
    """Write SQLite's file anew, without the pages of deleted rows, and empty its log."""
    with closing(sqlite3.connect(layout.catalog, timeout=_CATALOG_WAIT_SECONDS, isolation_level=None)) as catalog:
        catalog.execute("vacuum")
        (busy, _, _) = catalog.execute("pragma wal_checkpoint(truncate)").fetchone()
    if busy:
        raise ForgetRefused(
            f"A reader keeps old pages of {layout.catalog} in use. What was forgotten is in no table any more; end the "
            "reader, then `newslake forget --finish` clears the file."
        )
