"""Incidents, the messages about them and what became of those: rows in, rows out.

What opens or resolves an incident commits the message about it with it (:func:`keep`), before anything is sent; what a
channel took is a commit of its own afterwards. A process that is killed in between sends a message twice at most, and
never not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from datetime import datetime, timedelta

import pyarrow as pa
from duckdb import DuckDBPyConnection

from warehouse.lake import transaction
from warehouse.statements import one_row, statement

_STAMP = pa.timestamp("us", tz="UTC")


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentRow:
    """A row of ops.incident, whose comments say what each value is."""

    incident_id: int
    led_by: int
    monitor: str
    subject_kind: str
    subject: str
    source_id: int | None
    cause: str
    severity: str
    since: datetime
    opened_at: datetime
    seen_at: datetime
    well_since: datetime | None
    resolved_at: datetime | None
    why: str
    told_at: datetime | None
    reminders: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message to be sent: the part of a row of ops.alert that is settled when it is made."""

    kind: str
    incidents: tuple[int, ...]
    cause: str
    severity: str
    title: str
    text: str
    made_at: datetime
    due_at: datetime
    run_id: int | None = None


@dataclass(frozen=True, slots=True)
class Pending:
    """A message that is due, and by which channels it has been taken or tried so far: name to (taken, tries)."""

    alert_id: int
    message: Message
    tried: dict[str, tuple[bool, int]]


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of a message on one channel, without secrets."""

    channel: str
    delivered: bool
    tries: int
    problem: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectationRow:
    """A row of ops.source_expectation."""

    monitor: str
    subject_kind: str
    subject: str
    source_id: int | None
    cause: str
    measure: str
    made_at: datetime
    starts: datetime
    ends: datetime
    low: float | None
    high: float | None
    unit: str
    chance: float
    basis: str
    day_expected: float | None


_INCIDENT: list[tuple[str, pa.DataType]] = [
    ("incident_id", pa.int64()), ("led_by", pa.int64()), ("monitor", pa.string()), ("subject_kind", pa.string()),
    ("subject", pa.string()), ("source_id", pa.int64()), ("cause", pa.string()), ("severity", pa.string()),
    ("since", _STAMP), ("opened_at", _STAMP), ("seen_at", _STAMP), ("well_since", _STAMP), ("resolved_at", _STAMP),
    ("why", pa.string()), ("told_at", _STAMP), ("reminders", pa.int32()),
]  # fmt: skip
_EXPECTATION: list[tuple[str, pa.DataType]] = [
    ("monitor", pa.string()), ("subject_kind", pa.string()), ("subject", pa.string()), ("source_id", pa.int64()),
    ("cause", pa.string()), ("measure", pa.string()), ("made_at", _STAMP), ("starts", _STAMP), ("ends", _STAMP),
    ("low", pa.float64()), ("high", pa.float64()), ("unit", pa.string()), ("chance", pa.float64()),
    ("basis", pa.string()), ("day_expected", pa.float64()), ("row", pa.int64()),
]  # fmt: skip


def known(con: DuckDBPyConnection, *, resolved_after: datetime) -> list[IncidentRow]:
    """The incidents that are open, or were resolved after a time, by id."""
    names = [field.name for field in fields(IncidentRow)]
    found = con.execute(statement("incidents/known"), {"since": resolved_after}).to_arrow_table().select(names)
    return [IncidentRow(**row) for row in found.to_pylist()]


def next_incident_id(con: DuckDBPyConnection) -> int:
    """The id of the next incident; the caller holds the commit lock."""
    (next_id,) = one_row(con, "select coalesce(max(incident_id), 0) + 1 from ops.incident")
    return int(next_id)


def keep(con: DuckDBPyConnection, changed: Sequence[IncidentRow], messages: Sequence[Message]) -> list[int]:
    """Put incidents that are new or have changed in their rows' places, and messages beside them; the messages' ids.

    Within the caller's transaction.
    """
    if changed:
        table = pa.Table.from_pylist(
            [dict(zip(dict(_INCIDENT), astuple(row), strict=True)) for row in changed], pa.schema(_INCIDENT)
        )
        con.register("changed", table)
        try:
            con.execute("delete from ops.incident where incident_id in (select incident_id from changed)")
            con.execute("insert into ops.incident by name from changed order by incident_id")
        finally:
            con.unregister("changed")
    return [_keep_message(con, message) for message in messages]


def _keep_message(con: DuckDBPyConnection, message: Message) -> int:
    (alert_id,) = one_row(con, "select coalesce(max(alert_id), 0) + 1 from ops.alert")
    con.execute(
        "insert into ops.alert by name select $alert_id as alert_id, $run_id::bigint as run_id, $cause as cause, "
        "$severity as severity, $title as title, $message as message, []::varchar[] as channels, false as delivered, "
        "$kind as kind, $incidents::bigint[] as incidents, $made_at as made_at, $due_at as due_at",
        {
            "alert_id": alert_id,
            "run_id": message.run_id,
            "cause": message.cause,
            "severity": message.severity,
            "title": message.title,
            "message": message.text,
            "kind": message.kind,
            "incidents": list(message.incidents),
            "made_at": message.made_at,
            "due_at": message.due_at,
        },
    )
    return int(alert_id)


def keep_expectations(con: DuckDBPyConnection, expected: Sequence[ExpectationRow], now: datetime) -> None:
    """Keep what was expected, once a day for each monitor, subject and cause; within the caller's transaction."""
    if not expected:
        return
    rows = [dict(zip(dict(_EXPECTATION), (*astuple(one), number), strict=True)) for number, one in enumerate(expected)]
    con.register("expected", pa.Table.from_pylist(rows, pa.schema(_EXPECTATION)))
    try:
        con.execute(statement("incidents/expectations"), {"since": now - timedelta(days=2)})
    finally:
        con.unregister("expected")


