"""`newslake sql`: one read-only question, or a shell; rows as a table, CSV, JSON Lines or Parquet."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from warehouse.errors import LakeError
from warehouse.lake import Connection
from warehouse.read_only import open_read_only, query

_ROWS_AT_ONCE = 1_000
_SHELL = "newslake sql: one statement, ended by a semicolon; `show tables;` lists what is there; end with Ctrl-D."


def ask(
    folder: Path, question: str | None, output: str | None, *, at: str | None, timeout: float | None, memory: str | None
) -> int:
    """Answer one question, or those of a shell; the exit status."""
    try:
        con = open_read_only(folder, at=at, memory_limit=memory)
        if question is not None:
            _answer(con, question, output, timeout)
            return 0
    except LakeError as error:
        _complain(error)
        return 1
    except BrokenPipeError:
        # `newslake sql … | head`: the reader has what it wanted.
        sys.stderr.close()
        return 0
    _shell(con, output, timeout)
    return 0


def _shell(con: Connection, output: str | None, timeout: float | None) -> None:
    interactive = sys.stdin.isatty()
    if interactive:
        import readline  # noqa: F401 - gives input() its line editing and history

        sys.stderr.write(_SHELL + "\n")
    waiting = ""
    while True:
        try:
            waiting += input(("     ...> " if waiting else "newslake> ") if interactive else "") + "\n"
        except EOFError:
            break
        except KeyboardInterrupt:
            waiting = ""
            sys.stderr.write("\n")
            continue
        if waiting.rstrip().endswith(";"):
            _answer_or_complain(con, waiting, output, timeout)
            waiting = ""
    if waiting.strip():
        _answer_or_complain(con, waiting, output, timeout)


def _answer_or_complain(con: Connection, question: str, output: str | None, timeout: float | None) -> None:
    try:
        _answer(con, question, output, timeout)
    except LakeError as error:
        _complain(error)


def _answer(con: Connection, question: str, output: str | None, timeout: float | None) -> None:
    with query(con, question, timeout_seconds=timeout) as result:
        match output or ("table" if sys.stdout.isatty() else "csv"):
            case "table":
                _table(result)
            case "csv":
                _csv(result)
            case "json":
                _json(result)
            case "parquet":
                _parquet(result)


def _table(result: Connection) -> None:
    from flows.terminal import print_table

    print_table(_names(result), list(_rows(result)))


def _csv(result: Connection) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(_names(result))
    for row in _rows(result):
        writer.writerow([_cell(value) for value in row])


def _json(result: Connection) -> None:
    names = _names(result)
    for row in _rows(result):
        line = json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False, default=_plain)
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
    return json.dumps(value, ensure_ascii=False, default=_plain) if isinstance(value, list | dict | tuple) else value


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


def _complain(error: LakeError) -> None:
    from flows.terminal import complain

    complain(str(error))
