"""Which incidents are told as one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from expectations.monitors.findings import Expectation, Finding, State, Subject
from expectations.monitors.grouping import Told, corroborated, leads
from expectations.monitors.incidents import Incident

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MISTYPED, HOURLY = Subject("inbox", "/srv/inbx"), Subject("deployment", "hourly")
WIRE = Subject("feed", "wire")
GAZETTE, POST, MAIL = (Subject("source", f"{name}.example") for name in ("gazette", "post", "mail"))
FEEDS = {GAZETTE: WIRE, POST: WIRE}


def incident(subject: Subject, cause: str, opened_at: datetime = NOON, since: datetime | None = None) -> Incident:
    return Incident("monitor", subject, cause, opened_at, since or opened_at - HOUR, opened_at, "why")


def finding(subject: Subject, cause: str, state: State) -> Finding:
    expected = Expectation("monitor", subject, "m", NOON, NOON, NOON, None, 1.0, "share", 0.1, "past")
    return Finding("monitor", subject, cause, state, NOON, NOON, 1.0, 9.0, 14.0, "why", expected)


def led(
    opened: list[Incident], told: list[Told] | None = None, good_run_at: datetime | None = None
) -> dict[tuple[str, str], object]:
    found = leads(opened, told or [], FEEDS, good_run_at=good_run_at)
    return {(key[1].name, key[2]): who if isinstance(who, int) else (who[1].name, who[2]) for key, who in found.items()}


def test_a_cause_leads_what_follows_from_it_in_the_same_source_and_in_its_feed() -> None:
    assert led(
        [
            incident(GAZETTE, "title_missing"),
            incident(WIRE, "schema_drift"),
            incident(GAZETTE, "author_missing"),
            incident(MAIL, "future_dates"),
            incident(MAIL, "date_missing"),
        ]
    ) == {
        ("wire", "schema_drift"): ("wire", "schema_drift"),
        ("gazette.example", "title_missing"): ("wire", "schema_drift"),
        ("gazette.example", "author_missing"): ("wire", "schema_drift"),
        ("mail.example", "future_dates"): ("mail.example", "future_dates"),
        ("mail.example", "date_missing"): ("mail.example", "future_dates"),
    }


def test_sources_with_one_cause_in_one_round_are_told_as_one_and_other_causes_by_themselves() -> None:
    assert led([incident(POST, "silent"), incident(MAIL, "silent"), incident(GAZETTE, "late")]) == {
        ("mail.example", "silent"): ("mail.example", "silent"),
        ("post.example", "silent"): ("mail.example", "silent"),
        ("gazette.example", "late"): ("gazette.example", "late"),
    }


def test_a_follower_joins_what_is_open_already_and_a_new_trouble_does_not() -> None:
    told = [Told(7, 7, incident(GAZETTE, "rejections", NOON - HOUR))]
    assert led([incident(GAZETTE, "silent"), incident(MAIL, "silent")], told) == {
        ("gazette.example", "silent"): 7,
        ("mail.example", "silent"): ("mail.example", "silent"),
    }


def test_from_five_on_others_with_the_same_cause_join_for_a_day() -> None:
    first = [Told(n, 1, incident(Subject("source", f"s{n}"), "silent", NOON - HOUR)) for n in range(1, 6)]
    assert led([incident(MAIL, "silent")], first) == {("mail.example", "silent"): 1}
    assert led([incident(MAIL, "silent")], first[:4]) == {("mail.example", "silent"): ("mail.example", "silent")}
    later = NOON + timedelta(days=1)
    assert led([incident(MAIL, "silent", later)], first) == {("mail.example", "silent"): ("mail.example", "silent")}


def test_the_aftermath_of_what_is_over_belongs_to_it_and_a_new_beginning_does_not() -> None:
    over = replace(incident(MAIL, "silent", NOON - 48 * HOUR), resolved_at=NOON - HOUR)
    told = [Told(3, 3, over)]
    assert led([incident(MAIL, "too_few", since=NOON - 40 * HOUR)], told) == {("mail.example", "too_few"): 3}
    assert led([incident(MAIL, "too_few", since=NOON)], told) == {
        ("mail.example", "too_few"): ("mail.example", "too_few")
    }


def test_a_failed_run_explains_the_deployment_that_failed_with_it_and_no_scheduler_that_stops_days_later() -> None:
    failed = incident(MISTYPED, "run_failed", NOON - 5 * DAY)
    still_seen = [Told(1, 1, replace(failed, seen_at=NOON))]
    at_once = incident(HOURLY, "flow_failed", NOON - 5 * DAY)
    assert led([at_once], [Told(1, 1, failed)]) == {("hourly", "flow_failed"): 1}
    stopped = incident(HOURLY, "not_started")
    assert led([stopped], still_seen) == {("hourly", "not_started"): ("hourly", "not_started")}


def test_what_stops_on_the_day_of_a_failed_run_is_its_consequence_unless_a_good_run_lies_between() -> None:
    told = [Told(1, 1, replace(incident(MISTYPED, "run_died", NOON - 8 * HOUR), seen_at=NOON))]
    stopped = incident(HOURLY, "not_started")
    assert led([stopped], told) == {("hourly", "not_started"): 1}
    assert led([stopped], told, NOON - 10 * HOUR) == {("hourly", "not_started"): 1}
    assert led([stopped], told, NOON - 4 * HOUR) == {("hourly", "not_started"): ("hourly", "not_started")}
    unseen = [Told(1, 1, incident(MISTYPED, "run_died", NOON - 8 * HOUR))]
    later = incident(HOURLY, "not_started", NOON + DAY, since=NOON)
    assert led([later], unseen) == {("hourly", "not_started"): ("hourly", "not_started")}


def test_one_inbox_explains_nothing_of_another() -> None:
    told = [Told(1, 1, incident(MISTYPED, "run_failed"))]
    assert led([incident(Subject("inbox", "/srv/inbox"), "run_died")], told) == {
        ("/srv/inbox", "run_died"): ("/srv/inbox", "run_died")
    }


def test_a_gate_explains_the_silence_of_what_it_holds_and_of_nothing_else() -> None:
    told = [Told(4, 4, incident(WIRE, "gate_held")), Told(5, 5, incident(MISTYPED, "rejected_share"))]
    assert led([incident(WIRE, "silent"), incident(GAZETTE, "silent"), incident(MAIL, "silent")], told) == {
        ("wire", "silent"): 4,
        ("gazette.example", "silent"): 4,
        ("mail.example", "silent"): ("mail.example", "silent"),
    }


def test_what_begins_more_than_a_week_after_a_trouble_is_told_by_itself() -> None:
    told = [Told(7, 7, incident(WIRE, "rejections", NOON - 30 * DAY))]
    assert led([incident(GAZETTE, "silent"), incident(WIRE, "too_few", since=NOON - 24 * DAY)], told) == {
        ("gazette.example", "silent"): ("gazette.example", "silent"),
        ("wire", "too_few"): 7,
    }
    long_silent = [Told(8, 8, incident(MAIL, "silent", NOON - 30 * DAY))]
    assert led([incident(MAIL, "too_few")], long_silent) == {("mail.example", "too_few"): 8}


def test_what_is_suspected_is_open_where_something_that_it_explains_is() -> None:
    suspected = finding(MAIL, "future_dates", State.SUSPECT)
    follows = finding(MAIL, "date_missing", State.OPEN)
    other = finding(POST, "date_missing", State.OPEN)
    assert [one.state for one in corroborated([suspected, follows], {})] == [State.OPEN, State.OPEN]
    assert [one.state for one in corroborated([suspected, other], {})] == [State.SUSPECT, State.OPEN]
    assert [one.state for one in corroborated([replace(suspected, state=State.OK), follows], {})] == [
        State.OK,
        State.OPEN,
    ]
    drift = finding(WIRE, "schema_drift", State.SUSPECT)
    assert corroborated([drift, finding(GAZETTE, "title_missing", State.OPEN)], FEEDS)[0].state is State.OPEN
