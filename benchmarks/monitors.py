"""What the monitors see and what they see wrongly, on a simulated year of news sources with faults put in.

    python -m benchmarks.monitors [--sources N] [--days N] [--seeds N ...] [--write]

Every source is judged at the end of each hour of the year, by what it had shown until the midnight before; a plain rule
of three standard deviations and fixed thresholds (those of newslake.toml where it has one) do the same on the same
hours. States become incidents by the same hysteresis. `benchmarks/news_year.py` says what the faults are, and from when
on they can be seen.

An incident is right where it opens for its monitor's fault while that lasts or within a day after; the second one for
the same fault is wrong, and so is every other, save where an unseeable fault of the same kind, or a fault that moves
what the monitor looks at (an outage moves the volume), goes on or ended less than a week before: that one is left out.
A fault is found where an incident opens within its expected interval; later ones count as right, yet not as found in
time.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from benchmarks.measure import machine, publish, table
from benchmarks.news_year import BEGINS, FALLING, Fault, Ints, Year, simulate
from expectations.monitors import freshness, shares, volume
from expectations.monitors.incidents import CALM, DEFAULT_CALM
from expectations.monitors.past import DAY, Arrivals

TUNED_ON, HELD_OUT = 1, (11, 12, 13)
RULES = ("newslake", "three sigma", "fixed")

# What each monitor is to find, and what else may move it.
TARGETS = {
    "freshness": ("outage",),
    "volume": ("thinned", "flood"),
    "fields": ("fields_lost",),
    "template": ("relayout",),
    "rejections": ("rejections",),
    "repeats": ("doubled", "one_article"),
    "lateness": ("late",),
    "future dates": ("future",),
}
MOVED_BY = {"freshness": ("thinned",), "volume": ("outage", "doubled")}
MEASURES = {
    "title": "fields", "author": "fields", "date": "fields", "body_length": "template", "learned_blocks": "template",
    "rejected": "rejections", "repeated": "repeats", "late": "lateness", "future": "future dates",
}  # fmt: skip
FIXED = {
    "title": 0.5, "author": 0.5, "date": 0.3, "body_length": 0.5, "learned_blocks": 0.5, "rejected": 0.2,
    "repeated": 0.5, "late": 0.5, "future": 0.2,
}  # fmt: skip
MIN_ROWS = 20
SIGMA_DAYS = 28
_TAIL = DAY
LEAD = 3 * DAY
_AFTERMATH = 7 * DAY
_LATER = 1.5


@dataclass(slots=True)
class Score:
    """Counts of one monitor under one rule; delays in expected intervals."""

    faults: int = 0
    unseeable: int = 0
    in_time: int = 0
    right: int = 0
    wrong: int = 0
    delays: list[float] = field(default_factory=list)

    def add(self, other: Score) -> None:
        """Count another's as well."""
        self.faults += other.faults
        self.unseeable += other.unseeable
        self.in_time += other.in_time
        self.right += other.right
        self.wrong += other.wrong
        self.delays += other.delays

    @property
    def precision(self) -> float:
        """The share of incidents that are right."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 0.0

    @property
    def recall(self) -> float:
        """The share of seeable faults that are found within their expected interval."""
        return self.in_time / self.faults if self.faults else 0.0

    def within(self, intervals: float) -> float:
        """The share of seeable faults that are found within so many expected intervals."""
        return sum(delay <= intervals for delay in self.delays) / self.faults if self.faults else 0.0


def states(year: Year, only: Sequence[str] = ()) -> Iterator[tuple[str, str, dict[str, Ints]]]:
    """For each measure its monitor, its name and the states of all hours by rule: 2 open, 1 suspect, 0 well."""
    past = Arrivals(BEGINS, year.counts)
    few, many = _volume(past)
    yield "freshness", "silent", {"newslake": _freshness(past, _spans(few, many)), **_plain_freshness(past)}
    plain = _plain_volume(year.counts)
    yield "volume", "too_few", {"newslake": few, **{rule: both[0] for rule, both in plain.items()}}
    yield "volume", "too_many", {"newslake": many, **{rule: both[1] for rule, both in plain.items()}}
    for name, monitor in MEASURES.items():
        if only and monitor not in only:
            continue
        ours = _share(name, year)
        yield monitor, name, {"newslake": ours, **_plain_share(name, year)}


def _state(evidence: np.ndarray[tuple[int], np.dtype[np.float64]], needed: float) -> Ints:
    return (evidence >= needed).astype(np.int64) + (evidence >= 0.6 * needed)


def _spans(*of_causes: Ints) -> list[tuple[int, int]]:
    """The hours of a volume's incidents, with the three days that led to each."""
    calm = int(CALM["volume"].total_seconds() // 3600)
    return [(opened - LEAD, over) for found in of_causes for opened, over in incidents(found, calm)]


def _until(spans: Sequence[tuple[int, int]], hour: int) -> list[tuple[int, int]]:
    """What is known of them at an hour, as hours since 1970."""
    return [(BEGINS + start, BEGINS + min(end, hour)) for start, end in spans if start + LEAD < hour]


def _freshness(past: Arrivals, others: Sequence[tuple[int, int]] = ()) -> Ints:
    found = np.zeros(len(past.counts), np.int64)
    calm = int(CALM["freshness"].total_seconds() // 3600)
    learned_at, expected = -1, None
    for start in range(0, len(found), DAY):
        before = past.until(past.first_hour + start)
        last = before.last_hour()
        if last is None:
            continue
        if last != learned_at:
            own = [(opened - LEAD, over) for opened, over in incidents(found[:start], calm)]
            expected, learned_at = freshness.expect(before, set_aside=_until([*others, *own], start)), last
        if expected is not None:
            until = past.until(past.first_hour + start + DAY).since(last)
            found[start : start + DAY] = _state(freshness.evidence(expected, until)[-DAY:], expected.needed)
    return found


def _plain_freshness(past: Arrivals) -> dict[str, Ints]:
    hours = len(past.counts)
    at = np.arange(hours)
    last = np.maximum.accumulate(np.where(past.counts > 0, at, -1))
    silent = np.where(last >= 0, at - last, 0)
    articles = np.flatnonzero(past.counts)
    gaps = np.diff(articles)
    sigma = np.full(hours, np.inf)
    for start in range(0, hours, DAY):
        stop = np.searchsorted(articles, start)
        begin = np.searchsorted(articles, start - 90 * DAY)
        known = gaps[begin : max(stop - 1, begin)]
        if len(known) >= 8:
            sigma[start : start + DAY] = known.mean() + 3 * known.std()
    return {"three sigma": 2 * (silent > sigma), "fixed": 2 * (silent > DAY)}


def _volume(past: Arrivals) -> tuple[Ints, Ints]:
    few, many = np.zeros(len(past.counts), np.int64), np.zeros(len(past.counts), np.int64)
    for start in range(0, len(few), DAY):
        known = _until(_spans(few[:start], many[:start]), start)
        expected = volume.expect(past.until(past.first_hour + start), known)
        if expected is not None:
            found = volume.volumes(expected, past.until(past.first_hour + start + DAY), DAY)
            few[start : start + DAY] = _state(found.few, volume.NEEDED)
            many[start : start + DAY] = _state(found.many, volume.NEEDED)
    return few, many


def _last_day(values: Ints) -> Ints:
    whole = np.concatenate([[0], np.cumsum(values)])
    at = np.arange(1, len(values) + 1)
    return whole[at] - whole[np.maximum(at - DAY, 0)]


def _plain_volume(counts: Ints) -> dict[str, tuple[Ints, Ints]]:
    now = _last_day(counts)
    mean, spread = _daily_moments(counts.reshape(-1, DAY).sum(axis=1).astype(np.float64))
    return {
        "three sigma": (2 * (now < mean - 3 * spread), 2 * (now > mean + 3 * spread)),
        "fixed": (2 * (now < 0.5 * mean), 2 * (now > 2 * mean)),
    }


def _daily_moments(daily: np.ndarray[tuple[int], np.dtype[np.float64]]) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of the known of the 28 days before, by hour; nan where there are fewer than 14."""
    known = ~np.isnan(daily)
    sums = [np.concatenate([[0.0], np.cumsum(np.where(known, daily**power, 0.0))]) for power in (0, 1, 2)]
    at = np.arange(len(daily))
    n, first, second = (total[at] - total[np.maximum(at - SIGMA_DAYS, 0)] for total in sums)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(n >= 14, first / n, np.nan)
        spread = np.sqrt(np.maximum(second / n - mean**2, 0))
    return np.repeat(mean, DAY), np.repeat(spread, DAY)


def _share(name: str, year: Year) -> Ints:
    measure = next(each for each in shares.MEASURES if each.name == name)
    hours = np.flatnonzero(year.counts)
    counted = shares.Counted(
        hours + BEGINS, year.counts[hours].astype(np.float64), year.having[name][hours].astype(np.float64)
    )
    found = np.zeros(len(year.counts), np.int64)
    for start in range(SIGMA_DAYS // 2 * DAY, len(found), DAY):
        expected = shares.expect(measure, counted, BEGINS + start)
        if expected is None:
            continue
        stop = int(np.searchsorted(hours, start + DAY))
        now = shares.Counted(counted.hours[:stop], counted.of[:stop], counted.having[:stop])
        evidence = np.concatenate([[0.0], shares.evidence(expected, now)])
        of_hour = np.searchsorted(hours[stop - len(evidence) + 1 : stop], np.arange(start, start + DAY), side="right")
        found[start : start + DAY] = _state(evidence[of_hour], shares.NEEDED)
    return found


def _plain_share(name: str, year: Year) -> dict[str, Ints]:
    of, having = _last_day(year.counts), _last_day(year.having[name])
    daily_of = year.counts.reshape(-1, DAY).sum(axis=1)
    daily = np.where(daily_of > 0, year.having[name].reshape(-1, DAY).sum(axis=1) / np.maximum(daily_of, 1), np.nan)
    mean, spread = _daily_moments(daily)
    share = having / np.maximum(of, 1)
    falls = name in FALLING
    beyond = share < mean - 3 * spread if falls else share > mean + 3 * spread
    fixed = share < FIXED[name] if falls else share > FIXED[name]
    return {"three sigma": 2 * (beyond & (of > 0)), "fixed": 2 * (fixed & (of >= MIN_ROWS))}


def incidents(found: Ints, calm: int) -> list[tuple[int, int]]:
    """Hours at which incidents open and are resolved (the number of hours where one is open at the end), as
    `expectations.monitors.incidents.advance` has it for the states of consecutive hours."""
    spans: list[tuple[int, int]] = []
    opens, bad = np.flatnonzero(found == 2), np.flatnonzero(found > 0)
    at = 0
    while (n := int(np.searchsorted(opens, at))) < len(opens):
        opened = int(opens[n])
        later = bad[np.searchsorted(bad, opened) :]
        breaks = np.flatnonzero(np.diff(later) > calm + 1)
        last = int(later[breaks[0]] if len(breaks) else later[-1])
        over = min(last + 1 + calm, len(found))
        spans.append((opened, over))
        at = over + 1
    return spans


def scored(monitor: str, opened: Sequence[tuple[int, int]], faults: Sequence[Fault]) -> Score:
    """One source's incidents of one monitor against its faults."""
    score = Score()
    seen: set[int] = set()
    own = [fault for fault in faults if fault.kind in TARGETS[monitor]]
    moved = [fault for fault in faults if fault.kind in MOVED_BY.get(monitor, ())] + [f for f in own if not f.seeable]
    for hour, _ in opened:
        hit = next((n for n, f in enumerate(own) if f.seeable and f.start <= hour < f.end + _TAIL), None)
        if hit is not None and hit not in seen:
            seen.add(hit)
            delay = (hour + 1 - own[hit].start) / own[hit].interval
            score.right += 1
            score.in_time += delay <= 1
            score.delays.append(delay)
        elif not any(f.start <= hour < f.end + _AFTERMATH for f in moved):
            score.wrong += 1
    score.faults = sum(fault.seeable for fault in own)
    score.unseeable = len(own) - score.faults
    return score


def run(seed: int, sources: int, days: int, only: Sequence[str] = ()) -> dict[tuple[str, str], Score]:
    """Scores by monitor and rule over a simulated year."""
    scores = {(monitor, rule): Score() for monitor in TARGETS for rule in RULES}
    for year in simulate(seed, sources, days):
        opened: dict[tuple[str, str], list[tuple[int, int]]] = {key: [] for key in scores}
        for monitor, _, by_rule in states(year, only):
            calm = CALM.get(monitor, DEFAULT_CALM)
            for rule, found in by_rule.items():
                opened[monitor, rule] += incidents(found, int(calm.total_seconds() // 3600))
        for (monitor, rule), spans in opened.items():
            scores[monitor, rule].add(scored(monitor, _together(spans), year.faults))
    return scores


def _together(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Incidents of the measures of one monitor, those that overlap as one: they have one cause and are grouped."""
    found: list[tuple[int, int]] = []
    for span in sorted(spans):
        if found and span[0] <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], span[1]))
        else:
            found.append(span)
    return found


def report(scores: dict[tuple[str, str], Score]) -> str:
    """The table: a row a monitor, the three rules side by side."""
    rows = []
    for monitor in TARGETS:
        ours = scores[monitor, "newslake"]
        cells: list[object] = [monitor, ours.faults, ours.unseeable]
        for rule in RULES:
            score = scores[monitor, rule]
            median, late = np.quantile(score.delays, (0.5, 0.95)) if score.delays else (np.nan, np.nan)
            cells += [f"{score.precision:.3f}", f"{score.recall:.3f}"]
            if rule == "newslake":
                cells += [f"{score.within(_LATER):.3f}", f"{median:.2f} ({late:.2f})", ours.wrong]
        rows.append(cells)
    columns = ["monitor", "faults", "unseeable", "P", "R", f"R at {_LATER}", "delay", "wrong"]
    for rule in RULES[1:]:
        columns += [f"P {rule}", "R"]
    return table(columns, rows)


def main() -> None:
    """Run the seeds and print or write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sources", type=int, default=200)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--seeds", type=int, nargs="+", default=list(HELD_OUT))
    parser.add_argument("--only", nargs="+", choices=list(TARGETS), default=[], help="to look at some; others read 0")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    began = time.process_time()
    total = {(monitor, rule): Score() for monitor in TARGETS for rule in RULES}
    for seed in arguments.seeds:
        for key, score in run(seed, arguments.sources, arguments.days, arguments.only).items():
            total[key].add(score)
    took = (time.process_time() - began) / len(arguments.seeds)
    text = (
        f"{report(total)}\n\nSeeds {', '.join(map(str, arguments.seeds))}, each {arguments.sources} sources over "
        f"{arguments.days} days; {took:.0f} s of one core a year, simulation and plain rules included, on {machine()}."
    )
    publish("monitors", text, write=arguments.write)


if __name__ == "__main__":
    main()
