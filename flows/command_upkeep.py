"""`newslake upkeep`: merges, lets go and sweeps in this process, without Prefect, and says what it did."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from flows.housekeeping import as_json as report_as_json
from flows.housekeeping import headline, keep_warehouse, rows
from flows.machine_faults import in_words
from flows.settings import Loaded
from flows.sigterm import leave_on_sigterm
from flows.terminal import announce, complain, console, print_table
from warehouse.errors import LakeError, is_interruption


def keep_up_once(loaded: Loaded, folder: Path, named_by: str, *, dry_run: bool, as_json: bool) -> int:
    """Do what is due and print the report; the exit status."""
    leave_on_sigterm("the step in hand was dropped, what was done before stays")
    announce(f"newslake upkeep: warehouse {folder} ({named_by})")
    try:
        report = keep_warehouse(loaded, folder, dry_run=dry_run)
    except LakeError as error:
        complain(in_words(error, folder) or str(error))
        return 1
    except Exception as error:
        if is_interruption(error):
            raise
        complain(in_words(error, folder) or f"upkeep failed: {type(error).__name__}: {error}")
        return 1
    if as_json:
        sys.stdout.write(json.dumps(report_as_json(report), default=str) + "\n")
    else:
        console().print(headline(report), style="bold", highlight=False)
        shown = rows(report)
        print_table(list(shown[0]), [list(row.values()) for row in shown])
        for note in report.notes:
            console().print(note, highlight=False, markup=False)
    for problem in report.problems:
        complain(problem)
    return 1 if report.problems else 0
