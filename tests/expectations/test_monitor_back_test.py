"""A short form of the simulated year: its scoring, and that the monitors are far from the plain rules."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks import monitor_peers as peers
from benchmarks import news_year
from benchmarks.monitors import RULES, TARGETS, Score, run, scored
from benchmarks.news_year import Fault, simulate, simulated


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


def test_a_year_in_batches_has_the_articles_of_one_by_the_hour_but_for_the_last_round() -> None:
    source = simulated(5, 0, 120).source
    hourly = news_year.arrivals(replace(source, picked_up=1), np.random.default_rng(1), 120)
    batches = news_year.arrivals(replace(source, picked_up=12, pick_up_at=5, missed=0.0), np.random.default_rng(1), 120)
    assert set(np.flatnonzero(batches) % 12) == {5}
    assert batches.sum() == hourly[: 119 * 24 + 18].sum()


def test_plain_rules_say_what_their_forms_allow() -> None:
    """Ten articles each day at six for 90 days, then none for two days, then half of them without a title."""
    of = np.zeros(100 * 24, np.int64)
    of[6::24] = 10
    of[90 * 24 : 92 * 24] = 0
    having = of.copy()
    having[92 * 24 :] //= 2
    seen = peers.Seen("title", of, having)
    (silent,) = peers.SilenceFixed(36).beyond(seen)
    assert np.flatnonzero(silent)[[0, -1]].tolist() == [89 * 24 + 6 + 37, 92 * 24 + 5]
    (silent,) = peers.SilenceSigma(log=True, placed=True, least=30).beyond(seen)
    assert np.flatnonzero(silent)[0] == 89 * 24 + 6 + 31
    few, many = peers.VolumeSigma(window=24, least=5, times=2).beyond(seen)
    assert np.flatnonzero(few)[[0, -1]].tolist() == [90 * 24 + 6, 92 * 24 + 5]
    assert not many.any()
    (fallen,) = peers.ShareFixed(rows=20, threshold=0.6).beyond(seen)
    assert np.flatnonzero(fallen)[0] == 93 * 24 + 6
    (fallen,) = peers.ShareSigma(rows=20, step=0.3).beyond(seen)
    assert np.flatnonzero(fallen)[0] == 93 * 24 + 6


def test_a_short_year_is_judged_better_than_by_the_plain_rules() -> None:
    scores = run(2, 10, 200)
    totals = {rule: Score() for rule in RULES}
    for (monitor, rule), score in scores.items():
        assert monitor in TARGETS
        if monitor != "strict":
            totals[rule].add(score)
    ours = totals["newslake"]
    assert ours.faults >= 10
    assert ours.precision >= 0.8
    assert ours.within(1.5) >= 0.8
    assert ours.f1 > totals["three sigma"].f1
    assert ours.f1 > totals["fixed"].f1
