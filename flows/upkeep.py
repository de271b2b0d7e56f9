"""The upkeep flow: `newslake upkeep` on a schedule, with an artifact of what it did."""

from __future__ import annotations

from pathlib import Path

from prefect import flow
from prefect.artifacts import create_table_artifact

from flows.housekeeping import as_json, headline, keep_warehouse, rows
from flows.served import told
from flows.settings import load
from warehouse.errors import LakeError


@flow(name="upkeep", flow_run_name="upkeep", persist_result=False, log_prints=False)
def upkeep(warehouse: str | None = None, settings_file: str | None = None, dry_run: bool = False) -> dict[str, object]:
    """Merge small files, let old snapshots go and sweep leftovers; the report as JSON has it.

    What is left out comes from the settings. Raises what the warehouse has against it, and :class:`LakeError` where a
    table could not be worked on.
    """
    loaded = load(Path(settings_file) if settings_file else None)
    folder, _ = loaded.warehouse(warehouse)
    with told(loaded.settings) as tell:
        report = keep_warehouse(loaded, folder, dry_run=dry_run)
        said = "\n".join([headline(report), *report.notes, *report.problems])
        create_table_artifact(rows(report), key="newslake-upkeep", description=said)
        if report.problems:
            raise LakeError(" ".join(report.problems))
        tell(headline(report))
    return as_json(report)
