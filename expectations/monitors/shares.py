"""Shares that fall or rise for good: a field that is no longer filled, bodies that are suddenly short, blocks that no
longer match, rejections, repeats, late articles, dates in the future.

Every such measure is a count out of a count, an hour or a run at a time. Against the source's own share p0 stands the
share p1 that a break would bring; the evidence is Page's cumulative sum of the log-likelihood ratio, so that a few
articles of a sparse source are waited for and a single odd one says nothing. Articles of one day are alike, so that a
day's are a beta-binomial count, its rho learned from the past's days; a day begins at the source's quietest hour, as a
bad day that is cut in two counts twice. The past is read robustly: the tenth of its articles on the worst days is left
out of the share, hours of earlier incidents are, and what is uncertain of it is held in the source's favour. The sum is
kept below a bound, so that an incident is over soon after the articles look like the past again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from expectations.monitors.findings import Expectation, Finding, State, Subject, state_of, when
from expectations.monitors.past import DAY, Bools, Floats, Ints
from expectations.monitors.rhythm import Span, quietest_hour

NEEDED = 11.5  # nats
_SOONER = 10.0  # of what rises from next to nothing and is seldom wrong: with 11.5 one in seven faults is told late
MIN_BASELINE = 20  # articles
_BASELINE_DAYS = (120, 365)  # the longer one where the shorter one has few articles
_FEW = 100
_TEST_DAYS = (7, 21, 56, 120)  # the shortest that holds enough articles
_TEST_ARTICLES = 40
_ODD_DAYS = 0.1
EDGE = 0.05  # nothing is so sure that a few exceptions in a day prove more than a bad day
_RHO, _RHO_DAYS, _MOST_ODD = 0.03, 10, 0.3  # the likeness of a day's articles before a past is seen, in days of past
_ZONES = 1.4  # a day may hold parts of two days of the source, which makes its articles seem less alike than they are
_DOUBT = 1.5  # standard errors of the learned share that are held in the subject's favour
# One day in fifty is an odd one: of what falls, its share lies anywhere about the usual one. Else a single bad day of a
# source whose days are mostly alike is taken for a break.
_ODD_DAY, _ODD_STRENGTH = 0.02, 0.25
_BREAK_STRENGTH = 6.0  # of the beta distribution of the share while something is broken
_MOST = 1.5  # evidence is kept up to so many times what is needed: what is well again should soon be seen to be


@dataclass(frozen=True, slots=True)
class Measure:
    """A share that is watched. ``direction`` is the bad one. The share to be told apart from the own p0 is ``factor`` ×
    p0 where it falls; where it rises, ``step`` of those that were well are so no more. A fall from below ``floor`` is
    not watched. ``needed`` is the evidence that opens an incident."""

    name: str
    cause: str
    direction: Literal["falls", "rises"]
    factor: float
    step: float
    floor: float
    words: str
    needed: float = NEEDED


TITLE = Measure("title", "title_missing", "falls", 0.4, 0.0, 0.45, "articles with a title")
AUTHOR = Measure("author", "author_missing", "falls", 0.35, 0.0, 0.45, "articles with an author")
DATE = Measure("date", "date_missing", "falls", 0.4, 0.0, 0.45, "articles with a date of publication")
LONG_BODIES = Measure("body_length", "bodies_short", "falls", 0.4, 0.0, 0.45, "bodies of the usual length")
BLOCKS = Measure("learned_blocks", "template_break", "falls", 0.35, 0.0, 0.45, "pages with the site's learned blocks")
REJECTED = Measure(
    "rejected", "rejections", "rises", 0.0, 0.4, 0.0, "inputs that are quarantined or unreadable", _SOONER
)
REPEATED = Measure("repeated", "repeats", "rises", 0.0, 0.4, 0.0, "articles whose body was there before", _SOONER)
LATE = Measure("late", "late", "rises", 0.0, 0.55, 0.0, "articles that come later than is usual")
FUTURE = Measure("future", "future_dates", "rises", 0.0, 0.4, 0.0, "articles dated in the future")
MEASURES = (TITLE, AUTHOR, DATE, LONG_BODIES, BLOCKS, REJECTED, REPEATED, LATE, FUTURE)


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """Articles (``of``) and those among them that have what the measure asks for (``having``), hour by hour from
    ``first_hour``, or run by run with the hours of the runs in order."""

    hours: Ints
    of: Floats
    having: Floats


@dataclass(frozen=True, slots=True)
class Share:
    """The share that is expected: ``usual``, the ``broken`` one, ``rho``, and what they were learned from. The test
    begins at hour ``tested_from`` and holds the ``allowed`` share, the usual one but for what is uncertain of it,
    against the broken one; the subject's days begin at hour ``day_begins`` (UTC)."""

    measure: Measure
    usual: float
    broken: float
    rho: float
    articles: int
    tested_from: int
    allowed: float
    day_begins: int


