"""When a message may be sent: quiet hours, the hour of the digest, and when an open incident is told of again.

Settings and times go in, times come out; the clock is an argument.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from flows.settings import Alerts


def due_at(made_at: datetime, severity: str, said: Alerts) -> datetime:
    """When a message may be sent that is made now: at once, or at the end of the quiet hours where it can wait."""
    if severity == "critical" or not said.quiet_hours:
        return made_at
    first, last = (time.fromisoformat(part) for part in said.quiet_hours.split("-"))
    zone = ZoneInfo(said.timezone)
    local = made_at.astimezone(zone)
    now = local.time().replace(tzinfo=None)
    within = first <= now < last if first <= last else now >= first or now < last
    if not within:
        return made_at
    end = datetime.combine(local.date(), last, zone)
    if now >= last:  # they end tomorrow
        end = datetime.combine(local.date() + timedelta(days=1), last, zone)
    return end.astimezone(made_at.tzinfo)


def digest_is_due(now: datetime, last: datetime | None, said: Alerts) -> bool:
    """Whether the hour of the digest has come since ``last``: the last digest or, before the first, the last watch."""
    if said.digest == "off" or last is None:
        return False
    zone = ZoneInfo(said.timezone)
    local = now.astimezone(zone)
    hour = datetime.combine(local.date(), time.fromisoformat(said.digest_at), zone)
    if local < hour:
        hour = datetime.combine(local.date() - timedelta(days=1), time.fromisoformat(said.digest_at), zone)
    return last < hour


def reminder_is_due(now: datetime, told_at: datetime, reminders: int, said: Alerts) -> bool:
    """Whether an open incident is to be told of again: after `remind_hours`, then after twice as long, and so on, so
    that one nobody can mend is not told of every day."""
    if said.remind_hours == 0:
        return False
    return now - told_at >= timedelta(hours=said.remind_hours) * 2.0 ** min(reminders, 6)
