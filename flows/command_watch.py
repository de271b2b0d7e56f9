"""`newslake watch`: judges what came and what ran, in this process, without Prefect, and says what it found."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from flows.machine_faults import in_words
from flows.settings import Loaded, SettingsError
from flows.sigterm import leave_on_sigterm
from flows.terminal import announce, complain, console, print_table
from warehouse.errors import LakeError

if TYPE_CHECKING:
    from flows.watching import WatchReport


def watch_once(
    loaded: Loaded, folder: Path, named_by: str, *, as_of: datetime | None, dry_run: bool, as_json: bool
) -> int:
    """Watch and print what was found; the exit status. Raises :class:`~flows.settings.SettingsError`."""
    leave_on_sigterm("what was not committed was dropped, messages that were not sent wait for the next watch")
    announce(f"newslake watch: warehouse {folder} ({named_by})")
    from flows.watching import watch_warehouse

    try:
        report = watch_warehouse(loaded, folder, as_of=as_of or datetime.now(UTC), dry_run=dry_run)
    except LakeError as error:
        complain(in_words(error, folder) or str(error))
        return 1
    except SettingsError:
        raise
    except Exception as error:
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


def headline(report: WatchReport) -> str:
    """The report in one line."""
    covered = f"covered until {report.covered_until:%Y-%m-%d %H:%M} UTC" if report.covered_until else "no run completed"
    said = "would open" if report.dry_run else "opened"
    return (
        f"Watch as of {report.as_of:%Y-%m-%d %H:%M} UTC ({covered}): {report.subjects:,} sources and feeds, "
        f"{said} {len(report.opened)}, resolved {len(report.resolved)}, {len(report.open_now)} open, "
        f"in {report.seconds:.1f} s."
    )


def rows(report: WatchReport) -> list[dict[str, object]]:
    """The incidents that are open, opened or resolved, as a table."""
    opened = {row.incident_id for row in report.opened}
    shown = [("opened" if row.incident_id in opened else "open", row) for row in report.open_now]
    shown += [("resolved", row) for row in report.resolved]
    return [
        {
            "incident": row.incident_id,
            "state": state,
            "subject": f"{row.subject_kind} {row.subject}",
            "cause": row.cause,
            "since": f"{row.since:%Y-%m-%d %H:%M}",
            "why": row.why,
        }
        for state, row in shown
    ]


def report_as_json(report: WatchReport) -> dict[str, object]:
    """The report as JSON has it; of the findings those that are not ok."""
    found = asdict(report)
    found["findings"] = [
        asdict(finding) | {"subject": str(finding.subject)} for finding in report.findings if finding.state != "ok"
    ]
    return found
