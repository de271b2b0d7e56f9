"""Incidents in words: what opened, what is open still, what is over, as messages to the steward.

Rows of incidents and what the lake shows of them go in, messages come out; nothing is read or sent here.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flows.alerts import Alert, Severity, redact_text
from warehouse.incidents import IncidentRow

_MOST_LINES = 12
_SAMPLES = 5

_CRITICAL = frozenset({"run_failed", "run_died", "flow_failed", "not_started", "rejected_share", "gate_held"})
_MANY = 5  # sources that fail together are no source's fault

# What each cause is in a title, after the subject's name.
_WORDS: Mapping[str, str] = {
    "silent": "silent",
    "too_few": "too few articles",
    "too_many": "far more articles than usual",
    "title_missing": "titles are missing",
    "author_missing": "authors are missing",
    "date_missing": "dates of publication are missing",
    "bodies_short": "bodies are suddenly short",
    "template_break": "the site's learned blocks are gone: its pages have changed",
    "rejections": "too much is rejected",
    "repeats": "the same articles again",
    "late": "articles come late",
    "future_dates": "articles dated in the future",
    "schema_drift": "the fields of its JSON records have changed",
    "not_started": "runs did not start",
    "run_failed": "the run failed",
    "run_died": "the run ended without a word",
    "rejected_share": "too much was rejected",
    "batch_suite": "the data fell below its bounds",
    "gate_held": "a gate held data back",
    "flow_failed": "its flow failed",
    "undelivered": "messages cannot be delivered",
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the lake shows of an incident: inputs with what is wrong with them, and why inputs were refused."""

    samples: Sequence[tuple[str, str]] = ()
    reasons: Sequence[tuple[str, int]] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where the warehouse lies and what its last run read."""

    warehouse: str
    inbox: str | None


def severity_of(cause: str, led: int) -> Severity:
    """How bad a cause is that befalls so many subjects at once."""
    return "critical" if cause in _CRITICAL or led >= _MANY else "warning"


def opened(led: Sequence[IncidentRow], evidence: Evidence, place: Place) -> Alert:
    """The message about an incident that opens; ``led`` are those that it leads, itself first."""
    return _alert(led, evidence, place, _title(led), [])


def reminder(groups: Sequence[Sequence[IncidentRow]], evidence: Evidence, place: Place) -> Alert:
    """The message about incidents of one cause that are open still; each group begins with the one that leads."""
    still = [row for group in groups for row in group if row.resolved_at is None]
    return _alert(still, evidence, place, f"still open: {_title(still)}", [])


def resolved(groups: Sequence[Sequence[IncidentRow]], place: Place) -> Alert:
    """The message about incidents of one cause that are over."""
    leaders = [group[0] for group in groups]
    over = [row for group in groups for row in group]
    last = max(row.resolved_at or row.seen_at for row in over)
    lines = [
        f"{row.subject_kind} {row.subject}: {_WORDS.get(row.cause, row.cause)} from {row.since:%Y-%m-%d %H:%M} UTC "
        f"until {row.well_since or row.resolved_at or last:%Y-%m-%d %H:%M} UTC"
        for row in over[:_MOST_LINES]
    ]
    return _alert(leaders, Evidence(), place, f"resolved: {_title(leaders)}", lines)


def digest(open_now: Sequence[IncidentRow], over: Sequence[IncidentRow], place: Place) -> Alert:
    """What is open and what was resolved since the last digest; one of both must hold something."""
    lines = [f"Open: {len(open_now)}", *(f"  {_line(row)}" for row in open_now[:_MOST_LINES])]
    lines += [f"  and {len(open_now) - _MOST_LINES} more"] if len(open_now) > _MOST_LINES else []
    lines += [f"Resolved since the last digest: {len(over)}"]
    lines += [f"  {row.subject_kind} {row.subject}: {_WORDS.get(row.cause, row.cause)}" for row in over[:_MOST_LINES]]
    since = min(row.since for row in (*open_now, *over))
    return Alert(
        cause="digest",
        severity="warning",
        title=f"newslake digest: {len(open_now)} open, {len(over)} resolved",
        what=tuple(redact_text(line) for line in lines),
        where=redact_text(f"warehouse {place.warehouse}"),
        since=f"{since:%Y-%m-%d %H:%M} UTC",
        samples=(),
        sql="select * from incident where state = 'open' order by since",
        command=f"newslake status --warehouse {shlex.quote(place.warehouse)}",
    )


def waited(messages: Sequence[tuple[str, str]]) -> tuple[str, str]:
    """Title and text of one message in the place of several (title, text) that waited for the end of quiet hours."""
    title = f"newslake: {len(messages)} messages from the quiet hours"
    return title, "\n\n".join(f"* {title}\n{text}" for title, text in messages)


def _title(led: Sequence[IncidentRow]) -> str:
    first = led[0]
    words = _WORDS.get(first.cause, first.cause)
    alike = [row for row in led if (row.cause, row.subject_kind) == (first.cause, first.subject_kind)]
    if len(alike) == 1 and len(led) > 1 and all(row.cause == first.cause for row in led):
        return f"{first.subject_kind} {first.subject} and {len(led) - 1} more: {words}"
    if len(alike) > 1:
        return f"{len(alike)} {first.subject_kind}s: {words}"
    return f"{first.subject_kind} {first.subject}: {words}"


def _line(row: IncidentRow) -> str:
    return f"{row.subject_kind} {row.subject}: {_WORDS.get(row.cause, row.cause)}: {row.why}"


def _alert(led: Sequence[IncidentRow], evidence: Evidence, place: Place, title: str, lines: Sequence[str]) -> Alert:
    first = led[0]
    what = list(lines) or [_line(row) for row in led[:_MOST_LINES]]
    if not lines and len(led) > _MOST_LINES:
        what.append(f"and {len(led) - _MOST_LINES} more")
    if evidence.reasons:
        what.append("Refused most often for: " + ", ".join(f"{reason} ({n:,})" for reason, n in evidence.reasons))
    names = list(dict.fromkeys(f"{row.subject_kind} {row.subject}" for row in led))
    more = f" and {len(names) - _MOST_LINES} more" if len(names) > _MOST_LINES else ""
    where = ", ".join(names[:_MOST_LINES]) + more
    return Alert(
        cause="+".join(dict.fromkeys(row.cause for row in led)),
        severity="critical" if any(row.severity == "critical" for row in led) else "warning",
        title=redact_text(f"newslake: {title}"),
        what=tuple(redact_text(line) for line in what),
        where=redact_text(f"{where}; warehouse {place.warehouse}"),
        since=f"{min(row.since for row in led):%Y-%m-%d %H:%M} UTC",
        samples=tuple((redact_text(key), redact_text(said)) for key, said in evidence.samples[:_SAMPLES]),
        sql=_sql(first),
        command=redact_text(_command(first, evidence, place)),
    )


def _sql(row: IncidentRow) -> str:
    """A query for `newslake sql` that shows the subject's days, or the runs."""
    if row.cause == "gate_held":
        return "select run_id, unit, slice, count(*) as inputs, min(input_key) as example from ops.held group by all"
    name = row.subject.replace("'", "''")
    if row.subject_kind in ("inbox", "deployment"):
        return (
            "select run_id, state, started_at, ended_at, picked_up, message from ops.run order by run_id desc limit 10"
        )
    if row.subject_kind == "channel":
        return "select * from ops.alert_delivery order by tried_at desc limit 20"
    if row.cause == "schema_drift":
        of = (
            f"feed_id = (select feed_id from dim_feed where name = '{name}')"
            if row.subject_kind == "feed"
            else f"source_id = {row.source_id}"
        )
        return (
            f"select recorded_at, records, fields from ops.record_fields where {of} order by recorded_at desc limit 10"
        )
    if row.subject_kind == "feed":
        return (
            "select recorded_at::date as day, state, reason, count(*) as inputs, min(input_key) as example "
            f"from ops.input join dim_feed using (feed_id) where dim_feed.name = '{name}' group by all "
            "order by day desc, inputs desc limit 30"
        )
    if row.subject_kind == "rest":
        return (
            "select recorded_at::date as day, state, reason, count(*) as inputs, min(input_key) as example "
            "from ops.input where feed_id = 0 and source_id = 0 group by all order by day desc, inputs desc limit 30"
        )
    if row.cause in ("title_missing", "author_missing", "date_missing", "future_dates", "late"):
        of = f"select source_id from source_identity where identity_id = {row.source_id}"
        columns = "loaded_at, title, authors, published_date, path"
        return f"select {columns} from fact_article where source_id in ({of}) order by loaded_at desc limit 20"
    return (
        "select day, picked_up, loaded, rejected, rejected_by, duplicate from source_day "
        f"where source_id = {row.source_id} order by day desc limit 14"
    )


def _command(row: IncidentRow, evidence: Evidence, place: Place) -> str:
    lake = f"--warehouse {shlex.quote(place.warehouse)}"
    if row.cause == "gate_held":
        return f"newslake status {lake}"
    if row.subject_kind in ("inbox", "deployment"):
        inbox = f"{shlex.quote(place.inbox)} " if place.inbox else ""
        return f"newslake run {inbox}{lake}"
    if row.cause == "rejections":
        return f"newslake quarantine list --since {row.since:%Y-%m-%d} {lake}"
    if evidence.samples and place.inbox and "://" not in place.inbox and row.cause not in ("repeats", "late"):
        file = evidence.samples[0][0].partition("#")[0]
        return f"newslake extract {shlex.quote(f'{place.inbox}/{file}')}"
    if row.subject_kind == "source":
        return f"newslake sources show {shlex.quote(row.subject)} {lake}"
    return f"newslake status {lake}"
