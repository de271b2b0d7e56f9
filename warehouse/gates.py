"""The books of the gates: what slices were judged by and how they were judged, what waits, and what it was.

Verdicts are a small commit of their own, before the first batch that follows them, so that a run that was killed in
between goes on by them. What is held goes in, and out again, with a batch (:mod:`warehouse.load`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from duckdb import DuckDBPyConnection

from transforms.staged import SCHEMA
from warehouse.errors import LakeError
from warehouse.lake import register, transaction, unregister
from warehouse.load import Extractor
from warehouse.statements import statement
from warehouse.undisturbed import undisturbed

_MIX = pa.map_(pa.string(), pa.int64())
_COUNTS: list[tuple[str, pa.DataType]] = [
    ("inputs", pa.int64()),
    ("rejected", pa.int64()),
    ("articles", pa.int64()),
    ("with_title", pa.int64()),
    ("with_published", pa.int64()),
    ("with_language", pa.int64()),
    ("impossible_dates", pa.int64()),
    ("outside_dates", pa.int64()),
    ("same_bytes", pa.int64()),
    ("same_bodies", pa.int64()),
    ("languages", _MIX),
    ("sources", _MIX),
]
_SLICE: list[tuple[str, pa.DataType]] = [
    ("run_id", pa.int64()),
    ("piece", pa.int32()),
    ("unit", pa.string()),
    ("name", pa.string()),
]
COUNTS = tuple(name for name, _ in _COUNTS)
VERDICTS = pa.schema(
    [*_SLICE, ("verdict", pa.string()), *_COUNTS, ("history", pa.int32()), ("judged_at", pa.timestamp("us", tz="UTC"))]
)
BREACHES = pa.schema(
    [
        *_SLICE,
        ("measure", pa.string()),
        ("observed", pa.float64()),
        ("bound", pa.float64()),
        ("usual", pa.float64()),
        ("why", pa.string()),
        ("remedy", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class HeldInput:
    """An input behind a gate; ``size`` is the bytes that it takes in memory, nearly."""

    input_id: int
    size: int


def record_verdicts(con: DuckDBPyConnection, run_id: int, verdicts: pa.Table, breaches: pa.Table) -> None:
    """Record what a run's slices were judged to be (:data:`VERDICTS`, :data:`BREACHES`), in a commit of its own."""
    tables = {
        "verdicts": verdicts.select(VERDICTS.names).cast(VERDICTS),
        "breaches": breaches.select(BREACHES.names).cast(BREACHES),
    }
    register(con, tables)
    try:
        with transaction(con, f"gates of run {run_id}: {verdicts.num_rows} slices"):
            con.execute("insert into ops.gate by name from verdicts")
            if breaches.num_rows:
                con.execute("insert into ops.gate_breach by name from breaches")
    finally:
        unregister(con, tables)


def earlier_slices(con: DuckDBPyConnection, slices: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    """The counts of the newest thirty earlier slices of each (unit, name), newest first, with ``judged_at``."""
    units, names = [unit for unit, _ in slices], [name for _, name in slices]
    table = pa.table({"unit": pa.array(units, pa.string()), "name": pa.array(names, pa.string())})
    register(con, {"slices": table})
    try:
        return _rows(con, "gates/earlier", {})
    finally:
        unregister(con, ["slices"])


def unfinished_verdicts(con: DuckDBPyConnection, run_id: int, inbox: str) -> list[dict[str, Any]]:
    """The verdicts of runs on ``inbox`` before ``run_id`` that did not go to their end, with their counts."""
    return _rows(con, "gates/unfinished", {"run_id": run_id, "inbox": inbox})


def breaches_of(con: DuckDBPyConnection, run_id: int, piece: int, unit: str, name: str) -> list[dict[str, Any]]:
    """The bounds that a slice of an earlier run had passed."""
    sql = "from ops.gate_breach where run_id = ? and piece = ? and unit = ? and name = ? order by all"
    return undisturbed(con, lambda: con.execute(sql, [run_id, piece, unit, name]).to_arrow_table().to_pylist())


def waiting_slices(con: DuckDBPyConnection) -> pa.Table:
    """What waits behind gates: run_id, unit, name, inputs, since, measures, why, example; a row a slice and run."""
    return undisturbed(con, lambda: con.execute(statement("gates/waiting")).to_arrow_table())


def held_inputs(con: DuckDBPyConnection, run_id: int, name: str | None) -> list[HeldInput]:
    """What a run holds, all of it or the slice of one feed or source, in the order of its keys.

    Raises :class:`LakeError` where it holds nothing of that name.
    """
    given = {"run_id": run_id, "name": name}
    found = undisturbed(con, lambda: con.execute(statement("gates/inputs"), given).fetchall())
    if not found:
        whose = f"nothing of {name!r}" if name else "nothing"
        raise LakeError(f"Run {run_id} holds {whose}; `newslake status` lists what is held, and by which run.")
    return [HeldInput(*row) for row in found]


def held_rows(con: DuckDBPyConnection, input_ids: Sequence[int]) -> pa.Table:
    """Held inputs as they were staged, in the order of their keys: the staged schema, and ``input_id``."""
    known = {row[0] for row in con.execute("select column_name from (describe ops.held)").fetchall()}
    columns = ", ".join(f'"{name}"' for name in SCHEMA.names if name in known)
    sql = f"select {columns}, input_id from ops.held where list_contains($ids, input_id) order by input_key"
    found = undisturbed(con, lambda: con.execute(sql, {"ids": list(input_ids)}).to_arrow_table())
    for place, field in enumerate(SCHEMA):
        if field.name not in known:
            found = found.add_column(place, field, pa.nulls(found.num_rows, field.type))
    return found.cast(SCHEMA.append(pa.field("input_id", pa.int64())))


def held_extractors(con: DuckDBPyConnection, input_ids: Sequence[int]) -> list[Extractor]:
    """What held articles were read by: letting them through does not read them again."""
    sql = (
        "select distinct engine, version, rules_hash from dim_extractor "
        "semi join (from ops.held where list_contains($ids, input_id)) using (extractor_id) order by all"
    )
    found = undisturbed(con, lambda: con.execute(sql, {"ids": list(input_ids)}).fetchall())
    return [Extractor(*row) for row in found]


def _rows(con: DuckDBPyConnection, name: str, given: dict[str, object]) -> list[dict[str, Any]]:
    found = undisturbed(con, lambda: con.execute(statement(name), given).to_arrow_table().to_pylist())
    for row in found:
        row["languages"], row["sources"] = dict(row["languages"]), dict(row["sources"])
    return found
