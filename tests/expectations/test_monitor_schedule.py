"""Announced runs against those that began, and cron schedules as cron reads them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from expectations.monitors.findings import State, Subject
from expectations.monitors.schedule import Run, cron, grace, judge, missed, times

HOURLY = cron("7 * * * *")
DEPLOYMENT = Subject("deployment", "hourly")
BEGIN = datetime(2026, 3, 2, tzinfo=UTC)


def at(hour: int, minute: int = 7, day: int = 2) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def runs(*hours: int, minutes: int = 4) -> list[Run]:
    return [Run(at(hour), at(hour) + timedelta(minutes=minutes)) for hour in hours]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7 20-23/2 2 * *", [at(20), at(22)]),
        ("*/20 1 2 * *", [at(1, 0), at(1, 20), at(1, 40)]),
        ("0 6 * * mon-fri", [at(6, 0), at(6, 0, day=3)]),
        ("30 4 1,3 * *", [at(4, 30, day=3)]),
        ("0 5 3 * mon", [at(5, 0), at(5, 0, day=3)]),  # either day counts where both are given
        ("0 5 * mar 2", [at(5, 0, day=3)]),
        ("0 0 * * 7", []),
    ],
)
def test_a_schedule_announces_what_cron_would(text: str, expected: list[datetime]) -> None:
    found = times(cron(text), BEGIN - timedelta(minutes=1), datetime(2026, 3, 3, 23, 59, tzinfo=UTC))
    assert found == expected


def test_a_time_that_the_clocks_leave_out_is_left_out() -> None:
    """In Berlin 02:30 does not exist on 29 March 2026; 02:30 on the day after is 00:30 UTC."""
    berlin = cron("30 2 * * *", "Europe/Berlin")
    found = times(berlin, datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 30, 12, tzinfo=UTC))
    assert found == [datetime(2026, 3, 30, 0, 30, tzinfo=UTC)]


@pytest.mark.parametrize("text", ["7 * * *", "60 * * * *", "* * * * mont", "5-1 * * * *", "*/0 * * * *", "x * * * *"])
def test_what_is_no_schedule_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="cron"):
        cron(text)


def test_an_unknown_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        cron("7 * * * *", "Mars/Olympus")


def test_a_run_at_each_time_leaves_nothing_missed() -> None:
    assert missed(HOURLY, runs(0, 1, 2, 3), BEGIN, at(3, 50)) == []
    assert judge(DEPLOYMENT, HOURLY, runs(0, 1, 2, 3), BEGIN, at(3, 50)).state is State.OK


def test_before_the_first_announced_time_nothing_is_missed() -> None:
    assert missed(HOURLY, runs(0), at(0), at(0, 30)) == []
    assert judge(DEPLOYMENT, HOURLY, runs(0), at(0), at(0, 30)).state is State.OK


def test_one_hourly_run_that_did_not_start_is_suspect_and_two_are_an_incident() -> None:
    assert judge(DEPLOYMENT, HOURLY, runs(0, 1), BEGIN, at(2, 12)).state is State.OK  # it may yet
    assert judge(DEPLOYMENT, HOURLY, runs(0, 1), BEGIN, at(2, 50)).state is State.SUSPECT
    found = judge(DEPLOYMENT, HOURLY, runs(0, 1), BEGIN, at(3, 50))
    assert found.state is State.OPEN
    assert found.since == at(2)
    assert found.why == (
        "2 announced runs did not start, the first one 2 h ago (2026-03-02 02:07 UTC); "
        "the last run began 2026-03-02 01:07 UTC"
    )


def test_one_daily_run_that_did_not_start_is_an_incident() -> None:
    daily = cron("0 3 * * *")
    began = [Run(at(3, 0, day=day), at(3, 30, day=day)) for day in (2, 3)]
    assert judge(DEPLOYMENT, daily, began, BEGIN, at(3, 5, day=4)).state is State.OK
    assert judge(DEPLOYMENT, daily, began, BEGIN, at(4, 0, day=4)).state is State.OPEN


def test_a_run_that_goes_on_excuses_the_times_within_it() -> None:
    long = [Run(at(0), at(3, 20))]
    assert missed(HOURLY, long, BEGIN, at(3, 40)) == []
    assert missed(HOURLY, [Run(at(0), None)], BEGIN, at(9, 40)) == []


def test_what_holds_the_lock_that_runs_need_excuses_the_times_within_it_and_is_no_run() -> None:
    replay = Run(at(1, 30), at(5, 20))
    assert missed(HOURLY, runs(0, 1), BEGIN, at(5, 40), [replay]) == []
    assert missed(HOURLY, runs(0, 1), BEGIN, at(6, 40), [replay]) == [at(6)]
    assert missed(HOURLY, runs(0, 1), BEGIN, at(9, 40), [Run(at(1, 30), None)]) == []
    begun_after_its_time = Run(at(2, 30), at(2, 50))
    assert missed(HOURLY, runs(0, 1), BEGIN, at(2, 55), [begun_after_its_time]) == [at(2)]
    found = judge(DEPLOYMENT, HOURLY, runs(0, 1), BEGIN, at(7, 50), [replay])
    assert (found.state, found.since) == (State.OPEN, at(6))


def test_the_incident_is_over_with_the_next_run() -> None:
    assert judge(DEPLOYMENT, HOURLY, runs(0, 1, 6), BEGIN, at(6, 20)).state is State.OK


def test_runs_that_always_begin_late_are_waited_for_up_to_half_of_the_interval() -> None:
    late = [Run(at(hour, 15), at(hour, 20)) for hour in range(6)]
    assert grace(HOURLY, late, at(6, 10)) == timedelta(minutes=24)
    later = [Run(at(hour, 40), at(hour, 45)) for hour in range(6)]
    assert grace(HOURLY, later, at(6, 10)) == timedelta(minutes=30)
