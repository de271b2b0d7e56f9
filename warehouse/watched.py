"""The past that the monitors learn from and judge by: a time goes in, arrays of light columns come out.

All that grows with the number of articles is counted in SQL; what comes out grows with sources and hours. Of each
subject's articles a bounded sample is looked at for what is short and what is late, by a function of the caller's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyarrow as pa
from duckdb import DuckDBPyConnection

from warehouse.statements import one_row, statement

LEARNED_DAYS = 190  # 26 weeks for rhythms; shares look back 176 days
_HOURLY_DAYS = 63  # what shares test hour by hour; older hours are counted by day
_RECENT_DAYS = 7  # not looked at for what is short or late: it is what is judged

_CUTS: list[tuple[str, pa.DataType]] = [
    ("kind", pa.string()),
    ("subject_id", pa.int64()),
    ("short_below", pa.float64()),  # characters
    ("late_beyond", pa.float64()),  # hours
]

# From the lengths (characters) and the lateness (hours) of a subject's older articles to what is short and late for it.
CutsOf = Callable[[Sequence[float], Sequence[float]], tuple[float | None, float | None]]


@dataclass(frozen=True, slots=True)
class WatchedSubject:
    """A source (under its identity), a feed, or the rest, which names neither. ``within`` is the id of the feed that
    most of a source's inputs came by."""

    kind: str
    subject_id: int
    name: str
    within: int | None


@dataclass(frozen=True, slots=True)
class WatchedRun:
    """A run of any kind, or an upkeep. ``state`` is that of ops.run."""

    kind: str
    run_id: int
    inbox: str | None
    state: str
    started_at: datetime
    ended_at: datetime | None
    batches: int
    message: str | None


@dataclass(frozen=True, slots=True)
class Past:
    """Everything up to ``end``, the hour (since 1970, UTC) that no completed run has covered yet; null without one.

    Tables are in order of subject and hour: ``arrivals`` (kind, subject_id, hour, articles), ``shares`` (kind,
    subject_id, hour and the counts of watch/shares.sql), ``blocks`` (subject_id of a source, hour, articles,
    with_block), ``fields`` (kind, subject_id, hour, field, records; the records themselves where the field is null).
    """

    as_of: datetime
    end: int | None
    first_run_at: datetime | None
    subjects: tuple[WatchedSubject, ...]
    runs: tuple[WatchedRun, ...]
    arrivals: pa.Table
    shares: pa.Table
    blocks: pa.Table
    fields: pa.Table


def past(con: DuckDBPyConnection, as_of: datetime, cuts_of: CutsOf, *, future_hours: float) -> Past:
    """Read the past as it was at ``as_of`` (aware), of the last 190 days.

    ``future_hours`` is how far after its pick-up an article may be dated. Leaves temporary tables (`watched`,
    `watched_subjects`) on ``con``, which :func:`examples` and :func:`reasons` ask.
    """
    first_run_at, covered_at = one_row(con, statement("watch/first_run"), {"as_of": as_of})
    end = None if covered_at is None else int(covered_at.timestamp() // 3600)
    until = int(as_of.timestamp() // 3600) if end is None else end
    con.execute("set variable as_of = ?", [as_of])
    con.execute("set variable watched_since = ?", [as_of - timedelta(days=LEARNED_DAYS)])
    for sql in statement("watch/watched").split(";\n\n"):
        con.execute(sql)
    span = {"end": until, "since": until - LEARNED_DAYS * 24}
    found = con.execute(statement("watch/samples"), {"older_than": until - _RECENT_DAYS * 24}).fetchall()
    cuts = [(kind, subject, *cuts_of(lengths or [], lateness or [])) for kind, subject, lengths, lateness in found]
    rows = [dict(zip(dict(_CUTS), row, strict=True)) for row in cuts]
    con.register("cuts", pa.Table.from_pylist(rows, pa.schema(_CUTS)))
    try:
        shares = con.execute(
            statement("watch/shares"),
            span | {"hourly_from": (until // 24 - _HOURLY_DAYS) * 24, "future_hours": future_hours},
        ).to_arrow_table()
    finally:
        con.unregister("cuts")
    return Past(
        as_of=as_of,
        end=end,
        first_run_at=first_run_at,
        subjects=tuple(WatchedSubject(*row) for row in con.execute(statement("watch/subjects")).fetchall()),
        runs=tuple(WatchedRun(*row) for row in con.execute(statement("watch/runs"), {"as_of": as_of}).fetchall()),
        arrivals=con.execute(statement("watch/arrivals"), span).to_arrow_table(),
        shares=shares,
        blocks=con.execute(statement("watch/blocks"), {"end": until}).to_arrow_table(),
        fields=con.execute(statement("watch/fields"), {"end": until}).to_arrow_table(),
    )


def examples(con: DuckDBPyConnection, kind: str, subject_id: int, cause: str, since: datetime) -> list[tuple[str, str]]:
    """(input key, what is wrong with it) of up to five inputs that show ``cause``, after :func:`past` on ``con``."""
    given = {"kind": kind, "subject_id": subject_id, "cause": cause, "since_hour": int(since.timestamp() // 3600)}
    return [(str(key), str(what)) for key, what in con.execute(statement("watch/examples"), given).fetchall()]


def reasons(con: DuckDBPyConnection, kind: str, subject_id: int, since: datetime) -> list[tuple[str, int]]:
    """The commonest reasons for which a subject's inputs were refused, after :func:`past` on ``con``."""
    given = {"kind": kind, "subject_id": subject_id, "since_hour": int(since.timestamp() // 3600)}
    return [(str(reason), int(inputs)) for reason, inputs in con.execute(statement("watch/reasons"), given).fetchall()]
