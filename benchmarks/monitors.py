"""What the monitors see and what they see wrongly, on a simulated year of news sources with faults put in.

    python -m benchmarks.monitors [--sources N] [--days N] [--seeds N ...] [--processes N] [--write | --choose]

Every source is judged at the end of each hour of the year, by what it had shown until the midnight before; plain rules
of three standard deviations and of fixed thresholds (`benchmarks/monitor_peers.py`) judge the same hours. States become
incidents by the same hysteresis. `benchmarks/news_year.py` says what the faults are, and from when on they can be seen.

An incident is right where it opens for its monitor's fault while that lasts or within a day after; the second one for
the same fault is wrong, and so is every other, save where an unseeable fault of the same kind, or a fault that moves
what the monitor looks at (an outage moves the volume), goes on or ended less than a week before: that one is left out.
A fault is found where an incident opens within its expected interval; later ones count as right, yet not as found in
time. The row ``strict`` counts outages by a stricter interval, from the hour in which they began though no article was
due.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from benchmarks import monitor_peers as peers
from benchmarks.measure import machine, publish, table
from benchmarks.news_year import BEGINS, Fault, Ints, Year, simulated
from expectations.monitors import freshness, shares, volume
from expectations.monitors.incidents import CALM, DEFAULT_CALM
from expectations.monitors.past import DAY, Arrivals

TUNED_ON, HELD_OUT = (1, 2, 3, 4, 5), (11, 12, 13)
RULES = ("newslake", "three sigma", "fixed")
STRICT = "strict"

# What each monitor is to find, and what else may move it.
TARGETS = {
    "freshness": ("outage",),
    STRICT: ("outage",),
    "volume": ("thinned", "flood"),
    "fields": ("fields_lost",),
    "template": ("relayout",),
    "rejections": ("rejections",),
    "repeats": ("doubled", "one_article"),
    "lateness": ("late",),
    "future dates": ("future",),
}
MOVED_BY = {"freshness": ("thinned",), STRICT: ("thinned",), "volume": ("outage", "doubled")}
MEASURES = {
    "silence": "freshness", "volume": "volume",
    "title": "fields", "author": "fields", "date": "fields", "body_length": "template", "learned_blocks": "template",
    "rejected": "rejections", "repeated": "repeats", "late": "lateness", "future": "future dates",
}  # fmt: skip
_FIRST_DAY = 14  # from which on shares are judged
_TAIL = DAY
_AFTERMATH = 7 * DAY
_LATER = 1.5
_SHOWN = 3


@dataclass(slots=True)
class Score:
    """Counts of one monitor under one rule; delays in expected intervals."""

    faults: int = 0
    unseeable: int = 0
    right: int = 0
    wrong: int = 0
    delays: list[float] = field(default_factory=list)

    def add(self, other: Score) -> None:
        """Count another's as well."""
        self.faults += other.faults
        self.unseeable += other.unseeable
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
        return self.within(1.0)

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return 2 * self.precision * self.recall / max(self.precision + self.recall, 1e-9)

    def within(self, intervals: float) -> float:
        """The share of seeable faults that are found within so many expected intervals."""
        return sum(delay <= intervals for delay in self.delays) / self.faults if self.faults else 0.0


def states(year: Year, only: Sequence[str] = ()) -> Iterator[tuple[str, dict[str, Ints]]]:
    """For each measure its monitor and the states of all hours by rule: 2 open, 1 suspect, 0 well."""
    if not only or {"freshness", "volume"} & set(only):
        silent, few, many = _arrivals(Arrivals(BEGINS, year.counts))
        yield "freshness", {"newslake": silent, **_plain("silence", year, 0)}
        for side, ours in enumerate((few, many)):
            yield "volume", {"newslake": ours, **_plain("volume", year, side)}
    for name, monitor in MEASURES.items():
        if monitor not in ("freshness", "volume") and (not only or monitor in only):
            yield monitor, {"newslake": _share(name, year), **_plain(name, year, 0)}


