"""Field names of JSON inputs over time, and values that become counts."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from expectations.monitors import cuts, fields, shares
from expectations.monitors.fields import Records
from expectations.monitors.findings import Finding, State, Subject
from expectations.monitors.past import DAY, hour_of

MONDAY = hour_of(datetime(2026, 1, 5, tzinfo=UTC))
FEED = Subject("feed", "sound wire")
DAYS = 40


def judged(**last_days: list[int]) -> Finding:
    """Forty days of ten records, each with id, headline and body and every second with a byline; the last days as
    given."""
    had = {"id": 10, "headline": 10, "body": 10, "byline": 5}
    names = sorted({*had, *last_days})
    having = {name: np.full(DAYS, had.get(name, 0), np.float64) for name in names}
    for name, values in last_days.items():
        having[name][-len(values) :] = values
    hours = (MONDAY + DAY * np.arange(DAYS)).astype(np.int64)
    found = fields.judge(FEED, Records(hours, np.full(DAYS, 10.0), having), MONDAY + DAYS * DAY)
    assert found is not None
    return found


def test_the_usual_fields_are_no_finding() -> None:
    found = judged()
    assert (found.state, found.evidence) == (State.OK, 0.0)
    assert found.why == "the 4 usual fields are there (by 330 records of its own past)"


def test_a_field_that_is_gone_is_an_incident_that_names_it() -> None:
    found = judged(body=[0, 0, 0])
    assert found.state is State.OPEN
    assert found.why.startswith("body is gone (")
    assert found.since == datetime(2026, 2, 11, tzinfo=UTC)


def test_a_field_that_is_renamed_is_one_change() -> None:
    found = judged(headline=[0, 0, 0], headline_text=[10, 10, 10])
    assert found.state is State.OPEN
    assert found.why.startswith("headline is now headline_text (")


def test_two_fields_that_have_nothing_in_common_are_paired_where_they_are_the_only_ones() -> None:
    assert judged(body=[0, 0, 0], content=[10, 10, 10]).why.startswith("body is now content (")


def test_a_new_field_alone_is_worth_a_look_and_no_alarm() -> None:
    found = judged(section=[10, 10, 10])
    assert (found.state, found.why.split(" (")[0]) == (State.SUSPECT, "section is new")


def test_some_records_without_a_field_are_nothing() -> None:
    assert judged(body=[9, 8, 9], byline=[3, 4, 2]).state is State.OK


def test_a_feed_of_three_days_is_not_judged() -> None:
    hours = (MONDAY + DAY * np.arange(3)).astype(np.int64)
    assert fields.judge(FEED, Records(hours, np.full(3, 10.0), {"id": np.full(3, 10.0)}), MONDAY + 3 * DAY) is None


def test_a_short_body_is_one_below_half_of_the_middle_of_its_source() -> None:
    lengths = np.array([4000.0] * 57 + [100.0, 120.0, np.nan])
    assert cuts.short_below(lengths) == pytest.approx(2000)
    assert cuts.short_below(lengths[:39]) is None


def test_a_late_article_is_one_that_took_longer_than_nearly_all_before() -> None:
    assert cuts.late_beyond(np.full(60, 2.0)) == pytest.approx(4.0)


@pytest.mark.parametrize(
    ("repeats", "words"), [(10, "every article came twice"), (20, "one article came over and over")]
)
def test_a_doubled_feed_and_a_feed_of_one_article_are_told_apart(repeats: int, words: str) -> None:
    hours = (MONDAY + DAY * np.arange(62)).astype(np.int64)
    past = shares.Counted(hours, np.full(62, 20.0), np.array([1.0] * 59 + [float(repeats)] * 3))
    expected = shares.expect(shares.REPEATED, past, MONDAY + 62 * DAY)
    assert expected is not None
    found = shares.judge("repeats", FEED, past, expected, MONDAY + 62 * DAY)
    assert found.state is State.OPEN
    assert words in found.why
