"""Scores of bodies with their intervals: pure arithmetic over the precision and recall of pages.

The score is that of the pages' own script: precision and recall averaged over pages, F1 of the averages; an empty body
has no precision and counts in the recall alone. The intervals are a bootstrap over sites, since the pages of one site
stand or fall together: sites are drawn with replacement, all sets at once, the same draws for every extractor, so that
differences are paired.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

RESAMPLES = 1_000
SEED = 1
MEAN, POOLED = "mean of the sets", "all pages"


@dataclass(frozen=True, slots=True)
class Scored:
    """A page's set and site, and the precision and recall of one extractor's body; None as the script has it."""

    group: str
    site: str
    precision: float | None
    recall: float | None


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure and the range that holds 95 % of its resamples."""

    value: float
    low: float
    high: float

    def excludes_zero(self) -> bool:
        """Whether the whole range lies on one side of zero."""
        return self.low > 0 or self.high < 0


class Bootstrap:
    """Draws of sites, one set of them for all the extractors of a table."""

    def __init__(self, sites: Sequence[str], *, resamples: int = RESAMPLES, seed: int = SEED) -> None:
        names = sorted(set(sites))
        self._number = {name: index for index, name in enumerate(names)}
        drawn = np.random.default_rng(seed).multinomial(len(names), np.full(len(names), 1 / len(names)), resamples)
        self._weights: Floats = np.vstack([np.ones(len(names)), drawn])  # row 0 is the sample as it is

    def f1(self, pages: Sequence[Scored]) -> dict[str, Floats]:
        """The F1 of the sample and of every resample: by set, as the sets' mean, and over all pages."""
        groups = sorted({page.group for page in pages})
        sums = np.zeros((len(groups), len(self._number), 4))
        for page in pages:
            place = sums[groups.index(page.group), self._number[page.site]]
            if page.precision is not None:
                place[:2] += page.precision, 1
            if page.recall is not None:
                place[2:] += page.recall, 1
        totals = self._weights @ sums  # set × resample × (precision, count, recall, count)
        found = {group: _f1(totals[index]) for index, group in enumerate(groups)}
        return found | {MEAN: np.mean(list(found.values()), axis=0), POOLED: _f1(totals.sum(axis=0))}


def _f1(totals: Floats) -> Floats:
    precision = totals[:, 0] / np.maximum(totals[:, 1], 1)
    recall = totals[:, 2] / np.maximum(totals[:, 3], 1)
    both = precision + recall
    return np.divide(2 * precision * recall, both, out=np.zeros_like(both), where=both > 0)


def interval(values: Floats) -> Interval:
    """The figure of the sample (first) and the 2.5 % and 97.5 % quantiles of its resamples (the rest)."""
    low, high = np.quantile(values[1:], [0.025, 0.975])
    return Interval(float(values[0]), float(low), float(high))


def differences(ours: Mapping[str, Floats], theirs: Mapping[str, Floats]) -> dict[str, Interval]:
    """What the F1 of one extractor is above another's, by set and together, from the same draws."""
    return {name: interval(values - theirs[name]) for name, values in ours.items()}
