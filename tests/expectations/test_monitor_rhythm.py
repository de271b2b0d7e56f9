"""When articles are expected and when a silence is too long, on sources whose rhythm is known beforehand."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.monitors import freshness
from expectations.monitors.findings import State, Subject
from expectations.monitors.past import DAY, WEEK, Arrivals, Ints, hour_of

MONDAY = hour_of(datetime(2026, 1, 5, tzinfo=UTC))
SOURCE = Subject("source", "aldmouth-courier.example")
WEEKS = 26


def hours_of_weeks(weeks: int = WEEKS) -> Ints:
    return np.arange(weeks * WEEK)


def daily_at_six() -> Ints:
    return (hours_of_weeks() % DAY == 6).astype(np.int64)


def thursdays_at_nine() -> Ints:
    return (hours_of_weeks() % WEEK == 3 * DAY + 9).astype(np.int64)


def newsroom(seed: int = 1) -> Ints:
    """Four articles an hour from seven to ten in the evening, none at night."""
    hour = hours_of_weeks() % DAY
    return np.random.default_rng(seed).poisson(np.where((hour >= 7) & (hour < 22), 4.0, 0.0)).astype(np.int64)


def office(seed: int = 1) -> Ints:
    at = hours_of_weeks()
    working = (at % DAY >= 8) & (at % DAY < 18) & (at % WEEK < 5 * DAY)
    return np.random.default_rng(seed).poisson(np.where(working, 2.0, 0.0)).astype(np.int64)


def silent_from(counts: Ints, hour: int) -> Ints:
    found = counts.copy()
    found[hour:] = 0
    return found


def state_after(counts: Ints, quiet_from: int, hours: int) -> State:
    """The state of a source that goes silent, that many hours later; learned from what was before."""
    past = Arrivals(MONDAY, silent_from(counts, quiet_from)[: quiet_from + hours])
    expected = freshness.expect(past)
    assert expected is not None
    finding = freshness.judge(SOURCE, past, expected)
    assert finding is not None
    return finding.state


LAST_MONDAY = (WEEKS - 2) * WEEK


def test_a_daily_letter_is_missed_when_its_third_issue_does_not_come() -> None:
    """The one of Monday at six came; Tuesday and Wednesday may be days off, on Thursday at seven it is none."""
    assert state_after(daily_at_six(), LAST_MONDAY + 7, 12) is State.OK
    assert state_after(daily_at_six(), LAST_MONDAY + 7, 3 * DAY) is State.OPEN


def test_a_weekly_is_missed_after_its_second_thursday() -> None:
    friday = LAST_MONDAY - WEEK + 4 * DAY
    assert state_after(thursdays_at_nine(), friday, 5 * DAY) is State.OK
    assert state_after(thursdays_at_nine(), friday, WEEK) is not State.OPEN
    assert state_after(thursdays_at_nine(), friday, 2 * WEEK + DAY) is State.OPEN


def test_a_newsroom_is_not_missed_at_night_and_is_in_the_morning() -> None:
    evening = LAST_MONDAY + 22
    assert state_after(newsroom(), evening, 9) is State.OK
    assert state_after(newsroom(), evening, 14) is State.OPEN


def test_a_newsroom_is_missed_within_seven_hours_of_the_day() -> None:
    assert state_after(newsroom(), LAST_MONDAY + 10, 7) is State.OPEN


def test_batches_of_every_three_hours_are_missed_within_half_a_day() -> None:
    batches = np.where(hours_of_weeks() % 3 == 1, 20, 0)
    assert state_after(batches, LAST_MONDAY + 10, 5) is not State.OPEN
    assert state_after(batches, LAST_MONDAY + 10, 12) is State.OPEN


def test_an_hour_that_always_brings_dozens_is_missed_at_once() -> None:
    counts = np.random.default_rng(4).poisson(np.full(WEEKS * WEEK, 30.0)).astype(np.int64)
    assert state_after(counts, LAST_MONDAY + 10, 1) is not State.OPEN
    assert state_after(counts, LAST_MONDAY + 10, 5) is State.OPEN


def test_an_office_is_not_missed_over_a_weekend_with_a_holiday_beside_it() -> None:
    friday_evening = LAST_MONDAY - 3 * DAY + 18
    assert state_after(office(), friday_evening, 2 * DAY + 14) is State.OK
    assert state_after(office(), friday_evening, 3 * DAY + 14) is not State.OPEN
    assert state_after(office(), friday_evening, 6 * DAY) is State.OPEN


def test_two_a_week_without_a_rhythm_are_waited_for_as_long_as_chance_may_take() -> None:
    """Silences of an exponential rhythm of 84 h exceed 14 days once in 55 times, 28 days once in 3,000."""
    counts = np.random.default_rng(5).poisson(2 / WEEK, WEEKS * WEEK).astype(np.int64)
    past = Arrivals(MONDAY, counts)
    last = past.last_hour()
    expected = freshness.expect(past)
    assert last is not None
    assert expected is not None
    assert 10 * DAY < freshness.overdue_at(expected, last) - last < 35 * DAY


def test_the_time_at_which_it_is_overdue_is_the_hour_at_which_the_incident_opens() -> None:
    counts = silent_from(office(), LAST_MONDAY + 12)
    last = Arrivals(MONDAY, counts).last_hour()
    expected = freshness.expect(Arrivals(MONDAY, counts))
    assert last is not None
    assert expected is not None
    due = freshness.overdue_at(expected, last) - MONDAY
    before = freshness.judge(SOURCE, Arrivals(MONDAY, counts[:due]), expected)
    after = freshness.judge(SOURCE, Arrivals(MONDAY, counts[: due + 1]), expected)
    assert before is not None
    assert after is not None
    assert (before.state, after.state) == (State.SUSPECT, State.OPEN)
    assert after.expectation.ends == after.as_of
    assert after.since is not None


def test_a_finding_says_what_when_and_by_what() -> None:
    past = Arrivals(MONDAY, silent_from(daily_at_six(), LAST_MONDAY + 7)[: LAST_MONDAY + 7 + 3 * DAY])
    expected = freshness.expect(past)
    assert expected is not None
    finding = freshness.judge(SOURCE, past, expected)
    assert finding is not None
    assert finding.why == (
        "no article for 3 days, the last one in the hour of 2026-06-22 06:00 UTC; was overdue from "
        "2026-06-25 06:00 UTC by the rhythm of 167 hours with articles in 167 days"
    )
    assert (finding.observed, finding.since) == (72.0, datetime(2026, 6, 22, 7, tzinfo=UTC))


def test_a_source_of_three_days_is_judged_by_its_declared_rhythm_alone() -> None:
    past = Arrivals(MONDAY, daily_at_six()[: 3 * DAY]).since(MONDAY + 6)
    assert freshness.expect(past) is None
    expected = freshness.expect(past, "daily")
    assert expected is not None
    later = Arrivals(past.first_hour, np.concatenate([past.counts, np.zeros(6 * DAY, np.int64)]))
    first, second = freshness.judge(SOURCE, past, expected), freshness.judge(SOURCE, later, expected)
    assert first is not None
    assert second is not None
    assert (first.state, second.state) == (State.OK, State.OPEN)
    assert second.why.endswith("by the declared rhythm of one in 24 h")


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("hourly", 1),
        ("daily", 24),
        ("Weekly", 168),
        ("6h", 6),
        ("every 3 days", 72),
        ("30 min", 0.5),
        ("every week", 168),
    ],
)
def test_a_declared_rhythm_is_an_interval(text: str, hours: float) -> None:
    assert freshness.declared_hours(text) == pytest.approx(hours)


@pytest.mark.parametrize("text", ["", "often", "0h", "-3h", "3 moons"])
def test_what_is_no_rhythm_is_refused_by_its_name(text: str) -> None:
    with pytest.raises(ValueError, match="rhythm"):
        freshness.declared_hours(text)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        hour_of(datetime(2026, 1, 5))  # noqa: DTZ001 - what is tested


PASTS = {"newsroom": newsroom(), "office": office(), "letter": daily_at_six(), "weekly": thursdays_at_nine()}
KINDS, CUTS = st.sampled_from(sorted(PASTS)), st.integers(15 * WEEK, 20 * WEEK)


@given(
    kind=st.sampled_from(sorted(PASTS)), quiet_from=st.integers(15 * WEEK, 20 * WEEK), hours=st.integers(1, 40 * DAY)
)
@settings(max_examples=40, deadline=None)
def test_a_longer_silence_is_never_less_suspicious(kind: str, quiet_from: int, hours: int) -> None:
    past = Arrivals(MONDAY, silent_from(PASTS[kind], quiet_from)[: quiet_from + hours])
    expected = freshness.expect(past)
    last = past.last_hour()
    assert expected is not None
    assert last is not None
    evidence = freshness.evidence(expected, past.since(last))
    assert evidence[0] >= 0
    assert (np.diff(evidence) >= -1e-9).all()


@given(kind=KINDS, quiet_from=CUTS, days=st.integers(-900, 900))
@settings(max_examples=20, deadline=None)
def test_shifting_all_times_by_days_shifts_what_is_expected(kind: str, quiet_from: int, days: int) -> None:
    found = []
    for shift in (0, days * DAY):
        past = Arrivals(MONDAY + shift, PASTS[kind][:quiet_from])
        expected = freshness.expect(past)
        last = past.last_hour()
        assert expected is not None
        assert last is not None
        found.append(freshness.overdue_at(expected, last) - shift)
    assert found[0] == found[1]
