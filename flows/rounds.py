"""A round: findings meet the incidents in the books. What opens, goes on or is over is kept together with its message.

The watch makes rounds with what all monitors say, a run with what it says of itself; each keeps to the monitors that it
speaks for. The caller holds the transaction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from expectations.monitors.findings import Finding, Subject
from expectations.monitors.grouping import Key, Told, corroborated, leads
from expectations.monitors.incidents import CALM, Incident, advance
from flows import telling
from flows.alerts import Alert
from flows.quiet import due_at, reminder_is_due
from flows.settings import Alerts
from flows.telling import Evidence, Place
from warehouse.incidents import IncidentRow, Message

_CALM = {**CALM, **dict.fromkeys(("run", "gate", "flow", "channel"), timedelta(0))}
REMEMBERED = timedelta(days=8)  # resolved incidents of which the aftermath is known for what it is

EvidenceOf = Callable[[Sequence[IncidentRow]], Evidence]


@dataclass(frozen=True, slots=True)
class Round:
    """What a round came to: rows to be kept (new ones and those that have changed), messages, and all that is open."""

    opened: tuple[IncidentRow, ...]
    resolved: tuple[IncidentRow, ...]
    changed: tuple[IncidentRow, ...]
    open_now: tuple[IncidentRow, ...]
    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a round goes by: the clock, the settings of alerts, where things are, the feed of each source, the ids of
    sources, what the lake shows of incidents, when the last good run began, and the run that makes the round."""

    now: datetime
    said: Alerts
    place: Place
    evidence: EvidenceOf
    feeds: Mapping[Subject, Subject]
    source_ids: Mapping[Subject, int]
    good_run_at: datetime | None = None
    run_id: int | None = None


def make_round(
    known: Sequence[IncidentRow],
    findings: Sequence[Finding],
    rules: Rules,
    *,
    next_id: int,
    over: Sequence[int] = (),
    told: Alert | None = None,
    remind: bool = True,
) -> Round:
    """The incidents after ``findings``; ``known`` are those that are open or were resolved of late.

    ``over`` are ids of incidents that end whatever the findings say, ``told`` is the message about all that opens where
    the caller knows it better than :mod:`flows.telling`. Without ``remind`` no open incident is told of again.
    """
    rows = {row.incident_id: row for row in known}
    before = {_key(row): row for row in known if row.resolved_at is None}
    findings = corroborated(findings, rules.feeds)
    changes = advance([_incident(row) for row in before.values()], findings, calm=_CALM)
    now = {one.key: one for one in (*changes.still_open, *changes.resolved)}
    told_of = [
        Told(row.incident_id, row.led_by, now[_key(row)] if row.resolved_at is None else _incident(row))
        for row in known
    ]
    place = leads(changes.opened, told_of, rules.feeds, good_run_at=rules.good_run_at)
    closed = {row.led_by for row in known} - {row.led_by for row in before.values()}
    ids: dict[Key, int] = {}
    for incident in changes.opened:
        leader = place[incident.key]
        if not (isinstance(leader, int) and leader in closed):  # else it is the aftermath of what is over
            ids[incident.key] = next_id + len(ids)
    opened = [_new(one, ids, place[one.key], rules) for one in changes.opened if one.key in ids]
    sizes = Counter(row.led_by for row in opened)
    opened = [replace(row, severity=telling.severity_of(row.cause, sizes[row.led_by])) for row in opened]
    for incident in (*changes.still_open, *changes.resolved):
        row = before[incident.key]
        rows[row.incident_id] = replace(
            row,
            seen_at=incident.seen_at,
            well_since=incident.well_since,
            resolved_at=incident.resolved_at,
            why=incident.why,
        )
    for incident_id in over:
        if rows[incident_id].resolved_at is None:
            rows[incident_id] = replace(rows[incident_id], resolved_at=rules.now)
    rows |= {row.incident_id: row for row in opened}
    _end_aftermaths(rows, rules.now)
    messages = _messages(rows, {row.incident_id for row in known}, closed, rules, told, remind=remind)
    was = {row.incident_id: row for row in known}
    changed = tuple(row for row in rows.values() if was.get(row.incident_id) != row)
    return Round(
        opened=tuple(rows[row.incident_id] for row in opened),
        resolved=tuple(row for row in changed if row.resolved_at is not None),
        changed=changed,
        open_now=tuple(row for row in rows.values() if row.resolved_at is None),
        messages=tuple(messages),
    )


