"""Rows of a query on standard output: as a table for people, as CSV, JSON Lines or Parquet for programs."""

from __future__ import annotations

import csv
import json
import math
import sys
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any, Final

from warehouse.errors import LakeError
from warehouse.lake import Connection

FORMATS: Final = ("table", "csv", "json", "parquet")
_ROWS_AT_ONCE = 1_000


def print_rows(result: Connection, output: str | None, *, most_rows: int | None = None) -> None:
    """Write what ``result`` gives in one of :data:`FORMATS`; without one a table on a terminal, else CSV.

    A table of more than ``most_rows`` rows is cut there and says so; the other formats are never cut. Raises
    :class:`LakeError` where Parquet would go to a terminal.
    """
    match output or ("table" if sys.stdout.isatty() else "csv"):
        case "table":
            _table(result, most_rows)
        case "csv":
            _csv(result)
        case "json":
            _json(result)
        case "parquet":
            _parquet(result)


def _table(result: Connection, most_rows: int | None) -> None:
    from flows.terminal import console, print_table

    rows = list(islice(_rows(result), most_rows + 1) if most_rows is not None else _rows(result))
    print_table(_names(result), rows[:most_rows])
    if most_rows is not None and len(rows) > most_rows:
        console().print(f"… the first {most_rows:,} rows; narrow the question, or `.mode csv` shows all", style="dim")


def _csv(result: Connection) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(_names(result))
    for row in _rows(result):
        writer.writerow([_cell(value) for value in row])


def _json(result: Connection) -> None:
    names = _names(result)
    for row in _rows(result):
        line = json.dumps(_finite(dict(zip(names, row, strict=True))), ensure_ascii=False, default=_plain)
        sys.stdout.write(line + "\n")


def _parquet(result: Connection) -> None:
    import pyarrow.parquet as pq

    if sys.stdout.isatty():
        raise LakeError("Parquet is bytes and would garble the terminal. Send it to a file: -f parquet > rows.parquet")
    reader = result.to_arrow_reader(_ROWS_AT_ONCE)
    with pq.ParquetWriter(sys.stdout.buffer, reader.schema, compression="zstd") as writer:
        for batch in reader:
            writer.write_batch(batch)


def _names(result: Connection) -> list[str]:
    return [column[0] for column in result.description or []]


def _rows(result: Connection) -> Iterator[tuple[Any, ...]]:
    while rows := result.fetchmany(_ROWS_AT_ONCE):
        yield from rows


def _cell(value: object) -> object:
    """A value in CSV: text, numbers and null as they are, lists and structs as JSON."""
    return (
        json.dumps(_finite(value), ensure_ascii=False, default=_plain)
        if isinstance(value, list | dict | tuple)
        else value
    )


def _finite(value: object) -> object:
    """The value with null for what is no number: JSON has neither NaN nor infinity, and strict readers stop there."""
    match value:
        case float():
            return value if math.isfinite(value) else None
        case dict():
            return {name: _finite(each) for name, each in value.items()}
        case list() | tuple():
            return [_finite(each) for each in value]
    return value


def _plain(value: object) -> object:
    """What JSON has no type for."""
    match value:
        case datetime() | date():
            return value.isoformat()
        case Decimal():
            return float(value)
        case bytes():
            return value.hex()
    return str(value)
