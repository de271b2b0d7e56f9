"""One validated batch into the lake, in one transaction: staged rows and verdicts in, counts out.

The steps are the .sql files of `load/`, run in order over the staged Arrow table and temporary tables of light
columns; only the decision which revision a record makes is Python's (:mod:`warehouse.decisions`). Ids are dense and
given in the order of the input keys, so that the same batch gives the same lake. The checks of `load/checks/` run
before the commit; their results are recorded beside the expectations', as suite `lake`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import datetime

import pyarrow as pa
from duckdb import DuckDBPyConnection

from transforms.staged import FAULTS, REJECTED, RESULTS
from warehouse.blobs import keep_blobs
from warehouse.decisions import decided
from warehouse.errors import LakeError, LoadRefused
from warehouse.forget import without_forgotten
from warehouse.heap import flush_duckdb
from warehouse.lake import Layout, folder_of, one_thread, register, transaction, unregister
from warehouse.sources import settle_identities, show_anew
from warehouse.statements import one_row, statement, statements

_REPLAYED: list[tuple[str, pa.DataType]] = [("row", pa.int64()), ("input_id", pa.int64())]
REPLAYED = pa.schema(_REPLAYED)
_HOLDING: list[tuple[str, pa.DataType]] = [
    ("row", pa.int64()),
    ("unit", pa.string()),
    ("slice", pa.string()),
    ("reason", pa.string()),
    ("detail", pa.string()),
]
HOLDING = pa.schema(_HOLDING)
_WORK_TABLES = [
    "replays",
    "known_inputs",
    "arrivals",
    "sources_known",
    "sources_named",
    "aliases_seen",
    "identities_due",
    "identities",
    "placed",
    "copies",
    "known_articles",
    "new_readings",
    "bylines",
    "cuts",
    "new_blocks",
    "articles_seen",
    "states",
    "replaced",
    "written_inputs",
    "written_readings",
    "written_articles",
    "written_sources",
]


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed of the settings, as `dim_feed` keeps it."""

    name: str
    pattern: str | None = None
    source: str | None = None
    language: str | None = None
    rhythm: str | None = None


@dataclass(frozen=True, slots=True)
class Extractor:
    """An engine (the name that staged rows carry), its version, and a hash of the rules that it works by."""

    engine: str
    version: str
    rules_hash: str


@dataclass(frozen=True, slots=True)
class GateDecision:
    """What becomes of held inputs: ``decision`` is accepted or discarded; why, and who said so."""

    decision: str
    decision_reason: str
    decided_by: str


@dataclass(frozen=True, slots=True)
class BatchCounts:
    """What a batch did: its row of `ops.batch`, whose comments say what each count holds."""

    batch_id: int
    inputs: int
    loaded: int
    quarantined: int
    duplicate: int
    held: int
    failed: int
    failed_again: int
    container: int
    unchanged: int
    articles_new: int
    articles_edited: int
    articles_reextracted: int
    articles_same: int
    bytes: int


