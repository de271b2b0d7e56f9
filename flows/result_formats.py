"""Rows of a query on standard output: as a table for people, as CSV, JSON Lines or Parquet for programs."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from flows.json_values import to_json, whole_maps
from warehouse.errors import LakeError, QueryRefused
from warehouse.lake import Connection

FORMATS: Final = ("table", "csv", "json", "parquet")
_ROWS_AT_ONCE = 1_000


def print_rows(result: Connection, output: str | None, *, most_rows: int | None = None) -> None:
    """Write what ``result`` gives in one of :data:`FORMATS`; without one a table on a terminal, else CSV.

    A table of more than ``most_rows`` rows is cut there and says so; the other formats are never cut. Raises
    :class:`LakeError` where Parquet would go to a terminal, :class:`QueryRefused` where two columns have one name in
    JSON or Parquet.
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
    keys = [f"{to_json(name)}: " for name in _names_apart(result)]
    for row in _rows(result):
        line = ", ".join([key + to_json(value) for key, value in zip(keys, row, strict=True)])
        sys.stdout.write(f"{{{line}}}\n")


def _parquet(result: Connection) -> None:
    import pyarrow.parquet as pq

    if sys.stdout.isatty():
        raise LakeError("Parquet is bytes and would garble the terminal. Send it to a file: -f parquet > rows.parquet")
    _names_apart(result)
    reader = result.to_arrow_reader(_ROWS_AT_ONCE)
    with pq.ParquetWriter(sys.stdout.buffer, reader.schema, compression="zstd") as writer:
        for batch in reader:
            writer.write_batch(batch)


def _names(result: Connection) -> list[str]:
    return [column[0] for column in result.description or []]


def _names_apart(result: Connection) -> list[str]:
    """The names of the columns, for a format that tells them by their names; refused where two have one name."""
    names = _names(result)
    double = next((name for name in names if names.count(name) > 1), None)
    if double is not None:
        raise QueryRefused(f"Two columns are called {double}; name them with AS.")
    return names


def _rows(result: Connection) -> Iterator[tuple[Any, ...]]:
    whole = [whole_maps(column[1]) for column in result.description or []]
    while rows := result.fetchmany(_ROWS_AT_ONCE):
        if any(whole):
            yield from (tuple(m(v) if m else v for m, v in zip(whole, row, strict=True)) for row in rows)
        else:
            yield from rows


def _cell(value: object) -> object:
    """A value in CSV: text, numbers and null as they are, bytes in hexadecimal, lists, structs and maps as JSON."""
    if isinstance(value, bytes):
        return value.hex()
    return to_json(value) if isinstance(value, list | dict | tuple) else value
