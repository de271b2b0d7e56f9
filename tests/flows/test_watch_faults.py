"""Faults put into a newsroom's files: each is told once, by its cause, and once that it is over."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import watched_lake
from killing import Killer
from watched_lake import EVERY, T0, Bringer, WatchedLake

from flows.settings import load
from flows.watching import WatchReport, watch_lake

FAULTS: dict[str, Bringer] = {
    "silent.example": watched_lake.silent,
    "relaid.example": watched_lake.relaid,
    "future.example": watched_lake.future,
    "garbled.example": watched_lake.garbled,
    "doubled.example": watched_lake.doubled,
    "empty.example": watched_lake.empty,
    "repeated.example": watched_lake.repeated,
    "renamed.example": watched_lake.renamed,
}
FEEDS = dict.fromkeys([*FAULTS, "sound.example", "calm.example"], "wire") | {
    "empty.example": "empties",
    "renamed.example": "dump",
}
FIRST, LAST, END = 2, 5, 12  # the first run with faults, the last one, and the last run


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory, commands: Killer) -> tuple[WatchedLake, list[WatchReport]]:
    lake = WatchedLake(tmp_path_factory.mktemp("faults") / "lake", FEEDS)
    lake.load_past()
    loaded = load(None, {})
    reports = []
    for number in range(1, END + 1):
        now = T0 + EVERY * number
        if FIRST <= number <= LAST:
            lake.deliver(now, FAULTS, commands)
        else:
            lake.news(now)
        reports.append(watch_lake(lake.con, loaded, as_of=now + timedelta(minutes=15), pause=0))
    return lake, reports


def messages(lake: WatchedLake, subject: str, kind: str) -> list[tuple[object, ...]]:
    """(cause, title) of the messages of a kind that tell of an incident of a source, in order."""
    return lake.ask(
        "select message.cause, message.title from ops.alert as message where message.kind = ? and list_has_any("
        "message.incidents, (select list(incident_id) from ops.incident where subject = ?)) order by alert_id",
        kind,
        subject,
    )


@pytest.mark.parametrize(
    ("source", "cause", "title"),
    [
        ("silent.example", "silent", "newslake: source silent.example: silent"),
        ("relaid.example", "bodies_short", "newslake: source relaid.example: bodies are suddenly short"),
        (
            "future.example",
            "future_dates",
            "newslake: source future.example: articles dated in the future",
        ),
        ("garbled.example", "rejections", "newslake: source garbled.example: too much is rejected"),
        ("doubled.example", "repeats", "newslake: source doubled.example: the same articles again"),
        ("repeated.example", "repeats", "newslake: source repeated.example: the same articles again"),
        ("empties", "rejections", "newslake: feed empties: too much is rejected"),
        (
            "renamed.example",
            "schema_drift",
            "newslake: feed dump: the fields of its JSON records have changed",
        ),
    ],
)
def test_a_fault_is_told_once_by_its_cause_and_so_is_its_end(
    watched: tuple[WatchedLake, list[WatchReport]], source: str, cause: str, title: str
) -> None:
    lake, _ = watched
    [(causes, told)] = messages(lake, source, "opened")
    assert (str(causes).split("+")[0], told) == (cause, title)
    assert len(messages(lake, source, "resolved")) == 1


def test_sound_sources_are_never_told_of_and_in_the_end_nothing_is_open(
    watched: tuple[WatchedLake, list[WatchReport]],
) -> None:
    lake, reports = watched
    assert lake.ask("select * from ops.incident where subject in ('sound.example', 'calm.example')") == []
    assert reports[0].messages == ()
    assert reports[-1].open_now == ()
    assert lake.ask("select count(*) from ops.alert where kind = 'opened'") == [(len(FAULTS),)]


def test_what_was_expected_can_be_asked_later_and_is_kept_once_a_day(
    watched: tuple[WatchedLake, list[WatchReport]],
) -> None:
    lake, _ = watched
    twice = "select 1 from ops.source_expectation group by monitor, subject, cause, made_at::date having count(*) > 1"
    assert lake.ask(twice) == []
    [(low, high, unit, basis)] = lake.ask(
        "select low, high, unit, basis from ops.source_expectation "
        "where subject = 'calm.example' and cause = 'too_few' and made_at::date = ?",
        (T0 + EVERY).date(),
    )
    assert low is not None and high is None
    assert (unit, basis) == ("articles", "the source's own 42 days at their present level")
    assert lake.ask(
        "select source, expected, picked_up from source_day where day = ? and source in ('calm.example', "
        "'silent.example') order by source",
        (T0 + EVERY * LAST).date(),
    ) == [("calm.example", 8.0, 8), ("silent.example", 8.0, 0)]
    assert lake.ask("select distinct measure from ops.source_expectation where subject = 'dump' and monitor = 'schema'")


def test_the_message_shows_samples_reasons_the_query_and_the_next_command(
    watched: tuple[WatchedLake, list[WatchReport]],
) -> None:
    lake, _ = watched
    [(text,)] = lake.ask("select message from ops.alert where kind = 'opened' and title like '%feed empties%'")
    assert isinstance(text, str)
    assert "Refused most often for: empty (8" in text
    assert "  empties/empty.example/" in text
    assert "Since: 2026-06-03 05:00 UTC" in text
    assert "newslake quarantine list --since 2026-06-03 --warehouse" in text
    query = text.partition("newslake sql ")[2].partition("\nNext:")[0].replace("'\"'\"'", "'").strip("'")
    assert lake.ask(query)


def test_a_follower_is_led_by_what_explains_it_and_the_view_says_so(
    watched: tuple[WatchedLake, list[WatchReport]], tmp_path: Path
) -> None:
    lake, _ = watched
    assert lake.ask(
        "select subject, cause, led_by_cause, state from incident where subject in ('empty.example', 'dump', "
        "'renamed.example') order by all"
    ) == [
        ("dump", "schema_drift", "schema_drift", "resolved"),
        ("dump", "title_missing", "schema_drift", "resolved"),
        ("empty.example", "silent", "rejections", "resolved"),
        ("empty.example", "too_few", "rejections", "resolved"),
        ("renamed.example", "title_missing", "schema_drift", "resolved"),
    ]
