"""Incidents: what findings make of one another over time. One opens once and closes once.

A finding that is ``open`` opens an incident where none is; while it is open, everything but ``ok`` keeps it open, and
so does silence of the monitor. It is resolved when the finding has been ``ok`` for a calm of :data:`CALM`, so that a
source that comes and goes is one incident and not ten.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from expectations.monitors.findings import Finding, State, Subject

# How long all must be well before an incident is over. A silence is over with the next article, but the source that
# sends one stray article is not well yet; the others say themselves when the latest articles look usual again.
CALM: Mapping[str, timedelta] = {
    "freshness": timedelta(hours=3),
    "volume": timedelta(days=3),  # over a weekend a flood or a thinned feed may look like any other
    "schedule": timedelta(0),
}
DEFAULT_CALM = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that is wrong with a subject. ``well_since`` is when findings began to be ``ok`` again."""

    monitor: str
    subject: Subject
    cause: str
    opened_at: datetime
    since: datetime
    seen_at: datetime
    why: str
    well_since: datetime | None = None
    resolved_at: datetime | None = None

    @property
    def key(self) -> tuple[str, Subject, str]:
        """As a finding's."""
        return (self.monitor, self.subject, self.cause)


@dataclass(frozen=True, slots=True)
class Changes:
    """What a round of findings did: each incident is in one of the three, in the order of its key."""

    opened: tuple[Incident, ...]
    still_open: tuple[Incident, ...]
    resolved: tuple[Incident, ...]


def advance(
    previous: Sequence[Incident], findings: Iterable[Finding], *, calm: Mapping[str, timedelta] = CALM
) -> Changes:
    """The incidents after a round of findings, in any order. :class:`ValueError` for two findings of one key, or two
    open incidents."""
    opened: list[Incident] = []
    still: dict[tuple[str, Subject, str], Incident] = {}
    resolved: list[Incident] = []
    for incident in previous:
        if incident.resolved_at is not None:
            raise ValueError(f"incident {incident.key} is over and cannot go on")
        if incident.key in still:
            raise ValueError(f"incident {incident.key} is given twice")
        still[incident.key] = incident
    judged: set[tuple[str, Subject, str]] = set()
    for finding in findings:
        if finding.key in judged:
            raise ValueError(f"two findings about {finding.key}")
        judged.add(finding.key)
        known = still.get(finding.key)
        if known is None:
            if finding.state is State.OPEN:
                opened.append(_opened(finding))
            continue
        after = _gone_on(known, finding, calm.get(finding.monitor, DEFAULT_CALM))
        if after.resolved_at is None:
            still[finding.key] = after
        else:
            del still[finding.key]
            resolved.append(after)
    return Changes(_in_order(opened), _in_order(still.values()), _in_order(resolved))


def _opened(finding: Finding) -> Incident:
    return Incident(
        monitor=finding.monitor,
        subject=finding.subject,
        cause=finding.cause,
        opened_at=finding.as_of,
        since=finding.since or finding.as_of,
        seen_at=finding.as_of,
        why=finding.why,
    )


def _gone_on(incident: Incident, finding: Finding, calm: timedelta) -> Incident:
    if finding.state is not State.OK:
        return replace(incident, seen_at=finding.as_of, why=finding.why, well_since=None)
    well_since = incident.well_since or finding.as_of
    if finding.as_of - well_since >= calm:
        return replace(incident, well_since=well_since, resolved_at=finding.as_of)
    return replace(incident, well_since=well_since)


def _in_order(incidents: Iterable[Incident]) -> tuple[Incident, ...]:
    return tuple(sorted(incidents, key=lambda incident: incident.key))
