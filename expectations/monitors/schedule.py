"""Runs that never started: the times that a deployment's cron schedule announced against the runs that began.

A run that is still going on excuses the times that fall into it, as a deployment with one run at a time cancels them.
So does whatever else keeps runs from starting, such as a replay, which holds the lock that they need.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from expectations.monitors.findings import Expectation, Finding, State, Subject, in_words

MONITOR = "schedule"
LEAST_GRACE = timedelta(minutes=10)
_OFTEN = timedelta(hours=6)
_LOOK_BACK = timedelta(days=45)

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("weekday", 0, 7))
_NICKNAMES = {
    "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
}  # fmt: skip
_PART = re.compile(r"(?P<low>\*|\w{1,3})(?:-(?P<high>\w{1,3}))?(?:/(?P<step>\d{1,2}))?")


@dataclass(frozen=True, slots=True)
class Run:
    """A run of the deployment; ``ended`` is null while it goes on."""

    started: datetime
    ended: datetime | None


@dataclass(frozen=True, slots=True)
class Cron:
    """A schedule of five fields in a time zone, as sets of numbers; weekdays from 0 (Sunday) to 6."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either_day: bool  # both day and weekday are restricted: cron then runs on either
    zone: ZoneInfo

    def on(self, day: datetime) -> bool:
        """Whether the schedule has times on a local day."""
        if day.month not in self.months:
            return False
        of_month, of_week = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return of_month or of_week if self.either_day else of_month and of_week


def cron(text: str, timezone: str = "UTC") -> Cron:
    """A cron schedule: numbers, names, ``*``, lists, ranges, steps, or ``@hourly`` and the like. :class:`ValueError`
    says which field is wrong."""
    fields = _NICKNAMES.get(text.strip().lower(), text).lower().split()
    if len(fields) != len(_FIELDS):
        raise ValueError(f"cron {text!r} has {len(fields)} fields and not minute, hour, day, month, weekday")
    minutes, hours, days, months, weekdays = (
        _numbers(field, *of, text=text) for field, of in zip(fields, _FIELDS, strict=True)
    )
    try:
        zone = ZoneInfo(timezone)
    except (KeyError, ValueError) as unknown:
        raise ValueError(f"time zone {timezone!r} is not known") from unknown
    restricted = not fields[2].startswith("*") and not fields[4].startswith("*")
    return Cron(minutes, hours, days, months, frozenset(day % 7 for day in weekdays), restricted, zone)


def _numbers(field: str, name: str, least: int, most: int, *, text: str) -> frozenset[int]:
    found: set[int] = set()
    for part in field.split(","):
        match = _PART.fullmatch(part)
        if match is None:
            raise ValueError(f"cron {text!r}: {part!r} is no {name}")
        step = int(match["step"] or 1)
        if match["low"] == "*":
            low, high = least, most if name != "weekday" else 6
        else:
            low = _number(match["low"], name, text)
            high = _number(match["high"], name, text) if match["high"] else most if match["step"] else low
        if not least <= low <= high <= most or step == 0:
            raise ValueError(f"cron {text!r}: {part!r} is no {name} from {least} to {most}")
        found |= set(range(low, high + 1, step))
    return frozenset(found)


def _number(word: str, name: str, text: str) -> int:
    if word.isdigit():
        return int(word)
    names = {"month": _MONTHS, "weekday": _WEEKDAYS}.get(name, ())
    if word not in names:
        raise ValueError(f"cron {text!r}: {word!r} is no {name}")
    return names.index(word) + (name == "month")


def times(schedule: Cron, after: datetime, until: datetime) -> list[datetime]:
    """The announced times after one (not at it) up to another, in UTC and in order.

    Local times that a change of the clocks leaves out are left out, those that it brings twice come once.
    """
    found = []
    day = after.astimezone(schedule.zone).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    last = until.astimezone(schedule.zone).replace(tzinfo=None)
    while day <= last:
        if schedule.on(day):
            for hour in sorted(schedule.hours):
                for minute in sorted(schedule.minutes):
                    local = day.replace(hour=hour, minute=minute, tzinfo=schedule.zone)
                    at = local.astimezone(UTC)
                    if after < at <= until and at.astimezone(schedule.zone).replace(tzinfo=None) == local.replace(
                        tzinfo=None
                    ):
                        found.append(at)
        day += timedelta(days=1)
    return sorted(found)


