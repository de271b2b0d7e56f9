"""`newslake backup` and `newslake restore`: a warehouse into a folder of backups, and out of one."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from flows.machine_faults import machine_faults_told
from flows.terminal import complain, console
from warehouse.backup import Backup, back_up
from warehouse.errors import LakeError
from warehouse.restore import restore


def back_warehouse_up(folder: Path, backups: Path, *, as_json: bool) -> int:
    """Make a backup and say what is in it; the exit status."""
    try:
        made = back_up(folder, backups, now=datetime.now(UTC), version=version("newslake"))
    except LakeError as error:
        complain(str(error))
        return 1
    _tell(made, f"backed up to {made.folder}", as_json=as_json)
    return 0


def restore_warehouse(folder: Path, backups: Path, *, replace: bool, as_json: bool) -> int:
    """Restore a backup and say what was in it; the exit status."""
    try:
        with machine_faults_told(folder):
            found = restore(folder, backups, replace=replace)
    except LakeError as error:
        complain(str(error))
        return 1
    _tell(found, f"restored {found.folder} to {folder}", as_json=as_json)
    return 0


def _tell(backup: Backup, what: str, *, as_json: bool) -> None:
    said = backup.manifest
    articles = said.counts.get("main.dim_article", 0)
    if as_json:
        found = {
            "backup": str(backup.folder),
            "made_at": said.made_at,
            "schema": said.schema,
            "snapshot": said.snapshot,
            "files": len(said.files),
            "linked": backup.linked,
            "bytes": said.size,
            "rows": said.counts,
        }
        sys.stdout.write(json.dumps(found) + "\n")
        return
    console().print(
        f"{what}: {articles:,} articles, snapshot {said.snapshot:,} of schema {said.schema}, {len(said.files):,} files "
        f"({backup.linked:,} linked to an earlier backup), {said.size / 1e6:,.1f} MB, verified",
        highlight=False,
        markup=False,
    )
