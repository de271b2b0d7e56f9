"""Keeping a lake small and fast: small files merged, old snapshots let go, what nobody needs any more removed.

A run commits a few times and leaves a small file a table each time. Queries and commits read all of them, so that a
lake of hourly runs grows slower by the day without this. Each step is one transaction under the commit lock and takes
seconds at most: a run beside it waits that long and goes on. No step changes what a query of the present answers, and
each is whole or not there, so upkeep that was killed is simply done again. Readers are not locked out; a file that a
reader may have open is removed only when it has been out of use for a while.

What DuckLake does: files merged with others are replaced in every snapshot at once; files with deleted rows are
rewritten, and the former ones stay for the snapshots that show them; a snapshot that is let go releases its files.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection

from warehouse.clearing import clear, to_clear
from warehouse.errors import ForgetRefused, WarehouseBusy
from warehouse.extent import Extent, extent_of
from warehouse.lake import Layout, folder_of, one_thread, quoted, transaction
from warehouse.leftovers import Removed, left_in_staging, sum_of, sweep, unknown_blobs
from warehouse.locks import COMMIT_WAIT_SECONDS, commit_lock, run_in_progress, run_lock
from warehouse.search_index import discard_foreign
from warehouse.statements import one_row, statement
from warehouse.stored import StoredFile, stored_files

# A merge with deleted rows in between is not possible, and a rewritten file stays as long as the snapshots that show
# it. So a file is rewritten when a twentieth of it is deleted, and all of a table's when there are too many to merge;
# of the large ones that many bytes an upkeep, some ten seconds of them, for which a run has to wait.
_DELETED_SHARE = 0.05
_MOST_SMALL_WITH_DELETED = 8
_REWRITTEN_BYTES = 256 * 2**20

_MERGED_ROW_GROUP = 40_960  # rows, where loading writes fewer; a multiple of the 2,048 that DuckDB works by
_MOST_MERGES = 1_000  # of one table; a merge takes at least two files, so this is never reached but by a fault


@dataclass(frozen=True, slots=True, kw_only=True)
class TableWork:
    """What was done to a table's files: ``rewritten`` held deleted rows, ``merged`` were small; files after."""

    table: str
    rewritten: int
    merged: int
    files_after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UpkeepReport:
    """What upkeep did or, where ``dry_run``, would do.

    ``old`` files belonged to snapshots that are gone or were merged, ``orphans`` to no snapshot ever: a killed process
    left them. ``staging`` are what killed runs and queries left there, ``raw`` kept bytes of contents that the lake
    does not know. ``notes`` say what was left for the next upkeep, ``problems`` which tables could not be worked on.
    """

    dry_run: bool
    before: Extent
    after: Extent
    tables: tuple[TableWork, ...]
    expired_snapshots: int
    old: Removed
    orphans: Removed
    staging: Removed
    raw: Removed
    notes: tuple[str, ...]
    problems: tuple[str, ...]
    seconds: float


def keep_up(
    con: DuckDBPyConnection,
    *,
    now: datetime,
    keep_since: datetime,
    unused_since: datetime,
    merge_below: int,
    dry_run: bool = False,
    wait_seconds: float = COMMIT_WAIT_SECONDS,
) -> UpkeepReport:
    """Merge, let go and sweep, a step at a time; what was done. A forgetting that was killed is finished before.

    Snapshots before ``keep_since`` are let go, but the newest. Files out of use, and leftovers of killed processes, are
    removed where they are older than ``unused_since``; a reader or writer that takes longer than that would miss them.
    Files below ``merge_below`` bytes are merged. With ``dry_run`` nothing is changed, and a read-only connection does.

    Raises :class:`warehouse.errors.WarehouseBusy` where another process keeps the commit lock for longer than
    ``wait_seconds``; what was done until then stays.
    """
    began = time.monotonic()
    keep_since = min(keep_since, unused_since)  # a reader has its snapshot open as well as its files
    notes = () if dry_run else (*_finish_forgetting(con, now), *_without_foreign_index(con))
    stored = stored_files(con)
    before = extent_of(con, stored)
    problems: list[str] = []
    if dry_run:
        work = _work_ahead(con, merge_below)
        expired = len(_expired(con, keep_since))
    else:
        with one_thread(con):
            work = tuple(_compact(con, merge_below, wait_seconds, problems))
        expired = _expire(con, keep_since, wait_seconds)
    old = _remove_old(con, stored, unused_since, wait_seconds, dry_run=dry_run)
    orphans = _remove_orphans(con, unused_since, wait_seconds, dry_run=dry_run)
    staging = raw = Removed()
    running = run_in_progress(folder_of(con))
    if running:
        notes += (f"A run goes on ({running}): staging and kept bytes were left alone, the next upkeep sweeps them.",)
    else:
        staging = sweep(left_in_staging(Layout(folder_of(con)).staging, unused_since), dry_run=dry_run)
        raw = sweep(unknown_blobs(con, Layout(folder_of(con)).raw, unused_since), dry_run=dry_run)
    report = UpkeepReport(
        dry_run=dry_run,
        before=before,
        after=before,
        tables=work,
        expired_snapshots=expired,
        old=old,
        orphans=orphans,
        staging=staging,
        raw=raw,
        notes=notes,
        problems=tuple(problems),
        seconds=time.monotonic() - began,
    )
    if dry_run:
        return report
    report = replace(report, after=extent_of(con, stored_files(con)))
    _record(con, report, now, wait_seconds)
    return replace(report, seconds=time.monotonic() - began)


