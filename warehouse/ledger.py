"""What is known of the inbox and of the runs: which files to read, how a run began and ended, how things stand.

Start and end of a run, and files that were read only to be found the same are small commits of their
own; everything that a batch puts in is :mod:`warehouse.load`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime

import pyarrow as pa
from duckdb import DuckDBPyConnection

from warehouse.incidents import last_watch
from warehouse.lake import expect_rows, folder_of, register, transaction, unregister
from warehouse.locks import claim_run, goes_on
from warehouse.statements import one_row, statement
from warehouse.undisturbed import undisturbed

_LISTING: list[tuple[str, pa.DataType]] = [
    ("file_key", pa.string()),
    ("size", pa.int64()),  # bytes
    ("mtime_ns", pa.int64()),
    ("etag", pa.string()),
]
LISTING = pa.schema(_LISTING)


@dataclass(frozen=True, slots=True)
class RunCounts:
    """A run's counts; ``picked_up`` is the sum of loaded, quarantined, duplicate, held and failed: a
    container counts its members, not itself."""

    listed: int = 0
    unchanged: int = 0
    picked_up: int = 0
    loaded: int = 0
    quarantined: int = 0
    duplicate: int = 0
    held: int = 0
    failed: int = 0
    container: int = 0
    batches: int = 0
    settling: int = 0
    archived: int = 0


_COUNTS = [field.name for field in fields(RunCounts)]
_OWN = ("listed", "unchanged", "settling", "archived")
_SUMS = [name for name in _COUNTS if name not in _OWN]  # what its batches add up to


@dataclass(frozen=True, slots=True)
class Status:
    """How a warehouse stands: Arrow tables of one shape whatever is in it."""

    runs: pa.Table  # the last runs, newest first: a row of ops.run each
    outcomes: pa.Table  # of each outcome that runs of an inbox came to the last one, newest first: rows of ops.run
    last_begun: datetime | None  # when the last run of an inbox began, however it ended
    states: pa.Table  # state, inputs: of the newest content of each key
    totals: pa.Table  # one row: articles, readings, sources, authors, newest_published, newest_loaded
    alerts: pa.Table  # the last messages, newest first
    incidents: pa.Table  # what is open, the longest first: rows of the view incident
    channels: pa.Table  # channels whose last message they did not take: channel, problem, tried_at, waiting
    last_watch: datetime | None
    data_bytes: int  # Parquet files of the present snapshot
    snapshots: int


def begin_run(
    con: DuckDBPyConnection,
    *,
    inbox: str,
    now: datetime,
    version: str,
    flow_run_id: str | None = None,
    kind: str = "ingest",
) -> int:
    """Record that a run begins; its id. A run that never said it had ended is marked `interrupted`.

    The caller holds the run lock: a run that is still `running` here has died, unless it goes on in another folder.
    ``kind`` is ingest, replay, quarantine_replay, accept or discard.
    """
    folder = folder_of(con)
    with transaction(con, f"run begins on {inbox}"):
        for (dead,) in con.execute("select run_id from ops.run where state = 'running' order by run_id").fetchall():
            if goes_on(folder, dead):
                continue
            _, *sums = one_row(con, statement("ledger/run_counts"), {"run_id": dead})
            con.execute(
                f"update ops.run set state = 'interrupted', {', '.join(f'{name} = ?' for name in _SUMS)} "
                "where run_id = ?",
                [*sums, dead],
            )
        run_id = _next_id(con, "ops.run", "run_id")
        claim_run(folder, run_id)
        con.execute(
            "insert into ops.run (run_id, state, inbox, started_at, newslake_version, flow_run_id, kind) "
            "values (?, 'running', ?, ?, ?, ?, ?)",
            [run_id, inbox, now, version, flow_run_id, kind],
        )
    return run_id


def end_run(
    con: DuckDBPyConnection,
    run_id: int,
    *,
    state: str,
    now: datetime,
    listed: int,
    unchanged: int,
    settling: int = 0,
    archived: int = 0,
    message: str | None = None,
    stage_seconds: Mapping[str, float] | None = None,
) -> RunCounts:
    """Record how a run ended, and its counts: those of its committed batches, and of files the other four.

    ``unchanged`` are the files that :func:`select_changed` and :func:`touch` spared; what batches found the same is
    added to them. ``settling`` are those that are still being written, ``archived`` those that were put away. ``state``
    is completed, failed or interrupted; ``stage_seconds`` is where the time went.
    """
    with transaction(con, f"run {run_id} {state}"):
        same, *sums = one_row(con, statement("ledger/run_counts"), {"run_id": run_id})
        own = {"listed": listed, "unchanged": unchanged + same, "settling": settling, "archived": archived}
        counts = RunCounts(**own, **dict(zip(_SUMS, sums, strict=True)))
        con.execute(
            "update ops.run set state = ?, ended_at = ?, message = ?, stage_seconds = map(?::varchar[], ?::double[]), "
            f"{', '.join(f'{name} = ?' for name in _COUNTS)} where run_id = ?",
            [
                state,
                now,
                message,
                list(stage_seconds or ()),
                list((stage_seconds or {}).values()),
                *(getattr(counts, name) for name in _COUNTS),
                run_id,
            ],
        )
    return counts


def select_changed(con: DuckDBPyConnection, listing: pa.Table, *, verify: bool = False) -> tuple[pa.Table, int]:
    """The files of ``listing`` that must be read, by key, and how many are spared.

    ``listing`` has the columns of :data:`LISTING` and any others, which the result has too. A file whose key, size and
    version tag (where there is none, modification time) are those of its newest content is spared, where that content
    has settled: `failed` comes again, `held` waits for a decision and not for a run. ``verify`` spares nothing. The
    result has one more column, `known_hash`: the content hash of the key's newest settled content; a file that hashes
    to it needs no reading, only :func:`touch`.
    """
    expect_rows(con, listing.num_rows)
    register(con, {"listing": listing})
    try:
        sql = statement("ledger/changed_files")
        changed = undisturbed(con, lambda: con.execute(sql, {"verify": verify}).to_arrow_table())
    finally:
        unregister(con, ["listing"])
    return changed, listing.num_rows - changed.num_rows


def select_loaded(con: DuckDBPyConnection, listing: pa.Table) -> pa.Table:
    """The files of ``listing`` that are in the lake whole and have not changed since, with ``known_hash``, by key.

    Whole is what is loaded, has the bytes of another input that is, or is a file of records of which none was refused.
    """
    register(con, {"listing": listing})
    try:
        return con.execute(statement("ledger/loaded_files")).to_arrow_table()
    finally:
        unregister(con, ["listing"])


def touch(con: DuckDBPyConnection, files: pa.Table) -> None:
    """Record new sizes, modification times and version tags of files (:data:`LISTING`) whose bytes are as known."""
    if not files.num_rows:
        return
    register(con, {"touched": files.select(LISTING.names).cast(LISTING)})
    try:
        with transaction(con, f"{files.num_rows} files touched"):
            con.execute(statement("ledger/touch"))
    finally:
        unregister(con, ["touched"])


def problems(con: DuckDBPyConnection, run_id: int) -> list[tuple[str, str, int, str]]:
    """What a run could not load: state, reason, how many inputs, and the first of them; the commonest first."""
    return undisturbed(con, lambda: con.execute(statement("ledger/problems"), {"run_id": run_id}).fetchall())


def status(con: DuckDBPyConnection, *, last: int = 10) -> Status:
    """How the warehouse stands; ``last`` is the number of runs and alerts to tell of."""
    (data_bytes,) = one_row(con, "select coalesce(sum(file_size_bytes), 0)::bigint from ducklake_table_info('lake')")
    (snapshots,) = one_row(con, "select count(*) from ducklake_snapshots('lake')")
    (begun,) = one_row(con, "select max(started_at) from ops.run where coalesce(kind, 'ingest') = 'ingest'")
    return Status(
        runs=con.execute("from ops.run order by run_id desc limit ?", [last]).to_arrow_table(),
        outcomes=con.execute(statement("ledger/outcomes")).to_arrow_table(),
        last_begun=begun,
        states=con.execute(statement("ledger/states")).to_arrow_table(),
        totals=con.execute(statement("ledger/totals")).to_arrow_table(),
        alerts=con.execute("from ops.alert order by alert_id desc limit ?", [last]).to_arrow_table(),
        incidents=con.execute("from incident where state = 'open' order by since, incident_id").to_arrow_table(),
        channels=con.execute(statement("ledger/channels")).to_arrow_table(),
        last_watch=last_watch(con, datetime.now(UTC)),
        data_bytes=data_bytes,
        snapshots=snapshots,
    )


def _next_id(con: DuckDBPyConnection, table: str, column: str) -> int:
    (next_id,) = one_row(con, f"select coalesce(max({column}), 0) + 1 from {table}")
    return int(next_id)