def overdue_from(con: DuckDBPyConnection, monitor: str, now: datetime) -> dict[str, datetime]:
    """By name of a feed, the beginning of what a monitor expected of it last, as far as it was within 45 days."""
    sql = (
        "select subject, arg_max(starts, made_at) from ops.source_expectation where monitor = $monitor "
        "and subject_kind = 'feed' and made_at <= $now and made_at > $now - interval 45 days group by subject"
    )
    return dict(con.execute(sql, {"monitor": monitor, "now": now}).fetchall())


def last_watch(con: DuckDBPyConnection, until: datetime) -> datetime | None:
    """The time that the last watch up to ``until`` judged by."""
    (last,) = one_row(con, "select max(as_of) from ops.watch where as_of <= $until", {"until": until})
    return None if last is None else last


def last_digest(con: DuckDBPyConnection, until: datetime) -> datetime | None:
    """When the last digest up to ``until`` was made."""
    sql = "select max(made_at) from ops.alert where kind = 'digest' and made_at <= $until"
    (last,) = one_row(con, sql, {"until": until})
    return None if last is None else last


def pending(con: DuckDBPyConnection, now: datetime) -> list[Pending]:
    """The messages that are due and not settled, oldest first."""
    tried: dict[int, dict[str, tuple[bool, int]]] = {}
    found = con.execute(statement("incidents/pending"), {"now": now}).to_arrow_table().to_pylist()
    if not found:
        return []
    for alert_id, channel, delivered, tries in con.execute(
        "select alert_id, channel, delivered_at is not null, tries from ops.alert_delivery "
        "where alert_id in (select unnest(?))",
        [[row["alert_id"] for row in found]],
    ).fetchall():
        tried.setdefault(alert_id, {})[channel] = (delivered, tries)
    return [
        Pending(
            row["alert_id"],
            Message(
                kind=row["kind"],
                incidents=tuple(row["incidents"] or ()),
                cause=row["cause"],
                severity=row["severity"],
                title=row["title"],
                text=row["message"],
                made_at=row["made_at"],
                due_at=row["due_at"],
                run_id=row["run_id"],
            ),
            tried.get(row["alert_id"], {}),
        )
        for row in found
    ]


def record_delivery(
    con: DuckDBPyConnection, alert_id: int, tried: Sequence[Tried], *, problem: str | None, settled: bool, now: datetime
) -> None:
    """Record what became of a message on the channels that it was tried on just now, and how it stands."""
    with transaction(con, f"message {alert_id} tried on {len(tried)} channels"):
        for one in tried:
            con.execute("delete from ops.alert_delivery where alert_id = ? and channel = ?", [alert_id, one.channel])
            con.execute(
                "insert into ops.alert_delivery values (?, ?, ?, ?, ?, ?)",
                [alert_id, one.channel, now if one.delivered else None, one.tries, one.problem, now],
            )
        con.execute(
            "update ops.alert set delivered = $delivered, problem = $problem, sent_at = $now, "
            "settled_at = case when $settled then $now else settled_at end, channels = coalesce(("
            "select list(channel order by channel) from ops.alert_delivery where alert_id = $alert_id), []) "
            "where alert_id = $alert_id",
            {"alert_id": alert_id, "delivered": settled and problem is None, "problem": problem, "settled": settled,
             "now": now},
        )  # fmt: skip


def send_within(con: DuckDBPyConnection, parts: Sequence[int], whole: Message, now: datetime) -> None:
    """Let messages that waited go out as one."""
    with transaction(con, f"{len(parts)} messages as one"):
        (alert_id,) = keep(con, [], [whole])
        con.execute(
            "update ops.alert set sent_with = ?, settled_at = ? where alert_id in (select unnest(?))",
            [alert_id, now, list(parts)],
        )


def keep_watch(
    con: DuckDBPyConnection,
    *,
    as_of: datetime,
    covered_until: datetime | None,
    seconds: float,
    subjects: int,
    findings: int,
    opened: int,
    resolved: int,
    open_incidents: int,
) -> None:
    """Keep that there was a watch; within the caller's transaction."""
    con.execute(
        "insert into ops.watch select coalesce(max(watch_id), 0) + 1, ?, ?, ?, ?, ?, ?, ?, ? from ops.watch",
        [as_of, covered_until, seconds, subjects, findings, opened, resolved, open_incidents],
    )
