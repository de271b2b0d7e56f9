"""What the monitors say of a warehouse's past: arrays and earlier incidents go in, findings come out.

Each source and feed is judged by its own past. What an earlier incident has spoilt is set aside when the same thing is
learned: a fault that goes on for weeks is not what is usual.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from expectations.monitors import cuts, fields, freshness, schedule, shares, volume
from expectations.monitors.declared import declared_hours
from expectations.monitors.findings import REST, Finding, Subject
from expectations.monitors.incidents import Incident
from expectations.monitors.past import Arrivals, Floats, Ints, hour_of
from warehouse.watched import Past, WatchedRun, WatchedSubject

Span = tuple[int, int]

# The monitor's name, the measure, and the columns of what is counted and of those that have it.
_SHARES: tuple[tuple[str, shares.Measure, str, str], ...] = (
    ("fields", shares.TITLE, "articles", "title"),
    ("fields", shares.AUTHOR, "articles", "author"),
    ("fields", shares.DATE, "articles", "date"),
    ("template", shares.LONG_BODIES, "articles", "body_length"),
    ("rejections", shares.REJECTED, "inputs", "rejected"),
    ("repeats", shares.REPEATED, "usable", "repeated"),
    ("lateness", shares.LATE, "dated", "late"),
    ("dates", shares.FUTURE, "dated_or_future", "future"),
)
_BLOCKS = "template"
# What has no articles, or hardly any, or too many, tells nothing of when and how many come.
_ARRIVALS = ((freshness.MONITOR, "silent"), (volume.MONITOR, "too_few"), (volume.MONITOR, "too_many"))
_NO_FEED = 0


@dataclass(frozen=True, slots=True)
class Schedule:
    """A deployment, the cron schedule that starts it, its time zone, and the kind of run that it makes."""

    deployment: str
    cron: str
    timezone: str
    kind: str


def readable(
    schedules: Sequence[Schedule], rhythms: Mapping[str, str]
) -> tuple[list[Schedule], dict[str, str], list[str]]:
    """The schedules and the rhythms of feeds that can be read, and of the others what is wrong: one that can't be keeps
    no watch from judging the rest."""
    due: list[Schedule] = []
    declared: dict[str, str] = {}
    problems: list[str] = []
    for one in schedules:
        try:
            schedule.cron(one.cron, one.timezone)
            due.append(one)
        except ValueError as error:
            problems.append(f"schedule of {one.deployment}: {error}; its runs are not watched")
    for name, rhythm in rhythms.items():
        try:
            declared_hours(rhythm)
            declared[name] = rhythm
        except ValueError as error:
            problems.append(f"[[feeds]] {name}: {error}; it is judged by its past alone")
    return due, declared, problems


def cuts_of(lengths: Sequence[float], lateness: Sequence[float]) -> tuple[float | None, float | None]:
    """What is short (characters) and what is late (hours) for a subject, from values of its older past."""
    return cuts.short_below(np.array(lengths, np.float64)), cuts.late_beyond(np.array(lateness, np.float64))


def subject_of(one: WatchedSubject) -> Subject:
    """The monitors' name for it."""
    return REST if one.kind == REST.kind else Subject(one.kind, one.name)


def judge(
    past: Past,
    earlier: Sequence[Incident],
    schedules: Sequence[Schedule] = (),
    rhythms: Mapping[str, str] | None = None,
    *,
    known_since: Mapping[str, datetime] | None = None,
    locked_since: datetime | None = None,
) -> list[Finding]:
    """Every monitor's finding about every subject that it can judge. ``rhythms`` are those that are declared of feeds,
    ``known_since`` says from when a feed of which nothing came has been expected, where a watch knew of it before;
    ``locked_since`` is since when somebody has held the lock that runs need, None where nobody does. Schedules and
    rhythms must be :func:`readable`."""
    found = list(_of_schedules(past, schedules, locked_since))
    if past.end is None:
        return found
    tables = _Tables(past)
    told: dict[Subject, list[Incident]] = {}
    for incident in earlier:
        told.setdefault(incident.subject, []).append(incident)
    for one in past.subjects:
        own = told.get(subject_of(one), [])
        rhythm = (rhythms or {}).get(one.name) if one.kind == "feed" else None
        found += _of_arrivals(tables, one, rhythm, own, past.end)
        if one.kind != REST.kind:  # else the inputs without a feed are judged with those that name a source
            found += _of_shares(tables, one, own, past.end)
            found += _of_fields(tables, one, own, past.end)
    found += _of_unseen(past, past.end, rhythms or {}, known_since or {})
    return found


def _of_unseen(
    past: Past, end: int, rhythms: Mapping[str, str], known_since: Mapping[str, datetime]
) -> Iterator[Finding]:
    """Of feeds that are to deliver by a rhythm, and of which nothing has come: a pattern may be wrong."""
    seen = {one.name for one in past.subjects if one.kind == "feed"}
    for name, rhythm in rhythms.items():
        if name not in seen:
            since = hour_of(known_since[name]) if name in known_since else end
            yield freshness.judge_unseen(Subject("feed", name), rhythm, min(since, end), end)


def feeds_of_sources(past: Past) -> dict[Subject, Subject]:
    """The feed that most of a source's inputs came by."""
    feeds = {one.subject_id: subject_of(one) for one in past.subjects if one.kind == "feed"}
    return {subject_of(one): feeds[one.within] for one in past.subjects if one.within is not None}


