"""Volume: too few or too many articles in the last days, against the source's own weeks at its present level.

Counts of articles are bursty, so they are held against a negative binomial distribution whose spread is that of the
source's own days, not against a normal one. The tail is Chernoff's bound for that distribution, which is closed and
never below the truth:

    -log P(X <= x) >= x log(x (k + m) / (m (k + x))) + k log((k + m) / (k + x))      for x <= m, likewise above

with mean m and shape k. A holiday is no loss, nor is a slow summer: one or two of the days of a window may be like the
source's quietest weekday, and its level may be down, at the price of how seldom that is. A burst of news is no flood:
too many are only more than the biggest days of the past have brought, the biggest of each quarter forgiven, over three
days at least. A source that is wholly silent is freshness's business.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from expectations.monitors.findings import Expectation, Finding, State, Subject, state_of, when
from expectations.monitors.past import DAY, WEEK, Arrivals, Floats, Ints
from expectations.monitors.rhythm import Span, days_aside

MONITOR = "volume"
MIN_DAYS = 28
WINDOW_DAYS = 182
NEEDED = 8.0  # nats: by chance once in 3,000 windows

_HALF_LIFE_DAYS = 56
_LEVEL_DAYS = 28
_WINDOWS = (72, 120, 168, 336, 672)
# What else may make articles few in a window: days like a holiday, a slow summer. How many of the former, what is left
# of the level, and what it takes to believe it, in nats: minus the logarithm of how often a window has it.
_EXCUSES = tuple(
    (holidays, level, belief + more)
    for holidays, belief in ((0, 0.0), (1, 2.0), (2, 3.5))
    for level, more in ((1.0, 0.0), (0.75, 1.5), (0.6, 4.0))
)
# Hours of a window, and how many times the expected are too many: news bursts for a day or two.
_MANY_WINDOWS = ((24, 8.0), (72, 4.0), (168, 4.0), (672, 4.0))
_HELD_OUT_DAYS, _HELD_OUT_SPARSE = 7, 28  # what is judged is not learned from; of few articles a day longer windows are
_SPARSE = 5.0  # articles a day
_MANY_MORE_THAN_EVER = 1.4
_MANY_ARTICLES = 10
_STILL_MANY = 0.6  # of too many: what does not open an incident but keeps it open
_SPREAD_AT_LEAST = 0.03  # 1/k: no source is as even as chance alone would have it


@dataclass(frozen=True, slots=True, eq=False)
class Volume:
    """What :func:`expect` found: articles an hour at the present level, by weekday (days since 1970 modulo 7, UTC) and
    hour (7, 24); the articles of the quietest weekday; 1/k; how many times the expected a day has brought at most; how
    many times the present level that of the whole past is, where it is above."""

    days: int
    rate: Floats
    quietest: float
    spread: float
    peak: float
    above: float


@dataclass(frozen=True, slots=True, eq=False)
class Volumes:
    """For the end of each hour of a stretch: the evidence for too few and for too many, and the window, count and
    expected count that showed it."""

    few: Floats
    few_window: Ints
    few_seen: Floats
    few_expected: Floats
    many: Floats
    many_window: Ints
    many_seen: Floats
    many_expected: Floats


def tail(seen: Floats, mean: Floats, spread: float) -> Floats:
    """Chernoff's bound of a negative binomial tail beyond ``seen`` on its side of ``mean``, in nats; 0 at the mean.
    ``spread`` is 1/k; means must be above 0."""
    shape = 1 / spread
    with np.errstate(divide="ignore", invalid="ignore"):
        first = np.where(seen > 0, seen * np.log(seen * (shape + mean) / (mean * (shape + seen))), 0.0)
    return np.maximum(first + shape * np.log((shape + mean) / (shape + seen)), 0.0)


def expect(past: Arrivals, set_aside: Sequence[Span] = ()) -> Volume | None:
    """What the last 26 weeks let expect of the next days; null where there are less than four weeks. Days that touch a
    span of ``set_aside``, an earlier incident's hours, are taken for what the same weekday before them was."""
    today = past.end // DAY * DAY
    span = (MIN_DAYS + _HELD_OUT_SPARSE) * DAY + WEEK
    lately = past.until(today).since(today - span).counts
    sparse = len(lately) == span and lately[:WEEK].any() and lately.sum() < _SPARSE * span / DAY
    midnight = today - (_HELD_OUT_SPARSE if sparse else _HELD_OUT_DAYS) * DAY
    recent = past.until(midnight).since(midnight - WINDOW_DAYS * DAY)
    begun = np.flatnonzero(recent.counts)
    if len(begun) == 0:
        return None
    first_day = (recent.first_hour + int(begun[0])) // DAY + 1  # the first day may be half a day
    days = midnight // DAY - first_day
    if days < MIN_DAYS:
        return None
    grid = recent.since(first_day * DAY).counts.reshape(days, DAY).astype(np.float64)
    aside = days_aside(set_aside, first_day, days)
    for day in np.flatnonzero(aside):
        if day >= 7:
            grid[day] = grid[day - 7]
    daily = grid.sum(axis=1)
    weekday = (first_day + np.arange(days)) % 7
    weight = 0.5 ** (np.arange(days - 1, -1, -1) / _HALF_LIFE_DAYS)
    of_weekday = np.zeros((7, days))
    of_weekday[weekday, np.arange(days)] = np.where(aside, 0.0, weight)

    near = _level(daily)
    overall = max(float(near.mean()), 0.02)
    # A day counts for as much as its weeks let it: growth is not mistaken for spread, nor one flood for a weekday.
    relative = np.minimum(daily / near, 4.0)
    factor = (of_weekday @ relative + 0.5) / (of_weekday.sum(axis=1) + 0.5)
    factor = np.maximum(factor / factor.mean(), 1e-3)
    ratio = daily / np.maximum(near * factor[weekday], 0.2)
    usual = np.sort(ratio[factor[weekday] > 0.3])
    low, high = usual[int(0.1 * len(usual))], usual[int(0.9 * len(usual))]
    spread = float(((high - low) / 2.563) ** 2 - 1 / max(overall, 0.2))
    forgiven = 1 + days // 91
    by_hour = (of_weekday @ (grid / near[:, None])) / of_weekday.sum(axis=1)[:, None]
    profile = by_hour.mean(axis=0) + 0.02 * by_hour.mean()
    own = (by_hour * of_weekday.sum(axis=1)[:, None] + 8 * profile * factor[:, None] / factor.mean()) + 1e-9
    rate = near[-1] * factor[:, None] * own / own.sum(axis=1, keepdims=True)
    return Volume(
        days=days,
        rate=np.maximum(rate, 1e-6),
        quietest=float(rate.sum(axis=1).min()),
        spread=max(spread, _SPREAD_AT_LEAST),
        above=max(1.0, overall / float(near[-1])),
        peak=max(1.0, float(usual[max(0, len(usual) - 1 - forgiven)])),
    )


