"""A source's past as an hourly grid: how many articles were observed in each hour, how many of them were distinct.

Hours are whole hours since 1970-01-01T00:00 UTC. A grid ends where the pipeline has looked last: hours that no run has
covered yet do not belong to it, so that a pipeline at rest is not taken for two hundred silent sources.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

DAY, WEEK, YEAR = 24, 168, 8766  # hours


@dataclass(frozen=True, slots=True, eq=False)
class Arrivals:
    """``counts[i]`` articles were observed in the hour ``first_hour + i``; the last one ends at ``as_of``."""

    first_hour: int
    counts: Ints

    @property
    def end(self) -> int:
        """The hour after the last one of the grid."""
        return self.first_hour + len(self.counts)

    def until(self, hour: int) -> Arrivals:
        """The grid as it was at the beginning of an hour."""
        return Arrivals(self.first_hour, self.counts[: max(0, hour - self.first_hour)])

    def since(self, hour: int) -> Arrivals:
        """The grid from an hour on."""
        skipped = min(max(0, hour - self.first_hour), len(self.counts))
        return Arrivals(self.first_hour + skipped, self.counts[skipped:])

    def last_hour(self) -> int | None:
        """The last hour with an article; null where there is none."""
        found = np.flatnonzero(self.counts)
        return None if len(found) == 0 else self.first_hour + int(found[-1])


def hour_of(time: datetime) -> int:
    """The hour that a time lies in. :class:`ValueError` for a time without a zone, which lies nowhere."""
    if time.tzinfo is None:
        raise ValueError(f"{time} has no time zone")
    return int(time.timestamp() // 3600)