def load_batch(
    con: DuckDBPyConnection,
    staged: pa.Table,
    rejected: pa.Table,
    faults: pa.Table,
    results: pa.Table,
    *,
    run_id: int,
    now: datetime,
    feeds: Sequence[Feed] = (),
    extractors: Sequence[Extractor],
    keep_raw: str = "quarantined",
    replayed: pa.Table | None = None,
    holding: pa.Table | None = None,
    decision: GateDecision | None = None,
) -> BatchCounts:
    """Put one batch into the lake, whole, under the commit lock.

    ``staged`` has the schema of :mod:`transforms.staged`, with impossible values already null; ``rejected``,
    ``faults`` and ``results`` have the columns of :data:`REJECTED`, :data:`FAULTS` and :data:`RESULTS`, where ``row``
    counts the rows of ``staged`` from 0. ``keep_raw`` is quarantined, all (one file a content hash, beside the lake)
    or none. ``replayed`` (:data:`REPLAYED`) names the rows that read an input of the lake again: a loaded input gives
    its revision a further extraction where the reading differs, a quarantined or held one comes to a state as if it
    were new. ``holding`` (:data:`HOLDING`) names the rows that are not to load but to wait behind a gate, with their
    slice and its reason; ``decision`` is recorded of the held inputs that ``replayed`` names.

    Raises :class:`LoadRefused` where a check fails (nothing of the batch is kept), :class:`LakeError` where an engine
    of ``staged`` is not among ``extractors``, :class:`warehouse.errors.WarehouseBusy` where the lock is not free.
    """
    _refuse_unknown_engines(staged, extractors)
    tables = {
        "staged": staged.append_column("row", pa.array(range(staged.num_rows), pa.int64())),
        "rejected": _cast(rejected, REJECTED).append_column("position", pa.array(range(rejected.num_rows), pa.int64())),
        "faults": _cast(faults, FAULTS),
        "results": _cast(results, RESULTS),
        "feeds": _records(feeds, Feed),
        "extractors": _records(extractors, Extractor),
        "replayed": REPLAYED.empty_table() if replayed is None else _cast(replayed, REPLAYED),
        "holding": HOLDING.empty_table() if holding is None else _cast(holding, HOLDING),
    }
    register(con, tables)
    try:
        (keys,) = one_row(con, "select count(*) from ops.forgotten_key")
        known = without_forgotten(con, tables) if keys else tables
        for name, table in known.items():
            if table is not tables[name]:
                con.register(name, table)
        staged = known["staged"]
        if keep_raw == "all":
            keep_blobs(Layout(folder_of(con)).raw, staged)
        with one_thread(con), transaction(con, f"batch of run {run_id}: {staged.num_rows} inputs"):
            if one_row(con, "select count(*) from ops.forgotten_key") != (keys,):
                raise LoadRefused(
                    "Something was forgotten while this batch was prepared; nothing of it was kept. Run again."
                )
            (batch_id,) = one_row(con, "select coalesce(max(batch_id), 0) + 1 from ops.batch")
            for variable, value in (("batch_id", batch_id), ("run_id", run_id), ("now", now), ("keep_raw", keep_raw)):
                con.execute(f"set variable {variable} = ?", [value])
            is_replay = tables["replayed"].num_rows > 0
            _take(con, "00_replays" if is_replay else "00_no_replays", "01_arrivals")
            if feeds or staged["feed"].null_count < staged.num_rows:
                _take(con, "02_feeds")
            _place(con)
            con.register("decisions", decided(con, staged, is_replay=is_replay))
            with _optimizers_off(con, "join_filter_pushdown"):
                _take(con, "05_light")
            if decision is not None:
                for field in fields(GateDecision):
                    con.execute(f"set variable {field.name} = ?", [getattr(decision, field.name)])
                _take(con, "05_decided")
            _take(con, "06_replaced")
            due = con.execute(statement("load/06_due")).to_arrow_table().to_pylist()[0]
            _take(
                con,
                *(f"06_{step}" for step in ("taken_out", "superseded", "touched", "former", "earlier") if due[step]),
            )
            flush_duckdb()  # what the light columns took, before the wide ones take the most that a batch does
            with _optimizers_off(con, "join_order,build_side_probe_side,join_filter_pushdown"):
                _take(con, "07_wide", *(["07_quarantined"] if due["quarantined"] else []))
                if known["holding"].num_rows:
                    _take(con, "07_held")
            _keep_blocks(con, staged)
            with _optimizers_off(con, "join_filter_pushdown"):
                _take(
                    con,
                    *(["08_items"] if due["items"] else []),
                    "08_parts",
                    *(["08_identities"] if is_replay else []),
                    "09_inputs",
                    *(f"09_{step}" for step in ("faults", "passed_over", "record_fields") if due[step]),
                )
            if is_replay:
                _take(con, "10_not_learned")
            if decision is not None and decision.decision == "discarded":
                _take(con, "10_discarded")
            _check(con)
            names = [field.name for field in fields(BatchCounts)]
            counts = BatchCounts(
                *one_row(con, f"select {', '.join(names)} from ops.batch where batch_id = ?", [batch_id])
            )
    finally:
        unregister(con, (*tables, "decisions"))
        for name in _WORK_TABLES:
            con.execute(f"drop table if exists temp.main.{name}")  # without the schema the lake is searched first
    return counts


