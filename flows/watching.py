"""One watch of a warehouse by the settings: what `newslake watch` and the flow share.

The past is read, the monitors judge, incidents open and are resolved, and their messages are kept, all before anything
is sent. A watch that is killed is simply made again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from expectations.monitors import freshness
from expectations.monitors.cuts import FUTURE_HOURS
from expectations.monitors.findings import Finding, Subject
from flows import telling
from flows.delivery import channels_of, deliver
from flows.judging import Schedule, cuts_of, feeds_of_sources, judge, readable, subject_of
from flows.quiet import digest_is_due
from flows.rounds import REMEMBERED, Round, Rules, earlier, make_round, message_of
from flows.run_findings import HELD, RUN, is_unused, of_gates, of_runs
from flows.settings import Loaded
from flows.telling import Evidence, Place
from warehouse import incidents
from warehouse.errors import LakeError
from warehouse.incidents import ExpectationRow, IncidentRow, Message
from warehouse.lake import Connection, connect, folder_of, transaction
from warehouse.locks import held_since, run_in_progress
from warehouse.migrate import prepare
from warehouse.undisturbed import undisturbed
from warehouse.watched import LEARNED_DAYS, Past, examples, past, reasons

# The monitors that a watch speaks for; what runs and channels say of themselves is theirs.
_FROM_THE_PAST = frozenset(
    {"freshness", "volume", "fields", "template", "rejections", "repeats", "lateness", "dates", "schema"}
)


_SETTINGS_SCHEDULES = frozenset({"runs", "upkeeps"})  # what the schedules of the settings are called


_CLOCKS_DIFFER = timedelta(minutes=5)


class WatchedLater(LakeError):
    """A watch has judged by a later time already."""


class AheadOfTheClock(LakeError):
    """A watch is to judge by a time that has not come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchReport:
    """What a watch came to. ``problems`` are of messages that could not be sent, without secrets, and of schedules that
    could not be read."""

    as_of: datetime
    covered_until: datetime | None
    seconds: float
    subjects: int
    findings: tuple[Finding, ...]
    opened: tuple[IncidentRow, ...]
    resolved: tuple[IncidentRow, ...]
    open_now: tuple[IncidentRow, ...]
    messages: tuple[Message, ...]
    problems: tuple[str, ...] = ()
    dry_run: bool = False


def watch_warehouse(
    loaded: Loaded,
    folder: Path,
    *,
    as_of: datetime,
    dry_run: bool = False,
    schedules: Sequence[Schedule] | None = None,
    more: Sequence[Finding] = (),
) -> WatchReport:
    """Watch the warehouse in ``folder``, as :func:`watch_lake` does. Raises :class:`AheadOfTheClock` where something is
    to be kept and the time has not come, and what opening a warehouse raises."""
    if not dry_run and as_of > datetime.now(UTC) + _CLOCKS_DIFFER:
        raise AheadOfTheClock(
            f"{as_of:%Y-%m-%d %H:%M} UTC has not come: incidents judged by it would keep every watch until then from "
            "judging; nothing was done. To look ahead: newslake watch --as-of TIME --dry-run"
        )
    connect(folder, read_only=True).close()  # a watch makes no warehouse where there is none
    con = connect(folder, read_only=True) if dry_run else prepare(folder)
    try:
        return watch_lake(con, loaded, as_of=as_of, dry_run=dry_run, schedules=schedules, more=more)
    finally:
        con.close()


