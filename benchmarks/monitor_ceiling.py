"""Where the ceiling of freshness lies: rules that know of each source what no past of half a year shows.

    python -m benchmarks.monitor_ceiling [--sources N] [--seeds N ...] [--processes N]

Each rule is told the longest silence of N further undisturbed years of the very source, the same rates, calendar,
growth and summers with other chance, and opens an incident where a silence is longer. A fault's expected interval is
the longest silence of thirty such years (`benchmarks/news_year.py`), so the more years a rule knows, the seldomer it is
wrong and the oftener it is late.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np

from benchmarks.measure import table
from benchmarks.monitor_peers import Seen, SilenceFixed
from benchmarks.monitors import TUNED_ON, Score, incidents, scored
from benchmarks.news_year import Source, arrivals, simulated

YEARS = (3, 5, 10, 20, 30)
_CALM = 3  # hours, as freshness has it


def known_silences(seed: int, number: int, days: int, source: Source, years: int) -> list[int]:
    """The longest silence of each of some further undisturbed years of a source."""
    chances = [np.random.default_rng([seed, number, year, 99]) for year in range(years)]
    found = [np.flatnonzero(arrivals(source, chance, days)) for chance in chances]
    return [int(np.diff(at).max()) if len(at) > 1 else days * 24 for at in found]


def of_source(days: int, place: tuple[int, int]) -> list[Score]:
    """The scores of the rules on the year of one source."""
    year = simulated(*place, days)
    silences = known_silences(*place, days, year.source, max(YEARS))
    seen = Seen("silence", year.counts, year.counts)
    scores = []
    for years in YEARS:
        [beyond] = SilenceFixed(max(silences[:years])).beyond(seen)
        scores.append(scored("freshness", incidents(2 * beyond.astype(np.int64), _CALM), year.faults))
    return scores


def ceiling(seeds: Sequence[int], sources: int, days: int, processes: int) -> str:
    """The table: a row for each number of years that a rule knows."""
    total = [Score() for _ in YEARS]
    places = [(seed, number) for seed in seeds for number in range(sources)]
    with ProcessPoolExecutor(processes) as pool:
        for scores in pool.map(partial(of_source, days), places, chunksize=4):
            for whole, score in zip(total, scores, strict=True):
                whole.add(score)
    rows = [
        [years, score.faults, f"{score.precision:.3f}", f"{score.recall:.3f}", f"{score.within(1.5):.3f}", score.wrong]
        for years, score in zip(YEARS, total, strict=True)
    ]
    return table(["years known", "faults", "P", "R", "R at 1.5", "wrong"], rows)


def main() -> None:
    """Run the seeds and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sources", type=int, default=36)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--seeds", type=int, nargs="+", default=list(TUNED_ON))
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args()
    print(ceiling(given.seeds, given.sources, given.days, given.processes))


if __name__ == "__main__":
    main()
