"""From measured values to counts that can be watched as shares: what is a short body, what is a late article.

Lengths and lateness differ by source and have long tails, so the cut is the source's own: it is learned from the older
part of the past, and what lies beyond it is counted hour by hour.
"""

from __future__ import annotations

import numpy as np

from expectations.monitors.past import Bools, Floats, Ints
from expectations.monitors.shares import Counted

MIN_VALUES = 40
FUTURE_HOURS = 36.0  # how far after the pick-up a date of publication may lie: time zones, embargoes


def short_below(lengths: Floats) -> float | None:
    """The characters under which a body is short for its source: half of the middle one, or the twentieth shortest of a
    hundred where that is less. Null where fewer than 40 are known."""
    known = lengths[~np.isnan(lengths)]
    if len(known) < MIN_VALUES:
        return None
    return float(min(0.5 * np.median(known), np.quantile(known, 0.05)))


def late_beyond(hours: Floats) -> float | None:
    """The hours from publication to observation beyond which an article is late for its source: half as much again as
    all but one of twenty took, and an hour. Null where fewer than 40 are known."""
    known = hours[~np.isnan(hours)]
    if len(known) < MIN_VALUES:
        return None
    return float(1.5 * max(np.quantile(known, 0.95), 0.0) + 1.0)


def counted(hours: Ints, holds: Bools) -> Counted:
    """Articles by the hour in which each was observed (in any order), and those for which it holds."""
    if len(hours) != len(holds):
        raise ValueError(f"{len(hours)} hours for {len(holds)} articles")
    found, place = np.unique(hours, return_inverse=True)
    of = np.bincount(place, minlength=len(found)).astype(np.float64)
    having = np.bincount(place, weights=holds, minlength=len(found)).astype(np.float64)
    return Counted(found, of, having)


def of_usual_length(hours: Ints, lengths: Floats, cut: float) -> Counted:
    """For the measure ``body_length``; articles without a known length are left out."""
    known = ~np.isnan(lengths)
    return counted(hours[known], lengths[known] >= cut)


def late(hours: Ints, lateness: Floats, cut: float) -> Counted:
    """For the measure ``late``: lateness is observed minus published, in hours; unknown ones are left out."""
    known = ~np.isnan(lateness)
    return counted(hours[known], lateness[known] > cut)


def in_future(hours: Ints, lateness: Floats) -> Counted:
    """For the measure ``future``: dates of publication more than 36 hours after the article was observed."""
    known = ~np.isnan(lateness)
    return counted(hours[known], lateness[known] < -FUTURE_HOURS)


def repeated(hours: Ints, body_hashes: Ints) -> Counted:
    """For the measure ``repeated``: articles whose body an earlier one of the array had. Hours must be in order."""
    if (np.diff(hours) < 0).any():
        raise ValueError("articles are not in the order of their hours, so that no first one can be told")
    first = np.zeros(len(hours), np.bool_)
    first[np.unique(body_hashes, return_index=True)[1]] = True
    return counted(hours, ~first)
