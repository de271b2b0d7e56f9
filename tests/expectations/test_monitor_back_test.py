"""A short form of the simulated year: its scoring, and that the monitors are far from the plain rules."""

from __future__ import annotations

import pytest

from benchmarks.monitors import RULES, TARGETS, Score, run, scored
from benchmarks.news_year import Fault, simulate


def test_a_seed_gives_the_same_years_and_more_sources_change_none() -> None:
    few, more = simulate(5, 2, 120), simulate(5, 3, 120)
    assert [year.counts.tolist() for year in few] == [year.counts.tolist() for year in more[:2]]
    assert [year.faults for year in few] == [year.faults for year in more[:2]]


OUTAGE = Fault("outage", 1000, 1100, 20.0, seeable=True, due=1000, strict=15.0)


@pytest.mark.parametrize(
    ("opened", "right", "wrong", "in_time"),
    [
        ([], 0, 0, 0),
        ([(1019, 1103)], 1, 0, 1),  # the end of hour 1019 is 20 hours after the beginning
        ([(1020, 1103)], 1, 0, 0),
        ([(999, 1003)], 0, 1, 0),  # before it began
        ([(1010, 1050), (1060, 1103)], 1, 1, 1),  # the second one is one too many
        ([(1130, 1140)], 0, 1, 0),
    ],
)
def test_incidents_are_scored_as_described(opened: list[tuple[int, int]], right: int, wrong: int, in_time: int) -> None:
    found = scored("freshness", opened, [OUTAGE])
    assert (found.faults, found.right, found.wrong, found.recall) == (1, right, wrong, in_time)


def test_an_outage_runs_from_the_first_article_withheld_and_strictly_from_its_hour() -> None:
    overnight = Fault("outage", 1000, 1100, 20.0, seeable=True, due=1008, strict=15.0)
    found = scored("freshness", [(1027, 1103)], [overnight])
    assert (found.right, found.recall, found.delays) == (1, 1.0, [1.0])
    strict = scored("strict", [(1027, 1103)], [overnight])
    assert (strict.right, strict.recall, strict.delays) == (1, 0.0, [28 / 15])
    early = scored("freshness", [(1004, 1103)], [overnight])
    assert (early.right, early.wrong) == (0, 1)


def test_an_incident_of_an_unseeable_fault_is_neither_right_nor_wrong() -> None:
    short = Fault("outage", 1000, 1010, 20.0, seeable=False, due=1000, strict=15.0)
    found = scored("freshness", [(1005, 1020)], [short])
    assert (found.faults, found.unseeable, found.right, found.wrong) == (0, 1, 0, 0)


def test_a_short_year_is_judged_far_better_than_by_the_plain_rules() -> None:
    scores = run(2, 8, 200)
    totals = {rule: Score() for rule in RULES}
    for (monitor, rule), score in scores.items():
        assert monitor in TARGETS
        totals[rule].add(score)
    ours = totals["newslake"]
    assert ours.faults >= 10
    assert ours.within(1.5) >= 0.7
    assert ours.precision >= 0.8
    assert totals["three sigma"].precision < 0.3
    assert totals["fixed"].precision < 0.3
