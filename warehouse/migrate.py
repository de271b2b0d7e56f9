"""A folder in, a warehouse of the present schema out: numbered SQL files, each applied once, in its own transaction.

Migrations go forward only and are recorded, with a checksum, in `ops.migration`. Views are no migrations: each is made
again whenever its text has changed. DuckLake's options are set before the first table is: rows are never inlined into
the catalog (with sorted columns, inlined rows have broken a connection), and Parquet is zstd, half the size of snappy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection

from transforms.staged import digest
from warehouse.errors import LakeError
from warehouse.lake import (
    Layout,
    applied_version,
    attach,
    expect_rows,
    folder_of,
    one_look,
    refuse_newer,
    transaction,
)
from warehouse.locks import COMMIT_WAIT_SECONDS, commit_lock
from warehouse.statements import one_row, statement
from warehouse.views import Model, in_order, models

_FOLDER = Path(__file__).parent / "migrations"


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered file: its version, its name and its text."""

    version: int
    name: str
    sql: str


def prepare(folder: Path, *, wait_seconds: float = COMMIT_WAIT_SECONDS) -> DuckDBPyConnection:
    """A writing connection to the warehouse in ``folder``, which is made or brought up to date where that is due.

    Raises what :func:`warehouse.lake.connect` raises, :class:`warehouse.errors.WarehouseBusy` where another process
    keeps the commit lock, and :class:`LakeError` where an applied migration's text is no longer the same.
    """
    layout = Layout(Path(folder).absolute())
    for directory in (layout.folder, layout.staging, *([] if layout.storage.is_s3 else [layout.data])):
        directory.mkdir(parents=True, exist_ok=True)
    with commit_lock(layout.folder, wait_seconds=wait_seconds):
        con = attach(layout)
        version = applied_version(con)
        if version is None:
            con.execute("call lake.set_option('data_inlining_row_limit', 0)")
            con.execute("call lake.set_option('parquet_compression', 'zstd')")
        else:
            refuse_newer(con, layout, version)
    con.execute("set threads = 1")  # until many rows are expected
    migrate(con)
    expect_rows(con, con.execute("select count(*) from ops.input").fetchall()[0][0])
    # Memory is bounded by the batch: 50,000 articles of 3 KB load within this, and what is more spills to staging.
    con.execute("set memory_limit = '1GB'")
    # What a batch took goes back to the system sooner: a fifth less at the most, in the same time.
    con.execute("set allocator_bulk_deallocation_flush_threshold = '16MB'")
    # Rows of a partition are collected before they are written, half a million of them unless told otherwise: a batch.
    con.execute("set partitioned_write_flush_threshold = 8192")
    return con


def migrate(con: DuckDBPyConnection) -> list[str]:
    """Apply what is missing; the names of what was applied, views last."""
    recorded = _recorded(con)
    missing: list[Migration] = []
    for migration in migrations():
        if migration.version not in recorded:
            missing.append(migration)
        elif recorded[migration.version] != digest(migration.sql):
            raise LakeError(
                f"Migration {migration.name} was changed after this warehouse applied it; nothing was done. "
                "Put the file back as it was, and write a further one for the change."
            )
    for group in _together(missing) if not recorded else ([migration] for migration in missing):
        _apply(con, group)
    begin_statistics(con)
    return [migration.name for migration in missing] + _make_views(con)


def begin_statistics(con: DuckDBPyConnection) -> None:
    """Have DuckLake know of each empty table that it is empty.

    DuckLake keeps statistics of a table from its first row on. Before it remembers nothing of the table, and asks the
    catalog again for each column of each statement that names it: a third of a run of three files, half of the audit of
    a small lake. Under the commit lock, since whoever puts in a first row makes the same rows.
    """
    if one_row(con, statement("without_statistics")) == (0,):
        return
    with commit_lock(folder_of(con)) as still_held, one_look(con):
        con.execute(statement("begin_statistics"))
        still_held()


def migrations() -> list[Migration]:
    """Every migration that this version brings, in order."""
    return [
        Migration(int(path.name[:4]), path.name, path.read_text(encoding="utf-8"))
        for path in sorted(_FOLDER.glob("[0-9]*.sql"))
    ]


def _recorded(con: DuckDBPyConnection) -> dict[int, str]:
    try:
        return dict(con.execute("select version, checksum from ops.migration").fetchall())
    except duckdb.CatalogException:
        return {}  # before the first


def _together(missing: Sequence[Migration]) -> list[list[Migration]]:
    """What a new lake applies in one transaction each, in half of the time: it has no rows that could be in the way. An
    option can be set for a table that is committed alone, so a migration that does so begins a transaction."""
    groups: list[list[Migration]] = []
    for migration in missing:
        if not groups or "set_option(" in migration.sql:
            groups.append([])
        groups[-1].append(migration)
    return groups


def _apply(con: DuckDBPyConnection, group: Sequence[Migration]) -> None:
    names = group[0].name if len(group) == 1 else f"{group[0].name} to {group[-1].name}"
    with transaction(con, f"migration {names}"):
        recorded = _recorded(con)
        rows = []
        for migration in group:
            if migration.version in recorded:
                continue  # another process was first
            con.execute(migration.sql)
            rows.append((migration.version, migration.name, digest(migration.sql), datetime.now(UTC)))
        _insert(con, "ops.migration", rows)


def _insert(con: DuckDBPyConnection, table: str, rows: Sequence[tuple[object, ...]]) -> None:
    """All rows at once: each insert is a file that every later connection looks into."""
    if rows:
        places = ", ".join(["(" + ", ".join(["?"] * len(rows[0])) + ")"] * len(rows))
        con.execute(f"insert into {table} values {places}", [value for row in rows for value in row])


def _make_views(con: DuckDBPyConnection) -> list[str]:
    stale = _stale_views(con)
    if not stale:
        return []
    names = [model.name for model in stale]
    with transaction(con, f"views {', '.join(names)}"):
        for model in stale:
            con.execute(f"create or replace view lake.main.{model.name} as {model.sql}")
            con.execute(f"comment on view lake.main.{model.name} is '{model.grain.replace(chr(39), chr(39) * 2)}'")
        con.execute("delete from ops.model where list_contains(?, name)", [names])
        _insert(con, "ops.model", [(model.name, digest(model.sql), datetime.now(UTC)) for model in stale])
    return names


def _stale_views(con: DuckDBPyConnection) -> list[Model]:
    """The views to be made, each after those that it is built upon: a view keeps the columns that it was made over."""
    made = dict(con.execute("select name, checksum from ops.model").fetchall())
    stale: list[Model] = []
    for model in in_order(models()):
        if made.get(model.name) != digest(model.sql) or any(model.is_built_upon(other) for other in stale):
            stale.append(model)
    return stale