def _finish_forgetting(con: DuckDBPyConnection, now: datetime) -> tuple[str, ...]:
    """Clear the files of what a killed `newslake forget` took out of the tables only; notes of what came of it."""
    if not to_clear(con):
        return ()
    try:
        with run_lock(folder_of(con)):
            cleared = clear(con, now=now)
    except (ForgetRefused, WarehouseBusy) as error:
        return (f"What was forgotten is still in files, the next upkeep clears them: {error}",)
    return (f"A forgetting was finished: {cleared.files:,} files and {cleared.blobs:,} kept blobs deleted.",)


def _without_foreign_index(con: DuckDBPyConnection) -> tuple[str, ...]:
    """Remove a search index that another host's forgetting did not reach; a note of it."""
    try:
        removed = discard_foreign(con)
    except WarehouseBusy as error:
        return (f"The search index may hold what was forgotten, the next upkeep removes it: {error}",)
    return (
        ("The search index was not of the lake as it stands: removed, the next search builds it.",) if removed else ()
    )


def _tables(con: DuckDBPyConnection, merge_below: int) -> list[tuple[str, str, int, int, float | None, int]]:
    """Schema, table, files, those to be rewritten, from which share of deleted rows on, small ones to be merged."""
    bounds = {
        "small_bytes": merge_below,
        "deleted_share": _DELETED_SHARE,
        "most_small": _MOST_SMALL_WITH_DELETED,
        "kept_bytes": _REWRITTEN_BYTES,
    }
    return con.execute(statement("upkeep/tables"), bounds).fetchall()


def _work_ahead(con: DuckDBPyConnection, merge_below: int) -> tuple[TableWork, ...]:
    return tuple(
        TableWork(
            table=f"{schema}.{table}",
            rewritten=rewritten,
            merged=small,
            files_after=files - small + (1 if small else 0),
        )
        for schema, table, files, rewritten, _, small in _tables(con, merge_below)
        if small or rewritten
    )


def _compact(
    con: DuckDBPyConnection, merge_below: int, wait_seconds: float, problems: list[str]
) -> Iterator[TableWork]:
    """A table at a time. One that can't be rewritten (a damaged file, a full disk) is told of, and the others go on."""
    for schema, table, _, _, rewritten_from, small in _tables(con, merge_below):
        name = f"{schema}.{table}"
        of_table = f"'lake', {quoted(table)}, schema => {quoted(schema)}"
        rewritten = merged = 0
        try:
            if rewritten_from is not None:
                rewritten = _rewrite(con, name, of_table, rewritten_from, wait_seconds)
            if small or rewritten:
                merged = _merge(con, name, of_table, merge_below, wait_seconds)
        except duckdb.Error as error:
            problems.append(
                f"{name} could not be compacted and is as before ({str(error).splitlines()[0]}); "
                "`newslake audit` says whether it is sound"
            )
        if rewritten or merged:
            (left,) = one_row(con, f"select count(*) from ducklake_list_files({of_table})")
            yield TableWork(table=name, rewritten=rewritten, merged=merged, files_after=left)


def _rewrite(con: DuckDBPyConnection, name: str, of_table: str, rewritten_from: float, wait_seconds: float) -> int:
    share = rewritten_from * (1 - 1e-6)  # DuckLake takes files with a larger share only
    with transaction(con, f"upkeep rewrites {name}", wait_seconds=wait_seconds), _large_row_groups(con, name):
        done = con.execute(f"call ducklake_rewrite_data_files({of_table}, delete_threshold => {share})").fetchall()
    return sum(row[2] for row in done)


def _merge(con: DuckDBPyConnection, name: str, of_table: str, merge_below: int, wait_seconds: float) -> int:
    """A transaction a group of files, so that none holds the lock for long."""
    merged = 0
    call = f"call ducklake_merge_adjacent_files({of_table}, max_file_size => {merge_below}, max_compacted_files => 1)"
    for _ in range(_MOST_MERGES):
        with transaction(con, f"upkeep merges {name}", wait_seconds=wait_seconds), _large_row_groups(con, name):
            done = con.execute(call).fetchall()
        if not done:
            break
        merged += sum(row[2] for row in done)
    return merged


@contextmanager
def _large_row_groups(con: DuckDBPyConnection, name: str) -> Iterator[None]:
    """Larger row groups than loading writes, where those of the table are limited: for the transaction that is open.

    A load holds a row group beside its batch, a merge beside what it sorts. Half of the time of a count over a million
    articles by source went into row groups of 10,000, for each of which a file's footer tells of each column.
    """
    schema, table = name.split(".")
    of_table = f"'parquet_row_group_size', {{}}, schema => {quoted(schema)}, table_name => {quoted(table)}"
    limit = con.execute(statement("upkeep/row_group_size"), {"table": name}).fetchone()
    if limit is None:
        yield
        return
    con.execute(f"call lake.set_option({of_table.format(_MERGED_ROW_GROUP)})")
    yield
    con.execute(f"call lake.set_option({of_table.format(int(limit[0]))})")


