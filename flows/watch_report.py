"""What a watch found, in words: what `newslake watch` and the flow share."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flows.watching import WatchReport


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


def as_json(report: WatchReport) -> dict[str, object]:
    """The report as JSON has it; of the findings those that are not ok."""
    found = asdict(report)
    found["findings"] = [
        asdict(finding) | {"subject": str(finding.subject)} for finding in report.findings if finding.state != "ok"
    ]
    return found
