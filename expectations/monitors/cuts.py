"""What is a short body for a source, and what is a late article: the cuts by which articles are counted as such.

Lengths and lateness differ by source and have long tails, so the cut is the source's own: it is learned from the older
part of the past, and the warehouse counts what lies beyond it hour by hour.
"""

from __future__ import annotations

import numpy as np

from expectations.monitors.past import Floats

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
