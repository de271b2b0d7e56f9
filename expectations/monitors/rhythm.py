"""The rhythm of a source: at which hours of which weekdays articles come, how often a whole day stays silent.

A source's day begins at its own quietest hour, so that its time zone need not be known. Each of its days is either
silent, with a chance that its weekday's past shows, or has a first article at an hour as on other days, and then
articles at the hours that are usual. Holidays need no calendar: any day may turn out to be like the quietest weekday of
the source, and a silent day is often followed by another one.

The evidence of a silence is minus the logarithm of its probability while all is well, in nats. It grows with the length
of a silence and never falls. It is calibrated on the silences that the source's own past shows, the longest of each
quarter forgiven, as it may have been an outage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from expectations.monitors.past import DAY, YEAR, Arrivals, Bools, Floats, Ints

WINDOW_DAYS = 182
HALF_LIFE_DAYS = 56
MIN_DAYS, MIN_GAPS = 14, 8

# Of a source that rests on some weekdays: the chance that a working day turns out to be a holiday, and that a holiday
# is followed by a second one (to the power of the days between them).
_HOLIDAY, _HOLIDAY_GOES_ON = 0.03, 0.12
_HOLIDAY_LEVEL = 0.3  # of a source that goes on: what is left of its articles
_POOLED = 30.0  # days of its kind's past that a weekday's own silent days are weighed against
_DELIVERY_FAILS = 0.5  # what a past without a silent day is worth: half a failure, where a day has one delivery
_MOST_ASIDE = 2 / 3
_SHRUNK = 6.0  # weeks of the plain profile that an hour of the week is weighed against
_SURE = 0.995  # no hour is surer to have an article than this, save where the busiest hours show that it is
_BUSY_HOUR, _OFTEN = 6.0, 0.85  # articles from which on an hour without one is no chance, where most weeks have some
_FORGIVEN_DAYS, _STANDS_OUT = 91, 1.5
_BUSY = 3.0  # articles a day from which on the spread of days can be told from chance
_USUAL_SPREAD, _LEAST_SPREAD = 0.1, 0.02

Span = tuple[int, int]  # an hour since 1970 and the hour after the last one
_NEAR = sum(
    weight * np.roll(np.eye(DAY), shift, axis=1) for shift, weight in ((-2, 1), (-1, 2), (0, 3), (1, 2), (2, 1))
)  # an hour and the four about it, wrapped around midnight
_BESIDE = sum(weight * np.roll(np.eye(DAY), shift, axis=1) for shift, weight in ((-1, 0.1), (0, 0.8), (1, 0.1)))


@dataclass(frozen=True, slots=True, eq=False)
class Rhythm:
    """What :func:`learn` found. Arrays have a row a weekday (days since 1970 modulo 7, of the source's own days) and a
    column an hour of the source's day, which begins at ``day_begins`` UTC."""

    day_begins: int
    days: int
    gaps: int
    awake: int  # days with an article
    gaps_a_year: float
    hazard: Floats  # (7, 24): minus the logarithm of the chance that the hour has no article
    silent: Floats  # (7,): chance that the whole day has none
    open: Bools  # (7,): weekdays on which articles come more often than not
    spread: float  # how unlike each other days are: the variance of their level, whose mean is 1
    late_first: Floats  # (7, 24): chance that a day with articles has had none by the end of the hour
    scale: float  # how many times longer silences are than hours independent of each other would make them

    def places(self, first_hour: int, hours: int) -> tuple[Ints, Ints]:
        """The source's day (since 1970) and hour of its day, of each hour of a stretch."""
        at = np.arange(first_hour - self.day_begins, first_hour - self.day_begins + hours)
        return at // DAY, at % DAY


def learn(past: Arrivals, set_aside: Sequence[Span] = ()) -> Rhythm | None:
    """The rhythm of a source, from up to 26 weeks of its past; null where it has less than 14 days or 8 gaps.

    The silence at the end of the grid is left out: it is what will be judged. So are days that touch a span of
    ``set_aside``, hours in which something was known to be wrong, unless that is so much that it is the rule.
    """
    last = past.last_hour()
    if last is None:
        return None
    past = past.until(last + 1)
    recent = past.since(past.end - WINDOW_DAYS * DAY)
    begun = np.flatnonzero(recent.counts)
    if len(begun) <= MIN_GAPS:
        return None
    recent = recent.since(recent.first_hour + int(begun[0]))
    begins = _day_begins(recent)
    grid, first_day = _by_day(recent, begins)
    days = len(grid)
    if days < MIN_DAYS:
        return None
    active = grid > 0
    awake: Bools = np.asarray(active.any(axis=1))
    weekday = (first_day + np.arange(days)) % 7
    weight = 0.5 ** (np.arange(days - 1, -1, -1) / HALF_LIFE_DAYS)
    aside = days_aside(set_aside, first_day, days, begins)
    weight[_forgiven(awake) | aside] = 0.0
    of_weekday = np.zeros((7, days))
    of_weekday[weekday, np.arange(days)] = weight
    seen = of_weekday.sum(axis=1)

    silent, opened = _silent_days(of_weekday, awake, grid)
    by_hour = weight @ active / max(float(weight @ awake), 1e-9)
    by_hour = by_hour @ _BESIDE
    active_hours = of_weekday @ active.sum(axis=1) / np.maximum(seen, 1e-9)
    plain = np.minimum(by_hour * (active_hours / max(float(by_hour.sum()), 1e-9))[:, None], _SURE)
    chance = (of_weekday @ active + _SHRUNK * plain) / (seen + _SHRUNK)[:, None]
    hazard = np.maximum(-np.log1p(-np.minimum(chance, _SURE)), _by_counts(of_weekday, grid, weekday, chance))
    spread = _spread(of_weekday, grid.sum(axis=1), weekday)
    # Seldom seen late starts leave the distribution of first articles without a tail: the hours' own chances go on.
    late_first = np.minimum(_late_first(of_weekday, active, awake), _none_by(np.cumsum(hazard, axis=1), spread))
    rhythm = Rhythm(
        day_begins=begins,
        days=days,
        gaps=int(active.sum()),
        awake=int(awake.sum()),
        gaps_a_year=float(active.sum()) * YEAR / (days * DAY),
        hazard=hazard,
        silent=silent,
        open=opened,
        spread=spread,
        late_first=late_first,
        scale=1.0,
    )
    return replace(rhythm, scale=_scale(rhythm, Arrivals(first_day * DAY + begins, grid.ravel()), aside))


def silence(rhythm: Rhythm, past: Arrivals) -> Floats:
    """The evidence of the silence that stands at the end of each hour; 0 in hours with an article.

    The grid should begin with an article: hours before its first one have evidence 0.
    """
    hours = len(past.counts)
    day, hour = rhythm.places(past.first_hour, hours)
    at = np.arange(hours)
    last = np.maximum.accumulate(np.where(past.counts > 0, at, -1))
    known = last >= 0
    since = np.maximum(last, 0)

    weekday = day % 7
    hazards = np.cumsum(rhythm.hazard[weekday, hour])
    first_day = int(day[0])
    index, from_index = day - first_day, day[since] - first_day
    full, chances = _full_days(rhythm, past.counts, first_day, index)
    day_ends = np.minimum((from_index + 1) * DAY - 1 - int(hour[0]), hours - 1)
    same_day = index == from_index
    rest = hazards[np.where(same_day, at, day_ends)] - hazards[since]
    early = rhythm.silent[weekday[since]]
    found = -np.log(early + (1 - early) * _none_by(rest, rhythm.spread))
    # Of a day's silences one goes on into the next day, so such a one is as rare as a day, not as an hour.
    overnight = np.log(max(rhythm.gaps / max(rhythm.awake, 1), 1.0))
    chance = chances[index]
    today = -np.log(chance + (1 - chance) * rhythm.late_first[weekday, hour])
    whole = np.concatenate([[0.0], np.cumsum(full)])
    between = whole[index] - whole[np.minimum(from_index + 1, index)]
    return np.where(known, found + np.where(same_day, 0.0, overnight + between + today), 0.0) / rhythm.scale


def _full_days(rhythm: Rhythm, counts: Ints, first_day: int, index: Ints) -> tuple[Floats, Floats]:
    """The evidence of each day, were it silent as a whole, and the chance that it is, which is higher soon after
    another silent day on which articles were expected."""
    days = int(index[-1]) + 1
    awake = np.bincount(index, weights=counts, minlength=days) > 0
    weekday = (first_day + np.arange(days)) % 7
    opened = rhythm.open[weekday]
    at = np.arange(days)
    before = np.concatenate([[-1], at[:-1]])
    last_awake = np.maximum.accumulate(np.where(awake, at, -1))[before]
    last_silent = np.maximum.accumulate(np.where(~awake & opened, at, -1))[before]
    run_before = np.cumsum(~awake & opened)
    run_before = (run_before - np.concatenate([[0], run_before])[np.maximum(last_awake, 0)])[before]
    follows = (last_silent > last_awake) & opened & (at > 0) & (run_before == 1)
    goes_on = np.where(follows, _HOLIDAY_GOES_ON ** np.maximum(at - last_silent, 1), 0.0)
    chances = np.maximum(rhythm.silent[weekday], goes_on)
    return -np.log(chances), chances


def _day_begins(past: Arrivals) -> int:
    hours = (past.first_hour + np.arange(len(past.counts))) % DAY
    return quietest_hour(np.bincount(hours, weights=past.counts > 0, minlength=DAY).astype(np.float64))


def quietest_hour(busy: Floats) -> int:
    """The hour (UTC) in the middle of the quietest five of the day, from how busy each of the 24 is."""
    return int(np.argmin(_NEAR @ busy))


def _by_day(past: Arrivals, begins: int) -> tuple[Ints, int]:
    """Counts with a row a whole day of the source, and the number of the first of these days."""
    first_day = -((begins - past.first_hour) // DAY)
    skipped = first_day * DAY + begins - past.first_hour
    days = (len(past.counts) - skipped) // DAY
    return past.counts[skipped : skipped + days * DAY].reshape(days, DAY), first_day


def days_aside(spans: Sequence[Span], first_day: int, days: int, begins: int = 0) -> Bools:
    """The days (of 24 hours from hour ``begins``) that touch a span; none where that were more than two thirds."""
    found = np.zeros(days, np.bool_)
    for start, end in spans:
        low, high = (start - begins) // DAY - first_day, -((begins - end) // DAY) - first_day
        found[max(low, 0) : max(high, 0)] = True
    return found if found.sum() <= days * _MOST_ASIDE else np.zeros(days, np.bool_)


def _forgiven(awake: Bools) -> Bools:
    """The days of the longest silences, one a quarter, where they stand out: outages, which are no rhythm."""
    found = np.zeros(len(awake), np.bool_)
    at = np.flatnonzero(awake)
    lengths = np.diff(at)
    order = np.argsort(-lengths, kind="stable")
    quarters = len(awake) // _FORGIVEN_DAYS
    if len(lengths) > quarters:
        for gap in order[:quarters]:
            if lengths[gap] > _STANDS_OUT * lengths[order[quarters]]:
                found[at[gap] + 1 : at[gap + 1]] = True
    return found


def _silent_days(of_weekday: Floats, awake: Bools, grid: Ints) -> tuple[Floats, Bools]:
    """The chance of a silent day by weekday, and whether the weekday is one on which articles come."""
    days = (of_weekday > 0).sum(axis=1)
    silent_days = (of_weekday > 0) @ (~awake).astype(np.float64)
    opened = silent_days < 0.5 * days
    if not opened.any():
        opened = silent_days <= silent_days.min()
    chance = np.empty(7)
    for kind in (opened, ~opened):
        of_kind = float(days[kind].sum())
        if of_kind == 0:
            continue
        of_day = (of_weekday[kind] > 0).any(axis=0)
        mean, hours = float(grid[of_day].sum()) / of_kind, float((grid[of_day] > 0).sum()) / of_kind
        # A negative binomial count of shape 2; and what comes in one or two hours of a day hangs on as many deliveries.
        none_by_chance = max((1 + mean / 2) ** -2, _DELIVERY_FAILS**hours)
        pooled = (float(silent_days[kind].sum()) + none_by_chance) / (of_kind + 1)
        chance[kind] = (silent_days[kind] + _POOLED * pooled) / (days[kind] + _POOLED)
    chance = np.maximum(chance, np.where(opened, _HOLIDAY * chance.max(), 0.0))
    return np.minimum(chance, 1 - 1e-9), opened


def _by_counts(of_weekday: Floats, grid: Ints, weekday: Ints, chance: Floats) -> Floats:
    """Minus the logarithm of the chance of an hour without an article, from how many it usually has: that of a negative
    binomial count, and no surer than what the busy hours of the past have shown."""
    seen = of_weekday.sum(axis=1)
    plain = (of_weekday.sum(axis=0) @ grid / max(float(seen.sum()), 1e-9)) @ _BESIDE
    mean = (of_weekday @ grid + _SHRUNK * plain) / (seen + _SHRUNK)[:, None]
    known = of_weekday.sum(axis=0) > 0
    expected = mean[weekday[known]]
    busy = expected >= _BUSY_HOUR
    if not busy.any():
        return np.zeros((7, DAY))
    counts = np.minimum(grid[known], 4 * expected + 4)
    fano = max(float(((counts - expected) ** 2).sum() / expected.sum()), 1.05)
    surest = -np.log((float((counts[busy] == 0).sum()) + 0.5) / (float(busy.sum()) + 1))
    sure = (mean >= _BUSY_HOUR) & (chance >= _OFTEN)
    found: Floats = np.where(sure, np.minimum(mean * np.log(fano) / (fano - 1), surest), 0.0)
    return found


def _late_first(of_weekday: Floats, active: Bools, awake: Bools) -> Floats:
    """The chance that the first article of a day that has some comes after the end of each hour."""
    first = np.zeros(active.shape)
    first[np.flatnonzero(awake), active[awake].argmax(axis=1)] = 1.0
    by_weekday = of_weekday @ first
    overall = by_weekday.sum(axis=0)
    spread = (overall + 0.3 / DAY) / (overall.sum() + 0.3)
    spread = 0.15 * np.roll(spread, 1) + 0.7 * spread + 0.15 * np.roll(spread, -1)
    shares = (by_weekday + 8 * spread) / (by_weekday.sum(axis=1, keepdims=True) + 8)
    left: Floats = np.clip(1 - np.cumsum(shares, axis=1), 1e-9, 1.0)
    return left


def _none_by(hazards: Floats, spread: float) -> Floats:
    """The chance of no article by a sum of hazards of one day, whose level is drawn from a gamma distribution, or is
    a holiday's."""
    usual: Floats = (1 + spread * hazards) ** (-1 / spread)
    return (1 - _HOLIDAY) * usual + _HOLIDAY * np.exp(-_HOLIDAY_LEVEL * hazards)


def _spread(of_weekday: Floats, daily: Ints, weekday: Ints) -> float:
    mean = ((of_weekday @ daily.astype(np.float64)) / np.maximum(of_weekday.sum(axis=1), 1e-9))[weekday]
    busy = (mean >= _BUSY) & (of_weekday.sum(axis=0) > 0)
    if busy.sum() < MIN_DAYS:
        return _USUAL_SPREAD
    ratio = np.sort(daily[busy] / mean[busy])
    low, high = ratio[int(0.1 * len(ratio))], ratio[int(0.9 * len(ratio))]
    found = float(((high - low) / 2.563) ** 2 - (1 / mean[busy]).mean())
    return min(max(found, _LEAST_SPREAD), 1.0)


def _scale(rhythm: Rhythm, past: Arrivals, aside: Bools) -> float:
    """How much heavier the tail of the past's silences is than that of the model, at its middle rank: at least 1. The
    longest silence alone says little, and the largest ratio of all ranks errs to one side."""
    evidence = silence(rhythm, past)
    ends = np.flatnonzero((past.counts[1:] > 0) & ~np.repeat(aside, DAY)[1:])  # the hour before an article
    gaps = np.sort(evidence[ends])[::-1]
    forgiven = min(rhythm.days // _FORGIVEN_DAYS, len(gaps) // 10)
    gaps = gaps[forgiven:]
    ranks = np.array([rank for rank in (1, 2, 4, 8, 16) if rank < len(gaps) / 2], np.int64)
    if len(ranks) == 0:
        return 1.0
    expected = np.log((len(gaps) + 1) / (ranks + 0.5))
    return max(1.0, float(np.median(gaps[ranks] / expected)))