def expect(measure: Measure, past: Counted, end: int, set_aside: Sequence[Span] = ()) -> Share | None:
    """The share that the past before hour ``end`` lets expect; null where it is too little, or where the share is too
    low to fall. Nothing is learned from the spans of ``set_aside``, the hours of earlier incidents of the measure,
    unless they hold more than half of the articles and so are what is usual now."""
    stop = int(np.searchsorted(past.hours, end))
    days = 0
    for longer in _TEST_DAYS:
        split = int(np.searchsorted(past.hours, end - longer * DAY))
        first = int(np.searchsorted(past.hours, end - (longer + _BASELINE_DAYS[-1]) * DAY))
        if past.of[first:split].sum() < MIN_BASELINE:
            break
        days, start = longer, split
        if past.of[start:stop].sum() >= _TEST_ARTICLES:
            break
    if days == 0:
        return None
    for before in _BASELINE_DAYS:
        begin = int(np.searchsorted(past.hours, end - (before + days) * DAY))
        articles = float(past.of[begin:start].sum())
        if articles >= _FEW:
            break
    hours, of, having = past.hours[begin:start], past.of[begin:start], past.having[begin:start]
    day_begins = quietest_hour(np.bincount(hours % DAY, weights=of, minlength=DAY).astype(np.float64))
    known = ~_within(hours, set_aside)
    if of[known].sum() >= max(MIN_BASELINE, articles / 2):
        hours, of, having = hours[known], of[known], having[known]
        articles = float(of.sum())
    day = (hours - day_begins) // DAY
    day = day - day[0]
    of, having = (np.bincount(day, weights=values).astype(np.float64) for values in (of, having))
    some = of > 0
    usual, rho = _usual(of[some], having[some], measure.direction)
    effective = articles / (1 + max(float(of[some].mean()) - 1, 0.0) * rho)
    doubt = _DOUBT * float(np.sqrt(usual * (1 - usual) / effective))
    if measure.direction == "falls":
        if usual < measure.floor:
            return None
        usual = min(usual, 1 - EDGE)
        broken = measure.factor * usual
        allowed = usual - doubt
        if allowed < 1.2 * broken:
            return None
    else:
        usual = max(usual, EDGE)
        broken = usual + measure.step * (1 - usual)
        allowed = usual + doubt
        if broken - allowed < measure.step / 4:
            return None
    return Share(measure, usual, broken, rho, round(articles), end - days * DAY, allowed, day_begins)


def _within(hours: Ints, spans: Sequence[Span]) -> Bools:
    found = np.zeros(len(hours), np.bool_)
    for start, end in spans:
        found[np.searchsorted(hours, start) : np.searchsorted(hours, end)] = True
    return found


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
    ratio = _ratio(expected, (past.hours[start:] - expected.day_begins) // DAY, of, having)
    most = _MOST * expected.measure.needed
    whole = np.cumsum(ratio)
    found: Floats = whole - np.minimum(np.minimum.accumulate(whole), 0.0)
    if len(found) == 0 or found.max() <= most:
        return found  # the bound above is not reached, so that the sum has a closed form
    page = 0.0
    for at, step in enumerate(ratio.tolist()):
        page = min(max(page + step, 0.0), most)
        found[at] = page
    return found


def _ratio(expected: Share, day: Ints, of: Floats, having: Floats) -> Floats:
    """What each hour adds to the logarithm of the likelihood ratio of its day: of beta-binomial counts, the usual share
    with the likeness of the past's days, the broken one with that of a break, which may be anything near it."""
    first = np.searchsorted(day, day)  # the day's first row
    n, k = (np.cumsum(each) - (np.cumsum(each) - each)[first] for each in (of, having))
    strength = 1 / expected.rho - 1
    broken = _beta_binomial(k, n, expected.broken, min(strength, _BREAK_STRENGTH))
    well = _beta_binomial(k, n, expected.allowed, strength)
    if expected.measure.direction == "falls":
        odd = _beta_binomial(k, n, expected.allowed, max(_ODD_STRENGTH * strength, 1.0))
        well = np.logaddexp(np.log1p(-_ODD_DAY) + well, np.log(_ODD_DAY) + odd)
    after = broken - well
    before = np.where(first == np.arange(len(day)), 0.0, np.concatenate([[0.0], after[:-1]]))
    found: Floats = after - before
    return found


def _beta_binomial(k: Floats, n: Floats, share: float, strength: float) -> Floats:
    """Logarithm of the probability of k of n, but for the binomial coefficient."""
    a, b = share * strength, (1 - share) * strength
    rises = _log_gamma(np.concatenate([k + a, n - k + b, n + strength, [a, b, strength]]))
    size = len(k)
    found: Floats = (
        rises[:size] + rises[size : 2 * size] - rises[2 * size : 3 * size] - (rises[-3] + rises[-2] - rises[-1])
    )
    return found


def _log_gamma(x: Floats) -> Floats:
    """Stirling's series after a shift by six: right to 1e-9 for x > 0."""
    product = x * (x + 1) * (x + 2) * (x + 3) * (x + 4) * (x + 5)
    y = x + 6
    series = (1 / 12 - (1 / 360 - 1 / 1260 / y**2) / y**2) / y
    found: Floats = (y - 0.5) * np.log(y) - y + 0.5 * np.log(2 * np.pi) + series - np.log(product)
    return found


def judge(monitor: str, subject: Subject, past: Counted, expected: Share, end: int) -> Finding:
    """Whether the share has broken by the end of hour ``end - 1``."""
    stop = int(np.searchsorted(past.hours, end))
    past = Counted(past.hours[:stop], past.of[:stop], past.having[:stop])
    found = evidence(expected, past)
    value = float(found[-1]) if len(found) else 0.0
    needed = expected.measure.needed
    state = state_of(value, needed)
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
        needed=needed,
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
            chance=float(np.exp(-needed)),
            basis=basis,
        ),
    )


def _kind_of_repeat(share: float) -> str:
    """A feed that is delivered twice has a share of a half; one that brings the same over and over nearly all."""
    if 0.35 <= share <= 0.65:
        return "; as if every article came twice"
    return "; as if one article came over and over" if share >= 0.85 else ""
