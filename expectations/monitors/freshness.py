"""Freshness: a source or feed that is silent for longer than its rhythm allows, and when the next article is overdue.

What is learned goes before what is declared; a declared rhythm (``daily``, ``6h``, ``every 3 days``) helps sources that
are too new to have shown one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from expectations.monitors.declared import declared_hours
from expectations.monitors.findings import Expectation, Finding, State, Subject, in_words, state_of, when
from expectations.monitors.past import DAY, WEEK, YEAR, Arrivals, Ints
from expectations.monitors.rhythm import Rhythm, Span, learn, silence

MONITOR = "freshness"
# Of a source. With 0.15 silences are told sooner, and twice as many of the sources that are well are told of.
FALSE_ALARMS_A_YEAR = 0.1
_FAR = 400 * DAY
_YOUNG = 8.0
_DECLARED_PATIENCE = 2.0  # a declared interval is a round figure: silence of twice its length is no rhythm any more


@dataclass(frozen=True, slots=True, eq=False)
class Freshness:
    """What is expected of a source: its own rhythm, and the declared one where it has none or hardly any."""

    rhythm: Rhythm | None
    declared: float | None
    patience: float  # hours of silence that a declared rhythm allows; nan without one

    @property
    def needed(self) -> float:
        """The evidence that opens an incident: so rare that it happens by chance once in ten years, and more where
        the rhythm was learned from few days."""
        if self.rhythm is None:
            return 1.0
        return math.log(max(self.rhythm.gaps_a_year, 12.0) / FALSE_ALARMS_A_YEAR) * (1 + _YOUNG / self.rhythm.days)


def expect(past: Arrivals, declared: str | None = None, set_aside: Sequence[Span] = ()) -> Freshness | None:
    """What a source's past and its declared rhythm let expect; null where there is neither. ``set_aside`` are the
    spans of earlier incidents of freshness and volume: what was wrong is no rhythm."""
    rhythm = learn(past, set_aside)
    hours = None if declared is None else declared_hours(declared)
    if rhythm is None and hours is None:
        return None
    patience = math.nan
    if hours is not None and declared is not None:
        patience = max(_DECLARED_PATIENCE * hours, 3.0)
        if hours < WEEK and (hours >= DAY or declared.strip().lower() in ("weekdays", "workdays")):
            patience += 2 * DAY + DAY  # the weekend, and a holiday beside it
    return Freshness(rhythm, hours, patience)


def evidence(expected: Freshness, past: Arrivals) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The evidence of the silence at the end of each hour of a grid that begins with an article."""
    if expected.rhythm is not None:
        return silence(expected.rhythm, past)
    at = np.arange(len(past.counts))
    last = np.maximum.accumulate(np.where(past.counts > 0, at, -1))
    return np.where(last >= 0, (at - last) / expected.patience, 0.0)


def overdue_at(expected: Freshness, last_hour: int) -> int:
    """The hour (since 1970) at whose end a source that has had no article since ``last_hour`` is overdue."""
    span = 8 * DAY
    while True:
        counts: Ints = np.zeros(span, np.int64)
        counts[0] = 1
        over = np.flatnonzero(evidence(expected, Arrivals(last_hour, counts)) >= expected.needed)
        if len(over):
            return last_hour + int(over[0])
        if span >= _FAR:
            return last_hour + _FAR
        span = min(span * 4, _FAR)


def judge_unseen(subject: Subject, declared: str, since_hour: int, end: int) -> Finding:
    """Whether a feed of which nothing has ever come has been silent for too long since the hour from which it has been
    expected."""
    counts: Ints = np.zeros(max(end - since_hour, 0) + 1, np.int64)
    counts[0] = 1  # it is as patient as with a feed whose last article came just before
    expected = expect(Arrivals(since_hour - 1, counts), declared)
    found = None if expected is None else judge(subject, Arrivals(since_hour - 1, counts), expected, unseen=True)
    if found is None:
        raise ValueError(f"{subject} declares no rhythm")
    return found


def judge(subject: Subject, past: Arrivals, expected: Freshness, *, unseen: bool = False) -> Finding | None:
    """Whether the silence at the end of the grid is too long; null for a source that has never had an article. With
    ``unseen`` the grid begins with the hour before it was expected first, and not with an article."""
    last = past.last_hour()
    if last is None:
        return None
    found = float(evidence(expected, past.since(last))[-1])
    due = overdue_at(expected, last)
    silent = past.end - last - 1
    state = state_of(found, expected.needed)
    basis = _basis(expected)
    seen = f"the last one in the hour of {when(last):%Y-%m-%d %H:%M} UTC"
    if unseen:
        seen = f"nor any before: it is watched from {when(last + 1):%Y-%m-%d %H:%M} UTC on, look at its pattern"
    why = (
        f"no article for {in_words(silent)}, {seen}; "
        f"{'was' if state is State.OPEN else 'is'} overdue from {when(due + 1):%Y-%m-%d %H:%M} UTC by {basis}"
    )
    return Finding(
        monitor=MONITOR,
        subject=subject,
        cause="silent",
        state=state,
        as_of=when(past.end),
        since=None if state is State.OK else when(last + 1),
        observed=float(silent),
        evidence=found,
        needed=expected.needed,
        why=why,
        expectation=Expectation(
            monitor=MONITOR,
            subject=subject,
            measure="hours without an article",
            made_at=when(past.end),
            starts=when(last + 1),
            ends=when(due + 1),
            low=None,
            high=float(due - last),
            unit="hours",
            chance=_chance(expected),
            basis=basis,
        ),
    )


def _chance(expected: Freshness) -> float:
    gaps = YEAR / expected.patience if expected.rhythm is None else max(expected.rhythm.gaps_a_year, 12.0)
    return min(1.0, FALSE_ALARMS_A_YEAR / gaps)


def _basis(expected: Freshness) -> str:
    if expected.rhythm is None:
        return f"the declared rhythm of one in {in_words(expected.declared or 0)}"
    return f"the rhythm of {expected.rhythm.gaps:,} hours with articles in {expected.rhythm.days} days"
