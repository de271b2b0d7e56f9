"""`newslake export`: views as Parquet or CSV files in a folder, for programs that do not read a lake."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path

from flows.terminal import complain, console, print_table
from warehouse.errors import LakeError
from warehouse.export import CURRENT, export
from warehouse.lake import connect


def export_views(
    warehouse: Path,
    folder: Path,
    *,
    views: tuple[str, ...],
    file_format: str,
    since: date | None,
    dbt: bool,
    as_json: bool,
) -> int:
    """Export and say what was written; the exit status."""
    try:
        con = connect(warehouse, read_only=True)
        done = export(con, folder, now=datetime.now(UTC), views=views, file_format=file_format, since=since, dbt=dbt)
    except LakeError as error:
        complain(str(error))
        return 1
    if as_json:
        sys.stdout.write(json.dumps(asdict(done)) + "\n")
        return 0
    size = sum(view.bytes for view in done.views) / 1e6
    console().print(
        f"exported snapshot {done.snapshot}, {size:,.1f} MB of {file_format}, to {folder / CURRENT}",
        highlight=False,
        markup=False,
    )
    print_table(["view", "rows", "files"], [(view.name, view.rows, view.files) for view in done.views])
    undated = [f"{view.undated:,} of {view.name}" for view in done.views if view.undated]
    if undated:
        complain(f"rows without a day were left out by --since: {', '.join(undated)}")
    return 0
