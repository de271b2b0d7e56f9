"""How large a lake is: its files and their bytes, its snapshots, its catalog."""

from __future__ import annotations

from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from warehouse.lake import Layout, folder_of
from warehouse.statements import one_row, statement
from warehouse.stored import StoredFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How large a lake is: ``files`` and ``bytes`` of the present snapshot, ``stored_files`` and ``stored_bytes`` of
    everything in the data folder, snapshots, and bytes of the catalog (None where it is no file)."""

    files: int
    bytes: int
    stored_files: int
    stored_bytes: int
    snapshots: int
    catalog_bytes: int | None


def extent_of(con: DuckDBPyConnection, stored: list[StoredFile]) -> Extent:
    """The extent of the lake that ``con`` reads; ``stored`` is all that lies in its data folder."""
    files, size = one_row(con, statement("upkeep/extent"))
    (snapshots,) = one_row(con, "select count(*) from ducklake_snapshots('lake')")
    catalog = Layout(folder_of(con)).catalog
    return Extent(
        files=files,
        bytes=size,
        stored_files=len(stored),
        stored_bytes=sum(file.bytes for file in stored),
        snapshots=snapshots,
        catalog_bytes=catalog.stat().st_size if catalog.is_file() else None,
    )
