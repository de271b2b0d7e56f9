"""One upkeep of a warehouse by the settings, and its report in words: what `newslake upkeep` and the flow share."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flows.settings import Loaded
from warehouse.lake import connect
from warehouse.migrate import prepare
from warehouse.upkeep import UpkeepReport, keep_up


def keep_warehouse(loaded: Loaded, folder: Path, *, dry_run: bool) -> UpkeepReport:
    """Do what is due in the warehouse in ``folder``, or with ``dry_run`` find out what is.

    Raises what opening a warehouse raises, and :class:`warehouse.errors.WarehouseBusy`.
    """
    said = loaded.settings.upkeep
    now = datetime.now(UTC)
    connect(folder, read_only=True).close()  # upkeep makes no warehouse where there is none
    con = connect(folder, read_only=True) if dry_run else prepare(folder)
    try:
        return keep_up(
            con,
            now=now,
            keep_since=now - timedelta(days=said.keep_snapshots_days),
            unused_since=now - timedelta(hours=said.keep_unused_hours),
            merge_below=said.merge_below_mb * 2**20,
            dry_run=dry_run,
        )
    finally:
        con.close()


def headline(report: UpkeepReport) -> str:
    """The report in one line."""
    if report.dry_run:
        return (
            f"Upkeep would merge {_merged(report):,} files and let {report.expired_snapshots:,} of "
            f"{report.before.snapshots:,} snapshots go."
        )
    was, now = report.before, report.after
    return (
        f"Upkeep: {was.files:,} → {now.files:,} files, {_mb(was.bytes)} → {_mb(now.bytes)} MB, "
        f"{was.snapshots:,} → {now.snapshots:,} snapshots in {report.seconds:.1f} s."
    )


def rows(report: UpkeepReport) -> list[dict[str, object]]:
    """The report as a table: a row for each kind of thing that was done, with files and MB."""
    rewritten = sum(work.rewritten for work in report.tables)
    found: list[tuple[str, int, float | None]] = [
        ("small files merged", _merged(report), None),
        ("files rewritten without deleted rows", rewritten, None),
        ("files out of use removed", report.old.files, report.old.bytes),
        ("orphans removed", report.orphans.files, report.orphans.bytes),
        ("leftovers in staging removed", report.staging.files, report.staging.bytes),
        ("kept bytes of unknown contents removed", report.raw.files, report.raw.bytes),
    ]
    return [
        {"what": what, "files": files, "MB": None if size is None else round(size / 1e6, 2)}
        for what, files, size in found
    ]


def as_json(report: UpkeepReport) -> dict[str, object]:
    """The report as JSON has it."""
    return asdict(report)


def _merged(report: UpkeepReport) -> int:
    return sum(work.merged for work in report.tables)


def _mb(size: int) -> str:
    return f"{size / 1e6:,.1f}"
