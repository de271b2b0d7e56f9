"""What lies in the data folder, wherever that is: a connection in, every file with its size and age out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import duckdb
from duckdb import DuckDBPyConnection

from warehouse.lake import quoted
from warehouse.statements import one_row


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file as it lies there: its whole path, its bytes, and when it was last written."""

    path: str
    bytes: int
    modified_at: datetime


def stored_files(con: DuckDBPyConnection) -> list[StoredFile]:
    """Everything below the data path of the lake."""
    (root,) = one_row(con, "select data_path from ducklake_settings('lake')")
    pattern = quoted(f"{root.rstrip('/')}/**")
    (files,) = one_row(con, f"select count(*) from glob({pattern})")
    if not files:
        return []  # read_blob, which knows sizes and ages, raises where there is none
    for _ in range(3):
        try:
            found = con.execute(f"select filename, size, last_modified from read_blob({pattern})").fetchall()
        except duckdb.IOException:
            continue  # one of them was removed between the listing and the look at it
        return [StoredFile(*file) for file in found]
    found = con.execute(f"select filename, size, last_modified from read_blob({pattern})").fetchall()
    return [StoredFile(*file) for file in found]
