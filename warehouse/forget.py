"""Forgetting: an article, a source or an input in, nothing of its text left in any table, snapshot or file.

It is the one exception to "nothing is lost", so it is recorded, without content, in `ops.forgotten`. It has two steps.
The first is one transaction: the rows go from every table, the inputs come to state quarantined for the reason
forgotten, in a run and a batch of their own, so that the books go on to add up. The second is
:mod:`warehouse.clearing`: the files that had held the rows are written anew or deleted. Killed in the first step, all
is as before; killed in the second, the next call finishes it.

What comes again is known by its hashes and not loaded (:func:`without_forgotten`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from duckdb import DuckDBPyConnection

from warehouse.errors import ForgetRefused
from warehouse.lake import transaction
from warehouse.sources import find
from warehouse.statements import one_row, statement

_DETAIL = "it was forgotten by request; its bytes were not kept, and it is not loaded again"
_WORK_TABLES = [
    "forgetting_sources",
    "forgetting",
    "forgetting_names",
    "forgetting_inputs",
    "forgetting_readings",
    "lone_authors",
    "lone_blocks",
    "forgetting_messages",
]
# What stays of a staged row that is of something forgotten: what accounts for the input.
_ACCOUNTING = [
    *["input_key", "file_key", "record", "feed", "size", "mtime_ns", "etag", "content_hash", "format"],
    *["outcome", "reason", "detail"],
]


@dataclass(frozen=True, slots=True)
class Subject:
    """What is to be forgotten: an article or a source by its id, and what hangs on it."""

    kind: str  # article, source or input
    id: int
    articles: int
    readings: int
    inputs: int


def subject_article(con: DuckDBPyConnection, article_id: int) -> Subject:
    """The article of this id. Raises :class:`ForgetRefused` where there is none, or no more."""
    found = con.execute("select 1 from dim_article where article_id = ?", [article_id]).fetchone()
    if found is None:
        gone = con.execute(
            "select min(forgotten_at) from ops.forgotten join ops.forgotten_reading using (forgotten_id) "
            "where article_id = ?",
            [article_id],
        ).fetchone()
        if gone is not None and gone[0] is not None:
            raise ForgetRefused(f"Article {article_id} was forgotten on {gone[0]:%Y-%m-%d %H:%M} UTC already.")
        raise ForgetRefused(f"There is no article {article_id}; the column article_id of the view article has the ids.")
    return _counted(con, "article", article_id)


def subject_source(con: DuckDBPyConnection, source: str) -> Subject:
    """The source of this domain, name or id, with every other that it stands for.

    Raises :class:`warehouse.errors.SourceRefused` where there is none, or it may be several.
    """
    return _counted(con, "source", find(con, source).identity_id)


def subject_input(con: DuckDBPyConnection, input_id: int) -> Subject:
    """The input of this id, where it gave no article. Raises :class:`ForgetRefused` where it is none or gave one."""
    found = con.execute("select article_id, state, reason from ops.input where input_id = ?", [input_id]).fetchone()
    if found is None or found[1] not in ("quarantined", "held", "loaded"):
        raise ForgetRefused(f"There is no input {input_id} that holds anything; the view rejection has the ids.")
    if found[0] is not None:
        raise ForgetRefused(f"Input {input_id} gave article {found[0]}: forget it by --article {found[0]}.")
    if found[2] == "forgotten":
        raise ForgetRefused(f"Input {input_id} was forgotten already.")
    return _counted(con, "input", input_id)


def forget(
    con: DuckDBPyConnection, subject: Subject, *, reason: str, requested_by: str, now: datetime, version: str
) -> Subject:
    """Take a subject out of every table, in one transaction; what it came to, as counted within it.

    The caller holds the run lock, and calls :func:`warehouse.clearing.clear` next.
    """
    try:
        with transaction(con, f"a {subject.kind} forgotten"):
            forgotten_id, run_id, batch_id = one_row(con, statement("forget/next_ids"))
            variables: dict[str, object] = {
                "kind": subject.kind,
                "article_id": subject.id if subject.kind == "article" else None,
                "source_id": subject.id if subject.kind == "source" else None,
                "input_id": subject.id if subject.kind == "input" else None,
                "reason": reason,
                "requested_by": requested_by,
                "forgotten_id": forgotten_id,
                "run_id": run_id,
                "batch_id": batch_id,
                "now": now,
                "version": version,
                "detail": _DETAIL,
            }
            for name, value in variables.items():
                con.execute(f"set variable {name} = ?", [value])
            con.execute(statement("forget/01_subjects"))
            found = _found(con, subject)
            con.execute(statement("forget/02_record"))
            con.execute(statement("forget/02_messages"))
            for table, column in con.execute(statement("forget/03_tables")).fetchall():
                con.execute(_delete(table, column))
            con.execute(statement("forget/04_rest"))
    finally:
        for name in _WORK_TABLES:
            con.execute(f"drop table if exists temp.main.{name}")
    return found


def without_forgotten(con: DuckDBPyConnection, tables: dict[str, pa.Table]) -> dict[str, pa.Table]:
    """The tables of a batch (``staged``, which has a column row, ``rejected``, ``faults``, ``holding``) with nothing in
    them of what was forgotten: such a record is rejected, for the reason forgotten, and what accounts for it stays.
    """
    rows = con.execute(statement("forget/arriving")).to_arrow_table().column("row")
    if not len(rows):
        return tables
    staged = tables["staged"]
    is_forgotten = pc.is_in(staged.column("row"), value_set=rows.combine_chunks())
    said = {"outcome": "rejected", "reason": "forgotten", "detail": _DETAIL}
    columns: list[pa.ChunkedArray[Any]] = []
    for field in staged.schema:
        column = staged.column(field.name)
        if field.name in said:
            column = pc.if_else(is_forgotten, pa.scalar(said[field.name]), column)
        elif field.name not in _ACCOUNTING and field.name != "row":
            column = _nulled(column, is_forgotten)
        columns.append(column)
    kept = {
        name: table.filter(pc.invert(pc.is_in(table.column("row"), value_set=rows.combine_chunks())))
        for name, table in tables.items()
        if name in ("rejected", "faults", "holding")
    }
    return tables | kept | {"staged": pa.table(columns, schema=staged.schema)}


def _nulled(column: pa.ChunkedArray[Any], where: Any) -> pa.ChunkedArray[Any]:
    """``column`` with null in the rows of ``where``, of whatever type: lists and maps have no if_else."""
    index = pa.array(range(len(column)), pa.int64())
    return column.take(pc.if_else(where, pa.scalar(None, pa.int64()), index))


def _counted(con: DuckDBPyConnection, kind: str, subject_id: int) -> Subject:
    for name in ("article", "source", "input"):
        con.execute(f"set variable {name}_id = ?", [subject_id if kind == name else None])
    con.execute(statement("forget/01_subjects"))
    return _found(con, Subject(kind, subject_id, 0, 0, 0))


def _found(con: DuckDBPyConnection, subject: Subject) -> Subject:
    counts = one_row(
        con,
        "select (select count(*) from forgetting), (select count(*) from forgetting_readings), "
        "(select count(*) from forgetting_inputs)",
    )
    return Subject(subject.kind, subject.id, *counts)


def _delete(table: str, column: str) -> str:
    """A statement that takes the subject out of one table, by the column through which it belongs to it."""
    match column:
        case "article_id":
            return f"delete from {table} where article_id in (select article_id from forgetting)"
        case "input_id":
            return f"delete from {table} where input_id in (select input_id from forgetting_inputs)"
    return f"delete from {table} where source_id in (select source_id from forgetting_sources)"
