"""`newslake watch`: judges what came and what ran, in this process, without Prefect, and says what it found."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from flows.machine_faults import in_words
from flows.settings import Loaded, SettingsError
from flows.sigterm import leave_on_sigterm
from flows.terminal import announce, complain, console, print_table
from flows.watch_report import as_json as report_as_json
from flows.watch_report import headline, rows
from warehouse.errors import LakeError, is_interruption


def watch_once(
    loaded: Loaded, folder: Path, named_by: str, *, as_of: datetime | None, dry_run: bool, as_json: bool
) -> int:
    """Watch and print what was found; the exit status. Raises :class:`~flows.settings.SettingsError`."""
    leave_on_sigterm("what was not committed was dropped, messages that were not sent wait for the next watch")
    announce(f"newslake watch: warehouse {folder} ({named_by})")
    from flows.watching import AheadOfTheClock, watch_warehouse

    try:
        report = watch_warehouse(loaded, folder, as_of=as_of or datetime.now(UTC), dry_run=dry_run)
    except AheadOfTheClock as error:
        complain(str(error))
        return 2
    except LakeError as error:
        complain(in_words(error, folder) or str(error))
        return 1
    except SettingsError:
        raise
    except Exception as error:
        if is_interruption(error):
            raise
        complain(in_words(error, folder) or f"the watch failed: {type(error).__name__}: {error}")
        return 1
    if as_json:
        sys.stdout.write(json.dumps(report_as_json(report), default=str, ensure_ascii=False) + "\n")
    else:
        console().print(headline(report), style="bold", highlight=False)
        shown = rows(report)
        if shown:
            print_table(list(shown[0]), [list(row.values()) for row in shown])
        for message in report.messages:
            console().print(f"message: {message.title}", highlight=False, markup=False)
    for problem in report.problems:
        complain(problem)
    return 0
