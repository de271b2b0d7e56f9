"""What a watch is told by the settings and by the clock, and what it makes of either where they are wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from alert_receivers import Receiver
from told_lake import NOON, a_run, settings, with_runs
from watched_lake import T0, Delivery, WatchedLake, an_article, delivered

from flows.command_watch import watch_once
from flows.judging import Schedule
from flows.settings import FeedSettings, Loaded
from flows.watching import watch_lake
from warehouse.lake import Connection, connect, folder_of
from warehouse.ledger import begin_run, end_run
from warehouse.locks import run_lock


def with_feeds(*feeds: FeedSettings, channel: str | None = None) -> Loaded:
    said = settings(*([channel] if channel else []), remind_hours=0).settings
    return Loaded(msgspec.structs.replace(said, feeds=feeds), None, Path())


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


def test_the_incident_of_an_inbox_that_is_no_more_used_ends_two_weeks_after_its_last_run(
    con: Connection, receiver: Receiver
) -> None:
    loaded = settings(f"json://127.0.0.1:{receiver.port}/a", remind_hours=0)
    a_run(con, NOON, "failed", "inbx")
    for day in (0, 13):
        watch_lake(con, loaded, as_of=NOON + timedelta(days=day, hours=1), pause=0)
    watch_lake(
        con, loaded, as_of=NOON + timedelta(days=15), pause=0
    )  # nothing has run well since: it may be all there is
    assert receiver.taken("/a") == ["newslake: inbox inbx: the run failed"]
    a_run(con, NOON + timedelta(days=15))
    for day in (16, 17, 60):
        watch_lake(con, loaded, as_of=NOON + timedelta(days=day), pause=0)
    assert receiver.taken("/a")[1:] == ["newslake: resolved: inbox inbx: the run failed"]


def test_an_inbox_that_is_read_once_a_week_keeps_its_incident_until_a_good_run_of_its_own(
    con: Connection, receiver: Receiver
) -> None:
    loaded = settings(f"json://127.0.0.1:{receiver.port}/a", remind_hours=0)
    a_run(con, NOON, "failed", "weekly")
    for day in range(1, 8):
        a_run(con, NOON + timedelta(days=day))
        watch_lake(con, loaded, as_of=NOON + timedelta(days=day, hours=1), pause=0)
    assert receiver.taken("/a") == ["newslake: inbox weekly: the run failed"]
    a_run(con, NOON + timedelta(days=8), "completed", "weekly")
    watch_lake(con, loaded, as_of=NOON + timedelta(days=8, hours=1), pause=0)
    assert receiver.taken("/a")[1:] == ["newslake: resolved: inbox weekly: the run failed"]


def test_a_time_that_has_not_come_is_refused_where_something_would_be_kept(
    lake: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signal.signal", lambda *_: None)  # the process is not the command's own

    def watched(as_of: datetime, *, dry_run: bool = False) -> int:
        return watch_once(settings(), lake, "--warehouse", as_of=as_of, dry_run=dry_run, as_json=False)

    now = datetime.now(UTC)
    assert watched(datetime(2136, 1, 1, tzinfo=UTC)) == 2
    assert "2136-01-01 00:00 UTC has not come" in capsys.readouterr().err
    assert watched(datetime(2136, 1, 1, tzinfo=UTC), dry_run=True) == 0
    assert watched(now + timedelta(minutes=2)) == 0  # the clocks of two machines differ
    con = connect(lake)
    assert con.execute("select as_of from ops.watch").fetchall() == [(now + timedelta(minutes=2),)]
    con.close()


def test_what_was_kept_while_the_clock_had_jumped_is_passed_over(con: Connection, receiver: Receiver) -> None:
    loaded = settings(f"json://127.0.0.1:{receiver.port}/a", digest="daily", digest_at="07:00")
    now = datetime.now(UTC)
    a_run(con, now - timedelta(hours=2), "failed")
    watch_lake(con, loaded, as_of=now - timedelta(hours=1), pause=0)
    con.execute("update ops.incident set resolved_at = '2136-01-01 00:00:00+00'")
    con.execute("update ops.watch set as_of = '2136-01-01 00:00:00+00'")
    report = watch_lake(con, loaded, as_of=now, pause=0)
    assert [row.cause for row in report.opened] == ["run_failed"]
    assert receiver.taken("/a") == ["newslake: inbox in: the run failed", "newslake: inbox in: the run failed"]


def test_a_long_replay_and_a_command_that_holds_the_lock_are_no_scheduler_that_stopped(con: Connection) -> None:
    loaded = with_runs("7 * * * *")
    a_run(con, NOON + timedelta(minutes=7))
    replay = begin_run(con, inbox="all readings", now=NOON + timedelta(minutes=30), version="0.1.0", kind="replay")
    end_run(con, replay, state="completed", now=NOON + timedelta(hours=6), listed=0, unchanged=0)
    report = watch_lake(con, loaded, as_of=NOON + timedelta(hours=6, minutes=5), pause=0)
    assert [one.state for one in report.findings if one.cause == "not_started"] == ["ok"]
    with run_lock(folder_of(con)):
        (folder_of(con) / "run.lock").write_text("process 7 since 2026-03-02T18:01:00+00:00", encoding="utf-8")
        watch_lake(con, loaded, as_of=NOON + timedelta(hours=20), pause=0)
    assert con.execute("from incident").fetchall() == []
    report = watch_lake(con, loaded, as_of=NOON + timedelta(hours=21), pause=0)
    assert [(row.cause, row.since) for row in report.opened] == [("not_started", NOON + timedelta(hours=6, minutes=7))]


def test_a_run_that_died_excuses_no_time_after_it(con: Connection, receiver: Receiver) -> None:
    loaded = with_runs("7 * * * *", f"json://127.0.0.1:{receiver.port}/a")
    begin_run(con, inbox="in", now=NOON + timedelta(minutes=7), version="0.1.0")
    watch_lake(con, loaded, as_of=NOON + timedelta(minutes=30), pause=0)
    watch_lake(con, loaded, as_of=NOON + timedelta(hours=5), pause=0)
    assert con.execute("select cause, led_by_cause from incident order by incident_id").fetchall() == [
        ("run_died", "run_died"),
        ("not_started", "run_died"),
    ]
    assert receiver.taken("/a") == ["newslake: inbox in: the run ended without a word"]


def test_a_feed_that_is_to_deliver_by_a_rhythm_and_never_has_is_told_of_until_it_is_mended(
    con: Connection, receiver: Receiver
) -> None:
    """Daily, and five days of patience: two intervals, a weekend and a holiday."""
    wire = FeedSettings(name="wire", pattern="wrie/*", rhythm="daily")
    channel = f"json://127.0.0.1:{receiver.port}/a"
    opened = []
    for day in range(8):
        a_run(con, NOON + timedelta(days=day))
        at = NOON + timedelta(days=day, minutes=15)
        opened += [(day, row) for row in watch_lake(con, with_feeds(wire, channel=channel), as_of=at, pause=0).opened]
    [(day, silent)] = opened
    assert (day, silent.subject, silent.cause, silent.since) == (5, "wire", "silent", NOON)
    assert silent.why == (
        "no article for 5 days, nor any before: it is watched from 2026-03-02 12:00 UTC on, look at its pattern; "
        "was overdue from 2026-03-07 12:00 UTC by the declared rhythm of one in 24 h"
    )
    watch_lake(con, with_feeds(channel=channel), as_of=NOON + timedelta(days=8), pause=0)
    assert receiver.taken("/a") == ["newslake: feed wire: silent", "newslake: resolved: feed wire: silent"]


def test_what_names_neither_feed_nor_source_is_watched_for_its_arrivals_as_one(tmp_path: Path) -> None:
    lake = WatchedLake(tmp_path / "lake", {"scraped": None})

    def texts(when: datetime, day: int) -> list[Delivery]:
        read = [an_article("scraped", when, day * 8 + n) for n in range(8)]
        return [
            delivered(f"scraped/{day}-{n}.txt", replace(article, source=None, url=None))
            for n, article in enumerate(read)
        ]

    days = [T0 - timedelta(days=back, minutes=35) for back in range(49, 0, -1)]
    lake.run(T0, [one for day, when in enumerate(days) for one in texts(when, day)])
    reports = []
    for day in range(1, 7):
        now = T0 + timedelta(days=day)
        lake.run(now, texts(now - timedelta(minutes=35), 100 + day) if day < 3 else [])
        reports.append(watch_lake(lake.con, settings(), as_of=now + timedelta(minutes=15), pause=0))
    told = [(row.subject_kind, row.subject, row.cause) for report in reports for row in report.opened]
    assert told[0] == ("rest", "without feed and source", "silent")
    assert lake.ask("select title from ops.alert where kind = 'opened'") == [
        ("newslake: rest without feed and source: silent",)
    ]
    lake.con.close()