def _plain(name: str, year: Year, side: int) -> dict[str, Ints]:
    seen = peers.Seen(name, year.counts, year.having.get(name, year.counts))
    rules = {"three sigma": peers.THREE_SIGMA, "fixed": peers.FIXED}
    return {rule: 2 * of[name].beyond(seen)[side].astype(np.int64) for rule, of in rules.items()}


def _state(evidence: np.ndarray[tuple[int], np.dtype[np.float64]], needed: float) -> Ints:
    return (evidence >= needed).astype(np.int64) + (evidence >= 0.6 * needed)


def _arrivals(past: Arrivals) -> tuple[Ints, Ints, Ints]:
    """The states of silences, of too few and of too many. What an incident covers is not learned from."""
    silent, few, many = (np.zeros(len(past.counts), np.int64) for _ in range(3))
    since = [np.zeros(len(past.counts), np.int64) for _ in range(3)]  # when the trouble of each hour began
    learned_at, expected = -1, None
    for start in range(0, len(silent), DAY):
        hour, today = past.first_hour + start, slice(start, start + DAY)
        before, until = past.until(hour), past.until(hour + DAY)
        last = before.last_hour()
        if last is None:
            continue
        known = [
            (int(began[opened]), BEGINS + over)
            for monitor, found, began in zip(("freshness", "volume", "volume"), (silent, few, many), since, strict=True)
            for opened, over in incidents(found[:start], _calm(monitor))
        ]
        volumes = volume.expect(before, known)
        if volumes is not None:
            found = volume.volumes(volumes, until, DAY)
            few[today], many[today] = _state(found.few, volume.NEEDED), _state(found.many, volume.NEEDED)
            ends = hour + 1 + np.arange(DAY)
            since[1][today], since[2][today] = ends - found.few_window, ends - found.many_window
        if last != learned_at:
            expected, learned_at = freshness.expect(before, set_aside=known), last
        if expected is not None:
            silences = freshness.evidence(expected, until.since(last))
            silent[today] = _state(silences[-DAY:], expected.needed)
            since[0][today] = (
                past.first_hour
                + np.maximum.accumulate(np.where(until.counts > 0, np.arange(len(until.counts)), 0))[-DAY:]
            )
    return silent, few, many


def _share(name: str, year: Year) -> Ints:
    measure = next(each for each in shares.MEASURES if each.name == name)
    hours = np.flatnonzero(year.counts)
    counted = shares.Counted(
        hours + BEGINS, year.counts[hours].astype(np.float64), year.having[name][hours].astype(np.float64)
    )
    found = np.zeros(len(year.counts), np.int64)
    known: list[tuple[int, int]] = []
    for start in range(_FIRST_DAY * DAY, len(found), DAY):
        expected = shares.expect(measure, counted, BEGINS + start, known)
        if expected is None:
            continue
        stop = int(np.searchsorted(hours, start + DAY))
        now = shares.Counted(counted.hours[:stop], counted.of[:stop], counted.having[:stop])
        evidence = np.concatenate([[0.0], shares.evidence(expected, now)])
        of_hour = np.searchsorted(hours[stop - len(evidence) + 1 : stop], np.arange(start, start + DAY), side="right")
        found[start : start + DAY] = _state(evidence[of_hour], measure.needed)
        if (found[start : start + DAY] == 2).any():
            well = np.flatnonzero(evidence[:-1] == 0)
            known.append((int(now.hours[len(now.hours) - len(evidence) + 1 + int(well[-1])]), BEGINS + start + DAY))
    return found


