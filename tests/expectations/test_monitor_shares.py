"""Volumes and shares against a past that is known: what is a break and what is a bad day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.monitors import shares, volume
from expectations.monitors.findings import Finding, State, Subject
from expectations.monitors.past import DAY, WEEK, Arrivals, Ints, hour_of

MONDAY = hour_of(datetime(2026, 1, 5, tzinfo=UTC))
FEED = Subject("feed", "front pages")
DAYS = 15 * 7


def newsroom(seed: int = 3) -> Ints:
    """Sixty articles a day, half as many on Saturdays and Sundays."""
    at = np.arange(DAYS * DAY)
    rate = np.where((at % DAY >= 6) & (at % DAY < 21), 4.0, 0.0) * np.where(at % WEEK < 5 * DAY, 1.0, 0.5)
    return np.random.default_rng(seed).poisson(rate).astype(np.int64)


def volumes_of(counts: Ints) -> dict[str, Finding]:
    past = Arrivals(MONDAY, counts)
    expected = volume.expect(past.until(past.end - 4 * DAY))
    assert expected is not None
    return {finding.cause: finding for finding in volume.judge(FEED, past, expected)}


def test_an_ordinary_week_has_neither_too_few_nor_too_many() -> None:
    assert {cause: f.state for cause, f in volumes_of(newsroom()).items()} == {
        "too_few": State.OK,
        "too_many": State.OK,
    }


def test_a_tenth_of_the_articles_for_four_days_is_too_few() -> None:
    counts = newsroom()
    counts[-4 * DAY :] = np.random.default_rng(1).binomial(counts[-4 * DAY :], 0.1)
    found = volumes_of(counts)["too_few"]
    assert found.state is State.OPEN
    assert found.observed < 30
    assert found.expectation.low is not None
    assert found.expectation.low > found.observed


def test_one_holiday_like_a_sunday_is_not_too_few() -> None:
    counts = newsroom()
    counts[-DAY:] //= 2
    assert volumes_of(counts)["too_few"].state is State.OK


def test_eight_times_the_articles_of_a_day_are_too_many_and_a_day_of_big_news_is_not() -> None:
    counts = newsroom()
    counts[-DAY:] *= 3
    assert volumes_of(counts)["too_many"].state is State.OK
    counts[-DAY:] *= 3
    assert volumes_of(counts)["too_many"].state is State.OPEN


def test_a_tenth_of_two_a_day_is_too_few_within_a_fortnight_and_half_of_them_is_not() -> None:
    counts = np.where(np.arange(DAYS * DAY) % DAY == 6, 2, 0)
    counts[-14 * DAY :] //= 2
    assert volumes_of(counts)["too_few"].state is not State.OPEN
    counts[-14 * DAY :] = 0
    counts[[-200, -60, -3]] = 1
    found = volumes_of(counts)["too_few"]
    assert found.state is State.OPEN
    assert found.observed == 3


def test_growth_is_no_flood() -> None:
    """Articles double within three months."""
    counts = newsroom()
    grown = np.random.default_rng(2).poisson(counts * 2 ** (np.arange(len(counts)) / len(counts))).astype(np.int64)
    assert {finding.state for finding in volumes_of(grown).values()} == {State.OK}


def test_what_is_back_after_weeks_of_little_is_no_flood() -> None:
    counts = newsroom()
    little = slice(-6 * WEEK, -3 * DAY)
    counts[little] = np.random.default_rng(1).binomial(counts[little], 0.1)
    found = volumes_of(counts)["too_many"]
    assert found.state is State.OK
    assert found.expectation.high is not None
    assert found.observed < found.expectation.high
    back = Arrivals(MONDAY, counts)
    learned = volume.expect(back)
    assert learned is not None
    assert volume.volumes(learned, back, 1).many[0] == 0
    unlike = volume.volumes(replace(learned, above=1.0), back, 1)
    assert unlike.many[0] >= volume.NEEDED  # by the level of the last weeks alone


def test_a_source_of_three_weeks_is_not_judged_by_its_volume() -> None:
    assert volume.expect(Arrivals(MONDAY, newsroom()[: 21 * DAY])) is None


def test_the_bound_of_the_tail_is_not_below_the_tail() -> None:
    """Of a negative binomial of mean 40 and shape 10, P(X <= 15) is 0.0228, so 3.78 nats at least are too many."""
    rng = np.random.default_rng(1)
    drawn = rng.poisson(rng.gamma(10, 4, 400_000))
    share = float((drawn <= 15).mean())
    bound = float(volume.tail(np.array([15.0]), np.array([40.0]), 0.1)[0])
    assert 0.5 * -np.log(share) < bound < -np.log(share)
    assert volume.tail(np.array([40.0]), np.array([40.0]), 0.1)[0] == pytest.approx(0)


def counted(per_day: list[tuple[int, int]]) -> shares.Counted:
    """A run a day at noon: (articles, those that have it)."""
    hours = MONDAY + 12 + DAY * np.arange(len(per_day))
    numbers = np.array(per_day, np.float64)
    return shares.Counted(hours.astype(np.int64), numbers[:, 0], numbers[:, 1])


def judged(measure: shares.Measure, per_day: list[tuple[int, int]]) -> Finding:
    past = counted(per_day)
    end = MONDAY + DAY * len(per_day)
    expected = shares.expect(measure, past, end)
    assert expected is not None
    return shares.judge("fields", FEED, past, expected, end)


GOOD = [(20, 19)] * 60


def test_titles_that_are_always_there_and_then_never_are_a_break() -> None:
    found = judged(shares.TITLE, [*GOOD, (20, 0), (20, 0)])
    assert found.state is State.OPEN
    assert found.cause == "title_missing"
    assert found.since == datetime(2026, 3, 6, 12, tzinfo=UTC)
    assert found.why == (
        "articles with a title: 0 of 40 (0%) since 2026-03-06 12:00 UTC, 95% expected by 1,100 articles of the "
        "source's own past"
    )


def test_one_article_without_a_title_is_nothing() -> None:
    assert judged(shares.TITLE, [*GOOD, (1, 0)]).state is State.OK


def test_a_field_that_half_of_the_articles_never_had_is_not_missed() -> None:
    assert shares.expect(shares.AUTHOR, counted([(20, 6)] * 60), MONDAY + 60 * DAY) is None


def test_a_source_of_twenty_articles_is_not_judged() -> None:
    assert shares.expect(shares.TITLE, counted([(1, 1)] * 20), MONDAY + 20 * DAY) is None


def test_rejections_of_half_of_two_days_are_a_spike_and_a_few_more_than_usual_are_not() -> None:
    quiet = [(20, 1)] * 60
    assert judged(shares.REJECTED, [*quiet, (20, 3), (20, 3)]).state is State.OK
    assert judged(shares.REJECTED, [*quiet, (20, 10), (20, 10)]).state is State.OPEN


def test_one_odd_day_of_a_source_whose_days_are_alike_is_no_break_and_two_are() -> None:
    even = [(80, 44)] * 60
    assert judged(shares.AUTHOR, [*even, (80, 14)]).state is State.SUSPECT
    assert judged(shares.AUTHOR, [*even, (80, 14), (80, 14)]).state is State.OPEN


def test_a_source_with_bad_days_is_given_more_of_them() -> None:
    """The same two last days: after a past of even days a break, after one of bad days not yet."""
    last = [(20, 6), (20, 6)]
    uneven = [(20, 6), (20, 20), (20, 20), (20, 20)] * 15
    assert judged(shares.DATE, [*GOOD, *last]).state is State.OPEN
    assert judged(shares.DATE, [*uneven, *last]).state is not State.OPEN


def test_an_incident_is_over_some_days_after_the_field_is_back() -> None:
    assert judged(shares.TITLE, [*GOOD, (20, 0), (20, 0), *[(20, 19)] * 5]).state is State.OK


def test_hours_of_an_earlier_incident_are_no_past_unless_they_are_most_of_it() -> None:
    past = counted([*GOOD, *[(20, 0)] * 20, *[(20, 19)] * 30])
    end = MONDAY + 110 * DAY
    plain = shares.expect(shares.TITLE, past, end)
    aside = shares.expect(shares.TITLE, past, end, [(MONDAY + 60 * DAY, MONDAY + 80 * DAY)])
    most = shares.expect(shares.TITLE, past, end, [(MONDAY, MONDAY + 100 * DAY)])
    assert plain is not None
    assert aside is not None
    assert plain.usual < 0.9
    assert (round(aside.usual, 2), aside.articles) == (0.95, 1660)
    assert most == plain


def test_a_day_begins_when_the_source_is_quietest() -> None:
    """Five articles an hour from eight in the evening till four in the morning, UTC: a day is from noon to noon."""
    hours = np.array([MONDAY + DAY * day + 20 + hour for day in range(60) for hour in range(8)], np.int64)
    past = shares.Counted(hours, np.full(480, 5.0), np.full(480, 5.0))
    expected = shares.expect(shares.TITLE, past, MONDAY + 61 * DAY)
    assert expected is not None
    assert 6 <= expected.day_begins <= 17
    bad = shares.Counted(hours, past.of, np.where(hours >= MONDAY + 59 * DAY + 20, 2.0, 5.0))
    cut = shares.evidence(replace(expected, day_begins=0), bad)[-1]
    assert shares.evidence(expected, bad)[-1] < cut


def test_the_more_is_known_of_a_share_the_less_is_allowed() -> None:
    few, many = (shares.expect(shares.TITLE, counted([(4, 3)] * days), MONDAY + DAY * days) for days in (40, 130))
    assert few is not None
    assert many is not None
    assert few.allowed < many.allowed < many.usual


@given(good=st.integers(0, 20))
@settings(max_examples=21, deadline=None)
def test_fewer_titles_are_never_less_suspicious(good: int) -> None:
    past = counted([*GOOD, (20, good)])
    worse = counted([*GOOD, (20, max(0, good - 1))])
    expected = shares.expect(shares.TITLE, past, MONDAY + 61 * DAY)
    assert expected is not None
    assert shares.evidence(expected, worse)[-1] >= shares.evidence(expected, past)[-1]
