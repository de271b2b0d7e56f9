"""Scores and their intervals, on samples whose outcome is known beforehand."""

from __future__ import annotations

import pytest

from benchmarks.intervals import MEAN, POOLED, Bootstrap, Interval, Scored, differences, interval


def even(value: float | None, sites: int = 40) -> list[Scored]:
    """A page a site, each with the same precision and recall, half of them in each of two sets."""
    return [Scored("ab"[n % 2], f"site {n}", value, value or 0.0) for n in range(sites)]


def test_pages_of_one_score_have_an_interval_of_no_width() -> None:
    found = Bootstrap([page.site for page in even(0.8)]).f1(even(0.8))
    assert interval(found["a"]) == Interval(pytest.approx(0.8), pytest.approx(0.8), pytest.approx(0.8))
    assert set(found) == {"a", "b", MEAN, POOLED}


def test_a_constant_difference_has_an_interval_of_no_width_though_the_scores_vary() -> None:
    low = [Scored("a", f"site {n}", n / 100, n / 100) for n in range(50)]
    high = [Scored("a", f"site {n}", n / 100 + 0.1, n / 100 + 0.1) for n in range(50)]
    bootstrap = Bootstrap([page.site for page in low])
    assert interval(bootstrap.f1(low)["a"]).high - interval(bootstrap.f1(low)["a"]).low > 0.05
    found = differences(bootstrap.f1(high), bootstrap.f1(low))["a"]
    assert found == Interval(pytest.approx(0.1), pytest.approx(0.1), pytest.approx(0.1))
    assert found.excludes_zero()


def test_two_sites_with_opposite_scores_span_the_whole_range() -> None:
    """A quarter of the draws of two sites hold the first alone, another quarter the second alone."""
    pages = [Scored("a", "one", 1.0, 1.0), Scored("a", "other", 0.0, 0.0)]
    found = interval(Bootstrap(["one", "other"]).f1(pages)["a"])
    assert found == Interval(0.5, 0.0, 1.0)


def test_pages_of_one_site_are_drawn_together() -> None:
    """Ten pages of one site tell no more than one: the interval is that of two sites, not that of eleven pages."""
    pages = [*(Scored("a", "large", 1.0, 1.0) for _ in range(10)), Scored("a", "small", 0.0, 0.0)]
    found = interval(Bootstrap([page.site for page in pages]).f1(pages)["a"])
    assert (found.low, found.high) == (0.0, 1.0)


def test_an_empty_body_counts_in_the_recall_alone() -> None:
    pages = [Scored("a", "one", 1.0, 1.0), Scored("a", "other", None, 0.0)]
    value = Bootstrap(["one", "other"]).f1(pages)["a"][0]
    assert value == pytest.approx(2 * 1.0 * 0.5 / 1.5)


def test_the_sets_mean_weighs_sets_alike_and_the_pooled_score_pages() -> None:
    pages = [*(Scored("a", f"site {n}", 1.0, 1.0) for n in range(3)), Scored("b", "other", 0.0, 0.0)]
    found = Bootstrap([page.site for page in pages]).f1(pages)
    assert found[MEAN][0] == pytest.approx(0.5)
    assert found[POOLED][0] == pytest.approx(0.75)


def test_the_same_seed_draws_the_same_sites() -> None:
    pages = [Scored("a", f"site {n}", n / 40, n / 40) for n in range(40)]
    sites = [page.site for page in pages]
    assert interval(Bootstrap(sites).f1(pages)["a"]) == interval(Bootstrap(sites).f1(pages)["a"])
    assert interval(Bootstrap(sites, seed=2).f1(pages)["a"]) != interval(Bootstrap(sites).f1(pages)["a"])


def test_an_interval_that_touches_zero_excludes_it_not() -> None:
    assert not Interval(0.01, 0.0, 0.02).excludes_zero()
    assert Interval(-0.02, -0.03, -0.01).excludes_zero()