def _take(con: DuckDBPyConnection, *steps: str) -> None:
    for step in steps:
        con.execute(statement(f"load/{step}"))


@contextmanager
def _optimizers_off(con: DuckDBPyConnection, names: str) -> Iterator[None]:
    """What a join's sides tell each other (`join_filter_pushdown`) is for pyarrow to apply to an Arrow table.
    It copies what passes: 0.1 s for each of the joins with 50,000 staged rows, all of which pass."""
    con.execute(f"set disabled_optimizers = '{names}'")
    try:
        yield
    finally:
        con.execute("reset disabled_optimizers")


def _place(con: DuckDBPyConnection) -> None:
    """Give the arrivals their dimensions and ids."""
    _take(con, "02_dimensions")
    if one_row(con, "select count(*) from sources_named where source_id is null") != (0,):
        _take(con, "02_new_sources")
    if one_row(con, "select count(*) from sources_named") != (0,):
        _take(con, "02_sources_seen")
    if one_row(con, statement("load/02_newly_named")) != (0,):
        show_anew(con)
    _take(con, "03_placed")
    copies = one_row(
        con, "select count(*) from placed join arrivals using (row) where duplicate_of is not null and is_usable"
    )
    _take(con, "03_copies" if copies != (0,) else "03_no_copies")
    if one_row(con, statement("load/02_named_only")) != (0,):
        settle_identities(con)


def _keep_blocks(con: DuckDBPyConnection, staged: pa.Table) -> None:
    """Put the texts that the lake does not hold into `removed_block`. The texts that were cut are nearly as much as the
    bodies, and nearly all are known: only the rows that show a new one are looked at."""
    rows = con.execute("select distinct row from new_blocks order by row").fetchall()
    if rows:
        con.register("showing", staged.select(["row", "removed"]).take([row for (row,) in rows]))
        try:
            _take(con, "07_blocks")
        finally:
            con.unregister("showing")


def _check(con: DuckDBPyConnection) -> None:
    _take(con, "09_written")
    checks = statements("load/checks")
    for name, sql in checks:
        differences = con.execute(sql).fetchmany(5)
        if differences:
            raise LoadRefused(
                f"The batch was rolled back: the check {name} found {differences}. Nothing of it is in the lake. "
                "`newslake audit` says whether the lake itself is sound; if so, this is a fault of newslake."
            )
    con.execute(statement("load/10_results"), {"checks": [name for name, _ in checks]})


def _refuse_unknown_engines(staged: pa.Table, extractors: Sequence[Extractor]) -> None:
    known = [extractor.engine for extractor in extractors]
    unknown = sorted({e for e in staged.column("engine").unique().to_pylist() if e is not None} - set(known))
    if unknown:
        raise LakeError(f"Articles read by {', '.join(unknown)}: load_batch was told of no such extractor.")
    if len(known) != len(set(known)):
        raise LakeError(f"An engine has one version in a batch; load_batch was told of {', '.join(known)}.")


def _cast(table: pa.Table, schema: pa.Schema) -> pa.Table:
    return table.select(schema.names).cast(schema)


def _records(records: Sequence[Feed] | Sequence[Extractor], kind: type[Feed] | type[Extractor]) -> pa.Table:
    names = [field.name for field in fields(kind)]
    return pa.table({name: pa.array([getattr(r, name) for r in records], pa.string()) for name in names})
