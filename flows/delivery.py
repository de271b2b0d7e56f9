"""From messages in the books to the channels, and what became of them back into the books.

A message that a channel did not take is tried again by the next watch or run, for a week. A channel that fails is an
incident of its own, which the other channels tell of and the channel's next success resolves. Channels are known by
their redacted names alone (N8).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from expectations.monitors.findings import Expectation, Finding, State, Subject
from flows import alerts, telling
from flows.rounds import REMEMBERED, Rules, make_round
from flows.settings import Alerts
from flows.telling import Evidence, Place
from warehouse.errors import WarehouseBusy
from warehouse.incidents import (
    Message,
    Pending,
    Tried,
    keep,
    known,
    next_incident_id,
    pending,
    record_delivery,
    send_within,
)
from warehouse.lake import Connection, folder_of, transaction
from warehouse.locks import one_at_a_time

_GIVEN_UP = timedelta(days=7)
_WAIT_SECONDS = 120.0
_NO_CHANNEL = "not sent: no channel is set; name one in alerts.channels of newslake.toml"


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel: the name by which it may be spoken of, and its apprise URL or the name of a Prefect block, which is
    within reach in a flow, or where a server is named."""

    name: str
    url: str | None
    block: str | None

    @property
    def is_near(self) -> bool:
        """Whether it can be tried here; Prefect would start a server of its own to look for a block."""
        return self.block is None or "prefect" in sys.modules or bool(os.environ.get("PREFECT_API_URL"))


@dataclass(frozen=True, slots=True)
class _Note:
    """A message as a channel gets it."""

    severity: alerts.Severity
    title: str
    body: str

    def text(self) -> str:
        return self.body


def channels_of(said: Alerts) -> tuple[Channel, ...]:
    """The channels of the settings; of those that look alike without their secrets, all but the first have a number."""
    found: list[Channel] = []
    given = [(alerts.redact(url), url, None) for url in said.channels]
    if said.prefect_block:
        given.append((alerts.block_name(said.prefect_block), None, said.prefect_block))  # type: ignore[arg-type]
    for name, url, block in given:
        alike = sum(one.name == name or one.name.startswith(f"{name} (") for one in found)
        found.append(Channel(f"{name} ({alike + 1})" if alike else name, url, block))
    return tuple(found)


def deliver(con: Connection, said: Alerts, *, now: datetime, pause: float | None = None) -> list[str]:
    """Send what is due to every channel that has not taken it, and record it; what went wrong, in words.

    Messages that waited for the end of quiet hours go out as one. Two deliveries of a warehouse never go on side by
    side; where the other does not end, this one leaves its messages to the next.
    """
    if not pending(con, now):
        return []
    channels = channels_of(said)
    try:
        with one_at_a_time(folder_of(con) / "alerts.lock", "is sending messages of", wait_seconds=_WAIT_SECONDS):
            _join_what_waited(con, now)
            came: dict[str, bool] = {}
            problems = _send_all(con, channels, now, came, pause)
            if _judge_channels(con, said, came, now):
                problems += _send_all(con, channels, now, came, pause)
            return problems
    except WarehouseBusy as error:
        return [f"messages wait for the next watch: {error}"]


def _join_what_waited(con: Connection, now: datetime) -> None:
    held = [one for one in pending(con, now) if one.message.due_at > one.message.made_at and not one.tried]
    if len(held) < 2:
        return
    title, text = telling.waited([(one.message.title, one.message.text) for one in held])
    whole = Message(
        kind="waited",
        incidents=tuple(dict.fromkeys(incident for one in held for incident in one.message.incidents)),
        cause="waited",
        severity="warning",
        title=title,
        text=text,
        made_at=now,
        due_at=now,
    )
    send_within(con, [one.alert_id for one in held], whole, now)