def _level(daily: Floats) -> Floats:
    """Articles a day around each day: the middle one of the weeks about it, so that neither a flood nor an outage of
    some days is a level."""
    whole = np.concatenate([[0.0], np.cumsum(daily)])
    weeks = (whole[7:] - whole[:-7]) / 7
    span = min(_LEVEL_DAYS, len(weeks))
    middle = np.median(np.lib.stride_tricks.sliding_window_view(weeks, span), axis=1)
    # Day d lies in the middle of the window that begins span/2 + 3 days before; the ends have the nearest.
    at = np.clip(np.arange(len(daily)) - span // 2 - 3, 0, len(middle) - 1)
    found: Floats = np.maximum(middle[at], 0.05 * max(float(daily.mean()), 0.02))
    return found


def volumes(expected: Volume, past: Arrivals, hours: int) -> Volumes:
    """The evidence at the end of each of the last ``hours`` hours of a grid."""
    span = hours + max(_WINDOWS)
    counts = past.since(past.end - span).counts.astype(np.float64)
    counts = np.concatenate([np.zeros(span - len(counts)), counts])
    at = np.arange(past.end - span, past.end)
    rate = expected.rate[(at // DAY) % 7, at % DAY]
    seen_sum, rate_sum = (np.concatenate([[0.0], np.cumsum(values)]) for values in (counts, rate))
    ends = np.arange(span - hours + 1, span + 1)

    few, few_window = np.zeros(hours), np.zeros(hours, np.int64)
    few_seen, few_expected = np.zeros(hours), np.zeros(hours)
    busiest = float(expected.rate.sum(axis=1).max())
    for window in _WINDOWS:
        seen, mean = seen_sum[ends] - seen_sum[ends - window], rate_sum[ends] - rate_sum[ends - window]
        found = np.where(seen > 0, _few(seen, mean, window, busiest, expected), 0.0)
        better = (found > few) | (few_window == 0)
        few, few_window = np.where(better, found, few), np.where(better, window, few_window)
        few_seen, few_expected = np.where(better, seen, few_seen), np.where(better, mean, few_expected)

    many, many_window = np.zeros(hours), np.zeros(hours, np.int64)
    many_seen, many_expected = np.zeros(hours), np.zeros(hours)
    for window, times in _MANY_WINDOWS:
        seen, mean = seen_sum[ends] - seen_sum[ends - window], rate_sum[ends] - rate_sum[ends - window]
        # What is back after weeks of little is no flood.
        mean = mean * expected.above
        bound = np.maximum(times, _MANY_MORE_THAN_EVER * expected.peak) * mean + _MANY_ARTICLES
        found = tail(seen, mean, expected.spread)
        found = np.where(
            seen > bound, found, np.where(seen > _STILL_MANY * bound, np.minimum(found, 0.9 * NEEDED), 0.0)
        )
        better = (found > many) | (many_window == 0)
        many, many_window = np.where(better, found, many), np.where(better, window, many_window)
        many_seen, many_expected = np.where(better, seen, many_seen), np.where(better, mean, many_expected)
    return Volumes(few, few_window, few_seen, few_expected, many, many_window, many_seen, many_expected)


def _few(seen: Floats, mean: Floats, window: int, busiest: float, expected: Volume) -> Floats:
    """The evidence that so few are too few: what the best of the excuses leaves of it."""
    spread = expected.spread / (window / DAY) ** 0.5
    holidays, level, belief = (np.array(of_each)[:, None] for of_each in zip(*_EXCUSES, strict=True))
    least = np.maximum(mean - holidays * (busiest - expected.quietest), 0.02 * mean) * level
    below = np.where(seen < least, tail(seen, np.maximum(least, 1e-9), spread), 0.0)
    found = (belief + below).min(axis=0)
    return np.where(seen < mean, found, 0.0)


def judge(subject: Subject, past: Arrivals, expected: Volume) -> tuple[Finding, Finding]:
    """Whether the last days brought too few articles, and whether the last day or week brought too many."""
    found = volumes(expected, past, 1)
    few = _finding(
        subject, expected, past.end, "too_few", int(found.few_window[0]),
        (float(found.few_seen[0]), float(found.few_expected[0]), float(found.few[0])),
    )  # fmt: skip
    many = _finding(
        subject, expected, past.end, "too_many", int(found.many_window[0]),
        (float(found.many_seen[0]), float(found.many_expected[0]), float(found.many[0])),
    )  # fmt: skip
    return few, many


def _finding(
    subject: Subject, expected: Volume, end: int, cause: str, window: int, shown: tuple[float, float, float]
) -> Finding:
    seen, mean, evidence = shown
    state = state_of(evidence, NEEDED)
    low, high = bounds(mean, expected, window)
    starts, ends = when(end - window), when(end)
    basis = f"the source's own {expected.days} days at their present level"
    return Finding(
        monitor=MONITOR,
        subject=subject,
        cause=cause,
        state=state,
        as_of=ends,
        since=None if state is State.OK else starts,
        observed=seen,
        evidence=evidence,
        needed=NEEDED,
        why=(
            f"{seen:,.0f} articles in the last {window} h, {low:,.0f} to {high:,.0f} (about {mean:,.0f}) expected "
            f"by {basis}"
        ),
        expectation=Expectation(
            monitor=MONITOR,
            subject=subject,
            measure="articles",
            made_at=ends,
            starts=starts,
            ends=ends,
            low=low if cause == "too_few" else None,
            high=high if cause == "too_many" else None,
            unit="articles",
            chance=float(np.exp(-NEEDED)),
            basis=basis,
            day=float(expected.rate[end // DAY % 7].sum()) if cause == "too_few" else None,
        ),
    )


def bounds(mean: float, expected: Volume, window: int = 168) -> tuple[float, float]:
    """The smallest and largest count that is still expected in a window (hours) where ``mean`` is."""
    times = dict(_MANY_WINDOWS).get(window, _MANY_WINDOWS[-1][1])
    top = max(times, _MANY_MORE_THAN_EVER * expected.peak) * mean * expected.above + _MANY_ARTICLES
    tried = np.linspace(0.0, mean, 201)
    busiest = float(expected.rate.sum(axis=1).max())
    enough = _few(tried, np.full(201, mean), window, busiest, expected) < NEEDED
    return float(np.ceil(tried[int(enough.argmax())])), float(np.floor(top))
