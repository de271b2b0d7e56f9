"""Dates as files state them, in many notations and languages, and what is no date."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.article import Origin, Precision, Published
from transforms.dates import read_date, winner

_DAY = date(2025, 1, 17)
_CET = timezone(timedelta(hours=1))
_INDIA = timezone(timedelta(hours=5, minutes=30))
_FIRST, _LAST = datetime.fromisoformat("1900-01-01"), datetime.fromisoformat("2100-01-01")
_EST = timezone(timedelta(hours=-5))


@pytest.mark.parametrize(
    "value",
    [
        "2025-01-17",
        "2025/01/17",
        "2025.1.17",
        "20250117",
        "17.01.2025",
        "17/01/2025",
        "01/17/2025",
        "01.17.2025",
        "17-Jan-2025",
        "17 January 2025",
        "January 17, 2025",
        "Jan. 17, 2025",
        "Friday, January 17th, 2025",
        "Published: 17 Jan 2025",
        "17. Januar 2025",
        "17. Jänner 2025",
        "17 janvier 2025",
        "ven. 17 janv. 2025",
        "17 de enero de 2025",
        "17 de janeiro de 2025",
        "17 gennaio 2025",
        "17 januari 2025",
        "17 stycznia 2025",
        "17. ledna 2025",
        "17. tammikuuta 2025",
        "2025 m. sausio 17",
        "17 Ιανουαρίου 2025",
        "17 OCAK 2025",
        "17 января 2025 г.",
        "17 січня 2025",
        "17 يناير 2025",
        "17 كانون الثاني 2025",
        "١٧ يناير ٢٠٢٥",
        "17 जनवरी 2025",
        "2025年1月17日",
        "2025년 1월 17일",
        "2025. 1. 17.",
        "ngày 17 tháng 1 năm 2025",
        "17 tháng 1, 2025",
        "17 בינואר 2025",
        "17 มกราคม 2568",
        "17 ม.ค. 2568",
        "17 มกราคม 2025",
        "令和7年1月17日",
        "平成37年1月17日",
        "2025011710",  # to the hour
    ],
)
def test_a_day_is_read_in_any_usual_notation_and_claims_no_time(value: str) -> None:
    assert read_date(value, Origin.DECLARED) == Published(_DAY, Precision.DAY, Origin.DECLARED)


@pytest.mark.parametrize(
    ("value", "at", "precision"),
    [
        ("2025-01-17T10:15:30Z", datetime(2025, 1, 17, 10, 15, 30, tzinfo=UTC), Precision.SECOND),
        ("2025-01-17T10:15:30.123456+01:00", datetime(2025, 1, 17, 10, 15, 30, tzinfo=_CET), Precision.SECOND),
        ("2025-01-17T10:15+0100", datetime(2025, 1, 17, 10, 15, tzinfo=_CET), Precision.MINUTE),
        ("20250117T101530Z", datetime(2025, 1, 17, 10, 15, 30, tzinfo=UTC), Precision.SECOND),
        ("Fri, 17 Jan 2025 10:15:30 -0500", datetime(2025, 1, 17, 10, 15, 30, tzinfo=_EST), Precision.SECOND),
        ("Fri, 17 Jan 2025 10:15:30 GMT", datetime(2025, 1, 17, 10, 15, 30, tzinfo=UTC), Precision.SECOND),
        ("Jan. 17, 2025, 10:15 p.m. EST", datetime(2025, 1, 17, 22, 15, tzinfo=_EST), Precision.MINUTE),
        ("17. Januar 2025, 10.15 Uhr MEZ", datetime(2025, 1, 17, 10, 15, tzinfo=_CET), Precision.MINUTE),
        ("Fri Jan 17 2025 10:15:30 GMT+0100 (CET)", datetime(2025, 1, 17, 10, 15, 30, tzinfo=_CET), Precision.SECOND),
        ("17/01/2025 10:15 GMT+5:30", datetime(2025, 1, 17, 10, 15, tzinfo=_INDIA), Precision.MINUTE),
        ("January 17, 2025 10:15 (cet)", datetime(2025, 1, 17, 10, 15, tzinfo=_CET), Precision.MINUTE),
        ("2025-01-16T24:00:00Z", datetime(2025, 1, 17, 0, 0, 0, tzinfo=UTC), Precision.SECOND),
        ("1737108930", datetime(2025, 1, 17, 10, 15, 30, tzinfo=UTC), Precision.SECOND),
        ("1737108930123", datetime(2025, 1, 17, 10, 15, 30, tzinfo=UTC), Precision.SECOND),
    ],
)
def test_a_time_with_its_zone_is_a_moment_in_the_publishers_offset(
    value: str, at: datetime, precision: Precision
) -> None:
    found = read_date(value, Origin.DECLARED)
    assert found == Published(_DAY, precision, Origin.DECLARED, at)
    assert found is not None and found.at is not None and found.at.utcoffset() == at.utcoffset()


@pytest.mark.parametrize(
    ("value", "precision"),
    [
        ("2025-01-17 10:15", Precision.MINUTE),
        ("2025-01-17T10:15:30", Precision.SECOND),
        ("17 janvier 2025 à 10h15", Precision.MINUTE),
        ("2025年1月17日 午後3:30", Precision.MINUTE),
        ("January 17, 2025 at 10:15 am ET", Precision.MINUTE),
        ("17 janvier 2025 à 10 h 15", Precision.MINUTE),
        ("17 janvier 2025 à 9 h", Precision.MINUTE),
        ("17. januar 2025 kl. 10.15", Precision.MINUTE),
        ("17.1.2025 klo 10.15", Precision.MINUTE),
        ("17 januari 2025 om 10.15", Precision.MINUTE),
        ("17 de enero de 2025 a las 10:15 h", Precision.MINUTE),
        ("2025. 1. 17. 오후 3:30", Precision.MINUTE),
        ("17 ม.ค. 2568 10:15 น.", Precision.MINUTE),
        ("January 17, 2025 10:15 West Quay", Precision.MINUTE),  # no Western European Summer Time
        ("17 janvier 2025 10:15 Est quotidien", Precision.MINUTE),
        ("2025-01-17 10:15 IST", Precision.MINUTE),  # India, Ireland or Israel
    ],
)
def test_a_time_without_a_sure_zone_is_no_moment(value: str, precision: Precision) -> None:
    assert read_date(value, Origin.TEXT) == Published(_DAY, precision, Origin.TEXT)


@pytest.mark.parametrize(
    ("value", "day", "precision"),
    [
        ("January 2025", date(2025, 1, 1), Precision.MONTH),
        ("2025-01", date(2025, 1, 1), Precision.MONTH),
        ("2025年1月", date(2025, 1, 1), Precision.MONTH),
        ("2025", date(2025, 1, 1), Precision.YEAR),
    ],
)
def test_a_month_or_a_year_says_that_it_is_no_day(value: str, day: date, precision: Precision) -> None:
    assert read_date(value, Origin.DECLARED) == Published(day, precision, Origin.DECLARED)


def test_a_weekday_that_is_a_months_name_elsewhere_does_not_confuse() -> None:
    found = read_date("mar. 14 janv. 2025 à 10h30", Origin.TEXT)
    assert found is not None
    assert found.day == date(2025, 1, 14)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "Friday",
        "yesterday",
        "4 minutes ago",
        "2025-13-45",
        "2025-02-29",
        "31 April 2025",
        "2025-01-17T25:00:00Z",
        "0000-00-00",
        "2568-01-17",  # a year of the Buddhist calendar, or a mistake
        "17 January 2568",
        "1970-01-01T00:00:00Z",  # a moment that nobody knew
        "1970-01-01T01:00:00+01:00",
        "03/04/2025",  # two readings
        "17 Jan 25",
        "8 March 2025 | updated 9 March 2025",
        "listopada 17, 2025",  # October in Croatian, November in Polish
        "on 17 January 2025 some 40 ships left",
        "It was agreed " + "at length " * 20 + "on 17 January 2025",
    ],
)
def test_what_is_impossible_or_has_two_readings_is_no_date(value: str) -> None:
    assert read_date(value, Origin.DECLARED) is None


def test_the_first_candidate_wins_and_a_later_one_may_make_it_more_exact_but_not_move_it() -> None:
    day = Published(_DAY, Precision.DAY, Origin.DECLARED)
    moment = Published(_DAY, Precision.SECOND, Origin.DECLARED, datetime(2025, 1, 17, 8, tzinfo=UTC))
    other = Published(date(2025, 1, 18), Precision.SECOND, Origin.DECLARED, datetime(2025, 1, 18, 8, tzinfo=UTC))
    assert winner([None, day, other]) == day
    assert winner([day, other, moment]) == moment
    assert winner([other, day]) == other
    assert winner([None]) is None


@given(st.text(max_size=140))
def test_any_text_is_a_date_or_none_and_never_an_error(value: str) -> None:
    found = read_date(value, Origin.TEXT)
    assert found is None or 1600 <= found.day.year < 2200


@given(st.datetimes(_FIRST, _LAST), st.integers(-14 * 60, 14 * 60))
def test_every_iso_time_is_read_as_written(moment: datetime, offset: int) -> None:
    at = moment.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=offset)))
    assert read_date(at.isoformat(), Origin.DECLARED) == Published(at.date(), Precision.SECOND, Origin.DECLARED, at)