def _of_arrivals(
    tables: _Tables, one: WatchedSubject, rhythm: str | None, earlier: Sequence[Incident], end: int
) -> Iterator[Finding]:
    if one.kind == "feed" and one.subject_id == _NO_FEED:
        return  # whatever matches no feed has no rhythm of its own; its sources and the rest do
    rows = tables.arrivals.of(one)
    if rows is None:
        return
    hours = _ints(rows["hour"])
    counts = np.zeros(end - int(hours[0]), np.int64)
    counts[hours - hours[0]] = _ints(rows["articles"])
    grid = Arrivals(int(hours[0]), counts)
    subject = subject_of(one)
    aside = _spoilt(earlier, end, _ARRIVALS)
    fresh = freshness.expect(grid, rhythm, aside)
    if fresh is not None:
        silence = freshness.judge(subject, grid, fresh)
        if silence is not None:
            yield silence
    usual = volume.expect(grid, aside)
    if usual is not None:
        yield from volume.judge(subject, grid, usual)


def _of_shares(tables: _Tables, one: WatchedSubject, earlier: Sequence[Incident], end: int) -> Iterator[Finding]:
    counted = []
    rows = tables.shares.of(one)
    if rows is not None:
        counted = [(monitor, measure, _counted(rows, of, having)) for monitor, measure, of, having in _SHARES]
    rows = tables.blocks.of(one) if one.kind == "source" else None
    if rows is not None:
        counted.append((_BLOCKS, shares.BLOCKS, _counted(rows, "articles", "with_block")))
    subject = subject_of(one)
    for monitor, measure, past in counted:
        if len(past.hours):
            aside = _spoilt(earlier, end, [(monitor, measure.cause)])
            expected = shares.expect(measure, past, end, aside)
            if expected is not None:
                yield shares.judge(monitor, subject, past, expected, end)


def _of_fields(tables: _Tables, one: WatchedSubject, earlier: Sequence[Incident], end: int) -> Iterator[Finding]:
    rows = tables.fields.of(one)
    if rows is None:
        return
    whole = rows.filter(pc.is_null(rows["field"]))
    hours = _ints(whole["hour"])
    place = {int(hour): at for at, hour in enumerate(hours)}
    having: dict[str, Floats] = {}
    named = rows.filter(pc.is_valid(rows["field"]))
    for hour, name, records in zip(
        *(named[column].to_pylist() for column in ("hour", "field", "records")), strict=True
    ):
        having.setdefault(name, np.zeros(len(hours)))[place[hour]] = records
    subject = subject_of(one)
    records = fields.Records(hours, _ints(whole["records"]).astype(np.float64), having)
    finding = fields.judge(subject, records, end, _spoilt(earlier, end, [(fields.MONITOR, fields.CAUSE)]))
    if finding is not None:
        yield finding


def _of_schedules(past: Past, schedules: Sequence[Schedule], locked_since: datetime | None) -> Iterator[Finding]:
    if past.first_run_at is None:
        return  # nothing has ever run: there is no beginning from which runs are missed
    locking = [] if locked_since is None else [schedule.Run(locked_since, None)]
    locking += [_run(run, locked_since) for run in past.runs if run.kind not in ("ingest", "upkeep")]
    for one in schedules:
        cron = schedule.cron(one.cron, one.timezone)
        runs = [_run(run, locked_since) for run in past.runs if run.kind == one.kind]
        busy = locking if one.kind == "ingest" else []  # an upkeep goes on beside a run
        subject = Subject("deployment", one.deployment)
        yield schedule.judge(subject, cron, runs, past.first_run_at, past.as_of, busy)


def _run(run: WatchedRun, locked_since: datetime | None) -> schedule.Run:
    # One that never said that it ended has died: it excuses the times up to its start, not those after it.
    goes_on = run.state == "running" and locked_since is not None
    return schedule.Run(run.started_at, run.ended_at if run.ended_at or goes_on else run.started_at)


def _spoilt(earlier: Sequence[Incident], end: int, told: Collection[tuple[str, str]]) -> list[Span]:
    """The hours of a subject's earlier incidents of the given monitors and causes, in order and none twice."""
    spans = sorted(
        (hour_of(incident.since), end if incident.resolved_at is None else hour_of(incident.resolved_at))
        for incident in earlier
        if (incident.monitor, incident.cause) in told
    )
    return list(dict.fromkeys(spans))


def _counted(rows: pa.Table, of: str, having: str) -> shares.Counted:
    """The rows in which something was counted."""
    counts = _ints(rows[of])
    some = counts > 0
    return shares.Counted(
        _ints(rows["hour"])[some], counts[some].astype(np.float64), _ints(rows[having])[some].astype(np.float64)
    )


def _ints(column: pa.ChunkedArray[Any]) -> Ints:
    return column.to_numpy().astype(np.int64)


class _Rows:
    """A table that is in order of subjects, and where the rows of each lie in it."""

    def __init__(self, table: pa.Table, kind: str | None = None) -> None:
        self._table = table.combine_chunks()
        kinds = table["kind"].to_pylist() if kind is None else [kind] * table.num_rows
        self._places: dict[tuple[str, int], tuple[int, int]] = {}
        for at, (of, number) in enumerate(zip(kinds, table["subject_id"].to_pylist(), strict=True)):
            key = (str(of), int(number or 0))
            first, length = self._places.get(key, (at, 0))
            self._places[key] = (first, length + 1)

    def of(self, one: WatchedSubject) -> pa.Table | None:
        """The rows of a subject; null where it has none."""
        place = self._places.get((one.kind, one.subject_id))
        return None if place is None else self._table.slice(*place)


class _Tables:
    """The tables of a past, by subject."""

    def __init__(self, past: Past) -> None:
        self.arrivals = _Rows(past.arrivals)
        self.shares = _Rows(past.shares)
        self.blocks = _Rows(past.blocks, "source")
        self.fields = _Rows(past.fields)
