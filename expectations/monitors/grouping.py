"""Which incidents are told as one: a cause and what follows from it, and a cause that befalls many at once.

A source that changes its pages loses titles, authors and half of its bodies at a time; a feed that stops makes all of
its sources silent. Each of these is an incident of its own, but one of them leads, is told, and is over when the last
one that it leads is. What begins long after a trouble does not follow from it: it is told by itself, however long the
older one has been open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from expectations.monitors.findings import Finding, State, Subject
from expectations.monitors.incidents import Incident

Key = tuple[str, Subject, str]

_FIELDS = frozenset({"title_missing", "author_missing", "date_missing"})
_PAGES = _FIELDS | {"bodies_short", "template_break"}
_ARRIVALS = frozenset({"silent", "too_few"})

# What each cause explains of the same subject, of the sources of a feed, and of the feed that a source came by.
FOLLOWERS: Mapping[str, frozenset[str]] = {
    "rejected_share": frozenset({"rejections", "batch_suite"}),
    "gate_held": frozenset({"rejections"}) | _ARRIVALS,
    "run_failed": frozenset({"run_died", "flow_failed", "not_started"}),
    "run_died": frozenset({"run_failed", "flow_failed", "not_started"}),
    "flow_failed": frozenset({"run_failed", "run_died"}),
    "schema_drift": _PAGES | _ARRIVALS | {"rejections", "late", "future_dates"},
    "future_dates": frozenset({"date_missing"}),
    "rejections": _ARRIVALS | {"template_break"},
    "template_break": _PAGES | {"rejections"},
    "repeats": frozenset({"too_many", "late"}),
    "silent": frozenset({"too_few"}),
    "bodies_short": _PAGES,
    "too_many": frozenset({"repeats", "late"}),
    "title_missing": _PAGES,
    "author_missing": _PAGES,
    "date_missing": _PAGES,
}
# Of several that open at once, the one that says most of what happened leads.
_ORDER = (*FOLLOWERS, "not_started", "too_few", "late")
_KINDS = ("deployment", "inbox", "channel", "feed", "rest", "source")
_RUNS = ("inbox", "deployment")  # all that there is comes by them

MANY = 5  # subjects with one cause from which on others join in the course of a day
_JOINS = timedelta(days=1)
_TOGETHER = timedelta(days=1)  # between the beginnings of a trouble of runs and of what it explains
_FOLLOWS = timedelta(days=7)  # after a trouble of a source or feed; monitors do not see all of it on the first day
_AFTERMATH = timedelta(days=8)  # volume looks back a week: what it still sees of a silence that is over is no news


@dataclass(frozen=True, slots=True)
class Told:
    """An incident of earlier rounds, open or resolved of late, as this round leaves it, with its id and that of the one
    that leads it."""

    incident_id: int
    led_by: int
    incident: Incident


def leads(
    opened: Sequence[Incident],
    told: Sequence[Told],
    feeds: Mapping[Subject, Subject],
    *,
    good_run_at: datetime | None = None,
) -> dict[Key, int | Key]:
    """For each incident that opens, who leads it: the id of one of ``told``, or the key of one that opens with it, its
    own where it leads itself. ``feeds`` names the feed that most of a source's articles come by, ``good_run_at`` says
    when the last run that completed began."""
    found: dict[Key, int | Key] = {}
    placed: list[Incident] = []
    for incident in sorted(opened, key=_rank):
        leader: int | Key | None = _told_before(incident, told, feeds, good_run_at)
        if leader is None:
            explained = [one for one in placed if _explains(one, incident, feeds, good_run_at)]
            alike = [one for one in placed if found[one.key] == one.key and _alike(one, incident)]
            explained.sort(key=lambda one: one.subject != incident.subject)
            leader = found[(explained or alike)[0].key] if explained or alike else incident.key
        found[incident.key] = leader
        placed.append(incident)
    return found


def corroborated(findings: Sequence[Finding], feeds: Mapping[Subject, Subject]) -> list[Finding]:
    """The findings, where one that is open is what another one explains, which is itself suspected: then that one is
    open too. Two monitors agree, and the steward should be told the cause rather than what follows from it."""
    opened = [finding for finding in findings if finding.state is State.OPEN]
    by_subject: dict[Subject, list[Finding]] = {}
    for finding in opened:
        for subject in {finding.subject, feeds.get(finding.subject, finding.subject)}:
            by_subject.setdefault(subject, []).append(finding)
    return [
        replace(finding, state=State.OPEN)
        if finding.state is State.SUSPECT
        and any(one.cause in FOLLOWERS.get(finding.cause, ()) for one in by_subject.get(finding.subject, ()))
        else finding
        for finding in findings
    ]


def _alike(one: Incident, other: Incident) -> bool:
    return (one.cause, one.subject.kind) == (other.cause, other.subject.kind)


def _rank(incident: Incident) -> tuple[int, int, str]:
    cause = _ORDER.index(incident.cause) if incident.cause in _ORDER else len(_ORDER)
    kind = _KINDS.index(incident.subject.kind) if incident.subject.kind in _KINDS else len(_KINDS)
    return cause, kind, incident.subject.name


def _told_before(
    incident: Incident, told: Sequence[Told], feeds: Mapping[Subject, Subject], good_run_at: datetime | None
) -> int | None:
    # What is wrong with the subject itself explains it better than what is wrong with its feed.
    for one in sorted(told, key=lambda one: one.incident.subject != incident.subject):
        over = one.incident.resolved_at
        if over is not None and (incident.since >= over or incident.opened_at - over > _AFTERMATH):
            continue
        if _explains(one.incident, incident, feeds, good_run_at):
            return one.led_by
    for one in told:
        leads_alike = one.incident_id == one.led_by and _alike(one.incident, incident)
        if leads_alike and one.incident.resolved_at is None and incident.opened_at - one.incident.opened_at <= _JOINS:
            led = sum(other.led_by == one.led_by and other.incident.cause == incident.cause for other in told)
            if led >= MANY:
                return one.led_by
    return None


def _explains(cause: Incident, other: Incident, feeds: Mapping[Subject, Subject], good_run_at: datetime | None) -> bool:
    one, two = cause.subject, other.subject
    follows = other.cause in FOLLOWERS.get(cause.cause, ())
    if one.kind in _RUNS and one != two:
        return follows and two.kind != one.kind and _is_of_the_same_run(cause, other, good_run_at)
    if one != two:
        follows = (follows or other.cause == cause.cause) and (one == feeds.get(two) or two == feeds.get(one))
    if one == two and (cause.cause, other.cause) == ("silent", "too_few"):
        return True  # however long the silence: it is the same articles that do not come
    return follows and other.since - cause.since <= _FOLLOWS


def _is_of_the_same_run(cause: Incident, other: Incident, good_run_at: datetime | None) -> bool:
    """Whether both began at about the same time, the cause is being seen still, and no run that was good lies between
    them: an inbox that was mistyped a week ago explains no scheduler that stops today."""
    if abs(other.since - cause.since) > _TOGETHER or other.opened_at - cause.seen_at > _TOGETHER:
        return False
    return good_run_at is None or not cause.since < good_run_at <= other.since
