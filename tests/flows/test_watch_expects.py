"""What a watch is told by the settings and by the clock, and what it makes of either where they are wrong."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import msgspec
from told_lake import NOON, a_run, settings

from flows.judging import Schedule
from flows.settings import FeedSettings, Loaded
from flows.watching import watch_lake
from warehouse.lake import Connection


def with_feeds(*feeds: FeedSettings) -> Loaded:
    return Loaded(msgspec.structs.replace(settings().settings, feeds=feeds), None, Path())


def test_one_rhythm_or_schedule_that_cannot_be_read_is_named_and_the_rest_is_judged(con: Connection) -> None:
    wrong = with_feeds(FeedSettings(name="wire", pattern="wire/*", rhythm="now and then"))
    a_run(con, NOON)
    lost = [Schedule("seconds", "0 7 * * * *", "UTC", "ingest"), Schedule("hourly", "7 * * * *", "UTC", "ingest")]
    report = watch_lake(con, wrong, as_of=NOON + timedelta(hours=6), schedules=lost, pause=0)
    assert [(row.subject, row.cause) for row in report.opened] == [("hourly", "not_started")]
    assert report.problems[:2] == (
        "schedule of seconds: cron '0 7 * * * *' has 6 fields and not minute, hour, day, month, weekday; "
        "its runs are not watched",
        "[[feeds]] wire: rhythm 'now and then' is none of hourly, daily, weekdays, workdays, weekly, fortnightly, "
        "monthly, quarterly, yearly, '6h', 'every 3 days'; it is judged by its past alone",
    )
