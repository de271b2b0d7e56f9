"""`newslake docs`: what the rules said of one run, as pages in a folder."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from flows.feeds_and_rules import bounds_of, rules_of
from flows.settings import Loaded
from flows.terminal import complain, console
from warehouse.errors import LakeError
from warehouse.lake import connect
from warehouse.results import judged_run


def write_docs(loaded: Loaded, warehouse: Path, folder: Path, *, run_id: int | None, as_json: bool) -> int:
    """Write the pages into ``folder`` and say where they are; the exit status."""
    from expectations.data_docs import INDEX, Judged, is_index, pages

    index = folder / INDEX
    if folder.exists() and any(folder.iterdir()) and not (index.is_file() and is_index(index.read_text("utf-8"))):
        complain(f"{folder} holds other files already; name a folder for these pages alone. Nothing was written")
        return 1
    rules = rules_of(loaded)
    try:
        run = judged_run(connect(warehouse, read_only=True), run_id)
    except LakeError as error:
        complain(str(error))
        return 1
    title = f"Run {run.run_id} of {run.inbox}" if run.inbox else f"Run {run.run_id}"
    judged = [Judged(**row) for row in run.results.to_pylist()]
    made = pages(run.run_id, title, judged, as_of=run.as_of, rules=rules, bounds=bounds_of(loaded.settings))
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in sorted(made.items(), reverse=True):  # the index last: what it points to is there
        (folder / name).write_text(text, encoding="utf-8")
    broken = sorted({one.rule_id for one in judged if not one.success})
    if as_json:
        said = {"run": run.run_id, "index": str(index), "pages": len(made), "broken": broken}
        sys.stdout.write(json.dumps(said) + "\n")
        return 0
    console().print(
        f"run {run.run_id}: {len(made)} pages, {len(broken)} rules broken; open {index}",
        highlight=False,
        markup=False,
    )
    return 0
