"""Shares that fall or rise for good: a field that is no longer filled, bodies that are suddenly short, blocks that no
longer match, rejections, repeats, late articles, dates in the future.

Every such measure is a count out of a count, an hour or a run at a time. Against the source's own share p0 stands the
share p1 that a break would bring; the evidence is Page's cumulative sum of the log-likelihood ratio, so that a few
articles of a sparse source are waited for and a single odd one says nothing. Articles of one day are alike: n of them
count as n / (1 + (n - 1) rho), with rho learned from the past's days, as in a beta-binomial distribution. The past is
read robustly: the tenth of its articles on the worst days is left out of the share. The sum is kept below a bound, so
that an incident is over soon after the articles look like the past again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from expectations.monitors.findings import Expectation, Finding, State, Subject, state_of, when
from expectations.monitors.past import DAY, Floats

NEEDED = 14.0  # nats
MIN_BASELINE = 40  # articles
_BASELINE_DAYS = 120
_TEST_DAYS = (7, 21, 56)  # the shortest that holds enough articles
_TEST_ARTICLES = 40
_ODD_DAYS = 0.1
EDGE = 0.05  # nothing is so sure that a few exceptions in a day prove more than a bad day
_RHO, _RHO_DAYS, _MOST_ODD = 0.03, 10, 0.3  # the likeness of a day's articles before a past is seen, in days of past
_ZONES = (
    1.5  # a day of UTC holds parts of two days of the source, which makes its articles seem less alike than they are
)
_MOST = 1.5  # evidence is kept up to so many times what is needed: what is well again should soon be seen to be


@dataclass(frozen=True, slots=True)
class Measure:
    """A share that is watched. ``direction`` is the bad one. The share to be told apart from the own p0 is ``factor`` ×
    p0 where it falls, and at least ``step`` above p0 where it rises. A fall from below ``floor`` is not watched."""

    name: str
    cause: str
    direction: Literal["falls", "rises"]
    factor: float
    step: float
    floor: float
    words: str


TITLE = Measure("title", "title_missing", "falls", 0.4, 0.0, 0.4, "articles with a title")
AUTHOR = Measure("author", "author_missing", "falls", 0.35, 0.0, 0.4, "articles with an author")
DATE = Measure("date", "date_missing", "falls", 0.4, 0.0, 0.4, "articles with a date of publication")
LONG_BODIES = Measure("body_length", "bodies_short", "falls", 0.4, 0.0, 0.4, "bodies of the usual length")
BLOCKS = Measure("learned_blocks", "template_break", "falls", 0.35, 0.0, 0.4, "pages with the site's learned blocks")
REJECTED = Measure("rejected", "rejections", "rises", 3.0, 0.4, 0.0, "inputs that are quarantined or unreadable")
REPEATED = Measure("repeated", "repeats", "rises", 3.0, 0.4, 0.0, "articles whose body was there before")
LATE = Measure("late", "late", "rises", 3.0, 0.45, 0.0, "articles that come later than is usual")
FUTURE = Measure("future", "future_dates", "rises", 3.0, 0.4, 0.0, "articles dated in the future")
MEASURES = (TITLE, AUTHOR, DATE, LONG_BODIES, BLOCKS, REJECTED, REPEATED, LATE, FUTURE)


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """Articles (``of``) and those among them that have what the measure asks for (``having``), hour by hour from
    ``first_hour``, or run by run with the hours of the runs in order."""

    hours: np.ndarray[tuple[int], np.dtype[np.int64]]
    of: Floats
    having: Floats


@dataclass(frozen=True, slots=True)
class Share:
    """The share that is expected: ``usual``, the ``broken`` one, ``rho``, and what they were learned from; the test
    begins at ``tested_from``."""

    measure: Measure
    usual: float
    broken: float
    rho: float
    articles: int
    tested_from: int


def expect(measure: Measure, past: Counted, end: int) -> Share | None:
    """The share that the past before hour ``end`` lets expect; null where it is too little, or where the share is too
    low to fall."""
    total = np.concatenate([[0.0], np.cumsum(past.of)])
    stop = int(np.searchsorted(past.hours, end))
    for days in _TEST_DAYS:
        start = int(np.searchsorted(past.hours, end - days * DAY))
        if total[stop] - total[start] >= _TEST_ARTICLES:
            break
    begin = int(np.searchsorted(past.hours, end - (_BASELINE_DAYS + days) * DAY))
    articles = float(total[start] - total[begin])
    if articles < MIN_BASELINE:
        return None
    day = past.hours[begin:start] // DAY
    day = day - day[0]
    of = np.bincount(day, weights=past.of[begin:start]).astype(np.float64)
    having = np.bincount(day, weights=past.having[begin:start]).astype(np.float64)
    some = of > 0
    usual, rho = _usual(of[some], having[some], measure.direction)
    if measure.direction == "falls":
        if usual < measure.floor:
            return None
        usual = min(usual, 1 - EDGE)
        broken = measure.factor * usual
    else:
        usual = max(usual, EDGE)
        broken = min(max(measure.factor * usual, usual + measure.step), 0.97)
        if broken - usual < measure.step / 2:
            return None
    return Share(measure, usual, broken, rho, round(articles), end - days * DAY)


def _usual(of: Floats, having: Floats, direction: str) -> tuple[float, float]:
    """The share and the likeness of articles of one day, without the tenth of the articles on the days that were worst
    in the direction."""
    share = having / of
    order = np.argsort(share if direction == "falls" else -share, kind="stable")
    left_out = np.cumsum(of[order]) <= _ODD_DAYS * of.sum()
    kept = order[~left_out]
    of_kept, having_kept = of[kept], having[kept]
    total = float(of_kept.sum())
    # Half an article on each side: a share of 0 or 1 is never certain.
    usual = (float(having_kept.sum()) + 0.5) / (total + 1.0)
    # Moments of a beta-binomial: var(having) = n p q (1 + (n - 1) rho). All days count, as odd days are what rho is
    # about; a day of a past fault counts as a very odd one and no more.
    p = min(max(usual, EDGE), 1 - EDGE)
    excess = np.minimum((having - of * p) ** 2 / (of * p * (1 - p)) - 1, _MOST_ODD * (of - 1))
    pairs = float((of - 1).sum())
    believed = _RHO_DAYS * (float(of.mean()) + 1)
    rho = _ZONES * (max(float(excess.sum()), 0.0) + _RHO * believed) / (pairs + believed)
    return usual, min(rho, _MOST_ODD)


def evidence(expected: Share, past: Counted) -> Floats:
    """The evidence at the end of each hour or run from ``tested_from`` on."""
    start = int(np.searchsorted(past.hours, expected.tested_from))
    of, having = past.of[start:], past.having[start:]
    p0, p1 = expected.usual, expected.broken
    ratio = having * np.log(p1 / p0) + (of - having) * np.log((1 - p1) / (1 - p0))
    ratio = ratio * _weight(past.hours[start:] // DAY, of, expected.rho)
    found = np.empty(len(ratio))
    page, most = 0.0, _MOST * NEEDED
    for at, step in enumerate(ratio.tolist()):
        page = min(max(page + step, 0.0), most)
        found[at] = page
    return found


def _weight(day: np.ndarray[tuple[int], np.dtype[np.int64]], of: Floats, rho: float) -> Floats:
    """What an article of each hour counts for, given those that the same day brought before it."""
    after = np.cumsum(of)
    first = np.searchsorted(day, day)  # the day's first row
    after = after - (after - of)[first]
    before = after - of
    effective = [n / (1 + np.maximum(n - 1, 0) * rho) for n in (before, after)]
    weight: Floats = (effective[1] - effective[0]) / np.maximum(of, 1)
    return weight


def judge(monitor: str, subject: Subject, past: Counted, expected: Share, end: int) -> Finding:
    """Whether the share has broken by the end of hour ``end - 1``."""
    stop = int(np.searchsorted(past.hours, end))
    past = Counted(past.hours[:stop], past.of[:stop], past.having[:stop])
    found = evidence(expected, past)
    value = float(found[-1]) if len(found) else 0.0
    state = state_of(value, NEEDED)
    start = int(np.searchsorted(past.hours, expected.tested_from))
    well = np.flatnonzero(found == 0)
    began = start if state is State.OK or len(well) == 0 else start + int(well[-1]) + 1
    of, having = float(past.of[began:].sum()), float(past.having[began:].sum())
    observed = having / of if of else expected.usual
    falls = expected.measure.direction == "falls"
    middle = (expected.usual + expected.broken) / 2
    low, high = (middle, None) if falls else (None, middle)
    more = _kind_of_repeat(observed) if expected.measure is REPEATED and state is not State.OK else ""
    since = when(int(past.hours[began])) if state is not State.OK and began < stop else None
    starts = since or when(expected.tested_from)
    basis = f"{expected.articles:,} articles of the source's own past"
    return Finding(
        monitor=monitor,
        subject=subject,
        cause=expected.measure.cause,
        state=state,
        as_of=when(end),
        since=since,
        observed=observed,
        evidence=value,
        needed=NEEDED,
        why=(
            f"{expected.measure.words}: {having:,.0f} of {of:,.0f} ({observed:.0%}) since {starts:%Y-%m-%d %H:%M} UTC, "
            f"{expected.usual:.0%} expected by {basis}{more}"
        ),
        expectation=Expectation(
            monitor=monitor,
            subject=subject,
            measure=expected.measure.name,
            made_at=when(end),
            starts=starts,
            ends=when(end),
            low=low,
            high=high,
            unit="share",
            chance=float(np.exp(-NEEDED)),
            basis=basis,
        ),
    )


def _kind_of_repeat(share: float) -> str:
    """A feed that is delivered twice has a share of a half; one that brings the same over and over nearly all."""
    if 0.35 <= share <= 0.65:
        return "; as if every article came twice"
    return "; as if one article came over and over" if share >= 0.85 else ""
