"""The SQL of this package, read from its .sql files, and the one-row answers to it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from duckdb import DuckDBPyConnection

_FOLDER = Path(__file__).parent


@cache
def statement(name: str) -> str:
    """The text of one .sql file, such as ``"ledger/touch"``."""
    return (_FOLDER / f"{name}.sql").read_text(encoding="utf-8")


def statements(folder: str) -> list[tuple[str, str]]:
    """Name and text of every .sql file in a folder of this package, by name."""
    return [(path.stem, statement(f"{folder}/{path.stem}")) for path in sorted((_FOLDER / folder).glob("*.sql"))]


def one_row(con: DuckDBPyConnection, sql: str, parameters: object = None) -> tuple[Any, ...]:
    """The only row of a query's answer; :class:`LookupError` where it has none."""
    row = con.execute(sql, parameters).fetchone()
    if row is None:
        raise LookupError(f"a query that must answer with a row gave none: {sql}")
    return row