def _expired(con: DuckDBPyConnection, keep_since: datetime) -> list[int]:
    """Snapshots before ``keep_since``, but the newest. By number: in a SQLite catalog DuckLake compares times as texts
    of two forms, and ``older_than`` takes everything of the day."""
    rows = con.execute(f"{statement('upkeep/expired')}", {"keep_since": keep_since.astimezone(UTC)}).fetchall()
    return [snapshot_id for (snapshot_id,) in rows]


def _expire(con: DuckDBPyConnection, keep_since: datetime, wait_seconds: float) -> int:
    # Under the commit lock no writer has a transaction open, whose conflicts DuckLake would look up in the snapshots
    # that go: without them it loses deletes silently.
    with transaction(con, "upkeep lets snapshots go", wait_seconds=wait_seconds):
        expired = _expired(con, keep_since)
        if expired:
            con.execute(f"call ducklake_expire_snapshots('lake', versions => {expired})")
    return len(expired)


def _remove_old(
    con: DuckDBPyConnection, stored: list[StoredFile], unused_since: datetime, wait_seconds: float, *, dry_run: bool
) -> Removed:
    if dry_run:
        old = {
            Path(path).name
            for (path,) in con.execute(statement("upkeep/old_files"), {"unused_since": unused_since}).fetchall()
        }
        waiting = con.execute(
            "call ducklake_cleanup_old_files('lake', cleanup_all => true, dry_run => true)"
        ).fetchall()
        gone = [path for (path,) in waiting if Path(path).name in old]
    else:
        _make_times_comparable(con, wait_seconds)
        with transaction(con, "upkeep removes files out of use", wait_seconds=wait_seconds):
            call = f"call ducklake_cleanup_old_files('lake', older_than => {_at(unused_since)})"
            gone = [path for (path,) in con.execute(call).fetchall()]
    size = {file.path: file.bytes for file in stored}
    return Removed(files=len(gone), bytes=sum(size.get(path, 0) for path in gone))


def _make_times_comparable(con: DuckDBPyConnection, wait_seconds: float) -> None:
    """Mend what DuckLake 1.0 would compare wrongly. Not in the transaction that removes, which can write to the lake or
    to the catalog itself and not to both; it is as good if this process is killed behind it."""
    with commit_lock(folder_of(con), wait_seconds=wait_seconds):
        if one_row(con, statement("upkeep/times_are_text"))[0]:
            con.execute(statement("upkeep/comparable_times"))


def _remove_orphans(con: DuckDBPyConnection, unused_since: datetime, wait_seconds: float, *, dry_run: bool) -> Removed:
    if dry_run:
        return sum_of(_orphans(con, stored_files(con), unused_since))
    with transaction(con, "upkeep sweeps orphans", wait_seconds=wait_seconds):
        # Listed under the lock: a file that a load has written and not yet committed would count as one.
        found = sum_of(_orphans(con, stored_files(con), unused_since))
        if found.files:
            con.execute(f"call ducklake_delete_orphaned_files('lake', older_than => {_at(unused_since)})")
    return found


def orphans(con: DuckDBPyConnection, *, unused_since: datetime) -> list[str]:
    """Files of the data folder that the catalog does not know, last written before ``unused_since``."""
    return sorted(file.path for file in _orphans(con, stored_files(con), unused_since))


def _orphans(con: DuckDBPyConnection, stored: list[StoredFile], unused_since: datetime) -> list[StoredFile]:
    known = {path for path, *_ in con.execute(statement("catalog_files")).fetchall()}
    return [file for file in stored if file.path not in known and file.modified_at < unused_since]


def _record(con: DuckDBPyConnection, report: UpkeepReport, now: datetime, wait_seconds: float) -> None:
    row: dict[str, object] = {
        "started_at": now,
        "seconds": report.seconds,
        "merged_files": sum(work.merged for work in report.tables),
        "rewritten_files": sum(work.rewritten for work in report.tables),
        "expired_snapshots": report.expired_snapshots,
        "old_files": report.old.files,
        "orphan_files": report.orphans.files,
        "staging_files": report.staging.files,
        "raw_files": report.raw.files,
    }
    for when, extent in (("before", report.before), ("after", report.after)):
        row |= {f"{field.name}_{when}": getattr(extent, field.name) for field in fields(Extent)}
    with transaction(con, "upkeep recorded", wait_seconds=wait_seconds):
        con.execute(
            f"insert into ops.upkeep (upkeep_id, {', '.join(row)}) "
            f"select coalesce(max(upkeep_id), 0) + 1, {', '.join('?' for _ in row)} from ops.upkeep",
            list(row.values()),
        )


def _at(moment: datetime) -> str:
    """A moment as an SQL literal; DuckLake's functions take no parameters that are bound."""
    return f"timestamptz {quoted(moment.astimezone(UTC).isoformat())}"
