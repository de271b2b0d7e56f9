"""A whole catalog as one SQLite file, and back: what backup and restore share, whatever the catalog is.

DuckLake keeps the same tables in SQLite and in PostgreSQL, where three types differ: booleans are 0 and 1 in SQLite,
ids (uuid) and times are text. So a copy of either is a SQLite catalog, a warehouse can be read from the copy as it
stands, and what was backed up from one catalog can be restored into the other.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.errors import WarehouseBroken
from warehouse.lake import Layout, attach
from warehouse.locks import open_session
from warehouse.statements import statement

if TYPE_CHECKING:
    import psycopg

_ROWS_AT_ONCE = 5_000
_TABLES = "ducklake\\_%"
# PostgreSQL's types in a DuckLake catalog: SQLite's type, and how a value is read as SQLite keeps it.
_KINDS = {
    "bigint": ("BIGINT", "{}"),
    "boolean": ("BIGINT", "{}::int"),
    "uuid": ("VARCHAR", "{}::text"),
    "timestamp with time zone": ("VARCHAR", "{}::text"),
    "character varying": ("VARCHAR", "{}"),
}


@dataclass(frozen=True, slots=True)
class Referenced:
    """A Parquet file of the lake: its path below the data folder, its bytes."""

    path: str
    size: int


def copy_catalog(layout: Layout, target: Path) -> None:
    """Write the catalog of ``layout`` as of one moment to the SQLite file ``target``, which is not there yet.

    Commits go on meanwhile. Raises :class:`WarehouseBroken` where the catalog can't be read.
    """
    if layout.storage.is_postgres:
        with closing(sqlite3.connect(target)) as copy, open_session(layout.folder) as source:
            copy.execute("pragma journal_mode = wal")
            _copy_from_postgres(source, copy)
        return
    try:
        # One step reads one state of a WAL database, and keeps no writer waiting.
        with (
            closing(sqlite3.connect(f"{layout.catalog.absolute().as_uri()}?mode=rw", uri=True, timeout=60)) as source,
            closing(sqlite3.connect(target)) as copy,
        ):
            source.backup(copy)
    except sqlite3.Error as error:
        raise WarehouseBroken(f"The catalog {layout.catalog} cannot be copied: {error}.") from error


def place_catalog(copy: Path, layout: Layout) -> None:
    """Put the catalog in the SQLite file ``copy`` where ``layout`` has its own, in one transaction.

    Whatever was there is replaced. The caller holds the commit lock.
    """
    if layout.storage.is_postgres:
        attach(layout).close()  # makes the tables where they are not there yet
        with closing(sqlite3.connect(copy)) as source, open_session(layout.folder) as target:
            _copy_to_postgres(source, target, layout.data_url)
        return
    with closing(sqlite3.connect(copy)) as source, closing(sqlite3.connect(layout.catalog, timeout=60)) as target:
        source.backup(target)


def referenced_files(copy: Path) -> list[Referenced]:
    """Every Parquet file that a snapshot of the catalog in the SQLite file ``copy`` reads.

    Raises :class:`WarehouseBroken` where one lies outside of the data folder: it would not be found after a move.
    """
    with closing(sqlite3.connect(copy)) as catalog:
        rows = catalog.execute(statement("backup/referenced_files")).fetchall()
    outside = [path for path, _, is_within in rows if not is_within]
    if outside:
        raise WarehouseBroken(f"The catalog names files outside of its data folder, such as {outside[0]}.")
    return [Referenced(path, size) for path, size, _ in rows]


def _copy_from_postgres(source: psycopg.Connection, copy: sqlite3.Connection) -> None:
    from psycopg import sql

    with source.transaction(), copy:
        source.execute("set transaction isolation level repeatable read, read only")
        source.execute("set local time zone 'UTC'")
        for table, columns in _tables(source).items():
            described = [f'"{name}" {_KINDS[kind][0]}' for name, kind in columns]
            keys = [f'"{name}"' for name in _primary_key(source, table)]
            if keys:
                described.append(f"primary key ({', '.join(keys)})")
            copy.execute(f'create table "{table}" ({", ".join(described)})')
            wanted = sql.SQL(", ").join(sql.SQL(_KINDS[kind][1]).format(sql.Identifier(name)) for name, kind in columns)
            put = f'insert into "{table}" values ({", ".join("?" for _ in columns)})'
            with source.cursor(name="catalog_copy") as rows:
                rows.itersize = _ROWS_AT_ONCE
                rows.execute(sql.SQL("select {} from {}").format(wanted, sql.Identifier(table)))
                copy.executemany(put, rows)


def _copy_to_postgres(source: sqlite3.Connection, target: psycopg.Connection, data_url: str) -> None:
    from psycopg import sql

    with target.transaction(), target.cursor() as cursor:
        tables = _tables(target)
        cursor.execute(sql.SQL("truncate {}").format(sql.SQL(", ").join(map(sql.Identifier, tables))))
        cursor.execute("set local time zone 'UTC'")
        for table, columns in tables.items():
            names = [name for name, _ in columns]
            there = {row[1] for row in source.execute(f'pragma table_info("{table}")')}
            kept = [(name, kind) for name, kind in columns if name in there]
            if not kept:
                continue
            put = sql.SQL("copy {} ({}) from stdin").format(
                sql.Identifier(table), sql.SQL(", ").join(sql.Identifier(name) for name, _ in kept)
            )
            with cursor.copy(put) as copy:
                for row in _rows(source, table, [name for name in names if name in there]):
                    copy.write_row([_value(value, kind) for value, (_, kind) in zip(row, kept, strict=True)])
        cursor.execute("update ducklake_metadata set value = %s where key = 'data_path'", [data_url])


def _rows(source: sqlite3.Connection, table: str, names: list[str]) -> Iterator[tuple[object, ...]]:
    columns = ", ".join(f'"{name}"' for name in names)
    yield from source.execute(f'select {columns} from "{table}"')


def _value(value: object, kind: str) -> object:
    return bool(value) if kind == "boolean" and value is not None else value


def _tables(source: psycopg.Connection) -> dict[str, list[tuple[str, str]]]:
    """The tables of a DuckLake catalog in PostgreSQL: the columns of each, in order, with their types."""
    found: dict[str, list[tuple[str, str]]] = {}
    for table, column, kind in source.execute(
        "select table_name, column_name, data_type from information_schema.columns "
        "where table_schema = 'public' and table_name like %s order by table_name, ordinal_position",
        [_TABLES],
    ):
        found.setdefault(table, []).append((column, kind))
    return found


def _primary_key(source: psycopg.Connection, table: str) -> list[str]:
    rows = source.execute(
        "select attribute.attname from pg_index join pg_attribute as attribute "
        "on attribute.attrelid = indrelid and attribute.attnum = any(indkey) "
        "where indisprimary and indrelid = %s::regclass",
        [table],
    ).fetchall()
    return [str(row[0]) for row in rows]