def watch_lake(
    con: Connection,
    loaded: Loaded,
    *,
    as_of: datetime,
    dry_run: bool = False,
    schedules: Sequence[Schedule] | None = None,
    more: Sequence[Finding] = (),
    pause: float | None = None,
) -> WatchReport:
    """Watch as of a time (aware); with ``dry_run`` nothing is kept and nothing sent.

    ``schedules`` are those by which deployments are started, beside those of the settings; None where the caller knows
    of none, and what was said of deployments stands. ``more`` are findings of the caller's own; ``pause`` is as
    :func:`flows.alerts.send` has it. Raises :class:`WatchedLater`.
    """
    began = time.monotonic()
    last = incidents.last_watch(con, _by_the_clock(as_of))
    if not dry_run and last is not None and last > as_of:
        raise WatchedLater(
            f"A watch judged by {last:%Y-%m-%d %H:%M} UTC already, and incidents do not go back; nothing was done. "
            "To look at an earlier time: newslake watch --as-of TIME --dry-run"
        )
    holder = run_in_progress(folder_of(con))
    seen = undisturbed(con, lambda: past(con, as_of, cuts_of, future_hours=FUTURE_HOURS))
    spoilt = _known(con, as_of, timedelta(days=LEARNED_DAYS))
    due, rhythms, unread = readable([*_said(loaded), *(schedules or ())], _declared(loaded))
    known_since = incidents.overdue_from(con, freshness.MONITOR, as_of)
    holder = holder or run_in_progress(folder_of(con))  # a run that began or ended while the past was read has not died
    locked_since = None if holder is None else held_since(holder) or as_of
    findings = [
        *judge(seen, earlier(spoilt), due, rhythms, known_since=known_since, locked_since=locked_since),
        *of_runs(seen.runs, as_of, goes_on=holder is not None),
        *more,
    ]
    if dry_run:
        before = _known(con, as_of, REMEMBERED)
        made, messages = _round(con, loaded, seen, findings, before, schedules)
    else:
        with transaction(con, f"watch as of {as_of:%Y-%m-%d %H:%M}"):
            # What a run or another watch has changed meanwhile is there now, and nothing changes until the commit.
            before = _known(con, as_of, REMEMBERED)
            made, messages = _round(con, loaded, seen, findings, before, schedules)
            incidents.keep(con, made.changed, messages)
            incidents.keep_expectations(con, _expectations(findings, seen), as_of)
            _keep_watch(con, seen, made, len(findings), time.monotonic() - began)
    problems = unread + ([] if dry_run else deliver(con, loaded.settings.alerts, now=as_of, pause=pause))
    return WatchReport(
        as_of=as_of,
        covered_until=None if seen.end is None else _hour(seen.end),
        seconds=time.monotonic() - began,
        subjects=len(seen.subjects),
        findings=tuple(findings),
        opened=made.opened,
        resolved=made.resolved,
        open_now=made.open_now,
        messages=tuple(messages),
        problems=tuple(problems),
        dry_run=dry_run,
    )


def _by_the_clock(as_of: datetime) -> datetime:
    """Until when the books may have been kept; what a clock that had jumped left there lies later."""
    return max(as_of, datetime.now(UTC)) + _CLOCKS_DIFFER


def _known(con: Connection, as_of: datetime, back: timedelta) -> list[IncidentRow]:
    until = _by_the_clock(as_of)
    found = incidents.known(con, resolved_after=as_of - back)
    return [row for row in found if row.resolved_at is None or row.resolved_at <= until]


def _said(loaded: Loaded) -> list[Schedule]:
    said = loaded.settings.watch
    found = [("runs", said.runs, "ingest"), ("upkeeps", said.upkeeps, "upkeep")]  # _SETTINGS_SCHEDULES
    return [Schedule(name, cron, said.timezone, kind) for name, cron, kind in found if cron]


def _declared(loaded: Loaded) -> dict[str, str]:
    return {feed.name: feed.rhythm for feed in loaded.settings.feeds if feed.rhythm is not None}


def _round(
    con: Connection,
    loaded: Loaded,
    seen: Past,
    findings: Sequence[Finding],
    known: Sequence[IncidentRow],
    schedules: Sequence[Schedule] | None,
) -> tuple[Round, list[Message]]:
    subjects = {subject_of(one): one.subject_id for one in seen.subjects}
    last = next((run for run in reversed(seen.runs) if run.kind == "ingest"), None)
    good = [run.started_at for run in seen.runs if run.kind == "ingest" and run.state == "completed"]
    rules = Rules(
        now=seen.as_of,
        said=loaded.settings.alerts,
        place=Place(str(folder_of(con)), None if last is None else last.inbox),
        evidence=_evidence(con, subjects),
        feeds=feeds_of_sources(seen),
        source_ids={subject: number for subject, number in subjects.items() if subject.kind == "source"},
        good_run_at=max(good, default=None),
    )
    gone = [
        row.incident_id for row in known if row.resolved_at is None and _is_gone(row, loaded, seen, subjects, schedules)
    ]
    findings = [*findings, *of_gates(con, known, seen.as_of)]
    made = make_round(known, findings, rules, next_id=incidents.next_incident_id(con), over=gone)
    messages = list(made.messages)
    until = _by_the_clock(seen.as_of)
    last_digest = incidents.last_digest(con, until)
    if digest_is_due(seen.as_of, last_digest or incidents.last_watch(con, until), loaded.settings.alerts):
        over = [
            row
            for row in (*known, *made.resolved)
            if row.resolved_at is not None and (last_digest is None or row.resolved_at > last_digest)
        ]
        if made.open_now or over:
            alert = telling.digest(made.open_now, list(dict.fromkeys(over)), rules.place)
            messages.append(message_of(alert, "digest", [row.incident_id for row in made.open_now], rules))
    return made, messages