def _end_aftermaths(rows: dict[int, IncidentRow], now: datetime) -> None:
    """What is led by a trouble that is over is over with it where it is one of volume, which looks back a week."""
    groups: dict[int, list[IncidentRow]] = {}
    for row in rows.values():
        groups.setdefault(row.led_by, []).append(row)
    for group in groups.values():
        left = [row for row in group if row.resolved_at is None]
        if len(left) < len(group) and all(row.monitor == "volume" and row.led_by != row.incident_id for row in left):
            for row in left:
                rows[row.incident_id] = replace(row, resolved_at=now)


def message_of(alert: Alert, kind: str, incidents: Sequence[int], rules: Rules) -> Message:
    """An alert as it is kept until it is sent."""
    return Message(
        kind=kind,
        incidents=tuple(incidents),
        cause=alert.cause,
        severity=alert.severity,
        title=alert.title,
        text=alert.text(),
        made_at=rules.now,
        due_at=due_at(rules.now, alert.severity, rules.said),
        run_id=rules.run_id,
    )


def _messages(
    rows: dict[int, IncidentRow],
    known: set[int],
    closed: set[int],
    rules: Rules,
    told: Alert | None,
    *,
    remind: bool,
) -> list[Message]:
    """What is to be told; the rows of those that lead are marked as told."""
    groups: dict[int, list[IncidentRow]] = {}
    for row in sorted(rows.values(), key=lambda row: (row.led_by, row.incident_id != row.led_by, row.incident_id)):
        groups.setdefault(row.led_by, []).append(row)
    fresh = [group for leader, group in groups.items() if leader not in known]
    again: dict[str, list[list[IncidentRow]]] = {}
    over: dict[str, list[list[IncidentRow]]] = {}
    for leader, group in groups.items():
        if leader in closed or leader not in known or group[0].incident_id != leader:
            continue
        if all(row.resolved_at is not None for row in group):
            over.setdefault(group[0].cause, []).append(group)
        elif all(row.resolved_at is not None or row.well_since is not None for row in group):
            continue  # it looks well again and will soon be over
        elif remind and reminder_is_due(rules.now, group[0].told_at or rules.now, group[0].reminders, rules.said):
            again.setdefault(group[0].cause, []).append(group)
    messages: list[Message] = []
    if told is not None and fresh:
        members = [row for group in fresh for row in group]
        messages.append(message_of(told, "opened", [row.incident_id for row in members], rules))
    for group in fresh:
        if told is None:
            alert = telling.opened(group, rules.evidence(group), rules.place)
            messages.append(message_of(alert, "opened", [row.incident_id for row in group], rules))
        rows[group[0].incident_id] = replace(group[0], told_at=rules.now)
    for of_cause in again.values():
        alert = telling.reminder(of_cause, rules.evidence(of_cause[0]), rules.place)
        messages.append(message_of(alert, "reminder", [row.incident_id for group in of_cause for row in group], rules))
        for group in of_cause:
            rows[group[0].incident_id] = replace(group[0], told_at=rules.now, reminders=group[0].reminders + 1)
    for of_cause in over.values():
        alert = telling.resolved(of_cause, rules.place)
        messages.append(message_of(alert, "resolved", [row.incident_id for group in of_cause for row in group], rules))
    return messages


def _key(row: IncidentRow) -> Key:
    return row.monitor, Subject(row.subject_kind, row.subject), row.cause


def _incident(row: IncidentRow) -> Incident:
    return Incident(
        monitor=row.monitor,
        subject=Subject(row.subject_kind, row.subject),
        cause=row.cause,
        opened_at=row.opened_at,
        since=row.since,
        seen_at=row.seen_at,
        why=row.why,
        well_since=row.well_since,
        resolved_at=row.resolved_at,
    )


def earlier(known: Sequence[IncidentRow]) -> list[Incident]:
    """Rows of the books as the monitors have them."""
    return [_incident(row) for row in known]


def _new(incident: Incident, ids: Mapping[Key, int], leader: int | Key, rules: Rules) -> IncidentRow:
    return IncidentRow(
        incident_id=ids[incident.key],
        led_by=leader if isinstance(leader, int) else ids[leader],
        monitor=incident.monitor,
        subject_kind=incident.subject.kind,
        subject=incident.subject.name,
        source_id=rules.source_ids.get(incident.subject),
        cause=incident.cause,
        severity="warning",
        since=incident.since,
        opened_at=incident.opened_at,
        seen_at=incident.seen_at,
        well_since=None,
        resolved_at=None,
        why=incident.why,
        told_at=None,
        reminders=0,
    )
