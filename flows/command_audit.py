"""`newslake audit`: whether all adds up, in the whole lake or for one run."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from flows.settings import Loaded
from flows.terminal import complain, console
from warehouse.errors import LakeError
from warehouse.lake import connect

if TYPE_CHECKING:
    from warehouse.audit import Difference


def audit_warehouse(loaded: Loaded, folder: Path, *, as_json: bool) -> int:
    """Run every check over the lake; 0 where all holds, 1 where one does not."""
    from warehouse.audit import audit

    unused_since = datetime.now(UTC) - timedelta(hours=loaded.settings.upkeep.keep_unused_hours)
    try:
        differences = audit(connect(folder, read_only=True), unused_since=unused_since)
    except LakeError as error:
        complain(str(error))
        return 1
    return _tell(
        {"warehouse": str(folder)},
        differences,
        "audit clean: every input is accounted for, every reference holds and every file is there",
        as_json=as_json,
    )


def audit_one_run(folder: Path, run_id: int, *, as_json: bool) -> int:
    """Hold what a run says of itself against its batches, inputs and readings; 0 where all adds up, else 1."""
    from warehouse.audit import audit_run

    try:
        said, differences = audit_run(connect(folder, read_only=True), run_id)
    except LakeError as error:
        complain(str(error))
        return 1
    if said["picked_up"] is None:
        counts = f"run {run_id} ({said['state']}) has not said yet what it picked up; its batches add up"
    else:
        states = ("loaded", "quarantined", "duplicate", "held", "failed")
        sums = " + ".join(f"{said[state]:,} {state}" for state in states)
        counts = f"run {run_id} ({said['state']}): {said['picked_up']:,} picked up = {sums}; its batches say the same"
    return _tell({"warehouse": str(folder), "run": said}, differences, f"audit clean: {counts}", as_json=as_json)


def _tell(about: dict[str, object], differences: Sequence[Difference], clean: str, *, as_json: bool) -> int:
    if as_json:
        found = about | {"differences": [asdict(difference) for difference in differences]}
        sys.stdout.write(json.dumps(found, ensure_ascii=False, default=str) + "\n")
    elif differences:
        for difference in differences:
            complain(str(difference))
    else:
        console().print(clean, style="green", highlight=False)
    return 1 if differences else 0
