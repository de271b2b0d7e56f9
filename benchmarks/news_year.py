"""A simulated year of news sources with known faults, from a seed: what the monitors are scored on.

Sources differ in rhythm (around the clock, newsrooms, offices, a daily letter, a weekly, now and then), time zone,
weekends, holidays of three calendars, growth, slow summers, clocks that change twice a year, bursts of news, the
likeness of articles of one day, and how often they are picked up: one in three is not hourly but brings its articles in
batches, now and then a batch late. Some sources begin in the course of the year and some die. Faults are put in
afterwards, so that each has its undisturbed twin.

How long a fault may stay unseen is settled here, before any monitor is asked. The *expected interval* is

* of an outage: the longest silence of thirty undisturbed years of the same source with other chance and the same
  calendar. A source has 0.7 outages a year that can be seen; nineteen alarms in twenty can only be right where chance
  raises none more often than once in 27 years, and chance alone exceeds the longest silence of N years about once in as
  many. It runs from the first hour whose articles are withheld: nobody can miss what was not due yet (`Fault.due`).
  `Fault.strict` is the longest of ten years, to be taken from the hour of the fault itself,
* of a change of volume: the time in which the undisturbed source brings 30 articles, and at least three days on which
  it brings any, since two holidays, or one beside a weekend, look the same until then,
* of every other fault: the time in which the undisturbed source brings 30 articles, and at least a day.

A fault that ends before its interval does cannot be told from the source's own ways in time: it is *unseeable*, does
not count in the recall, and an incident that names it is neither right nor wrong. The same holds for the fall of a
field that less than half of the articles had.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

DAY = 24
BEGINS = 20_454 * DAY  # 2026-01-01, a Thursday
ARTICLES = 30
YEARS, STRICT_YEARS = 30, 10
SETTLED_DAYS = 60  # nothing breaks before a source is that old
MEASURES = ("title", "author", "date", "body_length", "learned_blocks", "rejected", "repeated", "late", "future")
FALLING = ("title", "author", "date", "body_length", "learned_blocks")
CLOCKS_FORWARD, CLOCKS_BACK = 87 * DAY, 297 * DAY
SUMMER = (186, 200, 230, 244)  # days: it begins, is there, begins to go, is over
KINDS = ("clock", "newsroom", "office", "letter", "weekly", "sparse")

# Faults a source and year.
FAULTS = {
    "outage": 1.2, "thinned": 0.4, "flood": 0.4, "doubled": 0.4, "one_article": 0.3, "fields_lost": 0.6,
    "relayout": 0.6, "rejections": 0.5, "late": 0.5, "future": 0.3,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """What was done to a source from hour ``start`` to hour ``end``; ``interval`` is its expected interval in hours,
    which runs from hour ``due``: that of the first article withheld by an outage, of every other fault its start."""

    kind: str
    start: int
    end: int
    interval: float
    seeable: bool
    due: int
    strict: float


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """What a source is like: all that its chance is drawn from."""

    kind: str
    rate: Floats  # (7, 24) articles an hour by local weekday (0 is the epoch's) and hour; regular kinds: see `_regular`
    offset: int
    born: int
    growth: float
    holiday: float  # what is left of the rate on a holiday
    calendar: Ints
    burst_rate: float
    daily_shape: float
    skips: float
    usual: dict[str, float]
    rho: float
    summer: float  # what is left of the rate in six weeks of summer
    changes_clocks: bool
    picked_up: int  # every so many hours, the first time at hour `pick_up_at`
    pick_up_at: int
    missed: float  # chance that a pick-up does not come about, so that the next one brings its articles


@dataclass(frozen=True, slots=True, eq=False)
class Year:
    """A source's year: articles an hour, those that have each measure, and the faults, in order."""

    source: Source
    counts: Ints
    having: dict[str, Ints]
    faults: tuple[Fault, ...]


def simulate(seed: int, sources: int, days: int) -> list[Year]:
    """The years of all sources. Each source draws from a seed of its own, so that more sources change none."""
    return [simulated(seed, number, days) for number in range(sources)]