def _calm(monitor: str) -> int:
    return int(CALM.get(monitor, DEFAULT_CALM).total_seconds() // 3600)


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
    if monitor == STRICT:
        own = [replace(f, due=f.start, interval=f.strict, seeable=f.end - f.start >= f.strict) for f in own]
    moved = [fault for fault in faults if fault.kind in MOVED_BY.get(monitor, ())] + [f for f in own if not f.seeable]
    for hour, _ in opened:
        hit = next((n for n, f in enumerate(own) if f.seeable and f.due <= hour < f.end + _TAIL), None)
        if hit is not None and hit not in seen:
            seen.add(hit)
            score.right += 1
            score.delays.append((hour + 1 - own[hit].due) / own[hit].interval)
        elif not any(f.start <= hour < f.end + _AFTERMATH for f in moved):
            score.wrong += 1
    score.faults = sum(fault.seeable for fault in own)
    score.unseeable = len(own) - score.faults
    return score


def run(
    seed: int, sources: int, days: int, only: Sequence[str] = (), processes: int = 1
) -> dict[tuple[str, str], Score]:
    """Scores by monitor and rule over a simulated year."""
    scores = {(monitor, rule): Score() for monitor in TARGETS for rule in RULES}
    of_source = partial(_of_source, seed, days, only)
    if processes == 1:
        found = [of_source(number) for number in range(sources)]
    else:
        with ProcessPoolExecutor(processes) as pool:
            found = list(pool.map(of_source, range(sources), chunksize=4))
    for each in found:
        for key, score in each.items():
            scores[key].add(score)
    return scores


def _of_source(seed: int, days: int, only: Sequence[str], number: int) -> dict[tuple[str, str], Score]:
    year = simulated(seed, number, days)
    opened: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for monitor, by_rule in states(year, only):
        for rule, found in by_rule.items():
            opened.setdefault((monitor, rule), []).extend(incidents(found, _calm(monitor)))
    scores = {}
    for (monitor, rule), spans in opened.items():
        scores[monitor, rule] = scored(monitor, _together(spans), year.faults)
        if monitor == "freshness":
            scores[STRICT, rule] = scored(STRICT, _together(spans), year.faults)
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


def choose(seeds: Sequence[int], sources: int, days: int, processes: int) -> str:
    """The best forms of the plain rules, by measure. Each is scored on all faults of its monitor, of which some leave
    the measure as it is."""
    total: dict[tuple[str, str, peers.Rule], Score] = {}
    places = [(seed, number) for seed in seeds for number in range(sources)]
    with ProcessPoolExecutor(processes) as pool:
        for found in pool.map(partial(_tried, days), places, chunksize=4):
            for key, score in found.items():
                total.setdefault(key, Score()).add(score)
    rows = []
    for name, rule in peers.forms():
        best = sorted((score for key, score in total.items() if key[:2] == (name, rule)), key=lambda score: -score.f1)
        forms = {id(score): key[2] for key, score in total.items()}
        for score in best[:_SHOWN]:
            shown = f"{score.f1:.3f}", f"{score.precision:.3f}", f"{score.recall:.3f}"
            rows.append([name, rule, score.faults, *shown, forms[id(score)]])
    return table(["measure", "rule", "faults", "F1", "P", "R", "form"], rows)


def _tried(days: int, place: tuple[int, int]) -> dict[tuple[str, str, peers.Rule], Score]:
    year = simulated(*place, days)
    found = {}
    for (name, rule), forms in peers.forms().items():
        monitor = MEASURES[name]
        seen = peers.Seen(name, year.counts, year.having.get(name, year.counts))
        for form in forms:
            spans: list[tuple[int, int]] = []
            for beyond in form.beyond(seen):
                spans += incidents(2 * beyond.astype(np.int64), _calm(monitor))
            found[name, rule, form] = scored(monitor, _together(spans), year.faults)
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
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--choose", action="store_true", help="try the forms of the plain rules on the seeds given")
    arguments = parser.parse_args()
    if arguments.choose:
        print(choose(arguments.seeds, arguments.sources, arguments.days, arguments.processes))
        return
    began = time.perf_counter()
    total = {(monitor, rule): Score() for monitor in TARGETS for rule in RULES}
    for seed in arguments.seeds:
        found = run(seed, arguments.sources, arguments.days, arguments.only, arguments.processes)
        for key, score in found.items():
            total[key].add(score)
    took = (time.perf_counter() - began) / len(arguments.seeds)
    text = (
        f"{report(total)}\n\nSeeds {', '.join(map(str, arguments.seeds))}, each {arguments.sources} sources over "
        f"{arguments.days} days; {took:.0f} s a year in {arguments.processes} processes, simulation and plain rules "
        f"included, on {machine()}."
    )
    publish("monitors", text, write=arguments.write)


if __name__ == "__main__":
    main()