def _is_gone(
    row: IncidentRow,
    loaded: Loaded,
    seen: Past,
    subjects: Mapping[Subject, int],
    schedules: Sequence[Schedule] | None,
) -> bool:
    """Whether an incident is of what there is no more, so that no finding will ever end it."""
    if row.monitor == "channel":
        return row.subject not in {channel.name for channel in channels_of(loaded.settings.alerts)}
    if row.monitor == "schedule":
        of_settings = {schedule.deployment for schedule in _said(loaded)}
        if row.subject in _SETTINGS_SCHEDULES or schedules is None:
            return row.subject in _SETTINGS_SCHEDULES - of_settings
        return row.subject not in {schedule.deployment for schedule in schedules}
    if row.monitor == RUN and row.cause != HELD:
        return is_unused(row.subject, seen.runs, seen.as_of)
    # A source or feed from which nothing came in half a year is none of today any more.
    if (row.monitor, row.subject_kind) == (freshness.MONITOR, "feed") and row.subject in _declared(loaded):
        return False  # it is to deliver, whether or not it ever has
    is_of_the_past = row.monitor in _FROM_THE_PAST and seen.end is not None
    return is_of_the_past and Subject(row.subject_kind, row.subject) not in subjects


def _evidence(con: Connection, subjects: dict[Subject, int]) -> Callable[[Sequence[IncidentRow]], Evidence]:
    def shown(group: Sequence[IncidentRow]) -> Evidence:
        first = group[0]
        number = subjects.get(Subject(first.subject_kind, first.subject))
        if number is None:
            return Evidence()
        found: list[tuple[str, str]] = []
        for row in group:
            if (row.subject_kind, row.subject) == (first.subject_kind, first.subject) and not found:
                found = examples(con, row.subject_kind, number, row.cause, row.since)
        refused = reasons(con, first.subject_kind, number, first.since) if first.cause == "rejections" else []
        return Evidence(found, refused)

    return shown


def _expectations(findings: Sequence[Finding], seen: Past) -> list[ExpectationRow]:
    numbers = {subject_of(one): one.subject_id for one in seen.subjects if one.kind == "source"}
    return [
        ExpectationRow(
            monitor=finding.monitor,
            subject_kind=finding.subject.kind,
            subject=finding.subject.name,
            source_id=numbers.get(finding.subject),
            cause=finding.cause,
            measure=finding.expectation.measure,
            made_at=finding.expectation.made_at,
            starts=finding.expectation.starts,
            ends=finding.expectation.ends,
            low=finding.expectation.low,
            high=finding.expectation.high,
            unit=finding.expectation.unit,
            chance=finding.expectation.chance,
            basis=finding.expectation.basis,
            day_expected=finding.expectation.day,
        )
        for finding in findings
        if finding.monitor in _FROM_THE_PAST or finding.monitor == "schedule"
    ]


def _keep_watch(con: Connection, seen: Past, made: Round, findings: int, seconds: float) -> None:
    incidents.keep_watch(
        con,
        as_of=seen.as_of,
        covered_until=None if seen.end is None else _hour(seen.end),
        seconds=seconds,
        subjects=len(seen.subjects),
        findings=findings,
        opened=len(made.opened),
        resolved=len(made.resolved),
        open_incidents=len(made.open_now),
    )


def _hour(number: int) -> datetime:
    from expectations.monitors.findings import when

    return when(number)