def missed(
    schedule: Cron, runs: Sequence[Run], after: datetime, as_of: datetime, busy: Sequence[Run] = ()
) -> list[datetime]:
    """The announced times after ``after`` (the deployment's beginning, say) at which no run began before the next one
    or was going on, and whose :func:`grace` is over. ``busy`` is what else excuses the times within it."""
    announced = times(schedule, after, as_of)
    wait = grace(schedule, runs, as_of)
    starts = sorted(run.started for run in runs)
    by_start = sorted((*runs, *busy), key=lambda run: run.started)
    found = []
    at_run, busy_until = 0, datetime.min.replace(tzinfo=UTC)  # the latest end of what began before
    for at, following in zip(announced, [*announced[1:], None], strict=False):
        if at + wait > as_of:
            break
        while at_run < len(by_start) and by_start[at_run].started < at:
            busy_until = max(busy_until, by_start[at_run].ended or datetime.max.replace(tzinfo=UTC))
            at_run += 1
        first = bisect_left(starts, at)
        began = first < len(starts) and (following is None or starts[first] < following)
        if not began and busy_until < at:
            found.append(at)
    return found


def grace(schedule: Cron, runs: Sequence[Run], as_of: datetime) -> timedelta:
    """How long after its time a run may begin: ten minutes, or three times the delay that nine of ten runs
    of the last eight days had, and never more than half of the interval."""
    before = times(schedule, as_of - timedelta(days=8), as_of)
    interval = min((two - one for one, two in pairwise(before)), default=timedelta(days=7))
    delays = sorted(
        run.started - before[bisect_right(before, run.started) - 1]
        for run in runs
        if before and before[0] <= run.started <= as_of
    )
    usual = delays[int(0.9 * (len(delays) - 1))] if delays else timedelta(0)
    return min(max(LEAST_GRACE, 3 * usual), interval / 2)


def judge(
    subject: Subject,
    schedule: Cron,
    runs: Sequence[Run],
    after: datetime,
    as_of: datetime,
    busy: Sequence[Run] = (),
) -> Finding:
    """Whether the latest announced runs never started. One is enough where they are six hours apart or more, two in a
    row where they are nearer. ``busy`` is as :func:`missed` has it."""
    after = max(after, as_of - _LOOK_BACK)
    announced = times(schedule, after, as_of)
    last = max((run.started for run in runs if run.started <= as_of), default=None)
    lost = [at for at in missed(schedule, runs, after, as_of, busy) if last is None or at > last]
    interval = min((two - one for one, two in pairwise(announced)), default=_OFTEN)
    needed = 1 if interval >= _OFTEN else 2
    state = State.OPEN if len(lost) >= needed else State.SUSPECT if lost else State.OK
    due = len([at for at in announced if last is None or at > last])
    told = "no run yet" if last is None else f"the last run began {last:%Y-%m-%d %H:%M} UTC"
    if lost:
        silent = in_words((as_of - lost[0]).total_seconds() / 3600)
        first = f"the first one {silent} ago ({lost[0]:%Y-%m-%d %H:%M} UTC)"
        why = f"{len(lost)} announced runs did not start, {first}; {told}"
    else:
        why = f"every announced run has started or may yet; {told}"
    starts = lost[0] if lost else (last or after)
    return Finding(
        monitor=MONITOR,
        subject=subject,
        cause="not_started",
        state=state,
        as_of=as_of,
        since=lost[0] if lost else None,
        observed=float(due - len(lost)),
        evidence=float(len(lost)),
        needed=float(needed),
        why=why,
        expectation=Expectation(
            monitor=MONITOR,
            subject=subject,
            measure="runs",
            made_at=as_of,
            starts=starts,
            ends=as_of,
            low=float(max(0, due - needed + 1)),
            high=None,
            unit="runs",
            chance=0.0,
            basis="the cron schedule of the deployment",
        ),
    )
