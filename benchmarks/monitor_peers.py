"""The plain rules that the monitors are measured against: three standard deviations, and thresholds that are the same
for all sources.

Each is given the best form that was found for it, the best F1 (of precision, and recall within the expected interval)
over the forms of :func:`forms` on the seeds that the monitors were tuned on: ``python -m benchmarks.monitors --choose``
tries them again. The three deviations are taken about the source's own past, with a least count and a least change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from benchmarks.news_year import FALLING, MEASURES, Bools, Floats, Ints
from expectations.monitors.past import DAY, WEEK

SIGMAS = 3.0
_GAP_DAYS, _LEAST_GAPS = 90, 8
_WEEKS = 8
_BASELINE_DAYS, _LEAST_BASELINE, _DAYS_ARTICLES = 56, 40, 5


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """The articles of each hour, and those that have the measure ``name``."""

    name: str
    of: Ints
    having: Ints


class Rule(Protocol):
    """A rule in one of its forms."""

    def beyond(self, seen: Seen) -> tuple[Bools, ...]:
        """Whether the end of each hour is beyond what is allowed: a row, or two for too few and too many articles."""


@dataclass(frozen=True, slots=True)
class SilenceSigma:
    """Mean and deviations of the gaps of 90 days, of their logarithms where ``log``, and of those alone that began at
    the same hour of the week where ``placed``; never under ``least`` hours. Learned at midnight."""

    log: bool
    placed: bool
    least: int

    def beyond(self, seen: Seen) -> tuple[Bools, ...]:
        """As :class:`Rule` has it."""
        hours, silent = len(seen.of), _silent_for(seen.of)
        articles = np.flatnonzero(seen.of)
        gaps = np.diff(articles).astype(np.float64)
        measure = np.log(gaps) if self.log else gaps
        place = articles[:-1] % WEEK
        bound = np.full(hours, np.inf)
        at = np.arange(hours)
        for start in range(0, hours, DAY):
            stop = max(int(np.searchsorted(articles, start)) - 1, 0)
            begin = min(int(np.searchsorted(articles, start - _GAP_DAYS * DAY)), stop)
            known, places = measure[begin:stop], place[begin:stop]
            if len(known) < _LEAST_GAPS:
                continue
            limit = np.full(WEEK, known.mean() + SIGMAS * known.std())
            if self.placed:
                number, first, second = (np.bincount(places, weights=known**n, minlength=WEEK) for n in (0, 1, 2))
                mean = first / np.maximum(number, 1)
                own = mean + SIGMAS * np.sqrt(np.maximum(second / np.maximum(number, 1) - mean**2, 0))
                limit = np.where(number >= _LEAST_GAPS, own, limit)
            today = slice(start, start + DAY)
            bound[today] = limit[(at - silent)[today] % WEEK]
        return (silent > np.maximum(np.exp(bound) if self.log else bound, self.least),)


@dataclass(frozen=True, slots=True)
class SilenceFixed:
    """A silence longer than ``most`` hours."""

    most: int

    def beyond(self, seen: Seen) -> tuple[Bools, ...]:
        """As :class:`Rule` has it."""
        return (_silent_for(seen.of) > self.most,)


@dataclass(frozen=True, slots=True)
class VolumeSigma:
    """The articles of ``window`` hours against the same hours of the eight weeks before, where at least ``least`` are
    expected; chance itself is the least deviation, and a change of ``times`` the least that counts."""

    window: int
    least: int
    times: float

    def beyond(self, seen: Seen) -> tuple[Bools, ...]:
        """As :class:`Rule` has it."""
        now = _last(seen.of, self.window)
        begun = int(np.flatnonzero(seen.of)[0]) if seen.of.any() else 0
        now[: begun + self.window] = np.nan
        before = np.full((_WEEKS, len(now)), np.nan)
        for week in range(_WEEKS):
            back = (week + 1) * WEEK
            before[week, back:] = now[:-back]
        known = ~np.isnan(before)
        number = known.sum(axis=0)
        mean = np.where(known, before, 0).sum(axis=0) / np.maximum(number, 1)
        spread = np.sqrt(np.where(known, (before - mean) ** 2, 0).sum(axis=0) / np.maximum(number, 1))
        away = SIGMAS * np.maximum(spread, np.sqrt(mean))
        judged = (number >= _WEEKS // 2) & (mean >= self.least)
        few = now < np.minimum(mean - away, mean / self.times)
        return judged & few, judged & (now > np.maximum(mean + away, mean * self.times))


@dataclass(frozen=True, slots=True)
class VolumeFixed:
    """The articles of ``window`` hours, where at least ``least`` are expected, under ``low`` or over ``high`` times
    those of the mean of the four weeks before."""

    window: int
    least: int
    low: float
    high: float

    def beyond(self, seen: Seen) -> tuple[Bools, ...]:
        """As :class:`Rule` has it."""
        now = _last(seen.of, self.window)
        weeks = _last(seen.of, 4 * WEEK)
        mean = np.concatenate([np.full(self.window, np.nan), weeks[: -self.window]]) * self.window / (4 * WEEK)
        judged = mean >= self.least
        return judged & (now < self.low * mean), judged & (now > self.high * mean)


@dataclass(frozen=True, slots=True)
class ShareSigma:
    """The share of the last day, and at least of the last ``rows`` articles, against that of the 56 days before: three
    deviations, and at least ``step``, away from it."""

    rows: int
    step: float

    def beyond(self, seen: Seen) -> tuple[Bools, ...]:
        """As :class:`Rule` has it."""
        of, having = seen.of, seen.having
        begin, rows, now = _lately(of, having, self.rows)
        articles, had = (np.concatenate([[0], np.cumsum(values)]) for values in (of, having))
        base = np.maximum(begin - _BASELINE_DAYS * DAY, 0)
        before = articles[begin] - articles[base]
        usual = (had[begin] - had[base] + 0.5) / (before + 1.0)
        daily_of, daily_had = of.reshape(-1, DAY).sum(axis=1), having.reshape(-1, DAY).sum(axis=1)
        some = daily_of >= _DAYS_ARTICLES
        daily = np.where(some, daily_had / np.maximum(daily_of, 1), 0.0)
        number, first, second = (
            total[begin // DAY] - total[base // DAY]
            for total in (np.concatenate([[0.0], np.cumsum(np.where(some, daily**n, 0.0))]) for n in (0, 1, 2))
        )
        of_days = np.sqrt(np.maximum(second - first**2 / np.maximum(number, 1), 0) / np.maximum(number, 1))
        chance = np.sqrt(usual * (1 - usual) / np.maximum(rows, 1))
        away = np.maximum(SIGMAS * np.maximum(of_days, chance), self.step)
        judged = (rows > 0) & (before >= _LEAST_BASELINE)
        return (judged & (now < usual - away if seen.name in FALLING else now > usual + away),)


@dataclass(frozen=True, slots=True)
class ShareFixed:
    """The share of the last day, and at least of the last ``rows`` articles, beyond ``threshold``."""

    rows: int
    threshold: float

    def beyond(self, seen: Seen) -> tuple[Bools, ...]:
        """As :class:`Rule` has it."""
        _, rows, now = _lately(seen.of, seen.having, self.rows)
        return ((rows > 0) & (now < self.threshold if seen.name in FALLING else now > self.threshold),)


def _silent_for(counts: Ints) -> Ints:
    """Hours without an article at the end of each hour; 0 before the first one."""
    at = np.arange(len(counts))
    last = np.maximum.accumulate(np.where(counts > 0, at, -1))
    return np.where(last >= 0, at - last, 0)


def _last(values: Ints, window: int) -> Floats:
    """The sum of so many hours at the end of each; nan where there are fewer."""
    whole = np.concatenate([[0], np.cumsum(values)])
    at = np.arange(1, len(values) + 1)
    found: Floats = np.where(at >= window, whole[at] - whole[np.maximum(at - window, 0)], np.nan)
    return found


def _lately(of: Ints, having: Ints, rows: int) -> tuple[Ints, Floats, Floats]:
    """For the end of each hour the first hour of the window, its articles (0 where there are not enough) and share."""
    articles, had = (np.concatenate([[0], np.cumsum(values)]) for values in (of, having))
    begin = np.searchsorted(articles, articles[1:] - rows, side="right") - 1
    known = begin >= 0
    begin = np.clip(np.minimum(begin, np.arange(len(of)) - DAY + 1), 0, None)
    found = (articles[1:] - articles[begin]).astype(np.float64)
    return begin, np.where(known, found, 0.0), (had[1:] - had[begin]) / np.maximum(found, 1.0)


THREE_SIGMA: Mapping[str, Rule] = {
    "silence": SilenceSigma(log=True, placed=False, least=72),
    "volume": VolumeSigma(window=72, least=20, times=4),
    "title": ShareSigma(rows=30, step=0.4),
    "author": ShareSigma(rows=30, step=0.4),
    "date": ShareSigma(rows=30, step=0.4),
    "body_length": ShareSigma(rows=50, step=0.4),
    "learned_blocks": ShareSigma(rows=30, step=0.4),
    "rejected": ShareSigma(rows=30, step=0.4),
    "repeated": ShareSigma(rows=50, step=0.4),
    "late": ShareSigma(rows=30, step=0.4),
    "future": ShareSigma(rows=30, step=0.3),
}
FIXED: Mapping[str, Rule] = {
    "silence": SilenceFixed(168),
    "volume": VolumeFixed(window=120, least=20, low=0.1, high=3),
    "title": ShareFixed(rows=20, threshold=0.4),
    "author": ShareFixed(rows=30, threshold=0.1),
    "date": ShareFixed(rows=30, threshold=0.2),
    "body_length": ShareFixed(rows=20, threshold=0.4),
    "learned_blocks": ShareFixed(rows=30, threshold=0.3),
    "rejected": ShareFixed(rows=30, threshold=0.6),
    "repeated": ShareFixed(rows=50, threshold=0.5),
    "late": ShareFixed(rows=30, threshold=0.5),
    "future": ShareFixed(rows=30, threshold=0.3),
}


def forms() -> dict[tuple[str, str], Sequence[Rule]]:
    """Those tried, by measure and rule."""
    tried: dict[tuple[str, str], Sequence[Rule]] = {
        ("silence", "three sigma"): [
            SilenceSigma(log, placed, least)
            for log in (False, True) for placed in (False, True) for least in (24, 72, 120, 168)
        ],
        ("silence", "fixed"): [SilenceFixed(most) for most in (72, 120, 168, 240, 336)],
        ("volume", "three sigma"): [
            VolumeSigma(window, least, times) for window in (72, 120) for least in (5, 20) for times in (2, 3, 4)
        ],
        ("volume", "fixed"): [
            VolumeFixed(window, least, low, high)
            for window in (120, 168) for least in (5, 20) for low in (0.1, 0.2, 0.3) for high in (3, 4)
        ],
    }  # fmt: skip
    for name in MEASURES:
        thresholds = (0.1, 0.2, 0.3, 0.4) if name in FALLING else (0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
        tried[name, "three sigma"] = [ShareSigma(rows, step) for rows in (20, 30, 50) for step in (0.3, 0.4)]
        tried[name, "fixed"] = [ShareFixed(rows, level) for rows in (20, 30, 50) for level in thresholds]
    return tried
