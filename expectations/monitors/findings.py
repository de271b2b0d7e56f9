"""What a monitor says: the finding, and the expectation that it was held against."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum


class State(StrEnum):
    """How sure a monitor is. Only ``open`` opens an incident; ``suspect`` keeps an open one open."""

    OK = "ok"
    SUSPECT = "suspect"
    OPEN = "open"


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """Whom a finding is about: ``kind`` is ``source``, ``feed``, ``rest``, ``inbox``, ``deployment`` or ``channel``."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


REST = Subject("rest", "without feed and source")  # all inputs that name neither


@dataclass(frozen=True, slots=True)
class Expectation:
    """What was expected for which window, to be kept so that it can be asked later.

    The window is from ``starts`` to ``ends``. ``low`` and ``high`` bound the measure in ``unit``, null where it has no
    bound on that side. ``chance`` is the largest probability of a value outside them while all is well, as the model
    has it; ``basis`` says in words what it was learned from. ``day`` is of volumes alone: how many articles the day
    (UTC) of ``made_at`` is expected to bring.
    """

    monitor: str
    subject: Subject
    measure: str
    made_at: datetime
    starts: datetime
    ends: datetime
    low: float | None
    high: float | None
    unit: str
    chance: float
    basis: str
    day: float | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A monitor's judgement of a subject at ``as_of``.

    ``cause`` tells findings of one monitor apart (``too_few``, ``too_many``); while the state is ``ok`` it is the one
    that was looked for. ``since`` is when the trouble began as far as the past shows, null while all is well.
    ``evidence`` is in nats (of ``schedule`` in runs), 0 where nothing speaks against the subject, ``needed`` what opens
    an incident. ``why`` is for people, with the numbers.
    """

    monitor: str
    subject: Subject
    cause: str
    state: State
    as_of: datetime
    since: datetime | None
    observed: float
    evidence: float
    needed: float
    why: str
    expectation: Expectation

    @property
    def key(self) -> tuple[str, Subject, str]:
        """What an incident is known by: no two are open with the same one."""
        return (self.monitor, self.subject, self.cause)


def state_of(evidence: float, needed: float, *, suspect: float = 0.6) -> State:
    """``open`` from ``needed`` nats on, ``suspect`` from that share of them on. :class:`ValueError` for no number."""
    if math.isnan(evidence) or math.isnan(needed):
        raise ValueError(f"evidence {evidence} against {needed} is no number")
    if evidence >= needed:
        return State.OPEN
    return State.SUSPECT if evidence >= suspect * needed else State.OK


def when(hour: float) -> datetime:
    """The time at which an hour since 1970 (UTC) begins."""
    return datetime.fromtimestamp(hour * 3600, UTC)


def in_words(hours: float) -> str:
    """A duration as people say it: ``7 h``, ``3 days 4 h``."""
    whole = round(hours)
    if whole < 48:
        return f"{whole} h"
    days, rest = divmod(whole, 24)
    return f"{days} days" + (f" {rest} h" if rest else "")