def simulated(seed: int, number: int, days: int) -> Year:
    """The year of one source."""
    chance = np.random.default_rng([seed, number])
    source = _source(chance, days)
    counts = arrivals(source, chance, days)
    having = {name: _having(source, name, counts, chance) for name in MEASURES}
    seeds = chance.integers(2**31, size=YEARS)
    silences = [_longest_silence(source, np.random.default_rng(int(seed)), days) for seed in seeds]
    faults: list[Fault] = []
    undisturbed = counts.copy()
    for fault in _planned(source, undisturbed, silences, chance, days):
        faults.append(_injected(fault, source, counts, having, chance))
    return Year(source, counts, having, tuple(faults))


def _source(chance: np.random.Generator, days: int) -> Source:
    kind = str(chance.choice(KINDS, p=(0.15, 0.35, 0.15, 0.12, 0.10, 0.13)))
    hours = np.arange(24)
    opens, closes = int(chance.integers(5, 9)), int(chance.integers(17, 24))
    by_day = np.clip(np.sin(np.pi * (hours - opens + 1) / (closes - opens + 2)), 0, None)
    by_day[(hours < opens) | (hours > closes)] = 0.0
    weekend = np.ones(7)
    closed = (2, 3)  # the epoch is a Thursday
    skips = 0.0
    if kind == "clock":
        daily, night = float(np.exp(chance.uniform(np.log(60), np.log(400)))), float(chance.uniform(0.15, 0.8))
        weekend[list(closed)] = chance.uniform(0.4, 1.0)
    elif kind == "newsroom":
        daily, night = float(np.exp(chance.uniform(np.log(12), np.log(150)))), float(chance.choice((0.0, 0.02, 0.05)))
        weekend[list(closed)] = chance.uniform(0.15, 0.9)
    elif kind == "office":
        daily, night = float(np.exp(chance.uniform(np.log(2), np.log(25)))), 0.0
        weekend[list(closed)] = 0.0 if chance.random() < 0.7 else 0.05
    elif kind == "sparse":
        daily, night = float(np.exp(chance.uniform(np.log(0.25), np.log(1.5)))), 0.1
        weekend[list(closed)] = chance.uniform(0.2, 1.0)
    else:
        daily, night = float(chance.integers(1, 4)), 0.0
        skips = float(chance.choice((0.0, 0.02, 0.05)))
        if kind == "weekly":
            weekend[:] = 0.0
            weekend[int(chance.integers(7))] = 1.0
        elif chance.random() < 0.5:
            weekend[list(closed)] = 0.0
    profile = night + (1 - night) * by_day / by_day.max()
    rate = daily * weekend[:, None] * profile / profile.sum()
    if kind in ("letter", "weekly"):
        at = int(chance.integers(4, 20))
        rate = np.zeros((7, 24))
        rate[:, at] = daily * weekend
    rests = bool((weekend == 0).any())
    rejected, repeated = chance.random(2)  # one source in four has many of them as a rule: video pages, wire copy
    picked_up = int(chance.choice((3, 6, 12, 24))) if chance.random() < 1 / 3 else 1
    return Source(
        kind=kind,
        rate=rate,
        offset=int(chance.integers(-10, 13)),
        born=int(chance.integers(20, max(21, days // 2))) * DAY if chance.random() < 0.15 else 0,
        growth=float(np.exp(chance.uniform(np.log(0.6), np.log(2.5)))),
        holiday=0.0 if rests and chance.random() < 0.9 else float(chance.uniform(0.25, 0.95)),
        calendar=_calendar(int(chance.integers(3)), days),
        burst_rate=6.0 / 365,
        daily_shape=float(np.exp(chance.uniform(np.log(8), np.log(60)))),
        skips=skips,
        usual={
            "title": float(chance.uniform(0.95, 1)), "author": float(chance.uniform(0.3, 1)),
            "date": float(chance.uniform(0.7, 1)), "body_length": float(chance.uniform(0.9, 0.97)),
            "learned_blocks": float(chance.uniform(0.7, 1)),
            "rejected": float(chance.uniform(0, 0.06) if rejected < 0.75 else chance.uniform(0.06, 0.3)),
            "repeated": float(chance.uniform(0, 0.08) if repeated < 0.75 else chance.uniform(0.08, 0.3)),
            "late": float(chance.uniform(0.02, 0.08)),
            "future": float(chance.choice((0.0, 0.003, 0.01))),
        },
        rho=float(chance.uniform(0.0, 0.06)),
        summer=float(chance.uniform(0.55, 0.95)) if chance.random() < 0.5 else 1.0,
        changes_clocks=bool(chance.random() < 0.6),
        picked_up=picked_up,
        pick_up_at=int(chance.integers(picked_up)),
        missed=float(chance.choice((0.0, 0.005, 0.01))),
    )  # fmt: skip


def _calendar(number: int, days: int) -> Ints:
    """The local days (from the first) that are holidays: some of them two in a row."""
    first = np.random.default_rng([77, number]).choice(np.arange(3, 362), 8, replace=False)
    found = np.unique(np.concatenate([first, first[:3] + 1, [0, 358, 359]]))
    return found[found < days].astype(np.int64)


def arrivals(source: Source, chance: np.random.Generator, days: int) -> Ints:
    """Articles observed an hour, in UTC, with no fault."""
    hours = days * DAY
    local = np.arange(hours) + source.offset
    if source.changes_clocks:
        local[CLOCKS_FORWARD:CLOCKS_BACK] += 1
    day, hour = local // DAY, local % DAY
    weekday = (day + BEGINS // DAY) % 7
    of_day = chance.gamma(source.daily_shape, 1 / source.daily_shape, days + 2)[day + 1]
    grown = source.growth ** (np.arange(hours) / hours)
    holiday = np.where(np.isin(day, source.calendar), source.holiday, 1.0)
    summer = np.interp(np.arange(hours) / DAY, SUMMER, (1.0, source.summer, source.summer, 1.0))
    if source.kind in ("letter", "weekly"):
        counts = _regular(source, chance, hours, source.rate[weekday, hour] * (holiday > 0.5))
    else:
        burst = np.ones(hours)
        for start in np.flatnonzero(chance.random(hours) < source.burst_rate / DAY):
            burst[start : start + int(chance.integers(6, 37))] = chance.uniform(1.5, 4.0)
        counts = chance.poisson(source.rate[weekday, hour] * of_day * grown * holiday * summer * burst).astype(np.int64)
    counts[: source.born] = 0
    return counts if source.picked_up == 1 else _in_batches(source, counts, chance)


def _in_batches(source: Source, counts: Ints, chance: np.random.Generator) -> Ints:
    """The same articles at the hours at which they are picked up; what comes after the last pick-up is left out."""
    rounds = np.arange(source.pick_up_at, len(counts), source.picked_up)
    rounds = rounds[chance.random(len(rounds)) >= source.missed]
    at = np.flatnonzero(counts)
    round_of = np.searchsorted(rounds, at)
    known = round_of < len(rounds)
    return np.bincount(rounds[round_of[known]], weights=counts[at[known]], minlength=len(counts)).astype(np.int64)


def _regular(source: Source, chance: np.random.Generator, hours: int, due: Floats) -> Ints:
    """Letters and weeklies: an issue at its hour or up to two hours later, now and then none."""
    counts = np.zeros(hours, np.int64)
    for at in np.flatnonzero(due > 0):
        if chance.random() >= source.skips:
            late = at + int(chance.choice((0, 0, 0, 1, 2)))
            if late < hours:
                counts[late] += max(1, round(float(due[at])))
    return counts


def _having(source: Source, name: str, counts: Ints, chance: np.random.Generator) -> Ints:
    usual = source.usual[name]
    days = len(counts) // DAY + 2
    if source.rho < 0.003 or usual in (0.0, 1.0):
        of_day = np.full(days, usual)
    else:
        strength = 1 / source.rho - 1
        of_day = chance.beta(max(usual * strength, 1e-3), max((1 - usual) * strength, 1e-3), days)
    local_day = (np.arange(len(counts)) + source.offset) // DAY
    return chance.binomial(counts, of_day[local_day + 1]).astype(np.int64)


def _longest_silence(source: Source, chance: np.random.Generator, days: int) -> int:
    found = np.flatnonzero(arrivals(source, chance, days))
    return int(np.diff(found).max()) if len(found) > 1 else days * DAY


def _planned(source: Source, counts: Ints, silences: list[int], chance: np.random.Generator, days: int) -> list[Fault]:
    """Faults one after the other, with a fortnight or their own length between them."""
    planned: list[Fault] = []
    hours = days * DAY
    free = source.born + SETTLED_DAYS * DAY
    names = list(FAULTS)
    weights = np.array(list(FAULTS.values()))
    yearly = weights.sum()
    brought = np.concatenate([[0], np.cumsum(counts)])
    at = free + float(chance.exponential(365 * DAY / yearly / 2))
    while at < hours - DAY:
        start = int(at)
        kind = str(chance.choice(names, p=weights / yearly))
        if kind == "outage":
            interval, strict = float(max(silences)), float(max(silences[:STRICT_YEARS]))
            dies = chance.random() < 0.04
            length = float(hours) if dies else strict * float(chance.uniform(0.3, 5.0))
        else:
            reached = int(np.searchsorted(brought, brought[start] + ARTICLES))
            awake = _days_with_articles(counts[start:], 3) if kind in ("thinned", "flood") else 1
            interval = float(max(reached - start, awake * DAY))
            strict = interval
            length = interval * float(chance.uniform(0.5, 5.0))
        end = min(start + max(1, int(min(length, hours))), hours)
        due = start
        if kind == "outage":
            due = int(np.searchsorted(brought, brought[start], side="right")) - 1
        planned.append(Fault(kind, start, end, interval, end - due >= interval, due, strict))
        at = end + 14 * DAY + 0.5 * (end - start) + float(chance.exponential(365 * DAY / yearly / 2))
    return planned


def _days_with_articles(counts: Ints, wanted: int) -> int:
    """How many times 24 hours pass till so many of them have had articles."""
    whole = counts[: len(counts) // DAY * DAY].reshape(-1, DAY).sum(axis=1) > 0
    found = np.flatnonzero(np.cumsum(whole) >= wanted)
    return int(found[0]) + 1 if len(found) else len(counts)


def _injected(
    fault: Fault, source: Source, counts: Ints, having: dict[str, Ints], chance: np.random.Generator
) -> Fault:
    """Put a fault into the arrays; gives it back, unseeable where there was nothing to break."""
    span = slice(fault.start, fault.end)

    def share(name: str, low: float, high: float) -> None:
        having[name][span] = chance.binomial(counts[span], chance.uniform(low, high))

    if fault.kind in ("outage", "thinned"):
        part = 0.0 if fault.kind == "outage" else float(chance.uniform(0.05, 0.25))
        kept = chance.binomial(counts[span], part)
        for name in MEASURES:
            of = np.maximum(counts[span], 1)
            having[name][span] = chance.binomial(kept, np.minimum(having[name][span] / of, 1.0))
        counts[span] = kept
    elif fault.kind == "flood":
        times = int(chance.integers(6, 16))
        more = counts[span] * (times - 1)
        counts[span] += more
        for name in MEASURES:
            having[name][span] += chance.binomial(more, source.usual[name])
    elif fault.kind == "doubled":
        once = counts[span].copy()
        for name in MEASURES:
            having[name][span] *= 2
        counts[span] *= 2
        having["repeated"][span] = once + having["repeated"][span] // 2  # the second copies, and what was one before
    elif fault.kind == "one_article":
        having["repeated"][span] = counts[span]
    elif fault.kind == "fields_lost":
        hit = [name for name in ("title", "author", "date") if chance.random() < 0.5] or ["title"]
        for name in hit:
            part = float(chance.uniform(0.0, 0.15))
            having[name][span] = chance.binomial(having[name][span], part)
        return replace(fault, seeable=fault.seeable and any(source.usual[name] >= 0.5 for name in hit))
    elif fault.kind == "relayout":
        both = chance.random()
        if both < 0.75:
            share("body_length", 0.0, 0.2)
        if both > 0.25:
            share("learned_blocks", 0.0, 0.2)
    elif fault.kind == "rejections":
        more = chance.binomial(counts[span] - having["rejected"][span], chance.uniform(0.4, 0.95))
        having["rejected"][span] += more
    elif fault.kind == "late":
        share("late", 0.6, 1.0)
    else:
        share("future", 0.4, 1.0)
    return fault