def _send_all(
    con: Connection, channels: Sequence[Channel], now: datetime, came: dict[str, bool], pause: float | None
) -> list[str]:
    """Send every message that is due. ``came`` says of each channel whether it took its last message: one that did not
    is not asked again in this delivery."""
    problems = []
    for one in pending(con, now):
        problem = _send(con, one, channels, now, came, pause)
        if problem:
            problems.append(f"{one.message.title}: {problem}")
    return problems


def _send(
    con: Connection,
    one: Pending,
    channels: Sequence[Channel],
    now: datetime,
    came: dict[str, bool],
    pause: float | None,
) -> str | None:
    taken = {name for name, (delivered, _) in one.tried.items() if delivered}
    waiting = [channel for channel in channels if channel.name not in taken]
    tried = list(_try(one, [c for c in waiting if c.is_near and came.get(c.name, True)], came, pause))
    named = [f"{result.channel}: {result.problem}" for result in tried if not result.delivered]
    left = [c for c in waiting if c.name not in {t.channel for t in tried}]
    named += [f"{c.name}: not tried, as it just failed" if c.is_near else f"{c.name}: waits for a flow" for c in left]
    if not channels:
        record_delivery(con, one.alert_id, [], problem=_NO_CHANNEL, settled=True, now=now)
        return _NO_CHANNEL
    late = bool(named) and now - one.message.made_at > _GIVEN_UP
    problem = "; ".join(named) + ("; given up after a week" if late else "") or None
    if tried or not named or late:
        record_delivery(con, one.alert_id, tried, problem=problem, settled=not named or late, now=now)
    return problem


def _try(one: Pending, channels: Sequence[Channel], came: dict[str, bool], pause: float | None) -> Iterator[Tried]:
    message = one.message
    severity: alerts.Severity = "critical" if message.severity == "critical" else "warning"
    note = _Note(severity, message.title, message.text)
    for channel in channels:
        given = {} if pause is None else {"pause": pause}
        [result] = alerts.send(note, [channel.url] if channel.url else [], channel.block, **given)
        came[channel.name] = result.delivered
        _, before = one.tried.get(channel.name, (False, 0))
        yield Tried(channel.name, result.delivered, before + result.tries, result.problem)


def _judge_channels(con: Connection, said: Alerts, came: dict[str, bool], now: datetime) -> bool:
    """Open or resolve the incidents of the channels that were tried just now; whether there is a message about it."""
    failing = {
        row.subject for row in known(con, resolved_after=now) if row.monitor == "channel" and not row.resolved_at
    }
    if all(well != (name in failing) for name, well in came.items()):
        return False  # as it stands in the books
    findings = [_finding(name, well=well, now=now) for name, well in came.items()]
    with transaction(con, "channels judged"):
        rows = [row for row in known(con, resolved_after=now - REMEMBERED) if row.monitor == "channel"]
        rules = Rules(
            now=now,
            said=_at_once(said),
            place=Place(str(folder_of(con)), None),
            evidence=lambda _: Evidence(),
            feeds={},
            source_ids={},
        )
        made = make_round(rows, findings, rules, next_id=next_incident_id(con), remind=False)
        keep(con, made.changed, made.messages)
    return bool(made.messages)


def _at_once(said: Alerts) -> Alerts:
    """The settings without quiet hours: a channel that fails may be the one that all others wait for."""
    import msgspec

    return msgspec.structs.replace(said, quiet_hours="")


def _finding(name: str, *, well: bool, now: datetime) -> Finding:
    subject = Subject("channel", name)
    return Finding(
        monitor="channel",
        subject=subject,
        cause="undelivered",
        state=State.OK if well else State.OPEN,
        as_of=now,
        since=None if well else now,
        observed=float(well),
        evidence=float(not well),
        needed=1.0,
        why="it took the last message" if well else "it did not take a message, though it was tried twice",
        expectation=Expectation(
            monitor="channel",
            subject=subject,
            measure="messages taken",
            made_at=now,
            starts=now,
            ends=now,
            low=1.0,
            high=None,
            unit="messages",
            chance=0.0,
            basis="every message is taken by every channel",
        ),
    )
